"""Cutting abstracts: at sentences, at words, never inside a formula."""

from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.digest.excerpt import excerpt


def test_whole_sentences() -> None:
    """As many whole sentences as fit, and no ellipsis."""
    text = (
        "First sentence that is rather long and says one thing. " * 3
        + "A last one does not fit, as it is too long."
    )
    assert excerpt(text, 170) == " ".join(["First sentence that is rather long and says one thing."] * 3)


def test_short_abstract_is_whole() -> None:
    """A short abstract is not touched."""
    assert excerpt("One line.") == "One line."
    assert excerpt("") == ""


def test_abbreviations_end_no_sentence() -> None:
    """`e.g.`, `et al.` and initials are not sentence ends."""
    text = (
        "Edits, e.g. By Meng et al. In 2022, hold for J. Doe and 96.4% of answers as Fig. 2 shows in detail. "
    )
    assert excerpt(text + "Next sentence here." * 20, 160) == text.strip()


def test_long_sentence_is_cut_at_a_word() -> None:
    """A first sentence longer than the limit ends at a word with an ellipsis."""
    cut = excerpt("word " * 200, 100)
    assert len(cut) <= 101
    assert cut.endswith("word…")


def test_formula_is_never_cut() -> None:
    """The cut falls before a formula, not inside it."""
    for limit in range(40, 90):
        cut = excerpt(
            r"The cost of an edit grows as $a + b + c + d + e + f + g$ with depth, " + "always " * 80, limit
        )
        assert "a + " not in cut or "a + b + c + d + e + f + g" in cut


def test_a_few_characters_more_are_kept() -> None:
    """A text that is a little too long is not cut ten characters before its end."""
    text = "Short start. " + "word " * 20 + "end."
    assert excerpt(text, len(text) - 10) == text


def test_paragraphs_become_one() -> None:
    """Line breaks and indents of the source are single spaces."""
    assert excerpt("One\n  two.\n\n  Three.") == "One two. Three."


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=900), st.integers(min_value=20, max_value=400))
def test_limit_holds(text: str, limit: int) -> None:
    """No abstract gives more than the limit and a little slack."""
    assert len(excerpt(text, limit)) <= max(limit + 1, limit * 1.15)


def test_the_sign_that_keeps_formulas_whole_is_nobodys() -> None:
    """An abstract that holds it itself loses it, and a formula keeps its spaces."""
    assert excerpt("A\ufdd0B has $O(n \\log n)$ steps.") == "AB has O(n log n) steps."
