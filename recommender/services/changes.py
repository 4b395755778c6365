"""What happened to papers that readers know: new versions, withdrawals, publications."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from recommender.domain.events import EventKind, PaperEvent, told
from recommender.domain.papers import PaperId
from recommender.ports import UnitOfWork

_EVER = datetime.max.replace(tzinfo=UTC)


def news(
    unit: UnitOfWork, subscribers: Sequence[int], *, since: datetime, until: datetime
) -> Mapping[int, Sequence[PaperEvent]]:
    """Return what happened in (since, until] to papers that each subscriber saved, liked or was shown.

    Papers voted down are left out. A fixed number of queries, however many subscribers; those without
    news are absent. Oldest first.
    """
    events = unit.intake.events(since, until)
    if not events:
        return {}
    followed = unit.people.seen(subscribers)
    disliked = {(vote.subscriber, vote.paper) for vote in unit.people.votes(subscribers) if not vote.up}
    return for_each(events, followed, disliked)


def for_each(
    events: Iterable[PaperEvent],
    followed: Mapping[int, frozenset[PaperId]],
    disliked: Iterable[tuple[int, PaperId]] = (),
) -> Mapping[int, Sequence[PaperEvent]]:
    """Give each subscriber the events of the papers that are followed and not disliked."""
    unwanted = frozenset(disliked)
    readers: dict[PaperId, list[int]] = defaultdict(list)
    for subscriber, papers in followed.items():
        for paper in papers:
            if (subscriber, paper) not in unwanted:
                readers[paper].append(subscriber)
    found: dict[int, list[PaperEvent]] = defaultdict(list)
    for event in events:
        for subscriber in readers.get(event.paper, ()):
            found[subscriber].append(event)
    return dict(found)


def changes_since(unit: UnitOfWork, papers: Mapping[PaperId, datetime]) -> Mapping[PaperId, str]:
    """Return in words what happened to each paper since its own instant; papers without news are absent."""
    if not papers:
        return {}
    latest: dict[PaperId, dict[EventKind, str]] = defaultdict(dict)
    for event in unit.intake.events(min(papers.values()), _EVER, papers):
        if event.at > papers[event.paper]:
            latest[event.paper][event.kind] = told(event)
    return {paper: "; ".join(words.values()) for paper, words in latest.items()}
