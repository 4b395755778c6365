"""Reasons: true sentences from evidence, and their levers."""

from dataclasses import replace
from itertools import combinations, product

import pytest

from recommender.digest.reasons import reason
from recommender.domain.editions import Evidence, Lever, Recommendation, Section
from recommender.domain.papers import PaperId
from tests.digest.samples import english

PAPER = PaperId("arxiv:2601.00001")
LIKED = PaperId("arxiv:2202.05262")
TITLES = {LIKED: "Locating and Editing Facts in X$^2$"}


def said(
    *evidence: Evidence,
    section: Section = Section.INTEREST,
    propensity: float | None = None,
    interest: str = "Model editing",
) -> tuple[str, Lever | None]:
    """Put evidence into words."""
    recommendation = Recommendation(
        paper=PAPER,
        section=section,
        interest="editing",
        score=1,
        match=0.9,
        evidence=evidence,
        propensity=propensity,
    )
    return reason(recommendation, TITLES, interest, english())


def ev(scorer: str, share: float = 0.5, **fields: object) -> Evidence:
    """Build evidence of a scorer."""
    return Evidence(scorer=scorer, share=share, **fields)  # type: ignore[arg-type]  # a builder takes any field by name


KEYWORD = ev("keywords", 0.6, terms=("knowledge editing",))
TERMS = ev("content", 0.3, terms=("factual associations", "rank-one"))
LESS = Lever(act="less", value=PAPER)


@pytest.mark.parametrize(
    "evidence, sentence",
    [
        (
            (KEYWORD, TERMS),
            (
                "Matches your keyword “knowledge editing” and shares “factual associations” and “rank-one” "
                "with your interest."
            ),
        ),
        (
            (ev("keywords", terms=("a", "b", "c", "d")),),
            "Matches your keywords “a”, “b” and “c”.",
        ),
        ((ev("authors", author="Kevin Meng"),), "By Kevin Meng, whom you follow."),
        (
            (ev("authors", author="Kevin Meng", paper=LIKED),),
            "By Kevin Meng, who also wrote “Locating and Editing Facts in X²”, one of your picks.",
        ),
        (
            (ev("content", terms=("facts", "rank-one"), paper=LIKED),),
            "Shares “facts” and “rank-one” with “Locating and Editing Facts in X²”, one of your picks.",
        ),
        (
            (ev("content", terms=("facts",), paper=LIKED),),
            "Nearest to “Locating and Editing Facts in X²”, one of your picks.",
        ),
        (
            (ev("authors", author="A B", paper=PaperId("arxiv:0000.00000")),),
            "By A B, an author of one of your picks.",
        ),
        ((ev("categories", terms=("cs.CL",)),), "In cs.CL, which you follow."),
        ((ev("trending", count=1200),), "1,200 upvotes so far."),
        (
            (ev("collaborative", count=7),),
            "7 readers with votes like yours lean towards it.",
        ),
        (
            (ev("collaborative", count=2, paper=LIKED),),
            "Goes with “Locating and Editing Facts in X²”, one of your picks.",
        ),
    ],
)
def test_sentences(evidence: tuple[Evidence, ...], sentence: str) -> None:
    """Each kind of evidence has its sentence."""
    assert said(*evidence)[0] == sentence


def test_largest_share_comes_first() -> None:
    """The order follows the shares, not the order of the list."""
    assert said(ev("trending", 0.1, count=90), ev("authors", 0.7, author="A B"))[0].startswith("By A B")


def test_at_most_two_things_are_said() -> None:
    """A third scorer is left out."""
    text, _ = said(KEYWORD, TERMS, ev("trending", 0.05, count=9))
    assert "upvotes" not in text


def test_negligible_shares_are_silent() -> None:
    """What hardly counted is not given as a reason."""
    assert "upvotes" not in said(KEYWORD, ev("trending", 0.01, count=9))[0]


@pytest.mark.parametrize("count", [None, 0, 1, 4])
def test_fewer_than_five_readers_are_never_spoken_of(count: int | None) -> None:
    """Small groups could be recognised."""
    text, _ = said(ev("collaborative", count=count))
    assert "reader" not in text.lower()


