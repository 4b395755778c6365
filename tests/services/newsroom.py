"""A store whose papers change, a reader, and real publishing; only the ranking is a stand-in."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from recommender.domain.editions import (
    Delivery,
    DeliveryState,
    Edition,
    Recommendation,
    Section,
    Settlement,
)
from recommender.domain.events import EventKind, PaperEvent
from recommender.domain.feedback import Act, Feedback
from recommender.domain.papers import Paper, PaperId
from recommender.domain.profiles import InterestProfile
from recommender.domain.subscribers import Subscriber, SubscriberState
from recommender.ranking.base import Pool, RankingSettings, Request
from recommender.ranking.standings import Ranking
from recommender.services.publishing import Publishing
from recommender.services.recommending import Recommending, Spoken
from recommender.store.sql_store import SqlStore
from tests.builders import a_declaration, a_paper
from tests.digest.samples import wording
from tests.services.mailroom import Hands

if TYPE_CHECKING:
    from recommender.ranking.hybrid import HybridRecommender


class First:
    """Recommends the first unseen papers there are: as many as it is told to."""

    def __init__(self, most: int) -> None:
        """`most` papers an edition."""
        self.most = most

    def assign(
        self, profiles: tuple[InterestProfile, ...], _loose: object, _known: object
    ) -> tuple[InterestProfile, ...]:
        """Leave profiles alone."""
        return profiles

    def rank(self, requests: Sequence[Request], pool: Pool) -> list[Ranking]:
        """Give each request its papers."""
        found = []
        for request in requests:
            unseen = [paper for paper in pool.papers if paper.id not in request.seen][: self.most]
            found.append(Ranking(recommendations=tuple(map(_chosen, unseen))))
        return found


def _chosen(paper: Paper) -> Recommendation:
    return Recommendation(paper=paper.id, section=Section.INTEREST, interest="editing", score=1, match=0.99)


class NewsRoom:
    """One reader, whose clock the test moves."""

    def __init__(self, store: SqlStore, *, most: int = 0, order: Sequence[Section] = tuple(Section)) -> None:
        """`most` papers are recommended in an edition; `order` is that of the sections."""
        self.store = store
        self.clock = Hands()
        self.ranks = First(most)
        self.taken: list[Delivery] = []
        recommender = cast("HybridRecommender", self.ranks)
        self.publishing = Publishing(
            store=store,
            clock=self.clock,
            recommender=lambda: recommender,
            settings=RankingSettings(),
            message_id=lambda who, key: f"<{key}.{who.id}@example.org>",
            wording=wording(),
            order=order,
        )
        self.recommending = Recommending(
            store,
            self.clock,
            lambda: recommender,
            Spoken(settings=RankingSettings(), wording=wording(), order=order),
        )

    def join(self, email: str = "ana@example.org", **fields: object) -> Subscriber:
        """Add a reader."""
        with self.store.write() as unit:
            declared = a_declaration(email, **fields)
            return unit.people.add(declared, state=SubscriberState.ACTIVE, at=self.clock.now())

    def bring(self, *numbers: int, **fields: object) -> None:
        """Fold papers in."""
        with self.store.write() as unit:
            unit.papers.fold([a_paper(number, **fields) for number in numbers], seen_at=self.clock.now())

    def happen(self, number: int, kind: EventKind = EventKind.VERSION, detail: str = "v2") -> PaperEvent:
        """Note that something happened to a paper just now."""
        event = PaperEvent(
            paper=a_paper(number).id,
            kind=kind,
            at=self.clock.now(),
            detail=detail if kind is EventKind.VERSION else "",
        )
        with self.store.write() as unit:
            unit.intake.add_events([event])
        return event

    def act(self, reader: Subscriber, act: Act, *numbers: int) -> None:
        """Let a reader act on papers."""
        with self.store.write() as unit:
            unit.people.record(
                [
                    Feedback(
                        subscriber=reader.id,
                        paper=a_paper(number).id,
                        act=act,
                        at=self.clock.now(),
                        via="cli",
                    )
                    for number in numbers
                ]
            )

    def publish(self) -> Edition | None:
        """Make the edition of the present day; None where none is made."""
        before = len(self.deliveries())
        self.publishing.run(force=True)
        new = self.deliveries()[before:]
        if not new:
            return None
        with self.store.read() as unit:
            return unit.outbox.edition(new[0].edition)

    def deliveries(self) -> list[Delivery]:
        """Return the deliveries, oldest first."""
        with self.store.read() as unit:
            return [*reversed(unit.outbox.deliveries())]

    def settle(self, state: DeliveryState) -> None:
        """Try what is waiting and end it in `state`; nothing waits, nothing happens."""
        self.take()
        with self.store.write() as unit:
            now = self.clock.now()
            for row in self.taken:
                if state is DeliveryState.SENT:
                    unit.outbox.mark_in_doubt(row, now=now, body_sha256="0" * 64)
                unit.outbox.settle(row, Settlement(state=state, reply="250 or not"), now=now)
        self.taken.clear()

    def take(self) -> None:
        """Claim what is waiting; it ends with the next `settle`, however late."""
        with self.store.write() as unit:
            self.taken += unit.outbox.claim(
                worker="w", now=self.clock.now(), lease=timedelta(minutes=50), limit=9
            )


def changed(edition: Edition | None) -> list[PaperId]:
    """Return the papers of the Changed section, in order."""
    return of(edition, Section.CHANGED)


def of(edition: Edition | None, section: Section) -> list[PaperId]:
    """Return the papers of a section, in order."""
    return [item.paper for item in edition.items if item.section is section] if edition else []


def ids(*numbers: int) -> list[PaperId]:
    """Return the ids of papers by number."""
    return [a_paper(number).id for number in numbers]


def reasons(editions: Iterable[Edition]) -> list[str]:
    """Return what was said of changed papers."""
    return [item.reason for own in editions for item in own.items if item.section is Section.CHANGED]
