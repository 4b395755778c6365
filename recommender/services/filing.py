"""What readers save, put into their own libraries once.

The log is the memory: a paper that is in the library has a second `save` with the item's key in `via`,
which changes nothing on the reading list, follows the paper when it is folded, and goes with its reader.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice

from recommender.domain.errors import SourceError, UnknownSubscriber
from recommender.domain.feedback import Act, Feedback
from recommender.domain.filing import Filed
from recommender.domain.papers import PaperId, Refused
from recommender.domain.reports import Report
from recommender.ports import Cabinet, Clock, HasCabinet, Source, Store
from recommender.services.guarding import guarded
from recommender.services.library_import import LibraryUse

_FILED = "filed:"
_TICK = timedelta(microseconds=1)
"""Two equal acts at one moment are one act, and the note must not be the save itself."""
_PER_RUN = 50
"""Papers that one run puts into one library: a long reading list goes there over some days."""


class Filing:
    """Puts saved papers into the libraries that take them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Keep the store and the clock."""
        self._store = store
        self._clock = clock

    def run(self, sources: Sequence[Source]) -> Report:
        """File what is not filed yet; a library that fails is a failure, and is tried again next time.

        A source whose last reading failed is passed over: it is left alone, and its news were not read.
        Counts: filed (papers), already_there.
        """
        counts: Counter[str] = Counter(filed=0, already_there=0)
        failures: list[Refused] = []
        for source in sources:
            cabinet = source.cabinet if isinstance(source, HasCabinet) else None
            if cabinet is None or self._failing(source.name):
                continue
            try:
                failures += self._file(source.name, cabinet, counts)
            except SourceError as error:
                failures.append(Refused(place=f"{source.name}: {error.place}", reason=error.reason))
            except UnknownSubscriber:
                reason = "nobody is known as its reader; name the address or id of a subscriber"
                failures.append(Refused(place=source.name, reason=reason))
        return Report(name="file", counts=dict(counts), failures=tuple(failures))

    def _failing(self, source: str) -> bool:
        with self._store.read() as unit:
            state = unit.papers.source_states().get(source)
        return state is not None and state.failures > 0

    def _file(self, name: str, cabinet: Cabinet, counts: Counter[str]) -> list[Refused]:
        """File for one reader; return what the library refused."""
        with self._store.read() as unit:
            subscriber = unit.people.find(cabinet.reader).id
            names = list(islice(unfiled(unit.people.feedback(subscriber), cabinet.library), _PER_RUN))
            papers = unit.papers.get(names)
        refused: list[Refused] = []
        for page in guarded(name, cabinet.file(list(papers.values()))):
            self._note(subscriber, cabinet.library, page.filed)
            counts.update("filed" if one.added else "already_there" for one in page.filed)
            refused += page.refused
        return refused

    def _note(self, subscriber: int, library: str, filed: Sequence[Filed]) -> None:
        """Note what is in the library now, unless its reader has taken it off the list meanwhile."""
        now = self._clock.now()
        with self._store.write() as unit:
            names = unit.papers.resolve(one.paper for one in filed)
            saved = {paper for paper, _, _ in unit.people.saved(subscriber)}
            last = {entry.paper: entry.at for entry in unit.people.feedback(subscriber)}
            unit.people.record(
                [
                    Feedback(
                        subscriber=subscriber,
                        paper=names[one.paper],
                        act=Act.SAVE,
                        at=max(now, last[names[one.paper]] + _TICK),
                        via=f"{_FILED}{library}/{one.key}",
                    )
                    for one in filed
                    if names.get(one.paper) in saved
                ]
            )


def unfiled(log: Iterable[Feedback], library: str) -> Iterator[PaperId]:
    """Yield papers of a log, oldest first, that are saved and not in a library yet.

    What a reader imported is in some library of theirs already, and so is a paper whose item there gave
    its vote.
    """
    own: dict[PaperId, None] = {}
    filed: set[PaperId] = set()
    there: dict[PaperId, bool] = {}
    place = f"{library}/"
    for entry in log:
        if entry.via.startswith(place):
            there[entry.paper] = entry.act is Act.UP
        elif entry.via.startswith(f"{_FILED}{place}"):
            own.pop(entry.paper, None)
            filed.add(entry.paper)
        elif entry.act is Act.UNSAVE:
            own.pop(entry.paper, None)
            filed.discard(entry.paper)
        elif entry.act is Act.SAVE and entry.via != LibraryUse.SAVED.via and not entry.suspect:
            own |= {} if entry.paper in filed else {entry.paper: None}
    yield from (paper for paper in own if not there.get(paper))
