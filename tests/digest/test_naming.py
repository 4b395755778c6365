"""Names of papers beside buttons."""

from dataclasses import replace

from recommender.digest.naming import short_names
from tests.digest.rich import rich

PAPER = rich().papers[0]


def names(*titles: str) -> list[str]:
    """Return the names of papers with these titles."""
    papers = [replace(PAPER, number=place + 1, title=title) for place, title in enumerate(titles)]
    return list(short_names(papers).values())


def test_names_are_short() -> None:
    """The beginning of a title says enough."""
    assert names("Rank-One Updates Write Facts into Mid-Layer Weights", "Short") == [
        "Rank-One Updates Write Facts…",
        "Short",
    ]


def test_names_that_begin_alike_are_longer() -> None:
    """Titles of a series are told apart."""
    series = "Removing What a Model Should Not Say, Part"
    assert names(f"{series} One", f"{series} Two", "Short") == [f"{series} One", f"{series} Two", "Short"]


def test_the_same_title_twice() -> None:
    """What cannot be told apart by title is by number."""
    assert names("Same", "Same") == ["1. Same", "2. Same"]


def test_a_name_taken_by_a_longer_title_is_not_taken_again() -> None:
    """A cut title that is another's whole title does not stand for both."""
    long = "Rank-One Updates Write Facts into Mid-Layer Weights"
    given = names(long, "Rank-One Updates Write Facts…", "Rank-One Updates Write Facts into Nothing at All")
    assert len(set(given)) == 3
