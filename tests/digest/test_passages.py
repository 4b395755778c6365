"""What is shown of a paper's text: its key sentence, the rest or a summary, and terms set off."""

from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.digest.excerpt import JOINER, sentences
from recommender.digest.highlight import MOST
from recommender.digest.passages import Passages, passages
from recommender.domain.digests import Span
from recommender.domain.editions import EditionItem, Evidence, Section
from tests.builders import a_paper
from tests.digest.samples import english

WORDS = english()
ABSTRACT = "Facts grow old. We edit a fact in $O(n \\log n)$ steps. It holds. Facts stay."
SENTENCE = "We edit a fact in O(n log n) steps."


def an_item(sentence: str = SENTENCE, *terms: str) -> EditionItem:
    """Build an item whose content terms are `terms`."""
    return EditionItem(
        paper=a_paper(1).id,
        section=Section.INTEREST,
        interest="editing",
        position=0,
        score=1.0,
        match=0.9,
        reason="Because.",
        sentence=sentence,
        evidence=(Evidence(scorer="content", share=1.0, terms=terms),),
    )


def shown(item: EditionItem, **paper: object) -> Passages:
    """Return what is shown of a paper with the abstract above."""
    return passages(a_paper(1, **({"abstract": ABSTRACT} | paper)), item, WORDS)


def text(spans: tuple[Span, ...]) -> str:
    """Join spans."""
    return "".join(span.text for span in spans)


def test_the_sentence_and_the_rest() -> None:
    """The formula is whole in plain characters, the gap is told."""
    own = shown(an_item())
    assert (text(own.sentence), text(own.excerpt)) == (SENTENCE, "Facts grow old. … It holds. Facts stay.")
    assert (own.summary, own.summary_by) == ("", "")


def test_terms_are_set_off_in_both() -> None:
    """In the sentence first, as often as allowed."""
    own = shown(an_item(SENTENCE, "facts", "log"))
    assert own.sentence == (Span("We edit a "), Span("fact", marked=True), Span(" in O(n log n) steps."))
    assert own.excerpt[0] == Span("Facts", marked=True)
    assert not any(span.marked for span in own.excerpt[1:])


def test_rows_of_old_show_an_excerpt() -> None:
    """Nothing was chosen when they were made."""
    own = shown(an_item(""))
    assert own.sentence == ()
    assert text(own.excerpt).startswith("Facts grow old. We edit")


def test_a_revised_abstract() -> None:
    """The sentence stays as it was chosen, beside the new beginning."""
    own = shown(an_item(), abstract="Now it says something else. At length.")
    assert (text(own.sentence), text(own.excerpt)) == (SENTENCE, "Now it says something else. At length.")


def test_no_abstract_no_passages() -> None:
    """A title is all there is."""
    assert shown(an_item(""), abstract="") == Passages(sentence=(), excerpt=())


def test_a_summary_takes_the_place_of_the_rest() -> None:
    """It is cleaned, cut, and labelled with whose it is; terms are not marked in what is not the authors'."""
    own = shown(
        an_item(), summary="An \\textbf{edit}\u202e of facts. " * 40, summary_by="Hugging Face (a/model)"
    )
    assert text(own.sentence) == SENTENCE
    assert own.excerpt == ()
    assert own.summary.startswith("An edit of facts. An edit")
    assert len(own.summary) <= 320
    assert own.summary_by == "Summary by Hugging Face (a/model), made by a machine:"


def test_a_summary_of_nobody() -> None:
    """Is said to be from elsewhere."""
    assert shown(an_item(), summary="Edits.").summary_by == WORDS.say("paper.summary")


def test_a_summary_that_repeats_the_sentence_is_dropped() -> None:
    """The rest of the abstract tells more."""
    own = shown(an_item(), summary="We edit a fact in O(n log n) steps", summary_by="Semantic Scholar")
    assert own.summary == ""
    assert text(own.excerpt).startswith("Facts grow old.")


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=500),
    st.text(max_size=80),
    st.text(max_size=80),
    st.lists(st.text(max_size=9), max_size=4),
)
def test_any_text_is_shown(abstract: str, extra: str, summary: str, terms: list[str]) -> None:
    """A sentence is shown whole and as it was chosen, with few marks and without a joiner."""
    for sentence in (*sentences(abstract)[:2], *sentences(extra)[:1]):
        own = shown(an_item(sentence, *terms, *sentence.split()[:2]), abstract=abstract, summary=summary)
        assert text(own.sentence) == sentence
        spans = (*own.sentence, *own.excerpt)
        assert sum(span.marked for span in spans) <= MOST
        assert not any(JOINER in span.text or not span.text for span in spans)
        assert not (own.summary and own.excerpt)
        assert bool(own.summary) == bool(own.summary_by)
