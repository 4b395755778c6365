"""The recommender as services use it."""

from dataclasses import replace
from random import Random

import pytest

from recommender.domain.editions import Recommendation, Section
from recommender.domain.errors import UnknownPaper
from recommender.domain.papers import Paper, PaperId, PaperStatus
from recommender.domain.profiles import InterestProfile
from recommender.ranking.base import Corpus, RankingSettings, Request
from recommender.ranking.hybrid import HybridRecommender
from tests.builders import a_paper
from tests.ranking import world

EDITING = world.a_profile(interest="editing", about="knowledge editing facts stored language models")
GALAXIES = world.a_profile(interest="galaxies", about="galaxies redshift dark matter halo quasar")


def ranked(
    recommender: HybridRecommender, request: Request, papers: list[Paper] | None = None
) -> list[PaperId]:
    """Return recommended ids."""
    return [chosen.paper for chosen in full(recommender, request, papers)]


def full(
    recommender: HybridRecommender, request: Request, papers: list[Paper] | None = None
) -> tuple[Recommendation, ...]:
    """Return recommendations from the whole world or from some papers."""
    return recommender.recommend([request], world.a_pool(papers))[0]


def subject_of(paper: PaperId) -> str:
    """Return the subject of a world's paper."""
    number = int(paper.rsplit(".", 1)[1])
    return list(world.SUBJECTS)[number // world.PER_SUBJECT]


def test_a_reader_gets_papers_of_the_interest(recommender: HybridRecommender) -> None:
    """Ten papers, all on the subject, best first."""
    found = full(recommender, world.ask(EDITING))
    assert [subject_of(chosen.paper) for chosen in found] == ["editing"] * 10
    assert [chosen.score for chosen in found] == sorted((chosen.score for chosen in found), reverse=True)
    assert {chosen.section for chosen in found} == {Section.INTEREST}


def test_the_order_of_the_pool_changes_nothing(recommender: HybridRecommender) -> None:
    """Shuffled and doubled candidates give the same list, to the bit."""
    papers = [*world.papers(), *world.papers()[:9]]
    request = world.ask(EDITING, GALAXIES, slots=True)
    Random(3).shuffle(papers)
    assert full(recommender, request, papers) == full(recommender, request)


def test_a_request_is_answered_alone_as_among_others(recommender: HybridRecommender) -> None:
    """Blocks change nothing, and a request without profiles gets nothing."""
    requests = [
        world.ask(replace(EDITING, subscriber=number), replace(GALAXIES, subscriber=number), slots=True)
        for number in range(300)
    ]
    together = recommender.recommend([*requests, world.ask()], world.a_pool())
    assert together[-1] == ()
    for number in (0, 127, 128, 299):
        alone = full(recommender, requests[number])
        assert [c.paper for c in alone] == [c.paper for c in together[number]]


def test_seen_withdrawn_and_library_papers_are_no_candidates(recommender: HybridRecommender) -> None:
    """Three ways to be out."""
    papers = world.of("editing")[:6]
    papers[1] = replace(papers[1], status=PaperStatus.WITHDRAWN)
    papers[2] = replace(papers[2], library_only=True)
    found = ranked(recommender, world.ask(EDITING, seen=frozenset({papers[0].id})), papers)
    assert sorted(found) == [paper.id for paper in papers[3:]]


def test_a_mute_wins_over_everything(recommender: HybridRecommender) -> None:
    """Keyword, author and votes cannot bring a muted paper back, nor can a slot."""
    target = world.of("editing")[0]
    profile = replace(
        EDITING, keywords=("knowledge editing", target.title), authors=target.authors, mute=(target.title,)
    )
    for slots in (False, True):
        request = world.ask(profile, papers=25, slots=slots)
        assert target.id not in ranked(recommender, request)
    assert target.id in ranked(recommender, world.ask(replace(profile, mute=()), papers=25))


def test_an_up_vote_never_lowers_a_near_duplicate(recommender: HybridRecommender) -> None:
    """The twin of a liked paper ranks at least as high as before."""
    for original in world.papers()[::7]:
        twin = replace(original, id=PaperId("arxiv:2601.99999"), title=original.title + " again")
        papers = [*(paper for paper in world.papers() if paper.id != original.id), twin]
        plain = world.ask(EDITING, papers=200)
        liking = world.liking([original], interest="editing", about=EDITING.about)
        before = ranked(recommender, plain, papers)
        after = ranked(recommender, world.ask(liking, papers=200), papers)
        assert after.index(twin.id) <= (before.index(twin.id) if twin.id in before else len(papers))


def test_a_down_vote_sinks_near_duplicates(recommender: HybridRecommender) -> None:
    """The twin of a disliked paper is not shown at all, its neighbours no earlier than before."""
    original = world.of("editing")[0]
    twin = replace(original, id=PaperId("arxiv:2601.99999"))
    papers = [*world.papers()[1:], twin]
    assert twin.id in ranked(recommender, world.ask(EDITING, papers=200), papers)
    soured = replace(EDITING, down=world.disliking([original]))
    assert twin.id not in ranked(recommender, world.ask(soured, papers=200), papers)


def test_near_duplicates_do_not_share_a_list(recommender: HybridRecommender) -> None:
    """Two rows of one text take one slot."""
    twin = replace(world.of("editing")[0], id=PaperId("arxiv:2601.99999"))
    request = world.ask(EDITING, papers=15, slots=True, floor=0.0)
    found = ranked(recommender, request, [*world.of("editing"), twin])
    assert len({twin.id, world.of("editing")[0].id} & set(found)) == 1


def test_interests_share_the_slots_by_weight(recommender: HybridRecommender) -> None:
    """Three to one."""
    request = world.ask(replace(EDITING, weight=3.0), GALAXIES, papers=8)
    interests = [chosen.interest for chosen in full(recommender, request)]
    assert interests.count("editing") == 6
    assert interests.count("galaxies") == 2


def test_a_paper_goes_to_the_interest_it_fits_best(recommender: HybridRecommender) -> None:
    """No paper twice, and each where it belongs."""
    found = full(recommender, world.ask(EDITING, GALAXIES, papers=20))
    assert len({chosen.paper for chosen in found}) == len(found)
    best = [chosen for chosen in found if subject_of(chosen.paper) in ("editing", "galaxies")]
    assert all(subject_of(chosen.paper) == chosen.interest for chosen in best)


def test_nothing_without_positive_evidence_is_shown(recommender: HybridRecommender) -> None:
    """Fewer, not filler: neither attention nor being unusual puts a paper in an interest."""
    for slots in (False, True):
        request = world.ask(world.a_profile(about="zyxgl vvqq"), papers=25, slots=slots)
        assert full(recommender, request) == ()


def test_an_edition_has_its_slots_last(recommender: HybridRecommender) -> None:
    """Interests in the reader's order, then TRENDING, then DIFFERENT with its chance."""
    found = full(recommender, world.ask(EDITING, GALAXIES, slots=True, papers=7))
    sections = [chosen.section for chosen in found]
    assert sections[-2:] == [Section.TRENDING, Section.DIFFERENT]
    assert set(sections[:-2]) == {Section.INTEREST}
    assert found[-2].evidence[0].scorer == "trending"
    assert found[-2].evidence[0].count
    chance = found[-1].propensity
    assert chance is not None
    assert 0 < chance <= 1
    assert all(chosen.propensity is None for chosen in found[:-1])


@pytest.mark.parametrize(
    "papers,slots", [(4, set()), (5, {Section.TRENDING}), (6, {Section.TRENDING, Section.DIFFERENT})]
)
def test_small_editions_have_fewer_slots(
    recommender: HybridRecommender, papers: int, slots: set[Section]
) -> None:
    """TRENDING from five papers on, DIFFERENT from six."""
    found = full(recommender, world.ask(EDITING, GALAXIES, slots=True, papers=papers))
    assert {chosen.section for chosen in found} - {Section.INTEREST} == slots
    assert len(found) <= papers


def test_a_slot_without_a_trend_goes_to_the_interests(recommender: HybridRecommender) -> None:
    """One upvote is none, and the list stays as long."""
    faint = [replace(signal, upvotes=1, comments=1) for signal in world.signals()]
    pool = replace(world.a_pool(), signals=faint)
    request = world.ask(EDITING, GALAXIES, slots=True, papers=5)
    found = recommender.recommend([request], pool)[0]
    assert [chosen.section for chosen in found] == [Section.INTEREST] * 5


def test_the_seed_decides_the_draw(recommender: HybridRecommender) -> None:
    """The same seed draws the same paper; many seeds draw several."""
    drawn = [
        full(recommender, world.ask(EDITING, GALAXIES, slots=True, seed=seed))[-1].paper
        for seed in (1, 1, 2, 3, 4, 5, 6, 7, 8)
    ]
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) > 1


