"""The store takes real arXiv and Hugging Face rows, and knows the works in them.

The rows are read here in the plainest way; the sources' own parsers are tested elsewhere.
"""

import gzip
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from recommender.domain.events import EventKind
from recommender.domain.papers import Paper, PaperId
from recommender.services.doubts import doubtful_pairs
from recommender.store.sql_store import SqlStore
from tests.builders import NOON
from tests.paths import shared_data

TWINS = (
    ("2505.17997", "2506.03038"),
    ("2506.03197", "2510.15349"),
    ("2506.06035", "2510.03122"),
    ("2507.12759", "2510.09354"),
    ("2509.18176", "2509.25393"),
    ("2509.21801", "2601.11002"),
)
LOOKALIKES = ("2503.12492", "2503.12494")
"""Two titles, one abstract to the byte: two papers, and a pair in doubt."""
REVISED = "2503.21813"
FULL = os.environ.get("PAPERROUTE_REPLAY") == "full"


def rows(folder: Path, months: str = "*") -> Iterator[Mapping[str, Any]]:
    """Yield the rows of the files of some months, in order."""
    for path in sorted(folder.glob(f"papers-{months}.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def paper(row: Mapping[str, Any]) -> Paper:
    """Build a paper from a row of either kind."""
    return Paper(
        id=PaperId(f"arxiv:{row['id']}"),
        title=" ".join(row["title"].split()),
        abstract=" ".join(row["abstract"].split()),
        authors=tuple(row["authors"]),
        categories=tuple(row.get("categories") or ()),
        keywords=tuple(row.get("ai_keywords") or ()),
        comment=row.get("comment"),
        first_seen=datetime.fromisoformat(row.get("first_seen") or row["day"]).replace(tzinfo=UTC),
    )


def test_two_papers_with_one_abstract_stay_two(sqlite_store: SqlStore) -> None:
    """Real ones: their titles differ."""
    found = [paper(row) for row in rows(shared_data("arxiv"), "2025-03") if row["id"] in LOOKALIKES]
    with sqlite_store.write() as unit:
        assert (len(found), unit.papers.fold(found, seen_at=NOON).added) == (2, 2)


def test_a_month_of_both_sources_is_one_set_of_papers(sqlite_store: SqlStore) -> None:
    """Hugging Face rows fold into arXiv rows by id and leave their titles alone."""
    arxiv = [paper(row) for row in rows(shared_data("arxiv"), "2025-03")]
    known = {one.id: one for one in arxiv}
    recorded = [paper(row) for row in rows(shared_data("hf-daily"), "2025-03")]
    with sqlite_store.write() as unit:
        unit.papers.fold(arxiv, seen_at=NOON)
        done = unit.papers.fold(recorded, seen_at=NOON)
        stored = unit.papers.get(known)
    assert done.added == len({one.id for one in recorded} - known.keys())
    assert {one.title.replace("$", "") for one in stored.values()} == {
        one.title.replace("$", "") for one in known.values()
    }


@pytest.mark.parametrize(
    "number, whole, mangled",
    [("2503.21779", "X$^{2}$-Gaussian", "X^{2}-Gaussian"), ("2505.07675", r"\texttt{D}", "texttt{D}ual")],
)
def test_a_title_that_lost_its_signs_never_stays(
    sqlite_store: SqlStore, number: str, whole: str, mangled: str
) -> None:
    """Whichever record came first, even if the poorer one is the later update."""
    found = [
        next(paper(row) for row in rows(shared_data(folder), months) if row["id"] == number)
        for folder, months in (("hf-daily", "2025-0[35]"), ("arxiv", "2025-0[35]"))
    ]
    assert mangled in found[0].title
    assert whole in found[1].title
    later = replace(found[0], updated=NOON)
    with sqlite_store.write() as unit:
        for one in (found[0], found[1], later):
            (stored,) = unit.papers.fold([one], seen_at=NOON).ids
        assert unit.papers.get([stored])[stored].title == found[1].title


def test_a_revised_listing_is_one_event(sqlite_store: SqlStore) -> None:
    """Its first text is not recorded, so another stands for it; the revision comes twice."""
    row = next(row for row in rows(shared_data("arxiv"), "2025-03") if row["id"] == REVISED)
    revised = replace(paper(row), updated=datetime.fromisoformat(row["revised_on"]).replace(tzinfo=UTC))
    first = replace(revised, abstract="Its first text.", updated=revised.first_seen)
    with sqlite_store.write() as unit:
        for one in (first, revised, revised, first):
            unit.papers.fold([one], seen_at=NOON)
        (event,) = unit.intake.events(NOON - timedelta(days=1), NOON)
        assert (event.kind, unit.papers.count()) == (EventKind.REVISED, 1)
        assert unit.papers.get([revised.id])[revised.id].abstract == revised.abstract


def test_the_twins_fold_and_a_second_import_changes_nothing(sqlite_store: SqlStore) -> None:
    """Every id leads to a paper, two ids of one work to one; PAPERROUTE_REPLAY=full reads all months."""
    months = "*" if FULL else "2025-0[56]"
    arxiv = [paper(row) for row in rows(shared_data("arxiv"), months)]
    recorded = [paper(row) for row in rows(shared_data("hf-daily"), months)]
    known = {one.id for one in arxiv}
    twins = {pair for pair in TWINS if {PaperId(f"arxiv:{number}") for number in pair} <= known}
    with sqlite_store.write() as unit:
        unit.papers.fold(arxiv, seen_at=NOON)
        count = unit.papers.count()
        added = unit.papers.fold(recorded, seen_at=NOON).added
        resolved = unit.papers.resolve(known)
        again = unit.papers.fold([*arxiv, *recorded], seen_at=NOON)
        folds = unit.twins.folds()
        pairs = {(pair.paper, pair.other) for pair in doubtful_pairs(unit.twins.texts(), unit.twins.apart())}
    assert twins
    assert (len(resolved), count) == (len(known), len(known) - len(twins))
    assert added == len({one.id for one in recorded} - known)
    for one, other in twins:
        assert resolved[f"arxiv:{one}"] == resolved[f"arxiv:{other}"] == f"arxiv:{one}"
    assert (again.added, again.changed) == (0, 0)
    assert {(fold.paper[6:], fold.other[6:]) for fold in folds} == twins
    assert len(pairs) < 40
    lookalikes = tuple(PaperId(f"arxiv:{number}") for number in LOOKALIKES)
    assert (lookalikes in pairs) == (known >= set(lookalikes))


def test_records_that_share_no_name_are_found_by_their_texts(sqlite_store: SqlStore) -> None:
    """Hugging Face rows under a DOI that nobody knows: the arXiv ids they hide tell who was found rightly."""
    months = "*" if FULL else "2025-05"
    arxiv = {one.id: one for one in (paper(row) for row in rows(shared_data("arxiv"), months))}
    hidden = [one for one in (paper(row) for row in rows(shared_data("hf-daily"), months)) if one.id in arxiv]
    named = {one.id: PaperId(one.id.replace("arxiv:", "doi:10.5555/")) for one in hidden}
    with sqlite_store.write() as unit:
        unit.papers.fold(list(arxiv.values()), seen_at=NOON)
        own = unit.papers.resolve(named)
        unit.papers.fold([replace(one, id=named[one.id]) for one in hidden], seen_at=NOON)
        led = unit.papers.resolve(named.values())
    wrong = {one: to for one, doi in named.items() if (to := led[doi]) not in (doi, own[one])}
    missed = [one for one, doi in named.items() if led[doi] == doi]
    assert wrong == {}
    assert len(missed) <= len(named) // 200, missed
