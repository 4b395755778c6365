"""Keywords and mutes as phrases."""

import numpy as np
import pytest

from recommender.domain.papers import Paper
from recommender.ranking.keywords import KeywordScorer
from recommender.ranking.phrases import PhraseIndex, muted, singulars
from recommender.ranking.text import words
from recommender.ranking.vectors import Lens
from tests.builders import a_paper
from tests.ranking import world

PAPERS = [
    a_paper(1, title="A Survey of Knowledge Editing", abstract="Editing of knowledge.", authors=("Ann Lee",)),
    a_paper(2, title="Dragging things", abstract="Editing of our knowledge.", categories=("cs.CV",)),
    a_paper(3, title="Models unlearned", abstract="We edit knowledge; knowledge-editing helps."),
]


def keyword_scores(lens: Lens, *keywords: str) -> list[float]:
    """Score the three papers for one profile's keywords; NaN becomes 0."""
    pool = world.a_pool(PAPERS)
    batch = world.a_batch(lens, [world.a_profile(keywords=keywords)], pool)
    row = KeywordScorer(lens.space.stems).score(batch, lens.candidates(pool, pool.papers))[0]
    return [float(value) for value in np.nan_to_num(row)]


def test_words_must_stand_side_by_side(lens: Lens) -> None:
    """`Editing of knowledge` is no hit; a hyphen is."""
    first, second, third = keyword_scores(lens, "knowledge editing")
    assert first > 0
    assert second == 0
    assert third > 0


def test_a_title_hit_outweighs_an_abstract_hit(lens: Lens) -> None:
    """Titles count double."""
    first, _, third = keyword_scores(lens, "knowledge editing")
    assert first > third


def test_keywords_meet_through_stems(lens: Lens) -> None:
    """`unlearning` finds `unlearned`."""
    assert keyword_scores(lens, "unlearning")[2] > 0


def test_a_keyword_without_letters_finds_nothing(lens: Lens) -> None:
    """Signs alone are no phrase."""
    assert keyword_scores(lens, "--", "") == [0, 0, 0]


@pytest.mark.parametrize(
    "mute, hidden",
    [
        ("survey", [True, False, False]),
        ("surveys", [True, False, False]),
        ("rag", [False, False, False]),
        ("ann lee", [True, False, False]),
        ("lee", [True, False, False]),
        ("cs.CV", [False, True, False]),
        ("unlearning", [False, False, False]),
        ("model", [False, False, True]),
    ],
)
def test_a_mute_hides_whole_words(lens: Lens, mute: str, hidden: list[bool]) -> None:
    """Title, abstract, authors and categories are looked at; parts of words and stems are not."""
    pool = world.a_pool(PAPERS)
    profiles = [world.a_profile(mute=(mute,)), world.a_profile()]
    found = muted(profiles, lens.candidates(pool, pool.papers))
    assert found[0].tolist() == hidden
    assert not found[1].any()


def test_a_phrase_never_crosses_fields() -> None:
    """The last word of one field and the first of the next are apart, at the end of everything too."""
    index = PhraseIndex([words("dark"), words("matter dark")], singulars)
    assert index.find(index.key("dark matter")) == []
    assert index.find(index.key("matter dark")) == [1]


def test_evidence_names_the_readers_own_spelling(lens: Lens) -> None:
    """The keyword is quoted as declared, once."""
    profile = world.a_profile(keywords=("Knowledge Editing", "knowledge edits", "galaxies"))
    paper: Paper = PAPERS[0]
    assert KeywordScorer(lens.space.stems).explain(profile, [paper])[0].terms == ("Knowledge Editing",)