def test_the_floor_holds_in_editions_only(recommender: HybridRecommender) -> None:
    """A floor of 0.99 leaves little in an edition and everything in the plain ranking."""
    edition = full(recommender, world.ask(EDITING, slots=True, floor=0.95))
    assert all(c.match >= 0.949 for c in edition if c.section is Section.INTEREST)
    assert len(full(recommender, world.ask(EDITING, floor=0.95))) == 10


def test_a_keyword_hit_passes_the_auto_floor(recommender: HybridRecommender) -> None:
    """What was asked for word by word comes, however weak the text match is."""
    paper = a_paper(900, title="Barley and hops " * 5, abstract="brewing " * 20 + "monsoon drought")
    profile = world.a_profile(about="galaxies redshift", keywords=("monsoon drought",))
    pool = [paper, *world.of("editing")]
    assert ranked(recommender, world.ask(profile, slots=True, papers=4), pool) == [paper.id]
    strict = world.ask(replace(profile, keywords=("drought monsoon",)), slots=True, papers=4)
    assert paper.id not in ranked(recommender, strict, pool)


def test_an_empty_pool_gives_empty_lists(recommender: HybridRecommender) -> None:
    """No candidates, no error."""
    assert full(recommender, world.ask(EDITING, slots=True), []) == ()


