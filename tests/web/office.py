"""A site where strangers may subscribe, with what sends the letters of requests."""

from dataclasses import dataclass, field
from typing import Any, cast

from starlette.applications import Starlette
from starlette.testclient import TestClient

from recommender.digest.traces import Traces
from recommender.web.app import create_app
from recommender.web.context import WebContext
from tests.digest.samples import wording
from tests.services.clerk import KEYS, Clerk, Shredder, tokens
from tests.web.site import STILL, Site

FORM = {
    "email": "joe@example.org",
    "name": "Joe",
    "about": "editing facts in language models",
    "keywords": "unlearning\nknowledge editing",
    "every": "week",
    "on": "2",
    "at": "06:15",
    "zone": "Europe/Berlin",
    "papers": "7",
}


@dataclass
class Office(Site):
    """Everything of a site, and letters."""

    keys: tuple[str, ...] = KEYS
    sign_up: bool = True
    clerk: Clerk = field(init=False)
    shredder: Shredder = field(init=False)

    def application(self) -> Starlette:
        """Return a new application over the same store."""
        self.shredder = Shredder(self.store)
        self.clerk = Clerk(self.store, clock=cast("Any", self.clock), site=self.public_url)
        return create_app(
            WebContext(
                store=self.store,
                links=self.links,
                renderer=self.renderer,
                wording=wording(),
                clock=self.clock,
                public_url=self.public_url,
                ticks=self.clock.ticks,
                patterns=STILL,
                privacy=self.shredder,
                traces=Traces(self.keys).of,
                sign_up=self.sign_up,
            )
        )

    def stranger(self, address: str = "203.0.113.9") -> TestClient:
        """Return a client from elsewhere."""
        return TestClient(self.app, base_url="https://digest.example.org", client=(address, 5555))

    @property
    def ask(self) -> str:
        """Return where Ana asks."""
        return f"/ask/{self.links.preferences(self.ana.public_id, 0, self.clock.now()).rpartition('/')[2]}"

    def letter(self, email: str) -> str:
        """Send what waits; return the path of the confirm link in the last letter to an address."""
        self.clerk.send()
        return f"/c/{tokens(self.clerk.mails(email)[-1])['c']}"
