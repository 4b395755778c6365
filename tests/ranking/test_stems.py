"""Stems: what meets and what must not."""

import pytest

from recommender.ranking.stems import Stems, singular, stem


@pytest.mark.parametrize(
    "family",
    [
        ("editing", "edited", "edits", "edit"),
        ("unlearning", "unlearned", "unlearn"),
        ("store", "stored", "storing", "stores"),
        ("updating", "updates", "update"),
        ("stopped", "stop", "stopping"),
        ("model", "models"),
    ],
)
def test_forms_of_one_word_meet(family: tuple[str, ...]) -> None:
    """Plural, -ing, -ed and final e go."""
    assert len({stem(word) for word in family}) == 1


@pytest.mark.parametrize(
    "one, other",
    [("rating", "rats"), ("university", "universe"), ("news", "new"), ("string", "str"), ("speed", "spe")],
)
def test_different_words_stay_apart(one: str, other: str) -> None:
    """Cutting stops before the word is another one."""
    assert stem(one) != stem(other)


@pytest.mark.parametrize("word", ["bias", "loss", "focus", "analysis", "gas", "gpt4", "v2"])
def test_words_that_only_look_like_plurals_stay(word: str) -> None:
    """-ss, -us, -is, -as and names with digits are left alone."""
    assert singular(word) == word


def test_stop_words_and_single_letters_are_no_content() -> None:
    """What every text has is left out; what papers mean stays."""
    assert Stems.english().content(["the", "paper", "x", "systems", "of", "proteins"]) == [
        "system",
        "protein",
    ]


def test_phrases_keep_their_stop_words() -> None:
    """A phrase is compared word by word."""
    assert Stems.english().all(["state", "of", "the", "art"]) == ["state", "of", "the", "art"]