def test_a_recommender_of_nothing_still_ranks() -> None:
    """A first day's store: no corpus, no votes."""
    bare = HybridRecommender.fit(Corpus(papers=()), RankingSettings())
    found = ranked(bare, world.ask(EDITING, papers=1), world.papers())
    assert [subject_of(paper) for paper in found] == ["editing"]


def test_votes_of_others_change_the_order(recommender: HybridRecommender) -> None:
    """With votes a reader's list differs from the one without."""
    alone = HybridRecommender.fit(Corpus(papers=world.papers()), world.SETTINGS)
    own = [vote.paper for vote in world.votes() if vote.subscriber == 100]
    liked = [paper for paper in world.papers() if paper.id in own]
    request = world.ask(
        world.liking(liked, 100, about="weather galaxies"), seen=frozenset(own), papers=12, subscriber=100
    )
    assert ranked(recommender, request) != ranked(alone, request)


def test_an_explanation_adds_up(recommender: HybridRecommender) -> None:
    """The contributions are the fused score, and silent scorers say None."""
    request = world.ask(EDITING, GALAXIES)
    paper = ranked(recommender, request)[0]
    told = recommender.explain(request, world.a_pool(), paper)
    best = told.interests[0]
    assert best.fused == pytest.approx(sum(number.contribution for number in best.numbers))
    numbers = {number.scorer: number for number in best.numbers}
    assert numbers["content"].value is not None
    assert numbers["authors"].value is None
    assert numbers["authors"].contribution == 0
    assert sum(item.share for item in best.evidence) == pytest.approx(1)
    assert {own.interest for own in told.interests} == {"editing", "galaxies"}


def test_a_paper_outside_the_pool_can_be_explained(recommender: HybridRecommender) -> None:
    """Seen or old papers are explained too; unknown ones are refused."""
    old, pool = world.of("editing")[0], world.a_pool(world.of("galaxies"))
    told = recommender.explain(world.ask(EDITING, seen=frozenset({old.id})), pool, old.id)
    assert told.seen
    assert told.interests[0].rank == 1
    with pytest.raises(UnknownPaper):
        recommender.explain(world.ask(EDITING), pool, PaperId("arxiv:0000.00000"))


def test_a_warm_and_a_fresh_paper_have_a_collaborative_number(recommender: HybridRecommender) -> None:
    """`explain` shows what the votes of others say of both."""
    liked = list(world.of("editing")[:5])
    fresh = replace(world.of("editing")[12], id=PaperId("arxiv:2602.00001"))
    request = world.ask(world.liking(liked, 100))
    pool = world.a_pool([*world.of("editing"), fresh])
    for paper, spoken in ((world.of("editing")[8].id, True), (fresh.id, False)):
        told = recommender.explain(request, pool, paper).interests[0].numbers
        values = {number.scorer: number.value for number in told}
        assert values["ease"] is not None
        assert values["spread"] is not None
        assert (values["factors"] is not None) is spoken


def test_search_and_similar_find_the_nearest(recommender: HybridRecommender) -> None:
    """Best first, within the limit, never the paper itself, nothing without a shared term."""
    found = recommender.search("dark matter quasars", world.papers(), 5)
    assert {subject_of(paper) for paper, _ in found} == {"galaxies"}
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert recommender.search("zymurgy", world.papers(), 5) == []
    first = world.of("proteins")[0]
    near = recommender.similar(first, world.papers(), 3)
    assert len(near) == 3
    assert first.id not in {paper for paper, _ in near}
    assert subject_of(near[0][0]) == "proteins"


def test_loose_votes_go_to_the_nearest_interest(recommender: HybridRecommender) -> None:
    """Up and down alike; a vote that fits no interest stays out."""
    known = {paper.id: paper for paper in world.papers()}
    votes = [
        world.a_vote(1, world.of("galaxies")[0].id),
        world.a_vote(1, world.of("editing")[0].id, up=False),
        world.a_vote(1, PaperId("arxiv:0000.00000")),
    ]
    editing, galaxies = recommender.assign((EDITING, GALAXIES), votes, known)
    assert [vote.paper for vote in galaxies.up] == [votes[0].paper]
    assert [vote.paper for vote in editing.down] == [votes[1].paper]
    assert (editing.up, galaxies.down) == ((), ())
    empty: tuple[InterestProfile, ...] = ()
    assert recommender.assign(empty, votes, known) == ()
