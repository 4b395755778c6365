"""Pairs in doubt are found and judged; folds are listed, undone and made by hand."""

from pathlib import Path

import pytest

from recommender.domain.errors import InputError, UnknownPaper
from recommender.domain.papers import Paper, PaperId
from recommender.domain.twins import PaperText
from recommender.runtime import FixedClock
from recommender.services.doubts import doubtful_pairs
from recommender.services.findings import Health
from recommender.services.identity_health import identity_finding
from recommender.services.twins import Identities
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_paper
from tests.stores import sqlite_store

LONG = (
    "We weigh how records of papers can be told apart when their titles are alike. "
    "A sentence of sixty letters and more is somebody's own and nobody else's. "
    "The rest of it says which figures came out and what that means for a reader."
)
TITLE = "Telling the Records of Papers Apart by Their Titles"


def text(number: int, title: str, abstract: str = "", *authors: str) -> PaperText:
    """Build a text; without authors by one of its own."""
    names = authors or (f"Ada Author{number}",)
    return PaperText(id=PaperId(f"arxiv:2601.{number:05d}"), title=title, abstract=abstract, authors=names)


def reasons(*texts: PaperText) -> list[str]:
    """Return why pairs are in doubt."""
    return [pair.why for pair in doubtful_pairs(texts)]


@pytest.mark.parametrize(
    "one, other, why",
    [
        (text(1, TITLE, LONG), text(2, TITLE.upper(), "Another one."), "same title"),
        (text(1, TITLE, LONG), text(2, "Something else", LONG), "same abstract"),
        (
            text(1, TITLE, LONG, "Ada One", "Bo Two"),
            text(
                2,
                f"Fold: {TITLE}",
                LONG + " Now with a workshop at which much more was shown, said, asked and written down.",
                "Bo Two",
            ),
            "titles and abstracts alike",
        ),
        (
            text(1, TITLE, "", "Ada One"),
            text(2, "Telling the Record of Papers Apart by Their Title", "", "A. One"),
            "titles alike, same first author",
        ),
    ],
)
def test_pairs_that_may_be_one_work_are_in_doubt(one: PaperText, other: PaperText, why: str) -> None:
    """In either order."""
    assert reasons(one, other) == reasons(other, one) == [why]


@pytest.mark.parametrize(
    "one, other",
    [
        (
            text(1, "Hermes 3 Technical Report", "", "Ada One"),
            text(2, "Hermes 4 Technical Report", "", "Ada One"),
        ),
        (
            text(1, "Overview of Task 7 in 2024", "", "A. B"),
            text(2, "Overview of Task 7 in 2025", "", "A. B"),
        ),
        (
            text(1, TITLE, LONG),
            text(2, "Telling the Record of Papers Apart by Their Title", "Quite another."),
        ),
        (text(1, TITLE), text(2, "Three quite other words")),
        (text(1, "?"), text(2, "!")),
    ],
)
def test_pairs_that_are_plainly_two_works_are_not(one: PaperText, other: PaperText) -> None:
    """Volumes of a series, alike titles of strangers, titles of signs."""
    assert reasons(one, other) == []


def test_a_decision_is_not_asked_for_again() -> None:
    """Pairs that were parted by hand are left out."""
    one, other = text(1, TITLE), text(2, TITLE)
    assert doubtful_pairs([one, other], frozenset({frozenset((one.id, other.id))})) == []


def test_the_likeliest_pair_comes_first() -> None:
    """With a score of both texts, and the smaller id first."""
    pairs = doubtful_pairs([text(3, "Other words", LONG), text(2, TITLE, LONG), text(1, TITLE, LONG)])
    assert (pairs[0].paper[-1], pairs[0].other[-1]) == ("1", "2")
    assert pairs[0].score == 100
    assert [pair.score for pair in pairs] == sorted((pair.score for pair in pairs), reverse=True)


def test_a_crowd_is_not_compared_each_with_each() -> None:
    """Two thousand papers of one first author and one word meet nowhere, so nothing is scored."""
    crowd = [
        text(number, f"Report w{number}a w{number}b w{number}c", "", "Ada One") for number in range(2_000)
    ]
    assert doubtful_pairs(crowd) == []


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    """Return a store with one fold by texts and one pair in doubt."""
    store = sqlite_store(tmp_path)
    with store.write() as unit:
        unit.papers.fold(
            [a_paper(1), a_paper(2, title=a_paper(1).title, authors=("A. Author1",))], seen_at=NOON
        )
        unit.papers.fold([a_paper(3, title=a_paper(1).title, authors=("Zoe Zed",))], seen_at=NOON)
    return store


def papers(store: SqlStore) -> list[Paper]:
    """Return all papers, by id."""
    with store.read() as unit:
        return list(unit.papers.all())


def test_a_fold_is_listed_undone_and_made_again(store: SqlStore) -> None:
    """By what people type."""
    identities = Identities(store, FixedClock(NOON))
    (fold,) = identities.folds()
    assert identities.undo(fold.id).undone_at == NOON
    assert len(papers(store)) == 3
    again = identities.join("https://arxiv.org/abs/2601.00001v2", "2601.00002")
    assert (again.paper, again.other, len(papers(store))) == (a_paper(1).id, a_paper(2).id, 2)
    assert [entry.undone_at for entry in identities.folds()] == [None, NOON]


def test_what_is_unknown_is_named(store: SqlStore) -> None:
    """And changes nothing."""
    identities = Identities(store, FixedClock(NOON))
    with pytest.raises(UnknownPaper, match=r"2699\.00001"):
        identities.join("2601.00001", "2699.00001")
    with pytest.raises(InputError, match="one paper already"):
        identities.join("2601.00001", "2601.00002")


def test_doctor_counts_folds_and_names_pairs(store: SqlStore) -> None:
    """With the command that decides."""
    with store.read() as unit:
        finding = identity_finding(unit)
    assert (finding.check, finding.health) == ("identity", Health.OK)
    named = "arxiv:2601.00001 and arxiv:2601.00003"
    assert finding.detail == f"1 fold by text, 1 doubtful pair: {named}"
    assert "paperroute folds join" in finding.fix
    identities = Identities(store, FixedClock(NOON))
    identities.join("2601.00001", "2601.00003")
    with store.read() as unit:
        assert identity_finding(unit).detail == "2 folds by text, 0 doubtful pairs"
