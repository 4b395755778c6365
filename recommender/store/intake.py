"""The books of ingestion, in SQL: announced, quarantined, enriched, and events of papers."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Join, Row, and_, delete, func, insert, select, update

from recommender.domain.events import EventKind, PaperEvent
from recommender.domain.intake import Coverage, Quarantined
from recommender.domain.papers import Announced, Paper, PaperId, Refused
from recommender.store.names import split
from recommender.store.rows import event_row, read_paper
from recommender.store.schema import ANNOUNCED, ENRICHED, PAPER, PAPER_ALIAS, PAPER_EVENT, QUARANTINE
from recommender.store.statements import chunks, insert_or_skip, run_many, upsert

_KEPT_DAYS = timedelta(days=60)
_KEPT_BYTES = 64 * 1024
_KEPT_ROWS = 1_000


class SqlIntake:
    """`ports.Intake` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the transaction of `connection`."""
        self._connection = connection

    def announce(self, source: str, announced: Sequence[Announced]) -> None:
        """Note which papers a source said there are; days that ended 60 days before are forgotten."""
        rows = [
            {"source": source, "day": entry.day, "scheme": scheme, "value": value}
            for entry in announced
            for scheme, value in map(split, dict.fromkeys(entry.papers))
        ]
        if not rows:
            return
        run_many(self._connection, insert_or_skip(self._connection, ANNOUNCED), rows)
        oldest = max(entry.day for entry in announced) - _KEPT_DAYS
        self._connection.execute(
            delete(ANNOUNCED).where(ANNOUNCED.c.source == source, ANNOUNCED.c.day < oldest)
        )

    def missing(self, source: str, since: date) -> Sequence[PaperId]:
        """Return papers announced on or after `since` that the store does not have under any name."""
        query = (
            select(ANNOUNCED.c.scheme, ANNOUNCED.c.value)
            .distinct()
            .select_from(_against_store())
            .where(ANNOUNCED.c.source == source, ANNOUNCED.c.day >= since, PAPER_ALIAS.c.value.is_(None))
            .order_by(ANNOUNCED.c.scheme, ANNOUNCED.c.value)
        )
        return [PaperId(f"{row.scheme}:{row.value}") for row in self._connection.execute(query)]

    def coverage(self, source: str, since: date) -> Sequence[Coverage]:
        """Return how many were announced and are missing on each day from `since` on, oldest first."""
        stored = func.count(PAPER_ALIAS.c.value)
        query = (
            select(ANNOUNCED.c.day, func.count().label("announced"), stored.label("stored"))
            .select_from(_against_store())
            .where(ANNOUNCED.c.source == source, ANNOUNCED.c.day >= since)
            .group_by(ANNOUNCED.c.day)
            .order_by(ANNOUNCED.c.day)
        )
        return [
            Coverage(day=row.day, announced=row.announced, missing=row.announced - row.stored)
            for row in self._connection.execute(query)
        ]

    def quarantine(self, source: str, refused: Sequence[Refused], *, at: datetime) -> Sequence[Refused]:
        """Keep the bytes of refused entries that have some; return those that had come before."""
        rows = {
            _key(source, entry.body): {
                "key": _key(source, entry.body),
                "source": source,
                "place": entry.place,
                "reason": entry.reason,
                "body": entry.body[:_KEPT_BYTES],
                "at": at,
                "times": 0,
            }
            for entry in refused
            if entry.body
        }
        if not rows:
            return ()
        before: set[str] = set()
        for part in chunks(rows):
            known = select(QUARANTINE.c.key).where(QUARANTINE.c.key.in_(part))
            before.update(self._connection.execute(known).scalars())
        run_many(self._connection, insert_or_skip(self._connection, QUARANTINE), list(rows.values()))
        for part in chunks(rows):
            self._connection.execute(
                update(QUARANTINE).where(QUARANTINE.c.key.in_(part)).values(times=QUARANTINE.c.times + 1)
            )
        kept = select(QUARANTINE.c.key).where(QUARANTINE.c.source == source)
        kept = kept.order_by(QUARANTINE.c.at.desc(), QUARANTINE.c.key).limit(_KEPT_ROWS)
        self._connection.execute(
            delete(QUARANTINE).where(QUARANTINE.c.source == source, QUARANTINE.c.key.not_in(kept))
        )
        return [entry for entry in refused if entry.body and _key(source, entry.body) in before]

    def set_aside(self) -> Mapping[str, int]:
        """Count what is set aside, by source."""
        query = select(QUARANTINE.c.source, func.count().label("entries")).group_by(QUARANTINE.c.source)
        rows = self._connection.execute(query.order_by(QUARANTINE.c.source))
        return {row.source: row.entries for row in rows}

    def quarantined(self, source: str | None = None) -> Sequence[Quarantined]:
        """Return what is set aside, newest first."""
        query = select(QUARANTINE).order_by(QUARANTINE.c.at.desc(), QUARANTINE.c.key)
        if source is not None:
            query = query.where(QUARANTINE.c.source == source)
        return [
            Quarantined(
                key=row.key,
                source=row.source,
                place=row.place,
                reason=row.reason,
                body=bytes(row.body),
                at=row.at,
                times=row.times,
            )
            for row in self._connection.execute(query)
        ]

    def unasked(
        self, enricher: str, *, published_since: datetime, asked_before: datetime, limit: int
    ) -> Sequence[Paper]:
        """Return papers that this enricher was not asked about lately, newest first."""
        asked = and_(ENRICHED.c.paper_id == PAPER.c.id, ENRICHED.c.enricher == enricher)
        query = (
            select(PAPER)
            .outerjoin(ENRICHED, asked)
            .where(PAPER.c.first_seen >= published_since, PAPER.c.library_only.is_(False))
            .where(ENRICHED.c.asked_at.is_(None) | (ENRICHED.c.asked_at < asked_before))
            .order_by(PAPER.c.first_seen.desc(), PAPER.c.id)
            .limit(limit)
        )
        return [read_paper(row) for row in self._connection.execute(query)]

    def note_asked(
        self, enricher: str, papers: Iterable[PaperId], found: Iterable[PaperId], *, at: datetime
    ) -> None:
        """Note that an enricher was asked about papers, and which of them it knew."""
        known = frozenset(found)
        rows = [
            {"enricher": enricher, "paper_id": paper, "asked_at": at, "found": paper in known}
            for paper in dict.fromkeys(papers)
        ]
        run_many(self._connection, upsert(self._connection, ENRICHED, ["enricher", "paper_id"]), rows)

    def add_events(self, events: Sequence[PaperEvent]) -> None:
        """Append what happened to papers."""
        run_many(self._connection, insert(PAPER_EVENT), [event_row(event) for event in events])

    def events(
        self, since: datetime, until: datetime, papers: Iterable[PaperId] | None = None
    ) -> Sequence[PaperEvent]:
        """Return what happened in (since, until], oldest first, to some papers or to all."""
        query = select(PAPER_EVENT).where(PAPER_EVENT.c.at > since, PAPER_EVENT.c.at <= until)
        parts = [None] if papers is None else list(chunks(papers))
        rows: list[Row[Any]] = []
        for part in parts:
            one = query if part is None else query.where(PAPER_EVENT.c.paper_id.in_(part))
            rows += self._connection.execute(one).all()
        rows.sort(key=lambda row: (row.at, row.id))
        return [
            PaperEvent(paper=PaperId(row.paper_id), kind=EventKind(row.kind), at=row.at, detail=row.detail)
            for row in rows
        ]


def _against_store() -> Join:
    """Join what was announced to the names of what is stored."""
    same = and_(PAPER_ALIAS.c.scheme == ANNOUNCED.c.scheme, PAPER_ALIAS.c.value == ANNOUNCED.c.value)
    return ANNOUNCED.outerjoin(PAPER_ALIAS, same)


def _key(source: str, body: bytes | None) -> str:
    return hashlib.sha256(source.encode() + b"\x00" + (body or b"")).hexdigest()
