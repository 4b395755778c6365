"""Daily listings and who brought which paper, read so that the answer cannot slip in.

Of a row only named fields are kept: `submitter*` are never among them, and in text-only mode nothing
is but id, title and abstract.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from recommender.domain.feedback import Vote
from recommender.domain.papers import Paper, PaperId, Signal
from recommender.ranking.text import words
from recommender.sources.moments import midnight, moment, noon
from recommender.sources.text import clean_abstract, clean_names, clean_title, optional

CURATORS = 3
"""So many accounts, the largest, bring papers for everybody and show no taste of their own."""
LEAST_PAST = 3
LEAST_LISTED = 8
_TEXT = ("day", "id", "title", "abstract")
_ALL = (*_TEXT, "authors", "published_at", "upvotes", "comments", "ai_keywords", "organization")
_MORNING = timedelta(hours=6)
"""When a day's listing is ranked; what happens on a day (votes, counts) is dated noon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One day: its papers, and the attention they had when the day was recorded."""

    day: date
    papers: tuple[Paper, ...]
    signals: tuple[Signal, ...]

    @property
    def morning(self) -> datetime:
        """The moment at which the listing is ranked: before its own counts."""
        return midnight(self.day) + _MORNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One account on one day: what it brought (the answer) and what it had brought before."""

    user: str
    number: int
    """Stands for the account in votes."""
    day: date
    targets: tuple[PaperId, ...]
    past: tuple[Vote, ...]
    """Oldest first."""


def read_listings(folder: Path, *, text_only: bool) -> list[Listing]:
    """Read `papers-*.jsonl.gz`, by day. A paper listed again later keeps its first day."""
    rows: dict[date, dict[PaperId, dict[str, Any]]] = defaultdict(dict)
    kept: set[PaperId] = set()
    for row in sorted(_rows(folder, _TEXT if text_only else _ALL), key=lambda row: str(row["day"])):
        paper = paper_id(row["id"])
        if paper not in kept:
            rows[date.fromisoformat(row["day"])][paper] = row
            kept.add(paper)
    return [_listing(day, rows[day]) for day in sorted(rows)]


def read_authors(folder: Path) -> dict[PaperId, frozenset[str]]:
    """Read the folded author names of every paper; used to tell cases apart after ranking."""
    rows = _rows(folder, ("id", "authors"))
    return {paper_id(row["id"]): frozenset(folded(row.get("authors") or ())) for row in rows}


def read_accounts(path: Path) -> dict[str, list[tuple[date, PaperId]]]:
    """Read what each account brought, oldest first; the largest three are left out."""
    with _open(path) as lines:
        rows = [json.loads(line) for line in lines]
    rows.sort(key=lambda row: (-len(row["papers"]), row["user"]))
    return {
        row["user"]: sorted((date.fromisoformat(own["day"]), paper_id(own["id"])) for own in row["papers"])
        for row in sorted(rows[CURATORS:], key=lambda row: str(row["user"]))
    }


def visits(
    listings: Sequence[Listing], accounts: Mapping[str, Sequence[tuple[date, PaperId]]], cut: date
) -> dict[date, list[Visit]]:
    """Return by day whom to rank for: at least three papers brought before, at least eight listed."""
    listed = {own.day: {paper.id for paper in own.papers} for own in listings}
    found: dict[date, list[Visit]] = defaultdict(list)
    for number, (user, brought) in enumerate(accounts.items(), start=1):
        for day in sorted({day for day, _ in brought if day >= cut}):
            past = _votes(number, brought, day)
            targets = tuple(paper for own, paper in brought if own == day and paper in listed.get(day, ()))
            if targets and len(past) >= LEAST_PAST and len(listed[day]) >= LEAST_LISTED:
                visit = Visit(user=user, number=number, day=day, targets=targets, past=past)
                found[day].append(visit)
    return found


def votes_before(accounts: Mapping[str, Sequence[tuple[date, PaperId]]], day: date) -> list[Vote]:
    """Return what all accounts brought before a day, as up-votes."""
    numbered = enumerate(accounts.values(), start=1)
    return [vote for number, brought in numbered for vote in _votes(number, brought, day)]


def folded(names: Collection[str]) -> list[str]:
    """Return names without case, accents and punctuation."""
    return [" ".join(words(name)) for name in names]


def paper_id(number: str) -> PaperId:
    """Return the canonical id of an arXiv number."""
    return PaperId(f"arxiv:{number}")


def _votes(number: int, brought: Sequence[tuple[date, PaperId]], day: date) -> tuple[Vote, ...]:
    return tuple(
        Vote(subscriber=number, paper=paper, up=True, at=noon(own)) for own, paper in brought if own < day
    )


def _listing(day: date, rows: Mapping[PaperId, Mapping[str, Any]]) -> Listing:
    signals = (
        Signal(
            paper=paper,
            source="huggingface",
            taken_at=noon(day),
            upvotes=row["upvotes"],
            comments=row.get("comments"),
        )
        for paper, row in rows.items()
        if row.get("upvotes") is not None
    )
    papers = tuple(_paper(paper, day, row) for paper, row in rows.items())
    return Listing(day=day, papers=papers, signals=tuple(signals))


def _paper(paper: PaperId, day: date, row: Mapping[str, Any]) -> Paper:
    return Paper(
        id=paper,
        title=clean_title(row["title"]),
        abstract=clean_abstract(row.get("abstract") or ""),
        authors=clean_names(row.get("authors") or ()),
        organisation=optional(row.get("organization")),
        keywords=clean_names(row.get("ai_keywords") or ()),
        published=moment(row.get("published_at")),
        first_seen=midnight(day),
    )


def _rows(folder: Path, fields: Sequence[str]) -> Iterator[dict[str, Any]]:
    paths = sorted(folder.glob("papers-*.jsonl*"))
    if not paths:
        raise FileNotFoundError(f"{folder}: no papers-*.jsonl.gz in it")
    for path in paths:
        with _open(path) as lines:
            for line in lines:
                row = json.loads(line)
                yield {field: row[field] for field in fields if field in row}


def _open(path: Path) -> Any:
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
