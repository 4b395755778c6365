"""Profiles: which vote belongs to which interest."""

from recommender.domain.feedback import Act, Feedback
from recommender.domain.papers import PaperId
from recommender.services.profiles import IMPLICIT_NAME, build_profiles, followed_by, interest_names
from tests.builders import NOON, a_subscriber, a_vote, an_interest


def test_a_vote_in_a_section_belongs_to_its_interest() -> None:
    """An up-vote made in an interest's section lands in that interest's profile alone."""
    subscriber = a_subscriber(interests=(an_interest("Editing"), an_interest("Vision")))
    (editing, vision), loose = build_profiles(subscriber, [a_vote(1, interest="Vision")], {})
    assert ((), (PaperId("arxiv:2601.00001"),), ()) == (
        editing.up,
        tuple(entry.paper for entry in vision.up),
        loose,
    )


def test_a_vote_from_elsewhere_is_loose_with_several_interests() -> None:
    """A vote without an interest is given back for ranking to place."""
    subscriber = a_subscriber(interests=(an_interest("Editing"), an_interest("Vision")))
    _, loose = build_profiles(subscriber, [a_vote(1)], {})
    assert [vote.paper for vote in loose] == [PaperId("arxiv:2601.00001")]


def test_a_single_interest_takes_every_vote() -> None:
    """With one interest there is nothing to choose."""
    (only,), loose = build_profiles(a_subscriber(), [a_vote(1), a_vote(2, up=False)], {})
    assert (len(only.up), len(only.down), loose) == (1, 1, ())


def test_votes_of_a_paused_interest_rest() -> None:
    """Votes that belong to a paused interest move no other one."""
    interests = (an_interest("Editing"), an_interest("Vision", paused=True))
    profiles, loose = build_profiles(a_subscriber(interests=interests), [a_vote(1, interest="Vision")], {})
    assert ([entry.name for entry in profiles], profiles[0].up, loose) == (["Editing"], (), ())


def test_a_reader_without_interests_has_an_implicit_one() -> None:
    """Votes alone are enough for a profile."""
    (profile,), _ = build_profiles(a_subscriber(interests=()), [a_vote(1)], {})
    assert (profile.interest, len(profile.up)) == ("", 1)


def test_all_interests_paused_means_no_profile() -> None:
    """Pausing everything is not the same as having declared nothing."""
    profiles, _ = build_profiles(a_subscriber(interests=(an_interest(paused=True),)), [a_vote(1)], {})
    assert profiles == ()


def test_unknown_seeds_are_left_out_until_their_paper_arrives() -> None:
    """A seed that resolves to nothing is no seed yet."""
    subscriber = a_subscriber(interests=(an_interest(seeds=("arxiv:2202.05262", "2601.00002")),))
    (profile,), _ = build_profiles(subscriber, [], {"2601.00002": PaperId("arxiv:2601.00002")})
    assert profile.seeds == (PaperId("arxiv:2601.00002"),)


def test_the_implicit_interest_has_a_heading() -> None:
    """A digest section for votes alone needs a name."""
    assert interest_names(a_subscriber())[""] == IMPLICIT_NAME


def test_a_lever_joins_its_interest_alone() -> None:
    """Muted terms and followed authors stand beside those of the file, none of them twice."""
    editing = an_interest("Editing", mute=("survey",), authors=("Ada",))
    levers = [
        a_lever(Act.MUTE, "Survey", "Editing"),
        a_lever(Act.MUTE, "rank-one", "Editing"),
        a_lever(Act.FOLLOW, "Bo", "Vision"),
        a_lever(Act.FOLLOW, "Cy", "gone"),
    ]
    subscriber = a_subscriber(interests=(editing, an_interest("Vision")))
    (editing_profile, vision), _ = build_profiles(subscriber, [], {}, levers)
    assert (editing_profile.mute, editing_profile.authors) == (("survey", "rank-one"), ("Ada",))
    assert (vision.mute, vision.authors) == ((), ("Bo",))


def test_a_lever_of_no_interest_holds_for_all() -> None:
    """For a reader known by votes alone too."""
    levers = [a_lever(Act.MUTE, "rank-one", None), a_lever(Act.FOLLOW, "Bo", None)]
    two = a_subscriber(interests=(an_interest("Editing"), an_interest("Vision")))
    for subscriber in (two, a_subscriber(interests=())):
        profiles, _ = build_profiles(subscriber, [], {}, levers)
        assert {(own.mute, own.authors) for own in profiles} == {(("rank-one",), ("Bo",))}


def test_whom_a_reader_follows() -> None:
    """By the file or by a lever, in any interest; a mute follows nobody."""
    subscriber = a_subscriber(interests=(an_interest(authors=("Ada",)),))
    levers = [a_lever(Act.FOLLOW, "Bo", "Other"), a_lever(Act.MUTE, "rank-one", None)]
    assert followed_by(subscriber, levers) == {"Ada", "Bo"}


def a_lever(act: Act, value: str, interest: str | None) -> Feedback:
    """Build an act that turned a lever."""
    paper = PaperId("arxiv:2601.00001")
    return Feedback(subscriber=1, paper=paper, act=act, at=NOON, value=value, interest=interest)
