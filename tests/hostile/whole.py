"""A site with everything switched on, for tests that attack all of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from starlette.applications import Starlette

from recommender.digest.links import CODES, NEW, OWN, LinkClaim, claim_of
from recommender.digest.traces import Traces
from recommender.domain.requests import RequestKind
from recommender.services.requests import Requesting
from recommender.web.app import create_app
from recommender.web.context import WebContext
from tests.builders import NOON
from tests.web.office import Office
from tests.web.operators import Office as Operators
from tests.web.test_metrics import context_of

VALUES: dict[str, tuple[str, ...]] = {
    "vote": ("up", "down"),
    "lever": ("lever", "less"),
    "confirm": (OWN, NEW),
}
"""What tokens of a purpose may say; others say nothing."""
PASSWORD = "a password of the operator"
OF_ITEM, OF_EDITION = frozenset({"vote", "save", "lever"}), frozenset({"view"})


@dataclass
class Whole(Office):
    """Everything of a site; the operator's page asks for a password."""

    def application(self) -> Starlette:
        """Return a new application over the same store."""
        super().application()  # brings the clerk and what erases
        return create_app(self.context())

    def context(self) -> WebContext:
        """Return what all pages are given."""
        return replace(
            context_of(self),
            browse=True,
            open_metrics=True,
            sign_up=True,
            privacy=self.shredder,
            traces=Traces(self.keys).of,
            admin=Operators(self, password=PASSWORD).admin(),
        )

    def requested(self, kind: RequestKind = RequestKind.EXPORT) -> LinkClaim:
        """Let Ana ask for something; return what the link of the letter says."""
        Requesting(store=self.store, clock=self.clock).ask(self.ana, kind)
        link = self.letter(self.ana.email).rpartition("/")[2]
        return self.links.read("confirm", link, self.clock.now())

    def claims(self) -> Iterator[LinkClaim]:
        """Yield a genuine claim of every purpose and value for every item, of Ana and of Ben."""
        yield self.requested()
        for own, edition in ((self.ana, self.edition), (self.ben, self.bens_edition)):
            for purpose in CODES.keys() - {"confirm"}:
                items = [item.id for item in edition.items]
                rows = items if purpose in OF_ITEM else [edition.id if purpose in OF_EDITION else 0]
                for value in VALUES.get(purpose, ("",)):
                    for row in rows:
                        yield claim_of(purpose, (own.public_id, own.epoch, row), NOON, value)

    def place(self, claim: LinkClaim, token: str = "") -> str:
        """Return the path at which a claim is taken, with its own token or another."""
        end = ".atom" if claim.purpose == "feed" else ""
        return f"/{CODES[claim.purpose]}/{token or self.links.token(claim)}{end}"