def test_a_handful_of_upvotes_is_no_reason() -> None:
    """Outside of Trending a few upvotes are not mentioned."""
    assert "upvote" not in said(KEYWORD, ev("trending", 0.3, count=4))[0]


def test_interest_is_named_away_from_its_heading() -> None:
    """Under its own heading an interest is not named again; elsewhere it is."""
    for evidence in ((), (TERMS,), (KEYWORD, TERMS)):
        assert "“Model editing”" not in said(*evidence)[0]
        assert "interest" in said(*evidence)[0]
        assert "interest" not in said(*evidence, interest="")[0]
    assert "“Model editing”" in said(TERMS, section=Section.TRENDING)[0]
    assert "“Model editing”" in said(KEYWORD, TERMS, section=Section.DIFFERENT)[0]


def test_unknown_titles_are_not_named() -> None:
    """A paper that is gone is left out rather than shown by id."""
    text, _ = said(ev("content", terms=("facts",), paper=PaperId("arxiv:0000.00000")))
    assert "0000" not in text
    assert "picks" not in text


def test_keyword_is_not_repeated_as_a_shared_term() -> None:
    """What matched as a keyword is not news as a shared term."""
    evidence = ev("content", 0.3, terms=("Knowledge editing", "knowledge edits", "Knowledge", "rank-one"))
    text, lever = said(KEYWORD, evidence)
    assert text == (
        "Matches your keyword “knowledge editing” and shares “knowledge edits” and “rank-one” "
        "with your interest."
    )
    assert lever == Lever(act="less", value=PAPER)
    assert said(KEYWORD, ev("content", 0.3, terms=("Knowledge Editings",)))[0] == (
        "Matches your keyword “knowledge editing”."
    )


def test_nothing_is_said_twice() -> None:
    """A pick is named once, whoever leads to it; of words that begin alike the first."""
    assert said(ev("content", terms=("Statistical", "statistics", "tests")))[0] == (
        "Shares “Statistical” and “tests” with your interest."
    )
    wrote = ev("authors", 0.5, author="A B", paper=LIKED)
    text, _ = said(wrote, ev("content", 0.4, terms=("new facts",), paper=LIKED))
    assert text.endswith("one of your picks. Shares “new facts” with that paper.")
    assert text.count("Locating") == 1
    text, _ = said(ev("content", 0.4, paper=LIKED), ev("collaborative", 0.3, paper=LIKED))
    assert text == "Nearest to “Locating and Editing Facts in X²”, one of your picks."


def test_the_name_of_an_interest_is_no_news_of_it() -> None:
    """Where it is named its own words are left out, unless there are no others."""
    named = said(ev("content", terms=("models", "rank-one")), section=Section.TRENDING)[0]
    assert named == "Shares “rank-one” with your interest “Model editing”."
    assert "“models”" in said(ev("content", terms=("models",)), section=Section.TRENDING)[0]


def test_reasons_are_short() -> None:
    """Any three kinds of evidence in any section make at most 300 characters of whole sentences."""
    kinds = [
        KEYWORD,
        ev("content", 0.3, terms=("factual associations", "rank-one updates", "feed-forward"), paper=LIKED),
        ev("authors", 0.4, author="Kevin Meng", paper=LIKED),
        ev("collaborative", 0.2, count=7, paper=LIKED),
        ev("trending", 0.2, count=1200),
        ev("categories", 0.1, terms=("cs.CL", "cs.LG")),
    ]
    for three, section in product(combinations(kinds, 3), Section):
        text, _ = said(*three, section=section, propensity=0.1)
        assert len(text) <= 300, text
        assert text.endswith(".")
        assert ".." not in text


def test_trending_section_leads_with_attention() -> None:
    """In Trending the count comes first, however small its share."""
    text, _ = said(KEYWORD, ev("trending", 0.01, count=120), section=Section.TRENDING)
    assert text.startswith("120 upvotes so far.")
    assert "knowledge editing" in text


