"""The key sentence: what wins, what never does, and what a reader's terms change."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.ranking.sentence_cues import CUES, cues
from recommender.ranking.sentence_weights import WEIGHTS
from recommender.ranking.sentences import FEATURES, features, read

TITLE = "RankEdit: Rank-One Edits of Facts in Language Models"
ABSTRACT = (
    "Language models have become popular in recent years.",
    "However, their facts grow old and training them again is costly.",
    "We propose RankEdit, a method for rank-one edits of facts in language models.",
    (
        "RankEdit locates the feed-forward layer that recalls a fact by tracing activations and rewrites "
        "one row of its weights, rather than fine-tuning the whole network."
    ),
    "Extensive experiments show that it outperforms the state of the art.",
    "Code is available at https://example.org/code.",
)


def test_how_beats_a_proposal_that_repeats_the_title() -> None:
    """The sentence after it says what is done."""
    assert read(TITLE, ABSTRACT).pick() == 3


def test_a_proposal_that_says_how_wins() -> None:
    """It beats background, praise and links."""
    proposal = (
        "We propose RankEdit, which locates the layer that recalls a fact by tracing activations and "
        "rewrites one row of its weights."
    )
    told = (*ABSTRACT[:2], proposal, *ABSTRACT[4:])
    assert read(TITLE, told).pick() == 2


def test_a_study_tells_what_it_found() -> None:
    """Where a title asks, the finding with its figures wins."""
    told = (
        "Language models are asked for facts every day.",
        "In this paper, we study how well they know what they do not know.",
        (
            "We find that larger models are less calibrated: on 2,000 questions they are sure of "
            "41% of their wrong answers, while small models are sure of only 12%."
        ),
        "Our work paves the way for future research.",
    )
    assert read("Do Language Models Know What They Do Not Know?", told).pick() == 2


@pytest.mark.parametrize("place", [0, 1, 4, 5])
def test_background_gaps_praise_and_links_do_not_win(place: int) -> None:
    """Each is worth less than either of the two that tell something."""
    worth = read(TITLE, ABSTRACT).worth
    assert worth[place] < min(worth[2], worth[3])


def test_a_sentence_that_points_back_loses_against_its_twin() -> None:
    """`It rewrites` cannot be read alone, a name can."""
    alone = "RankEdit rewrites one row of the weights by a closed form that keeps all other facts in place."
    pointing = alone.replace("RankEdit", "It")
    assert cues(pointing)["dangling"]
    assert not cues(alone)["dangling"]
    one, other = (read(TITLE, (*ABSTRACT[:3], own)).worth[3] for own in (pointing, alone))
    assert one < other - 1


@pytest.mark.parametrize(
    "cue,shows,shows_not",
    [
        ("proposal", "In this paper, we propose a sieve.", "Sieves have been proposed."),
        ("proposal", "A sieve is introduced.", "Sieves sort grains."),
        ("detail", "Specifically, it weighs.", "A specific weight."),
        ("key", "The key idea is weighing.", "Keys turn."),
        ("purpose", "To weigh grains, we use scales.", "To our knowledge, none weighs."),
        ("gap", "However, few weigh.", "We weigh, however."),
        ("dangling", "This weighs.", "This paper weighs."),
        ("own", "Our sieve weighs.", "Sieves of ours weigh."),
        ("result", "Extensive experiments on sand show gains.", "We run experiments on sand."),
        ("how", "A sieve that weighs.", "A sieve weighs."),
        ("acts", "Sieve leverages scales.", "A lever."),
        ("finding", "Surprisingly, sand is light.", "Sand is light."),
        ("contrast", "Unlike others, it weighs.", "It weighs."),
        ("vague", "It outperforms others.", "It performs."),
        ("worth", "It paves the way.", "It goes its way."),
        ("link", "Code is available.", "Codes avail."),
        ("survey", "This survey has a taxonomy.", "This paper has a table."),
        ("data", "A dataset of 900 grains.", "A set of grains."),
        ("data", "It holds 12k labelled images.", "It holds many images."),
        ("figures", "It gains 3.1%.", "It gains in 2025."),
        ("trouble", "Grains suffer from wind.", "Grains enjoy wind."),
        ("first", "It is the first sieve.", "At first it was."),
        ("here", "In this work, sand.", "Work in sand."),
        ("parts", "It has two stages.", "It has stages."),
    ],
)
def test_cues(cue: str, shows: str, shows_not: str) -> None:
    """Each is seen in one sentence and not in the other."""
    assert cues(shows)[cue]
    assert not cues(shows_not)[cue]


def test_terms_choose_among_equals() -> None:
    """Of two sentences worth about the same the one with the reader's terms is shown."""
    twins = (
        "We introduce a decoder, which reads the graph by message passing over its edges and nodes.",
        "We introduce an encoder, which reads the text by attention over its words and phrases.",
    )
    own = read("Two Readers", twins)
    assert own.pick(("message passing", "graph")) == 0
    assert own.pick(("attention", "Phrases")) == 1


def test_terms_do_not_lift_what_says_nothing() -> None:
    """A background sentence stays behind, however many of the terms it holds."""
    assert read(TITLE, ABSTRACT).pick(("language models", "popular", "years")) == 3


def test_one_sentence_is_the_sentence() -> None:
    """And none is none."""
    assert read("A Title", ("Only one.",)).pick() == 0
    assert read("A Title", ()).sentences == ()
    with pytest.raises(ValueError, match="empty"):
        read("A Title", ()).pick()


def test_of_equals_the_first() -> None:
    """Two texts without a word: the order decides."""
    assert read("", ("…", "…")).worth[0] != 0
    assert read("", ("", "", "")).pick() == max(range(3), key=lambda at: read("", ("", "", "")).worth[at])


def test_every_feature_has_a_weight_and_every_cue_is_a_feature() -> None:
    """The table and the code name the same things."""
    assert features(TITLE, ABSTRACT).shape == (len(ABSTRACT), len(WEIGHTS))
    assert set(CUES) <= set(FEATURES)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.lists(st.text(max_size=200), min_size=1, max_size=8))
def test_any_text_has_finite_numbers(title: str, told: list[str]) -> None:
    """And the choice is one of the sentences, the same each time."""
    own = read(title, told)
    assert all(abs(worth) < 100 for worth in own.worth)
    assert own.pick(told[:2]) in range(len(told))
    assert own == read(title, told)
