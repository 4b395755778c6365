"""One reader's days on a real store: papers come, editions are made and mailed, and the clock may lie."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from recommender.domain.editions import Edition, Recommendation, Section
from recommender.domain.errors import MailDeferred
from recommender.domain.feedback import Vote
from recommender.domain.papers import Paper, PaperId, SourceState
from recommender.domain.profiles import InterestProfile
from recommender.domain.reports import Report
from recommender.domain.subscribers import Cadence, SubscriberState
from recommender.ranking.base import Pool, RankingSettings, Request
from recommender.ranking.standings import Ranking
from recommender.services.delivery import DeliveryService
from recommender.services.delivery_policy import DeliveryPolicy
from recommender.services.publishing import Publishing
from recommender.store.sql_store import SqlStore
from tests.builders import a_declaration, a_paper
from tests.digest.samples import wording
from tests.fakes.mailer import FakeMailer
from tests.faults.rooms import a_store
from tests.services.mailroom import ANA, Hands, render, take_all

if TYPE_CHECKING:
    from recommender.ranking.hybrid import HybridRecommender

DOWN = MailDeferred("no connection", relay=True, silent=True)
TUESDAY = datetime(2026, 11, 17, 6, 0, tzinfo=UTC)
"""Half an hour before the reader's hour: 07:30 in Berlin."""


class Everything:
    """A recommender that thinks well of every paper its reader has not seen."""

    def assign(
        self,
        profiles: tuple[InterestProfile, ...],
        _loose: Sequence[Vote],
        _known: Mapping[PaperId, Paper],
    ) -> tuple[InterestProfile, ...]:
        """Leave the interests as they are."""
        return profiles

    def rank(self, requests: Sequence[Request], pool: Pool) -> list[Ranking]:
        """Return the candidates that are new to each reader, the oldest first."""
        return [
            Ranking(
                recommendations=tuple(
                    _chosen(paper.id) for paper in pool.papers if paper.id not in request.seen
                )
            )
            for request in requests
        ]


def _chosen(paper: PaperId) -> Recommendation:
    return Recommendation(
        paper=paper, section=Section.INTEREST, interest="Model editing", score=1.0, match=0.9
    )


@dataclass(frozen=True, slots=True)
class Mail:
    """A message that left: the edition, its papers, and the true time."""

    edition: Edition
    at: datetime

    @property
    def key(self) -> str:
        """The key of the edition."""
        return self.edition.key

    @property
    def papers(self) -> set[str]:
        """The papers in it."""
        return {item.paper for item in self.edition.items}


@dataclass
class Days:
    """A reader, a publisher and a postman over one store. `lie` is what the clock is wrong by."""

    store: SqlStore
    true: datetime = TUESDAY
    lie: timedelta = timedelta(0)
    clock: Hands = field(default_factory=Hands)
    mailer: FakeMailer = field(default_factory=FakeMailer)
    mails: list[Mail] = field(default_factory=list)
    published: list[Report] = field(default_factory=list)
    publishing: Publishing = field(init=False)
    delivery: DeliveryService = field(init=False)
    _papers: int = 0

    def __post_init__(self) -> None:
        """Start the process."""
        self.set_clock()
        self.restart()

    def restart(self) -> None:
        """Replace the process by another one, which remembers nothing."""
        self.publishing = a_publishing(self)
        self.delivery = DeliveryService(
            self.store, self.mailer, render, self.clock, take_all, DeliveryPolicy(jitter=0.0)
        )
        self.delivery.recover()

    def set_clock(self) -> None:
        """Let the clock show the true time and its lie."""
        self.clock.instant = self.true + self.lie

    def paper(self) -> PaperId:
        """Let a new paper come."""
        self._papers += 1
        paper = a_paper(self._papers)
        with self.store.write() as unit:
            unit.papers.fold([paper], seen_at=self.true)
        return paper.id

    def fetched(self) -> None:
        """Note that a source was read."""
        with self.store.write() as unit:
            unit.papers.save_source_state(SourceState(source="arxiv", last_ok=self.true))

    def publish(self) -> Report:
        """Make what is due."""
        self.set_clock()
        self.published.append(self.publishing.run())
        return self.published[-1]

    def deliver(self) -> None:
        """Send what is ready, and note it with the true time."""
        self.set_clock()
        before = len(self.mailer.sent)
        self.delivery.run()
        with self.store.read() as unit:
            rows = {row.id: row.edition for row in unit.outbox.deliveries()}
            for envelope, _ in self.mailer.sent[before:]:
                edition = unit.outbox.edition(rows[int(envelope.stem.rpartition("-")[2])])
                assert edition is not None
                self.mails.append(Mail(edition, self.true))

    def live(self, until: datetime, *, step: timedelta = timedelta(minutes=30)) -> None:
        """Let time pass in steps, a tick at each."""
        while self.true < until:
            self.publish()
            self.deliver()
            self.true = min(self.true + step, until)
        self.set_clock()

    def counted(self, name: str) -> int:
        """Return the sum of a count over all reports of publishing."""
        return sum(report.counts[name] for report in self.published)

    def keys(self) -> list[str]:
        """Return the keys of what left, in order."""
        return [mail.key for mail in self.mails]


def a_publishing(days: Days) -> Publishing:
    """Build a publisher of its own on the same store and clock."""
    recommender = cast("HybridRecommender", Everything())
    settings = RankingSettings()
    return Publishing(
        days.store,
        days.clock,
        lambda: recommender,
        settings,
        lambda _who, key: f"<{key}@example.org>",
        wording(),
    )


@contextmanager
def some_days(folder: Path, cadence: Cadence) -> Iterator[Days]:
    """Give a reader who also wants to hear that there is nothing."""
    store = SqlStore(a_store(folder))
    declared = a_declaration(ANA, cadence=cadence, send_empty=True, papers=50)
    with store.write() as unit:
        unit.people.add(declared, state=SubscriberState.ACTIVE, at=TUESDAY - timedelta(days=9))
    yield Days(store)
    store.close()