def test_no_count_claims_no_upvotes() -> None:
    """Attention without a number says no number."""
    assert "upvote" not in said(ev("trending", count=None), section=Section.TRENDING)[0]


@pytest.mark.parametrize("count, text", [(2, "Drawing attention now."), (3, "3 upvotes so far.")])
def test_two_upvotes_are_not_counted_out(count: int, text: str) -> None:
    """Comments or stars brought such a paper."""
    assert said(ev("trending", count=count), section=Section.TRENDING)[0] == text


def test_exploration_says_so_and_owns_the_chance() -> None:
    """The exploration slot is named, and chance only where there was some."""
    assert said(TERMS, section=Section.DIFFERENT, propensity=0.05)[0] == (
        "Shares “factual associations” and “rank-one” with your interest “Model editing”. "
        "Chosen partly by chance."
    )
    assert said(section=Section.DIFFERENT)[0] == "A step aside from your usual reading."
    one = said(ev("content", terms=("fields",)), section=Section.DIFFERENT)
    assert one == ("A step aside from your usual reading.", None)
    assert "chance" not in said(TERMS, section=Section.DIFFERENT)[0]


def test_a_paper_to_learn_from_asks_for_the_vote() -> None:
    """Where ranking chose a paper for what a vote on it tells, the reason says so, and only there."""
    asked = said(TERMS, ev("exploration", share=0.0), section=Section.DIFFERENT, propensity=0.05)[0]
    assert asked.startswith("Shares")
    assert asked.endswith("Chosen partly by chance, for what your vote on it would teach.")
    asked = said(ev("exploration", share=0.0), section=Section.DIFFERENT)[0]
    assert asked == "A step aside from your usual reading. Chosen for what your vote on it would teach."
    assert "your vote" not in said(TERMS, section=Section.DIFFERENT, propensity=0.05)[0]


def test_no_evidence_makes_no_claim() -> None:
    """Without evidence there is a plain sentence and no lever."""
    assert said() == ("Ranked high for your interest as a whole; no single word stands out.", None)
    assert said(section=Section.TRENDING)[0] == "Drawing attention now."


@pytest.mark.parametrize(
    "evidence, lever",
    [
        (replace(TERMS, paper=LIKED), Lever(act="mute", value="factual associations")),
        (TERMS, LESS),
        (
            ev("content", terms=("editing models", "rank-one"), paper=LIKED),
            Lever(act="mute", value="rank-one"),
        ),
        (
            ev("content", terms=("rank-one", "causal tracing"), paper=LIKED, wanted=("rank-one",)),
            Lever(act="mute", value="causal tracing"),
        ),
        (ev("content", terms=("rank-one",) * 2, paper=LIKED, wanted=("rank-one",)), LESS),
        (ev("authors", author="Kevin Meng", paper=LIKED), Lever(act="follow", value="Kevin Meng")),
        (ev("authors", author="Kevin Meng"), LESS),
        (KEYWORD, LESS),
    ],
)
def test_levers(evidence: Evidence, lever: Lever) -> None:
    """Each reason has the knob that fits it; nobody is offered to mute what they asked for."""
    assert said(evidence)[1] == lever


def test_a_keyword_is_not_shared_once_more() -> None:
    """A hyphen parts words as a space does."""
    keyword = ev("keywords", 0.6, terms=("retrieval-augmented generation",))
    shared = ev("content", 0.3, terms=("Retrieval Augmented Generation",))
    assert said(keyword, shared)[0] == "Matches your keyword “retrieval-augmented generation”."


def test_a_reader_known_by_votes_alone_may_mute_any_term() -> None:
    """There is no word of theirs that it would silence."""
    assert said(TERMS, interest="")[1] == Lever(act="mute", value="factual associations")


def test_hostile_terms_are_harmless() -> None:
    """Terms and names come from strangers."""
    text, _ = said(ev("content", terms=("a\u202eb\r\nc",)), ev("authors", 0.2, author="X\x00" + "y" * 300))
    assert "\u202e" not in text
    assert "\n" not in text
    assert len(text) < 250
