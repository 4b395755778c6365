"""Entities, composed letters, what cannot be seen."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.sources.characters import UNWANTED, readable
from recommender.sources.text import clean

PIECES = [
    "&amp;",
    "&lt;",
    "&#38;",
    "&#x26;",
    "&num;",
    "amp;",
    "lt;",
    "#38;",
    "&",
    "<think>",
    "\u200b",
    "e\u0301",
]
texts = st.one_of(
    st.text(st.characters(), max_size=200), st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
)


@pytest.mark.parametrize(
    "raw, shown",
    [
        ("Caf&eacute; &amp; bar", "Café & bar"),
        ("&#955;-calculus, &#x3bb;", "λ-calculus, λ"),
        ("it&rsquo;s &quot;so&quot;&apos;", 'it’s "so"\''),
        ("twice &amp;lt; encoded", "twice < encoded"),
        ("&amp;amp;amp; four times", "& four times"),
    ],
)
def test_complete_known_entities_are_decoded(raw: str, shown: str) -> None:
    """However often they were encoded."""
    assert readable(raw) == shown


@pytest.mark.parametrize(
    "text",
    [
        "AT&T; R&D; Q&A;",
        "a &lt b, R&D, x&y;z",
        "&in; &it; &Sub; are no names of HTML 4",
        "<think> x </think> 1 + 1 < 1 & 2 > 1",
        '<a href="https://example.org/">text</a>',
        "\u06a9\u062a\u0627\u0628\u200c\u0647\u0627",
        "\U0001f469\u200d\U0001f52c \u2764\ufe0f",
    ],
)
def test_what_is_no_entity_and_has_a_meaning_stays(text: str) -> None:
    """Names with an ampersand, tags, joiners inside words and emoji."""
    assert readable(text) == text


@pytest.mark.parametrize(
    "written", ["&#0;", "&#8;", "&#x1b;", "&#xd800;", "&#1114112;", "&#8238;", "&shy;", "&lrm;"]
)
def test_entities_make_no_character_that_is_not_wanted(written: str) -> None:
    """Controls, surrogates, overrides and hyphens that nobody sees."""
    assert readable(f"a{written}b") == "ab"


@pytest.mark.parametrize("code", ["200e", "200f", "061c", "00ad", "2062", "e0041", "fdd0", "fffb", "1d173"])
def test_what_cannot_be_seen_is_gone(code: str) -> None:
    """Marks of direction, soft hyphens, hidden operators, tags."""
    assert readable(f"a{chr(int(code, 16))}b") == "ab"


def test_letters_are_composed() -> None:
    """Also where an invisible character stood between a letter and its accent."""
    assert readable("Fu\u0300xi\u0300, e\u200b\u0301") == "Fùxì, é"


@given(texts, st.integers(1, 60))
def test_cleaning_is_done_after_one_time(text: str, limit: int) -> None:
    """What comes out is short, composed, visible, on one line, and the same when cleaned again."""
    cleaned = clean(text, limit)
    assert len(cleaned) <= limit
    assert not UNWANTED.search(cleaned)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == " ".join(cleaned.split())
    assert clean(cleaned, limit) == cleaned


@pytest.mark.parametrize(
    "text", ["&" + "amp;" * 200_000, "&amp;" * 200_000, "&" * 500_000, "\u200b" * 500_000]
)
def test_hostile_texts_take_no_time(text: str) -> None:
    """Long runs are read in a moment; one without end loses its ampersands."""
    start = time.perf_counter()
    assert len(clean(text, 20_000)) <= 20_000
    assert time.perf_counter() - start < 2
