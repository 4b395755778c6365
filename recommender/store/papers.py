"""Papers, their attention, and how far each source has been read, in SQL."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import String, Text, case, cast, func, literal, select

from recommender.domain.papers import Folded, Paper, PaperId, PaperStatus, Signal, SourceState
from recommender.store.folding import fold
from recommender.store.listings import SqlListings
from recommender.store.names import look_up_held, resolve, split
from recommender.store.rows import read_paper, read_signal, read_source, source_row
from recommender.store.schema import PAPER, PAPER_SIGNAL, SOURCE_STATE
from recommender.store.statements import chunks, either, insert_or_skip, run_either, run_many, upsert
from recommender.store.thinning import thin

_PAGE = 2_000
_GET = tuple(select(PAPER).where(condition) for condition in either(PAPER.c.id, "ids"))


class SqlPapers(SqlListings):
    """`ports.Papers` in one transaction."""

    def fold(self, papers: Sequence[Paper], *, seen_at: datetime) -> Folded:
        """Merge a batch into the store by identity; `seen_at` is `first_seen` where a paper has none."""
        return fold(self._connection, papers, seen_at=seen_at)

    def resolve(self, references: Iterable[str]) -> Mapping[str, PaperId]:
        """Map ids, aliases, URLs and `title:` keys to canonical ids; unknown ones are absent."""
        return resolve(self._connection, references)

    def get(self, ids: Iterable[PaperId]) -> Mapping[PaperId, Paper]:
        """Return the papers that exist among canonical `ids`, in the order asked for."""
        wanted = list(dict.fromkeys(ids))
        found: dict[PaperId, Paper] = {}
        for part in chunks(wanted):
            rows = run_either(self._connection, _GET, "ids", part)
            found |= {paper.id: paper for paper in map(read_paper, rows)}
        return {paper: found[paper] for paper in wanted if paper in found}

    def fresh(self, since: datetime, until: datetime) -> Sequence[Paper]:
        """Return active papers first seen in (since, until], not library-only, by first_seen then id."""
        query = (
            select(PAPER)
            .where(PAPER.c.first_seen > since, PAPER.c.first_seen <= until)
            .where(PAPER.c.status == PaperStatus.ACTIVE.value, PAPER.c.library_only.is_(False))
            .order_by(PAPER.c.first_seen, PAPER.c.id)
        )
        return [read_paper(row) for row in self._connection.execute(query)]

    def containing(self, words: Sequence[str], *, limit: int) -> Sequence[Paper]:
        """Return papers whose title, abstract or authors contain any of the words.

        Most words first, then the newest by publication (by first sighting where that is unknown).
        Letters match in either case, `%` and `_` only themselves.
        """
        wanted = [word for word in dict.fromkeys(words) if word]
        if not wanted:
            return []
        written = PAPER.c.title + "\n" + PAPER.c.abstract + "\n" + cast(PAPER.c.authors, Text)
        searched = select(PAPER.c.id, func.lower(written, type_=String).label("text")).cte("searched")
        contains = (searched.c.text.contains(word.lower(), autoescape=True) for word in wanted)
        hits = sum((case((found, 1), else_=0) for found in contains), start=literal(0))
        counted = select(searched.c.id, hits.label("hits")).cte("counted")
        query = (
            select(PAPER)
            .join(counted, counted.c.id == PAPER.c.id)
            .where(counted.c.hits > 0)
            .order_by(counted.c.hits.desc(), func.coalesce(PAPER.c.published, PAPER.c.first_seen).desc())
            .order_by(PAPER.c.id)
            .limit(limit)
        )
        return [read_paper(row) for row in self._connection.execute(query)]

    def all(self) -> Iterator[Paper]:
        """Yield every paper, by id, a page at a time."""
        query = select(PAPER).order_by(PAPER.c.id).limit(_PAGE)
        page = [read_paper(row) for row in self._connection.execute(query)]
        while page:
            yield from page
            following = query.where(PAPER.c.id > page[-1].id)
            page = [read_paper(row) for row in self._connection.execute(following)]

    def count(self) -> int:
        """Return how many papers there are."""
        return self._connection.execute(select(func.count()).select_from(PAPER)).scalar_one()

    def add_signals(self, signals: Sequence[Signal]) -> int:
        """Append snapshots of known papers (others are left out); return how many were new."""
        known = look_up_held(self._connection, [split(signal.paper) for signal in signals])
        rows = [
            {
                "paper_id": known[split(signal.paper)],
                "source": signal.source,
                "taken_at": signal.taken_at,
                "upvotes": signal.upvotes,
                "comments": signal.comments,
                "stars": signal.stars,
                "citations": signal.citations,
            }
            for signal in signals
            if split(signal.paper) in known
        ]
        return run_many(self._connection, insert_or_skip(self._connection, PAPER_SIGNAL), rows)

    def signals(
        self, since: datetime, until: datetime, papers: Iterable[PaperId] | None = None
    ) -> Sequence[Signal]:
        """Return snapshots taken in (since, until], of some papers or of all, oldest first."""
        taken = PAPER_SIGNAL.c.taken_at
        query = select(PAPER_SIGNAL).where(taken > since, taken <= until)
        query = query.order_by(taken, PAPER_SIGNAL.c.paper_id, PAPER_SIGNAL.c.source)
        wanted = [None] if papers is None else list(chunks(papers))
        parts = [query if own is None else query.where(PAPER_SIGNAL.c.paper_id.in_(own)) for own in wanted]
        found = [read_signal(row) for part in parts for row in self._connection.execute(part)]
        return sorted(found, key=lambda own: own.taken_at) if len(parts) > 1 else found

    def thin_signals(self, *, now: datetime) -> int:
        """Take away snapshots that tell nothing any more (`domain.snapshots`); return how many."""
        return thin(self._connection, now)

    def source_states(self) -> Mapping[str, SourceState]:
        """Return what is remembered of each source, by name."""
        rows = self._connection.execute(select(SOURCE_STATE).order_by(SOURCE_STATE.c.source))
        return {row.source: read_source(row) for row in rows}

    def save_source_state(self, state: SourceState) -> None:
        """Remember a source's cursor and health."""
        self._connection.execute(upsert(self._connection, SOURCE_STATE, ["source"]), source_row(state))
