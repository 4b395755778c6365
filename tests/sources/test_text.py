"""Text hygiene."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.sources.text import (
    clean,
    clean_abstract,
    clean_names,
    clean_title,
    decode,
    given_first,
    plain_text,
    safe_link,
)


@pytest.mark.parametrize(
    "raw, cleaned",
    [
        ("  two \n\t lines ", "two lines"),
        ("a\x00b\x07c\x9d", "abc"),
        ("lone \ud800 half", "lone half"),
        ("right\u202eleft\u2066", "rightleft"),
        ("\ufeffmark\u200b", "mark"),
        ("next\x85line\u2028end", "next line end"),
        ("<think> x", "<think> x"),
    ],
)
def test_clean(raw: str, cleaned: str) -> None:
    """White space is one space, what cannot be seen is gone, everything else stays."""
    assert clean_title(raw) == cleaned


@given(st.text(st.characters(), max_size=300), st.integers(1, 50))
def test_clean_text_is_always_storable(text: str, limit: int) -> None:
    """Whatever comes in, what comes out is short, on one line and can be encoded."""
    cleaned = clean(text, limit)
    assert len(cleaned) <= limit
    assert cleaned == " ".join(cleaned.split())
    cleaned.encode("utf-8")


def test_lengths_are_capped() -> None:
    """Titles end at 1,000 characters, abstracts at 20,000, names at 4,000 of them."""
    assert len(clean_title("x" * 5_000)) == 1_000
    assert len(clean_abstract("x" * 50_000)) == 20_000
    assert len(clean_names(["Ada"] * 5_000)) == 4_000


def test_names_without_letters_are_dropped() -> None:
    """A lone colon is no author; single words and other scripts are."""
    assert clean_names(["NVIDIA", ":", "  ", "李明", None]) == ("NVIDIA", "李明")


@pytest.mark.parametrize(
    "name, shown",
    [
        ("One, Ada", "Ada One"),
        ("Ada One", "Ada One"),
        ("King, Jr., Martin", "Martin King Jr."),
        ("One,", "One,"),
    ],
)
def test_given_first(name: str, shown: str) -> None:
    """Names are put into reading order where that is certain."""
    assert given_first(name) == shown


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org",
        "http://",
        "ftp://a.b/",
        "http://u:p@a.b/",
        "https://a b/",
        "https://[x",
        None,
        5,
        "https://a.b/" + "x" * 3_000,
    ],
)
def test_unsafe_links(link: object) -> None:
    """Only absolute web links without credentials are links."""
    assert safe_link(link) is None


def test_safe_link() -> None:
    """A web link stays as it is."""
    assert safe_link(" https://example.org/a?b=c#d ") == "https://example.org/a?b=c#d"


@given(st.binary(max_size=200))
def test_decode_never_fails(body: bytes) -> None:
    """Any bytes become some text."""
    assert "\r" not in decode(body)


@pytest.mark.parametrize(
    "markup, words",
    [
        ("<p>One</p><p>two</p>", " One  two "),
        ("a<script>alert(1)</script>b<style>x</style>c", "abc"),
        ("a<!-- <b>no</b> -->b", "ab"),
        ("H<sub>2</sub>O &amp; &lt;b&gt;", "H2O & <b>"),
        ("why 1 < 2 and 3 > 2", "why 1 < 2 and 3 > 2"),
        ("<jats:p>In</jats:p>", " In "),
        ("open <script>to the end", "open "),
    ],
)
def test_plain_text(markup: str, words: str) -> None:
    """Tags, comments and scripts are gone, characters are themselves."""
    assert plain_text(markup) == words


@pytest.mark.parametrize("piece", ["<", "<a ", "<!", "<!--", "<a href='", "&", "</", "<script>", "-->"])
def test_hostile_markup_takes_no_time(piece: str) -> None:
    """A long run of half-open markup is read in a moment."""
    start = time.perf_counter()
    plain_text(piece * 100_000)
    assert time.perf_counter() - start < 2


@given(st.text(max_size=200))
def test_plain_text_never_fails(markup: str) -> None:
    """Any markup becomes some words."""
    assert "<script" not in plain_text(f"<script>{markup.replace('<', '')}</script>")
