"""What stands beside the key sentence: the rest of the abstract, cut where a reader would pause."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.digest.excerpt import excerpt, rest, sentences

FOUR = ("First things come first.", "Second we do it.", "Third it works well.", "Fourth there is code.")
ABSTRACT = " ".join(FOUR)


def test_key_sentence_is_left_out() -> None:
    """And the gap is told."""
    assert rest(ABSTRACT, FOUR[1]) == f"{FOUR[0]} … {FOUR[2]} {FOUR[3]}"


@pytest.mark.parametrize("place", [0, 3])
def test_no_gap_at_either_end(place: int) -> None:
    """Nothing is missing before or after."""
    assert rest(ABSTRACT, FOUR[place]) == " ".join(own for own in FOUR if own != FOUR[place])


def test_cut_at_a_sentence_end() -> None:
    """`…` says that there is more."""
    assert rest(ABSTRACT, FOUR[2], 45) == f"{FOUR[0]} {FOUR[1]} …"
    assert rest(ABSTRACT, FOUR[1], 30) == f"{FOUR[0]} …"


def test_a_long_first_sentence_is_cut_at_a_word() -> None:
    """With less than a third of the limit in whole sentences the next is cut."""
    text = f"{'word ' * 60}end. Key sentence here."
    cut = rest(text, "Key sentence here.", 100)
    assert cut.endswith("word…")
    assert len(cut) <= 101


def test_one_sentence_leaves_nothing() -> None:
    """It is the key sentence."""
    assert rest("Only one.", "Only one.") == ""


def test_a_revised_abstract_gives_an_ordinary_excerpt() -> None:
    """The sentence is in it no more."""
    assert rest(ABSTRACT, "It said so once.", 50) == excerpt(ABSTRACT, 50)


def test_a_formula_is_never_cut() -> None:
    """At whatever limit."""
    formula = "a + b + c + d + e + f + g"
    text = f"Key it is. The cost of an edit grows as ${formula}$ with depth, {'always ' * 80}"
    for limit in range(20, 120):
        cut = rest(text, "Key it is.", limit)
        assert "a + " not in cut or formula in cut


def test_a_sentence_longer_than_any_reader_is_clipped_and_found_again() -> None:
    """Clipped at a word; the rest of the abstract knows it."""
    long = f"We {'really ' * 120}do"
    first, second = sentences(f"{long}. That is all.")
    assert first.endswith("really…")
    assert len(first) <= 600
    assert rest(f"{long}. That is all.", first) == second


@pytest.mark.parametrize(
    "text,told",
    [
        ("We cut K and V. This helps.", ["We cut K and V.", "This helps."]),
        ("By J. Doe et al. Another one.", ["By J. Doe et al. Another one."]),
        ("Nodes, edges, etc. We go on.", ["Nodes, edges, etc.", "We go on."]),
        ("It needs recovery. iFIT needs none.", ["It needs recovery.", "iFIT needs none."]),
        ("It is (approx. twice) as fast.", ["It is (approx. twice) as fast."]),
        ("Nodes, etc. Then Fig. 2 shows.", ["Nodes, etc. Then Fig. 2 shows."]),
        (
            "It lacks a space.We mend it. Not in ASP.NET.",
            ["It lacks a space.", "We mend it.", "Not in ASP.NET."],
        ),
        (
            "It has two parts. 1) Slicing. We cut. 2) Joining. We glue.",
            ["It has two parts.", "1) Slicing. We cut.", "2) Joining. We glue."],
        ),
        (
            "(i) Effective: it works on all of them. (ii) So.",
            ["(i) Effective: it works on all of them.", "(ii) So."],
        ),
        ("", []),
        ("  \n ", []),
    ],
)
def test_sentences(text: str, told: list[str]) -> None:
    """Initials, `etc.` and headings of items end none by themselves."""
    assert sentences(text) == told


TEXTS = st.text(max_size=900) | st.lists(
    st.sampled_from(["We do it. ", "It works, ", "K and V. ", "$a + b$ ", "word ", "(i) One. ", "5.2% "])
).map("".join)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_sentences_joined_are_the_text(text: str) -> None:
    """No character but white space is lost, unless a sentence is clipped."""
    told = sentences(text)
    assert all(own.strip() for own in told)
    if not any(own.endswith("…") for own in told):
        bare = re.sub(r"\s", "", excerpt(text, 10_000))
        assert re.sub(r"\s", "", "".join(told)) == bare


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.integers(0, 20), st.integers(20, 400))
def test_rest_is_words_of_the_abstract(text: str, place: int, limit: int) -> None:
    """Within the limit and its slack, and every word is whole where words are of usual length."""
    told = sentences(text)
    if not told:
        return
    cut = rest(text, told[place % len(told)], limit)
    assert len(cut) <= limit * 1.15 + 6
    words = set(" ".join(told).split())
    if all(len(word) <= limit // 2 for word in words):
        stems = {word.rstrip(" ,;:.–—-([…") for word in words}
        assert all(word in words or word.rstrip("…") in stems for word in cut.split() if word != "…")
