"""A store with two readers, an outbox folder, and what hands out and forgets their data."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from recommender.digest.traces import Traces
from recommender.domain.editions import Delivery, Edition
from recommender.domain.subscribers import Subscriber
from recommender.mail.written import OutboxShelf
from recommender.ports import UnitOfWork
from recommender.ranking.base import RankingSettings
from recommender.services.holding import Gathering
from recommender.services.privacy import Leavings, Privacy
from recommender.services.reading import Reading
from recommender.services.subscriptions import Subscriptions
from recommender.services.unlearning import Unlearning
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_declaration
from tests.services.mailroom import Hands
from tests.store.household import ANA, settle

KEYS = tuple(f"{name}-key-of-thirty-two-characters-or-more" for name in ("old", "middle", "new"))
LEASE = timedelta(minutes=5)


class Estate:
    """A store with Ana and Bob, an outbox folder, and what hands out and forgets."""

    def __init__(self, store: SqlStore, folder: Path) -> None:
        """Settle the two."""
        self.store, self.folder, self.clock = store, folder, Hands(NOON)
        self.ana, self.bob = settle(store)
        self.naps: list[float] = []
        self.on_nap: Callable[[], None] = lambda: None
        self.sources: list[str] = []
        self.rendered = "page"
        self.most_bytes = 1_000_000

    def privacy(self, keys: Sequence[str] = KEYS[:1]) -> Privacy:
        """Build the service."""

        def render(_unit: UnitOfWork, subscriber: Subscriber, edition: Edition) -> tuple[str, str]:
            return f"<p>{self.rendered} {subscriber.name}", f"{edition.key} {self.rendered}"

        def nap(seconds: float) -> None:
            self.naps.append(seconds)
            self.on_nap()

        gathering = Gathering(
            store=self.store,
            render=render,
            lists=lambda reader: {"reading-list.bib": Reading(self.store).export(reader, "bibtex")},
            most_bytes=self.most_bytes,
        )
        return Privacy(
            store=self.store,
            clock=self.clock,
            traces=Traces(keys).of,
            gathering=gathering,
            leavings=Leavings(
                mail=OutboxShelf(self.folder / "outbox", self.clock),
                artifacts=Unlearning(self.store, self.folder / "artifacts", RankingSettings()),
                named=lambda words: [f"subscribers.toml:{len(words)}"],
                sources_of=lambda _who: self.sources,
            ),
            sleep=nap,
        )

    def write_mail(self, stem: str, to: str) -> None:
        """Put the files of a message into the outbox folder."""
        folder = self.folder / "outbox"
        folder.mkdir(exist_ok=True)
        for suffix in (".html", ".txt"):
            (folder / f"{stem}{suffix}").write_text("a digest", encoding="utf-8")
        (folder / f"{stem}.eml").write_text(f"To: A Name <{to}>\n\nA digest\n", encoding="utf-8")

    def files(self) -> list[str]:
        """Return what is in the outbox folder."""
        return sorted(file.name for file in (self.folder / "outbox").glob("*"))

    def claim(self) -> Delivery:
        """Let a worker take Ana's delivery."""
        with self.store.write() as unit:
            unit.people.lift(ANA)
            taken = unit.outbox.claim(worker="w", now=NOON, lease=LEASE, limit=9)
        (mine,) = [delivery for delivery in taken if delivery.subscriber == self.ana.id]
        return mine

    def reload(self, *emails: str, keys: Sequence[str] = KEYS[:1]) -> list[str]:
        """Reconcile with a file that names these; return who is stored."""
        declared = [a_declaration(email) for email in emails]
        Subscriptions(self.store, self.clock, Traces(keys).of).run(declared)
        with self.store.read() as unit:
            return [person.email for person in unit.people.all() if person.mailable]

    def suppressions(self) -> dict[str, str]:
        """Return what is suppressed, and why."""
        with self.store.read() as unit:
            return dict(unit.people.suppressions())
