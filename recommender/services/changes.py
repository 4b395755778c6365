"""What happened to papers that readers know: new versions, withdrawals, publications.

Nothing is told twice and nothing is lost: an event is told while no edition that may have arrived
names it. What an edition told is read off its own rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from recommender.digest.news import news_of
from recommender.digest.words import Words
from recommender.domain.editions import EditionItem, Evidence, Section
from recommender.domain.events import EventKind, PaperEvent, told
from recommender.domain.papers import PaperId
from recommender.domain.subscribers import Subscriber
from recommender.ports import UnitOfWork

MOST = 5
"""Papers in the section; the others are counted."""
AS_FAR_BACK = timedelta(days=30)
"""Older news is no news, told or not."""
SAVED, LIKED, SHOWN = "saved", "liked", "shown"
"""How a reader knows a paper; stands in the evidence of an item as its scorer, with the events told."""
COUNTED = "counted"
"""Scorer of the evidence that names what an edition only counted."""
_ROLES = (SAVED, LIKED, SHOWN)
_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one reader is to be told of one paper: its events, oldest first."""

    paper: PaperId
    role: str
    events: tuple[PaperEvent, ...]

    @property
    def urgent(self) -> bool:
        """Whether it is worth a mail of its own: a withdrawal of what the reader saved or liked."""
        withdrawn = any(event.kind is EventKind.WITHDRAWN for event in self.events)
        return withdrawn and self.role != SHOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What decides which events are news to one subscriber."""

    since: datetime
    """Nothing before is told."""
    known: Mapping[PaperId, datetime]
    """Since when each paper is known."""
    saved: frozenset[PaperId]
    votes: Mapping[PaperId, bool]
    told: frozenset[str]
    """Marks of the events that were told."""


def news(
    unit: UnitOfWork, subscribers: Sequence[Subscriber], now: datetime
) -> Mapping[int, Sequence[Change]]:
    """Return what each subscriber is to be told, weightiest first; those without news are absent.

    A fixed number of queries, however many subscribers.
    """
    since = now - AS_FAR_BACK
    events = unit.intake.events(since, now)
    if not events:
        return {}
    numbers = [subscriber.id for subscriber in subscribers]
    of: dict[PaperId, list[PaperEvent]] = defaultdict(list)
    for event in events:
        of[event.paper].append(event)
    known = unit.people.known_since(numbers, of)
    followers = [number for number in numbers if number in known]
    if not followers:
        return {}
    past = unit.outbox.told(followers, since=since)
    lists = unit.people.reading_lists(followers)
    votes: dict[int, dict[PaperId, bool]] = defaultdict(dict)
    for vote in unit.people.votes(followers):
        votes[vote.subscriber][vote.paper] = vote.up
    found = {}
    for subscriber in subscribers:
        if subscriber.id not in known:
            continue
        reader = Reader(
            since=subscriber.joined,
            known=known[subscriber.id],
            saved=frozenset(paper for paper, _, _ in lists.get(subscriber.id, ())),
            votes=votes[subscriber.id],
            told=marks(past.get(subscriber.id, ())),
        )
        if changes := changes_for(reader, [event for paper in reader.known for event in of[paper]]):
            found[subscriber.id] = changes
    return found


def changes_for(reader: Reader, events: Iterable[PaperEvent]) -> list[Change]:
    """Return what is news to a reader, by paper: saved ones first, then liked ones, then those shown.

    Among equals withdrawals come first, then what happened last. Papers voted down are left out, and what
    happened before the reader knew a paper.
    """
    own: dict[PaperId, list[PaperEvent]] = defaultdict(list)
    for event in events:
        known = reader.known.get(event.paper)
        if known is None or event.at <= max(known, reader.since) or mark(event) in reader.told:
            continue
        if reader.votes.get(event.paper, True):
            own[event.paper].append(event)
    changes = [
        Change(paper=paper, role=_role(reader, paper), events=tuple(entries))
        for paper, entries in own.items()
    ]
    changes.sort(key=lambda change: change.paper)
    changes.sort(key=lambda change: change.events[-1].at, reverse=True)
    return sorted(changes, key=lambda change: (_ROLES.index(change.role), not _withdrawn(change)))


def changed_items(
    changes: Sequence[Change], subscriber: Subscriber, words: Words, besides: Iterable[PaperId] = ()
) -> list[EditionItem]:
    """Return the items of the section, at most five; of what else changed the first one has the count.

    Papers `besides`, which stand in the edition anyhow, are left out. Positions are for the caller to set.
    """
    elsewhere = frozenset(besides)
    wanted = [change for change in changes if change.paper not in elsewhere]
    zone = ZoneInfo(subscriber.cadence.zone)
    items = [
        EditionItem(
            paper=change.paper,
            section=Section.CHANGED,
            interest="",
            position=place,
            score=0.0,
            match=0.0,
            reason=news_of(change.events, change.role, words, zone),
            evidence=(Evidence(scorer=change.role, share=0.0, terms=_terms(change)),),
        )
        for place, change in enumerate(wanted[:MOST])
    ]
    if rest := wanted[MOST:]:
        terms = tuple(mark(event) for change in rest for event in change.events)
        counted = Evidence(scorer=COUNTED, share=0.0, terms=terms, count=len(rest))
        items[0] = replace(items[0], evidence=(*items[0].evidence, counted))
    return items


def marks(items: Iterable[EditionItem]) -> frozenset[str]:
    """Return the marks of the events that items of changed papers told or counted."""
    found: set[str] = set()
    for item in items:
        for evidence in item.evidence:
            names = evidence.terms
            # A paper's own row follows it when two become one; what was counted has its name in its mark.
            found.update(names if evidence.scorer == COUNTED else (f"{term} {item.paper}" for term in names))
    return frozenset(found)


def mark(event: PaperEvent) -> str:
    """Return what names an event for good: its kind, its instant, its paper."""
    return f"{_term(event)} {event.paper}"


def changes_since(
    unit: UnitOfWork, papers: Mapping[PaperId, datetime]
) -> Mapping[PaperId, tuple[str, datetime]]:
    """Return in words what happened to each paper since its own instant, and when the last of it did.

    Papers without news are absent.
    """
    if not papers:
        return {}
    latest: dict[PaperId, dict[EventKind, str]] = defaultdict(dict)
    when: dict[PaperId, datetime] = {}
    for event in unit.intake.events(min(papers.values()), _EVER, papers):
        if event.at > papers[event.paper]:
            latest[event.paper][event.kind] = told(event)
            when[event.paper] = event.at
    return {paper: ("; ".join(words.values()), when[paper]) for paper, words in latest.items()}


def _term(event: PaperEvent) -> str:
    return f"{event.kind.value}@{event.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"


def _terms(change: Change) -> tuple[str, ...]:
    """Return the marks of a change without its paper, a withdrawal first: it is what the mail is named by."""
    ordered = sorted(change.events, key=lambda event: event.kind is not EventKind.WITHDRAWN)
    return tuple(_term(event) for event in ordered)


def _role(reader: Reader, paper: PaperId) -> str:
    if paper in reader.saved:
        return SAVED
    return LIKED if reader.votes.get(paper) else SHOWN


def _withdrawn(change: Change) -> bool:
    return any(event.kind is EventKind.WITHDRAWN for event in change.events)
