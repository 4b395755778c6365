"""Evidence: true, ordered, in the paper's own spelling."""

import re
from dataclasses import replace

import pytest

from recommender.domain.editions import Evidence
from recommender.domain.papers import Paper, PaperId
from recommender.domain.profiles import InterestProfile
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.stems import Stems
from recommender.ranking.text import words
from tests.builders import a_paper
from tests.ranking import world


def evidence(recommender: HybridRecommender, profile: InterestProfile, paper: Paper) -> dict[str, Evidence]:
    """Return the evidence for one paper among the world's, by scorer."""
    pool = world.a_pool([*world.papers(), paper])
    told = recommender.explain(world.ask(profile), pool, paper.id).interests[0].evidence
    assert [item.share for item in told] == sorted((item.share for item in told), reverse=True)
    return {item.scorer: item for item in told}


PAPER = a_paper(
    950,
    title="Knowledge Editing at Scale",
    abstract="We locate facts in language models. Editing KNOWLEDGE changes stored facts.",
    authors=("Ada Lovelace",),
    categories=("x.editing",),
)


def test_terms_stand_in_both_texts(recommender: HybridRecommender) -> None:
    """Named terms are spelled as in the paper, pairs first, no word twice."""
    profile = world.a_profile(name="Editing", about="knowledge editing: facts stored in language models")
    terms = evidence(recommender, profile, PAPER)["content"].terms
    assert terms[0] in {"Knowledge Editing", "language models", "stored facts"}
    assert 2 <= len(terms) <= 4
    said = [word for term in terms for word in words(term)]
    assert len(said) == len(set(said))
    own = set(Stems.english().all(words(profile.words)))
    assert set(Stems.english().all(said)) <= own
    assert all(re.search(re.escape(term), f"{PAPER.title} {PAPER.abstract}") for term in terms)


@pytest.mark.parametrize("subject", list(world.SUBJECTS))
def test_every_named_term_is_truly_in_the_paper(recommender: HybridRecommender, subject: str) -> None:
    """Over all recommendations of a subject."""
    profile = world.a_profile(
        about=world.SUBJECTS[subject], keywords=tuple(world.SUBJECTS[subject].split()[:2])
    )
    papers = {paper.id: paper for paper in world.papers()}
    found = recommender.recommend([world.ask(profile)], world.a_pool())[0]
    assert found
    for chosen in found:
        text = set(words(f"{papers[chosen.paper].title} {papers[chosen.paper].abstract}"))
        for item in chosen.evidence:
            if item.scorer == "content":
                assert item.terms
                assert {word for term in item.terms for word in words(term)} <= text


def test_votes_name_the_nearest_liked_paper(recommender: HybridRecommender) -> None:
    """Where likes say more than words, the liked paper is given and the terms are shared with it."""
    liked = world.of("galaxies")[:6]
    twin = replace(world.of("galaxies")[2], id=PaperId("arxiv:2601.99999"))
    item = evidence(recommender, world.liking(liked, name="Astronomy"), twin)["content"]
    assert item.paper == liked[2].id
    assert item.terms


def test_words_name_no_paper(recommender: HybridRecommender) -> None:
    """Without likes there is none to name."""
    assert evidence(recommender, world.a_profile(about="knowledge editing"), PAPER)["content"].paper is None


def test_each_scorer_says_what_it_saw(recommender: HybridRecommender) -> None:
    """Keyword, author and category are named; silent scorers give no evidence."""
    profile = world.a_profile(keywords=("knowledge editing",), authors=("A. Lovelace",), categories=("x",))
    found = evidence(recommender, profile, PAPER)
    assert found["keywords"].terms == ("knowledge editing",)
    assert found["authors"].author == "Ada Lovelace"
    assert found["categories"].terms == ("x.editing",)
    assert "trending" not in found
    assert found.get("collaborative", Evidence(scorer="", share=0)).paper is None


def test_readers_are_counted_from_five_on(recommender: HybridRecommender) -> None:
    """Collaborative evidence has a count of five or more, or none."""
    liked = world.of("editing")[:6]
    item = evidence(recommender, world.liking(liked, 100), world.of("editing")[8])["collaborative"]
    assert item.count is None or item.count >= 5
    assert item.paper in {paper.id for paper in liked}


def test_a_stand_in_is_never_named_as_liked(recommender: HybridRecommender) -> None:
    """What others' votes say of a reader's words, or of one like, is put down to that like or to none."""
    own = world.of("galaxies")[0]
    for profile, named in (
        (world.a_profile(about=world.SUBJECTS["galaxies"]), {None}),
        (world.liking([own], about=world.SUBJECTS["galaxies"]), {None, own.id}),
        (world.a_profile(seeds=(own.id,), about=world.SUBJECTS["galaxies"]), {None, own.id}),
    ):
        found = recommender.recommend([world.ask(profile, papers=40)], world.a_pool())[0]
        said = [item for chosen in found for item in chosen.evidence if item.scorer == "collaborative"]
        assert said
        assert {item.paper for item in said} <= named


def test_one_kind_speaks_with_one_voice(recommender: HybridRecommender) -> None:
    """Three scorers of votes and two of texts give one piece of evidence each."""
    liked = world.of("editing")[:6]
    found = recommender.recommend([world.ask(world.liking(liked, 100))], world.a_pool())[0]
    for chosen in found:
        kinds = [item.scorer for item in chosen.evidence]
        assert len(kinds) == len(set(kinds))
        assert set(kinds) <= {"content", "keywords", "authors", "collaborative", "trending", "categories"}
        assert sum(item.share for item in chosen.evidence) == pytest.approx(1)


def test_what_an_interest_is_about_is_told(recommender: HybridRecommender) -> None:
    """Words that the reader wrote, and words of many likes; not what one like of six brings."""
    twin = replace(world.of("galaxies")[2], id=PaperId("arxiv:2601.99999"))
    liked = world.of("galaxies")[:6]
    item = evidence(recommender, world.liking(liked, name="Astronomy"), twin)["content"]
    texts = [f"{paper.title} {paper.abstract}" for paper in liked]
    for term in item.terms:
        held = sum(term in text for text in texts)
        assert (term in item.wanted) == (held >= 2), (term, held)
    assert item.wanted
    asked = evidence(recommender, world.a_profile(about="knowledge editing: facts stored"), PAPER)["content"]
    assert asked.terms
    assert asked.wanted == asked.terms
