"""Texts as they were sent, other people's summaries and names: into the store, out of it, and merged."""

from dataclasses import replace
from pathlib import Path

from recommender.domain.papers import Paper
from recommender.store.fold import merge
from tests.builders import NOON, a_paper
from tests.stores import sqlite_store

SENT = a_paper(
    title="A & B",
    abstract="6 ± 2",
    version=1,
    original_title="A &amp; B\n",
    original_abstract="6 &#177; 2",
    summary="Six.",
    summary_by="Hugging Face (some-model)",
    submitter="Eve Four",
    author_count=5,
)


def stored(folder: Path, *papers: Paper) -> Paper:
    """Return the paper that a store makes of sightings, each in a transaction of its own."""
    store = sqlite_store(folder)
    for paper in papers:
        with store.write() as unit:
            name = unit.papers.fold([paper], seen_at=NOON).ids[0]
    with store.read() as unit:
        found = unit.papers.get([name])[name]
    store.close()
    return found


def test_what_was_sent_comes_back_as_it_was(tmp_path: Path) -> None:
    """White space included."""
    assert stored(tmp_path, SENT) == replace(SENT, first_seen=NOON)


def test_what_no_database_can_hold_is_taken_out(tmp_path: Path) -> None:
    """NUL and half a surrogate pair, which cleaning had removed from the text itself."""
    found = stored(tmp_path, replace(SENT, original_title="A\x00 \ud800 B"))
    assert found.original_title == "A ? B"


def test_a_new_version_brings_its_own(tmp_path: Path) -> None:
    """What was sent belongs to the text that is kept: a clean new title has none."""
    newer = replace(SENT, version=2, title="A, B", original_title=None)
    found = stored(tmp_path, SENT, newer)
    assert (found.title, found.original_title) == ("A, B", None)
    assert (found.abstract, found.original_abstract) == ("6 ± 2", "6 &#177; 2")


def test_another_source_without_them_takes_nothing_away(tmp_path: Path) -> None:
    """A summary and a submitter stay, whoever leads."""
    plain = a_paper(title="A & B", abstract="6 ± 2", version=2)
    found = stored(tmp_path, SENT, plain)
    assert (found.summary, found.summary_by, found.submitter) == (
        "Six.",
        "Hugging Face (some-model)",
        "Eve Four",
    )


def test_seeing_it_again_changes_nothing() -> None:
    """Neither the same sighting nor one of the same text that was clean."""
    known = replace(SENT, first_seen=NOON)
    assert merge(known, SENT) == known
    clean = replace(SENT, original_title=None, original_abstract=None)
    assert merge(merge(known, clean), clean) == merge(known, clean)
