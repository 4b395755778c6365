"""What was typed, as words to look for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.services.query import LENGTH, WORDS, Query


@pytest.mark.parametrize(
    "typed, words",
    [
        ("knowledge editing", ("knowledge", "editing")),
        ("  The editing of  FACTS, in (LLMs)! ", ("editing", "FACTS", "LLMs")),
        ("to be or not to be", ("not",)),
        ("the who", ("the", "who")),
        ('"graph neural" nets', ("graph neural", "nets")),
        ("„tiefe Netze“ and more", ("tiefe Netze", "more")),
        ('"unclosed phrase', ("unclosed", "phrase")),
        ("\"\" '' ()", ()),
        ("a\x00b\u202ec\ttab", ("abc", "tab")),
        ("C++ 100% x_1", ("C++", "100%", "x_1")),
        ("same same SAME", ("same", "SAME")),
        ("", ()),
    ],
)
def test_words_of_a_text(typed: str, words: tuple[str, ...]) -> None:
    """Signs at the edges go, phrases stay whole, words that all texts have are left out beside others."""
    assert Query.read(typed).words == words


def test_too_much_is_cut_and_told() -> None:
    """Too many words as well as too long a text."""
    assert not Query.read("word").cut
    many = Query.read(" ".join(f"w{number}" for number in range(WORDS + 1)))
    assert (many.cut, len(many.words)) == (True, WORDS)
    assert Query.read("x" * (LENGTH + 1)).cut


@given(st.text())
def test_any_text_is_read(typed: str) -> None:
    """No word is empty or holds what cannot be seen, and reading again changes nothing."""
    query = Query.read(typed)
    assert all(word.strip() for word in query.words)
    assert len(query.words) <= WORDS
    assert "\x00" not in query.text
    assert Query.read(query.text).words == query.words
