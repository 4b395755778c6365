"""The pure merge of two sightings."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.identity import bare_title
from recommender.domain.papers import Paper, PaperId, PaperStatus
from recommender.store.fold import cleaned, merge
from tests.builders import NOON, a_paper

TEXTS = st.sampled_from(["", "a", "b", "$a$", r"\b a"])
TIMES = st.sampled_from([None, NOON, NOON + timedelta(days=1)])
PAPERS = st.builds(
    Paper,
    id=st.sampled_from([PaperId("arxiv:1"), PaperId("arxiv:2"), PaperId("doi:3"), PaperId("title:a")]),
    title=TEXTS.filter(bool) | st.sampled_from(["arXiv:1", "doi:3"]),
    abstract=TEXTS,
    authors=st.lists(TEXTS, max_size=2).map(tuple),
    keywords=st.lists(TEXTS, max_size=2, unique=True).map(tuple),
    venue=st.sampled_from([None, "x", "y"]),
    published=TIMES,
    updated=TIMES,
    first_seen=TIMES,
    version=st.sampled_from([None, 1, 2]),
    status=st.sampled_from(PaperStatus),
    library_only=st.booleans(),
).filter(lambda paper: ":" not in paper.title or paper.title == bare_title(paper.id))
"""A title that stands in for an id stands in for the paper's own."""


@given(PAPERS)
def test_a_paper_merged_with_itself_is_itself(paper: Paper) -> None:
    """The same file imported again changes nothing."""
    assert merge(paper, paper) == paper


@given(PAPERS, PAPERS)
def test_merging_a_sighting_again_changes_nothing(known: Paper, sighting: Paper) -> None:
    """Once merged, a sighting has no more to say."""
    once = merge(known, sighting)
    assert merge(once, sighting) == once


@given(PAPERS, PAPERS)
def test_what_one_side_knows_is_not_lost(known: Paper, sighting: Paper) -> None:
    """A merged field is empty only where both sides are."""
    both = merge(known, sighting)
    for name in ("abstract", "authors", "venue", "published", "updated", "first_seen"):
        assert bool(getattr(both, name)) == bool(getattr(known, name) or getattr(sighting, name))


@given(PAPERS, PAPERS)
def test_the_first_sighting_is_the_earliest(known: Paper, sighting: Paper) -> None:
    """Whatever leads."""
    times = [at for at in (known.first_seen, sighting.first_seen) if at]
    assert merge(known, sighting).first_seen == min(times, default=None)


def test_a_later_update_brings_its_text() -> None:
    """Even a shorter one."""
    later = a_paper(abstract="Short.", updated=NOON + timedelta(days=1))
    assert merge(a_paper(updated=NOON), later).abstract == "Short."


def test_a_later_update_without_a_version_brings_its_text() -> None:
    """OAI-PMH says when a paper was revised and not which version it is now."""
    first = replace(a_paper(abstract="Old words."), version=1, published=NOON, updated=None)
    later = replace(first, abstract="New words.", version=None, updated=NOON + timedelta(days=3))
    assert (merge(first, later).abstract, merge(first, later).version) == ("New words.", 1)
    assert merge(later, first).abstract == "New words."
    assert merge(replace(first, version=None), later).abstract == "New words."
    earlier = replace(later, updated=NOON - timedelta(days=3))
    assert merge(first, earlier).abstract == "Old words."


def test_a_later_update_leads_again_once_it_has_the_others_version() -> None:
    """What was merged has a version, and is of a later date all the same."""
    first = replace(a_paper(title="$Old$", abstract="Old words."), version=1, published=NOON, updated=None)
    day = timedelta(days=1)
    later = replace(a_paper(title="New", abstract="New."), published=NOON + day, updated=NOON + day)
    once = merge(later, first)
    assert (once.title, once.abstract, once.published, once.version) == ("New", "New.", NOON + day, 1)
    assert merge(once, first) == once


def test_a_withdrawn_twin_does_not_withdraw_the_work() -> None:
    """Duplicates are withdrawn on arXiv; the other record stands."""
    twin = a_paper(2, title=a_paper(1).title, status=PaperStatus.WITHDRAWN, version=2)
    assert merge(a_paper(1, version=1), twin).status is PaperStatus.ACTIVE


def test_a_version_that_takes_the_withdrawal_back_is_active() -> None:
    """The newest version speaks."""
    withdrawn = a_paper(version=2, status=PaperStatus.WITHDRAWN)
    assert merge(withdrawn, a_paper(version=3)).status is PaperStatus.ACTIVE


def test_a_library_entry_never_leads() -> None:
    """A year made into a date does not replace the day."""
    library = a_paper(library_only=True, published=NOON.replace(month=1, day=1), title="Typed by hand")
    both = merge(a_paper(published=NOON), library)
    assert (both.published, both.title, both.library_only) == (NOON, a_paper().title, False)


@pytest.mark.parametrize("text", ["nul \x00 byte", "half \ud800 pair"])
def test_text_that_no_database_takes_is_mended(text: str) -> None:
    """And the rest of the batch is saved."""
    paper = cleaned(a_paper(abstract=text, authors=(text,)), seen_at=NOON)
    assert "\x00" not in paper.abstract
    assert paper.abstract.encode() == paper.authors[0].encode()


def test_cleaning_keeps_a_sighting_time_that_is_known() -> None:
    """The import time is for papers without one."""
    early = NOON - timedelta(days=1)
    assert cleaned(replace(a_paper(), first_seen=early), seen_at=NOON).first_seen == early
