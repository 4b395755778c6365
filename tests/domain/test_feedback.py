"""Tests of votes as they follow from the feedback log."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.feedback import LEVERS, Act, Feedback, standing_levers, standing_votes
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


def _turn(act: Act, value: str = "rank-one", interest: str | None = "editing", **fields: object) -> Feedback:
    values: dict[str, object] = {"subscriber": 1, "paper": _PAPER, "at": _START, "via": "web"}
    return Feedback(act=act, value=value, interest=interest, **(values | fields))  # type: ignore[arg-type]  # a builder takes any field by name


def _turned(*entries: Feedback) -> list[tuple[int, str, str, str]]:
    return [(who, where, act.value, value) for who, where, act, value in standing_levers(entries)]


@pytest.mark.parametrize("on, off", LEVERS.items())
def test_a_lever_stands_until_it_is_turned_back(on: Act, off: Act) -> None:
    """Whatever paper it was turned back from, and however its value is written."""
    elsewhere = PaperId("arxiv:2401.00001")
    assert _turned(_turn(on)) == [(1, "editing", on.value, "rank-one")]
    assert _turned(_turn(on), _turn(off, " Rank-ONE ", paper=elsewhere)) == []
    assert _turned(_turn(on), _turn(off), _turn(on)) == [(1, "editing", on.value, "rank-one")]


def test_levers_of_other_interests_readers_and_kinds_stay() -> None:
    """Each is a lever of its own."""
    others = [
        _turn(Act.MUTE, interest=None),
        _turn(Act.MUTE, interest="vision"),
        _turn(Act.MUTE, subscriber=2),
        _turn(Act.MUTE, "two words"),
        _turn(Act.FOLLOW),
    ]
    assert len(_turned(*others, _turn(Act.MUTE), _turn(Act.UNMUTE))) == 5


def test_what_a_scanner_turned_does_not_count() -> None:
    """Neither on nor back; nor does an act without a value."""
    suspect = [_turn(Act.MUTE, suspect=True), _turn(Act.FOLLOW, "Ada")]
    assert _turned(*suspect, _turn(Act.UNFOLLOW, "Ada", suspect=True)) == [(1, "editing", "follow", "ada")]
    assert _turned(_turn(Act.MUTE, " "), *_log(Act.MUTE, Act.UP)) == []


def test_votes_are_no_levers_and_levers_no_votes() -> None:
    """Each reduction looks at its own acts."""
    log = [*_log(Act.UP), _turn(Act.MUTE), _turn(Act.UNMUTE)]
    assert len(standing_votes(log)) == 1
    assert _turned(*log) == []
