"""What a reader's pictures show: the map of their interests, their votes by week, what fitted them by day.

For that reader alone; nothing is changed and nothing is fitted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from recommender.domain.editions import Edition
from recommender.domain.feedback import Act, Feedback, Vote
from recommender.domain.listings import Listing
from recommender.domain.papers import Paper, PaperId
from recommender.domain.subscribers import Subscriber
from recommender.ports import Clock, Store, UnitOfWork
from recommender.ranking.base import Pool
from recommender.services.profiles import build_profiles, interest_names
from recommender.services.sight import Sight

if TYPE_CHECKING:
    from recommender.ranking.maps import InterestMap

MAP_DAYS = 14
"""Papers on the map were first seen in so many days."""
WEEKS = 26
TREND_DAYS = 42
_RECENT = 3_000
"""Papers looked at for the map, at most."""
_VOTES = 40
"""Votes on the map, the newest ones."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A map with what its spots are."""

    layout: "InterestMap"
    names: Mapping[str, str]
    """Of interests, by key."""
    papers: Mapping[PaperId, Paper]
    votes: Mapping[PaperId, Vote]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What a reader did in the week that begins on a Monday, by their own clock; taken back or not."""

    monday: date
    up: int
    down: int
    saved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """How many papers fitted an interest on each day; None where no edition tells."""

    name: str
    days: Sequence[int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """The trends of all interests over the same days, oldest first."""

    days: Sequence[date]
    topics: Sequence[Topic]


class Picturing:
    """Reads what pictures are drawn from."""

    def __init__(self, store: Store, clock: Clock, sight: Sight | None) -> None:
        """Without `sight` there is no map."""
        self._store = store
        self._clock = clock
        self._sight = sight

    def map(self, subscriber: Subscriber) -> Mapped | None:
        """Return the map of a reader's interests; None where nothing was fitted or nothing is wanted yet."""
        view = self._sight.view() if self._sight else None
        if view is None:
            return None
        now = self._clock.now()
        with self._store.read() as unit:
            votes = sorted(unit.people.votes([subscriber.id]), key=lambda vote: vote.at)
            recent = unit.papers.newest(Listing(limit=_RECENT, since=now - MAP_DAYS * _DAY))
            seeds = unit.papers.resolve({seed for own in subscriber.interests for seed in own.seeds})
            known = unit.papers.get([*(vote.paper for vote in votes), *seeds.values()])
        profiles, _ = build_profiles(subscriber, votes, seeds)
        from recommender.ranking.maps import interest_map  # noqa: PLC0415 heavy: loaded when it is looked at

        pool = Pool(papers=recent, known=known, now=now)
        marked = [vote.paper for vote in votes[-_VOTES:]]
        layout = interest_map((view.recommender, view.atlas), profiles, pool, marked)
        if layout is None:
            return None
        return Mapped(
            layout=layout,
            names=interest_names(subscriber),
            papers={paper.id: paper for paper in recent} | dict(known),
            votes={vote.paper: vote for vote in votes},
        )

    def weeks(self, subscriber: Subscriber) -> Sequence[Week]:
        """Return the last weeks, this one included, oldest first."""
        zone = ZoneInfo(subscriber.cadence.zone)
        today = self._clock.now().astimezone(zone).date()
        last = today - timedelta(days=today.weekday())
        with self._store.read() as unit:
            log = unit.people.feedback(subscriber.id)
        counted = _by_week((entry for entry in log if not entry.suspect), zone)
        mondays = [last - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
        return [
            Week(
                monday=monday,
                up=counted[monday, Act.UP],
                down=counted[monday, Act.DOWN],
                saved=counted[monday, Act.SAVE],
            )
            for monday in mondays
        ]

    def topics(self, subscriber: Subscriber) -> Topics:
        """Return what the reader's editions tell of each day, the newest edition that knows it."""
        now = self._clock.now()
        zone = ZoneInfo(subscriber.cadence.zone)
        today = now.astimezone(zone).date()
        days = [today - timedelta(days=back) for back in range(TREND_DAYS - 1, -1, -1)]
        with self._store.read() as unit:
            editions = _editions(unit, subscriber, now - TREND_DAYS * _DAY)
        told: dict[tuple[str, date], int] = {}
        for edition in editions:
            for (interest, day), count in _fitted(edition, zone).items():
                told.setdefault((interest, day), count)
        return Topics(
            days=days,
            topics=[
                Topic(name=interest.name, days=[told.get((interest.key, day)) for day in days])
                for interest in subscriber.interests
            ],
        )


def _by_week(log: Iterable[Feedback], zone: ZoneInfo) -> Counter[tuple[date, Act]]:
    found: Counter[tuple[date, Act]] = Counter()
    for entry in log:
        day = entry.at.astimezone(zone).date()
        found[day - timedelta(days=day.weekday()), entry.act] += 1
    return found


def _editions(unit: UnitOfWork, subscriber: Subscriber, since: datetime) -> list[Edition]:
    """Return the reader's editions made since then, newest first."""
    made = {delivery.edition for delivery in unit.outbox.made_for(subscriber.id, since=since)}
    found = [edition for own in made if (edition := unit.outbox.edition(own))]
    return sorted(found, key=lambda edition: (edition.created_at, edition.id), reverse=True)


def _fitted(edition: Edition, zone: ZoneInfo) -> dict[tuple[str, date], int]:
    """Return how many papers fitted each interest on each day that an edition tells of."""
    last = edition.created_at.astimezone(zone).date()
    return {
        (own.interest, last - timedelta(days=len(own.days) - 1 - place)): count
        for own in edition.standings
        for place, count in enumerate(own.days)
    }
