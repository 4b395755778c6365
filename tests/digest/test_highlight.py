"""Terms set off in texts: whole words, both numbers, never in a formula, and never too many."""

from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.digest.excerpt import beside, shown
from recommender.digest.highlight import MOST, highlight, terms_of
from recommender.domain.digests import Span
from recommender.domain.editions import Evidence


def marked(text: str, *terms: str) -> list[str]:
    """Return the marked pieces of one text."""
    (spans,) = highlight([text], terms)
    assert "".join(span.text for span in spans) == shown(text)
    return [span.text for span in spans if span.marked]


def test_whole_words_in_any_case() -> None:
    """The text keeps its own spelling."""
    assert marked("Graph networks read a graph.", "graph") == ["Graph", "graph"]


def test_never_inside_a_longer_word() -> None:
    """Nor in a compound, an address, or a name with a number."""
    text = "paragraphs, graph-based subgraph graph_2 GPT-graph graphite https://graph.example/graph"
    assert marked(text, "graph") == []


def test_singular_and_plural() -> None:
    """Whichever the term is written in."""
    assert marked("A graph of graphs.", "graphs") == ["graph", "graphs"]
    assert marked("Strategies beat a strategy.", "strategy") == ["Strategies", "strategy"]
    assert marked("One strategy, many strategies.", "strategies") == ["strategy", "strategies"]
    assert marked("A box of boxes.", "boxes") == ["box", "boxes"]
    assert marked("A loss is no los.", "loss") == ["loss"]


def test_the_longest_term_wins() -> None:
    """A phrase is one mark, though its words are terms too."""
    text = "A large language model edits a model."
    assert marked(text, "model", "language", "language model") == ["language model", "model"]
    assert marked("large language model editing", "large language", "language model editing") == [
        "language model editing"
    ]


def test_a_hyphen_is_as_good_as_a_space() -> None:
    """Between the words of a term, in the text or in the term."""
    assert marked("rank-one and rank one updates", "rank one") == ["rank-one", "rank one"]
    assert marked("Rank one updates", "rank-one") == ["Rank one"]


def test_punctuation_beside_a_term() -> None:
    """Brackets, quotation marks, stops, dashes and a genitive are not part of a word."""
    text = "(model), “model”. The model's weights"
    assert marked(text, "model") == ["model", "model"]
    assert marked("The model’s weights—model", "model") == ["model", "model"]


def test_never_inside_a_formula() -> None:
    """Neither where it has spaces nor where it has brackets."""
    abstract = r"Costs are $O(n \log n)$ and $f(log)$. We log f(log) too."
    (first, second) = highlight(beside(abstract, "Costs are O(n log n) and f(log)."), ("log", "n"))
    assert not any(span.marked for span in first)
    assert [span.text for span in second if span.marked] == ["log"]
    assert "".join(span.text for span in first) == "Costs are O(n log n) and f(log)."


def test_marks_are_few_and_shared_out() -> None:
    """A term stands out twice, a paper's texts have six marks in all, the key sentence first."""
    texts = ["one two three one one two", "one two three four five six"]
    first, second = highlight(texts, ("one", "two", "three", "four", "five", "six"))
    assert [span.text for span in first if span.marked] == ["one", "two", "three", "one", "two"]
    assert [span.text for span in second if span.marked] == ["three"]


def test_nothing_to_mark() -> None:
    """No terms, single letters, an empty text."""
    assert highlight(["a b", ""], ()) == [(Span("a b"),), ()]
    assert marked("a b", "a", " ", "") == []


def test_terms_come_from_evidence() -> None:
    """The reader's keywords first, then shared terms; TeX is read; other scorers have no terms."""
    evidence = (
        Evidence(scorer="content", share=0.5, terms=(r"K\"ahler metric", "graph")),
        Evidence(scorer="keywords", share=0.3, terms=("graph", "editing")),
        Evidence(scorer="categories", share=0.2, terms=("cs.CL",)),
    )
    assert terms_of(evidence) == ("graph", "editing", "Kähler metric")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=200), max_size=3), st.lists(st.text(max_size=12), max_size=6))
def test_spans_joined_are_the_text(texts: list[str], terms: list[str]) -> None:
    """Whatever is marked."""
    spans = highlight(texts, [*terms, *(word for text in texts for word in text.split()[:2])])
    assert ["".join(span.text for span in own) for own in spans] == [shown(text) for text in texts]
    assert sum(span.marked for own in spans for span in own) <= MOST
    assert all(span.text for own in spans for span in own)


@settings(max_examples=200, deadline=None)
@given(st.text("ab -(.\u2019s\ufdd0İß", max_size=60), st.text("ab s", min_size=2, max_size=4))
def test_a_mark_is_never_part_of_a_word(text: str, term: str) -> None:
    """What stands beside a mark is white space, or a sign that belongs to no word."""
    (spans,) = highlight([text], [term])
    pieces = [span.text for span in spans]
    for at, span in enumerate(spans):
        if span.marked:
            before, after = "".join(pieces[:at]), "".join(pieces[at + 1 :])
            assert not before or not (before[-1].isalnum() or before[-1] == "-")
            assert not after or not (after[0].isalnum() or after[0] == "-")
