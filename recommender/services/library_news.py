"""What is new in a reader's own library becomes up-votes, and what vanished takes them back.

Each item's acts carry its key in `via`, so the log itself says which vote stands on which item. A vote of
the reader's own, or one taken back, always stands against the library.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from recommender.domain.feedback import Act, Feedback
from recommender.domain.papers import Holding, LibraryNews, PaperId
from recommender.domain.subscribers import Subscriber
from recommender.ports import UnitOfWork
from recommender.services.library_import import VOTING, latest_acts

_TICK = timedelta(microseconds=1)
_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
_LIBRARY = "zotero:"


def record_news(
    unit: UnitOfWork, news: LibraryNews, names: Mapping[PaperId, PaperId], now: datetime
) -> Counter[str]:
    """Record the news of a library in the reader's log.

    `names` maps the holdings' papers to canonical ids. Counts: votes (given), taken_back. Raises
    UnknownSubscriber.
    """
    subscriber = unit.people.find(news.reader)
    ledger = Ledger.read(unit.people.feedback(subscriber.id), subscriber, now)
    for holding in news.holdings:
        paper = names.get(holding.paper, holding.paper)
        ledger.hold(f"{news.library}/{holding.key}", paper, holding)
    if news.present is not None:
        ledger.keep_only(news.library, news.present)
    unit.people.record(ledger.new)
    acts = Counter(entry.act for entry in ledger.new)
    return Counter(votes=acts[Act.UP], taken_back=acts[Act.UNDO])


@dataclass(slots=True, kw_only=True)
class Ledger:
    """What a log says of libraries, and the entries that are to be added to it; pure."""

    subscriber: Subscriber
    now: datetime
    latest: dict[PaperId, Feedback]
    """The last vote on each paper, or its undo, whoever gave it."""
    items: dict[str, Feedback]
    """The last act of each item, by its `via`."""
    saved: frozenset[PaperId] = frozenset()
    """Papers that the reader ever saved."""
    new: list[Feedback] = field(default_factory=list)

    @classmethod
    def read(cls, log: Sequence[Feedback], subscriber: Subscriber, now: datetime) -> "Ledger":
        """Read a log, oldest first."""
        items = {entry.via: entry for entry in log if entry.via.startswith(_LIBRARY)}
        saved = frozenset(entry.paper for entry in log if entry.act is Act.SAVE)
        latest = latest_acts(log, VOTING)
        return cls(subscriber=subscriber, now=now, latest=latest, items=items, saved=saved)

    def hold(self, via: str, paper: PaperId, holding: Holding) -> None:
        """Let an item stand for an up-vote on its paper, unless it does or the reader has decided.

        An item that was made because the reader saved the paper is the save, and no vote besides.
        """
        if holding.ours and paper in self.saved:
            return
        interest = self._interest(holding.collections)
        own = self.items.get(via)
        if own and own.act is Act.UP:
            if (own.paper, own.interest) == (paper, interest):
                return
            if own.paper != paper:
                self.release(via)
        if not self._decided(paper):
            self._add(paper, Act.UP, via, interest=interest, at=holding.added)

    def keep_only(self, library: str, present: frozenset[str]) -> None:
        """Take back what items gave that are no longer in a library."""
        for via, entry in list(self.items.items()):
            own, _, key = via.rpartition("/")
            if own == library and key not in present and entry.act is Act.UP:
                self.release(via)

    def release(self, via: str) -> None:
        """Take back an item's vote, unless the reader has decided or another item stands for the paper."""
        entry = self.items[via]
        if self._decided(entry.paper):
            return
        self._add(entry.paper, Act.UNDO, via)
        others = (
            other for other in self.items.values() if other.paper == entry.paper and other.act is Act.UP
        )
        if other := next(others, None):
            self._add(other.paper, Act.UP, other.via, interest=other.interest)

    def _decided(self, paper: PaperId) -> bool:
        """Tell whether the last word on a paper is the reader's own."""
        last = self.latest.get(paper)
        return last is not None and not last.via.startswith(_LIBRARY)

    def _add(
        self,
        paper: PaperId,
        act: Act,
        via: str,
        *,
        interest: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """Add an entry at its own time if that is past, but after the last of its paper and its item."""
        before = (self.latest.get(paper), self.items.get(via))
        when = max(min(at or self.now, self.now), *(entry.at + _TICK for entry in before if entry), _LONG_AGO)
        entry = Feedback(
            subscriber=self.subscriber.id, paper=paper, act=act, at=when, via=via, interest=interest
        )
        self.latest[paper] = self.items[via] = entry
        self.new.append(entry)

    def _interest(self, collections: Sequence[str]) -> str | None:
        """Return the key of the first interest whose name or id is that of a collection."""
        wanted = {name.casefold() for name in collections}
        interests = self.subscriber.interests
        return next(
            (own.key for own in interests if {own.name.casefold(), own.key.casefold()} & wanted), None
        )
