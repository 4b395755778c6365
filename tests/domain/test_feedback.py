"""Tests of votes as they follow from the feedback log."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.feedback import Act, Feedback, standing_votes
from recommender.domain.papers import PaperId

_START = datetime(2026, 11, 21, tzinfo=UTC)
_PAPER = PaperId("arxiv:2401.12345")


def _log(*acts: Act, subscriber: int = 1, suspect: bool = False) -> list[Feedback]:
    return [
        Feedback(
            subscriber=subscriber,
            paper=_PAPER,
            act=act,
            at=_START + timedelta(minutes=minute),
            suspect=suspect,
        )
        for minute, act in enumerate(acts)
    ]


def _standing(*acts: Act) -> bool | None:
    vote = standing_votes(_log(*acts)).get((1, _PAPER))
    return None if vote is None else vote.up


def test_the_latest_vote_stands() -> None:
    """Changing one's mind replaces the vote and its time."""
    vote = standing_votes(_log(Act.UP, Act.DOWN))[1, _PAPER]
    assert not vote.up
    assert vote.at == _START + timedelta(minutes=1)


def test_undo_takes_the_vote_back() -> None:
    """After an undo there is no vote, not the one before it."""
    assert _standing(Act.DOWN, Act.UP, Act.UNDO) is None


def test_undo_without_a_vote_does_nothing() -> None:
    """An undo that finds nothing is no error and hinders no later vote."""
    assert _standing(Act.UNDO) is None
    assert _standing(Act.UNDO, Act.UP) is True


def test_other_acts_are_no_votes() -> None:
    """Saving, reading and muting neither make nor change a vote."""
    assert _standing(Act.SAVE, Act.READ, Act.MUTE, Act.UNSAVE) is None
    assert _standing(Act.UP, Act.SAVE, Act.UNSAVE, Act.READ, Act.MUTE) is True


def test_suspect_entries_count_for_nothing() -> None:
    """What looks like a mail scanner neither votes nor undoes."""
    assert standing_votes(_log(Act.UP, suspect=True)) == {}
    log = _log(Act.UP) + _log(Act.UNDO, suspect=True)
    assert standing_votes(log)[1, _PAPER].up


def test_subscribers_do_not_touch_each_other() -> None:
    """One reader's undo leaves the other's vote."""
    log = _log(Act.UP) + _log(Act.UP, Act.UNDO, subscriber=2)
    assert set(standing_votes(log)) == {(1, _PAPER)}


@given(st.lists(st.sampled_from(list(Act)), max_size=12), st.integers(1, 5))
def test_replaying_an_act_changes_nothing(acts: list[Act], times: int) -> None:
    """A link clicked several times in a row says the same as once."""
    repeated = [act for act in acts for _ in range(times)]
    assert _standing(*repeated) == _standing(*acts)
