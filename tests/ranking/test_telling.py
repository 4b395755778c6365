"""Which shared terms are worth naming."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from recommender.domain.papers import Paper
from recommender.ranking.telling import Telling, triples
from recommender.ranking.text import TextSpace
from tests.builders import a_paper

SPARE = 5000
"""Papers about nothing."""


def count(text: str, times: int) -> list[Paper]:
    """Return papers that say a text and nothing else."""
    return [a_paper(number, title="x", abstract=text) for number in range(times)]


@pytest.fixture(scope="module")
def telling() -> Telling:
    """Return the choice of a store where some words are common, some rare, and some stand together."""
    papers = [
        *count("model", 3000),
        *count("novel method", 600),
        *count("gaussian splatting scenes", 90),
        *count("gaussian noise", 40),
        *count("glacier", 60),
        *count("scanner", 200),
        *count("render", 90),
        *count("real time rendering", 20),
        *count("glacier model", 6),
    ]
    blank = [a_paper(title="x", abstract="y")] * (SPARE - len(papers))
    return Telling.of(TextSpace.fit([*papers, *blank]))


def chosen(
    telling: Telling, *terms: str, own: bool = False, titled: Sequence[str] = (), **weights: float
) -> list[str]:
    """Choose of terms and their words, which weigh 1 where nothing else is said."""
    shared = {*terms, *(word for term in terms for word in term.split(" "))}

    def weigh(terms: list[str]) -> npt.NDArray[np.float32]:
        return np.asarray([weights.get(term.replace(" ", "_"), 1.0) for term in terms], dtype=np.float32)

    return telling.chosen(shared, weigh, own=own, titled=titled)  # type: ignore[arg-type]  # lists are what it is called with


def test_the_papers_read_are_known_by_the_rarest_weight(telling: Telling) -> None:
    """Parts need a whole."""
    assert telling.read == pytest.approx(SPARE + 1, rel=1e-3)


def test_what_many_papers_have_is_not_named(telling: Telling) -> None:
    """A word of 60 % of all papers, and a phrase of 12 %; a word of 1 % is."""
    assert chosen(telling, "model", "novel", "method", "novel method", "glacier") == ["glacier"]


def test_nothing_telling_is_nothing(telling: Telling) -> None:
    """To say less is better than to say "model"."""
    assert chosen(telling, "model", "novel", "method", "novel method") == []
    assert chosen(telling) == []


def test_two_words_are_named_together_only_as_a_phrase(telling: Telling) -> None:
    """Six papers of sixty say "glacier model", and most papers say "model"."""
    assert chosen(telling, "glacier", "model", "glacier model") == ["glacier"]
    assert chosen(telling, "gaussian", "splat", "gaussian splat") == ["gaussian splat"]


def test_what_the_reader_wrote_side_by_side_is_a_phrase(telling: Telling) -> None:
    """However seldom papers do."""
    assert chosen(telling, "glacier", "model", "glacier model", own=True) == ["glacier model"]


def test_what_the_reader_wrote_and_the_title_says_may_be_commoner(telling: Telling) -> None:
    """A paper with "scanner" in its title is about scanners, if 4 % of the papers are; not about models."""
    asked = "scanner", "model"
    assert chosen(telling, *asked, titled=asked, own=True) == ["scanner"]
    assert chosen(telling, *asked, own=True) == []
    assert chosen(telling, *asked, titled=asked) == []


def test_half_of_a_phrase_is_not_named(telling: Telling) -> None:
    """Where both texts have the whole of it, the whole is named."""
    whole = "real time", "time render", "real time render"
    assert chosen(telling, *whole, time_render=3.0) == ["real time render"]
    assert chosen(telling, "gaussian splat", "splat scene", "gaussian splat scene") == [
        "gaussian splat scene"
    ]


def test_what_hardly_counted_is_not_named(telling: Telling) -> None:
    """The weightiest comes first, no word twice, and much weaker ones are left out."""
    shared = "glacier", "gaussian splat", "gaussian noise", "render"
    found = chosen(telling, *shared, glacier=0.5, gaussian_splat=2.0, render=0.3, scene=0.1)
    assert found == ["gaussian splat", "noise", "glacier"]


def test_triples() -> None:
    """Three neighbours each."""
    assert list(triples(["a", "b", "c", "d"])) == ["a b c", "b c d"]
    assert list(triples(["a", "b"])) == []
