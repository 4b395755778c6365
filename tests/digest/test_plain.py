"""Cleaning strangers' text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.digest.plain import display_name, header_text, plain, shorten


@pytest.mark.parametrize(
    "dirty, clean",
    [
        ("a\x00b\x07c", "abc"),
        ("one\r\ntwo\u2028three\x85four", "one two three four"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("half \ud800 pair", "half pair"),
        ("no\ufdd0 char\ufffe\uffffac\U0001fffeters\U0010ffff", "no characters"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_plain(dirty: str, clean: str) -> None:
    """What nobody sees goes; what scripts need stays."""
    assert plain(dirty) == clean


def test_encoded_words_are_neutralised() -> None:
    """An encoded word with a newline in it becomes harmless text (python/cpython#121650)."""
    assert "=?" not in header_text("=?utf-8?q?evil=0ABcc=3A_x=40y?=")


def test_display_name_needs_no_quotes() -> None:
    """Characters that would need quoting in an address are gone."""
    assert display_name('Doe, "Jané" <x@y>; (z)') == "Doe Jané x y z"


def test_shorten_at_a_word() -> None:
    """A cut text ends at a word, without stray punctuation."""
    assert shorten("Alpha beta, gamma delta", 14) == "Alpha beta…"
    assert shorten("short", 14) == "short"


@given(st.text(), st.integers(min_value=2, max_value=90))
def test_shorten_never_exceeds(text: str, limit: int) -> None:
    """The result has at most `limit` characters."""
    assert len(shorten(text, limit)) <= limit
