"""Senders that sleep beyond their lease and wake up: the fence keeps them from a second copy.

One is stopped at a named place. Meanwhile time passes and another sender does all there is to do; then
the first one goes on, with a clock that stood still (it believes its lease to be good) or with one that
shows what time it is. Where it had a message in doubt nobody else may send that one.
"""

import signal
from typing import Any

import pytest

from tests.faults.conftest import NewWorld
from tests.faults.scale import Figures, amount, chance, scaled
from tests.faults.world import World

_READERS = 3
TAKEN_OVER = (
    "claim: after COMMIT",
    "render: before",
    "guard: after",
    "MAIL: before",
    "RCPT: sent",
    "DATA: answered",
    "mark: before BEGIN",
)
"""Places at which a row that is slept upon goes to another; the sleeper must not send it."""
IN_DOUBT = (
    "mark: after COMMIT",
    "body: before",
    "body: half",
    "body: sent",
    "body: answered",
    "settle sent: before BEGIN",
)
"""Places at which the sleeper alone has the message: others can hold the row, never send it."""
OVER = "settle sent: after COMMIT"
OTHERS: dict[str, tuple[dict[str, Any], str]] = {
    "went on": ({"recover": False}, "in_doubt"),
    "restarted": ({}, "held"),
    "will resend": ({"retry_in_doubt": 1}, "deferred"),
}
"""How the others are set, and what that makes of a row that the sleeper has in doubt."""
PLACES = (*TAKEN_OVER, *IN_DOUBT, OVER)


@pytest.mark.parametrize("others", OTHERS)
@pytest.mark.parametrize("kind", ["sqlite"] if amount() == "tiny" else ["sqlite", "postgres"])
def test_a_sleeper_makes_no_second_copy(
    new_world: NewWorld, figures: Figures, kind: str, others: str
) -> None:
    """Not when the others just went on, held what was in doubt, or meant to send it once more, later."""
    naps = chance("naps", kind, others)
    steps = _rehearse(new_world(kind))
    figures.add(naps=0, rows=0, duplicates=0)
    rounds = scaled(tiny=1, quick=1, full=4 if kind == "sqlite" else 1)
    places = [place for _ in range(rounds) for place in naps.sample(PLACES, len(PLACES))]
    for place in places[: scaled(tiny=3, quick=99, full=99)]:
        world = new_world(kind)
        world.fill(_READERS)
        row = naps.randrange(len(steps[place]))
        life, doubted = OTHERS[others]
        theirs = ["sent"] * _READERS
        if place in IN_DOUBT:
            theirs[row] = doubted
        hands = world.hands() if naps.random() < 0.5 else None
        asleep = _stopped(world, steps[place][row], hands)
        world.later()
        world.hands()
        _ = world.nursery.run(world.life(**life)).result
        where = f"{place} of row {row}, {hands=}"
        assert world.states() == theirs, where
        world.nursery.signal(asleep, signal.SIGCONT)
        awake = world.nursery.until(asleep).result
        assert awake["counts"]["sent"] == row + (place not in TAKEN_OVER), where
        assert world.states() == ["sent"] * _READERS, where
        found = world.account()
        figures.add(naps=1, rows=found.rows, duplicates=found.duplicates)
        assert (found.sent, found.duplicates, found.untrue, found.strange) == (_READERS, 0, 0, 0), place


@pytest.mark.parametrize("kind", ["sqlite"] if amount() == "tiny" else ["sqlite", "postgres"])
def test_a_sleeper_leaves_alone_what_another_has_in_hand(
    new_world: NewWorld, figures: Figures, kind: str
) -> None:
    """The row is claimed, but not by the sleeper: only the fence tells the two apart."""
    naps = chance("in hand", kind)
    steps = _rehearse(new_world(kind))
    figures.add(naps=0, rows=0, duplicates=0)
    rounds = scaled(tiny=1, quick=1, full=3)
    places = [place for _ in range(rounds) for place in naps.sample(TAKEN_OVER, len(TAKEN_OVER))]
    for place in places[: scaled(tiny=3, quick=99, full=99)]:
        world = new_world(kind)
        world.fill(_READERS)
        row = naps.randrange(len(steps[place]))
        hands = world.hands() if naps.random() < 0.5 else None
        asleep = _stopped(world, steps[place][row], hands)
        world.later()
        world.hands()
        other = _stopped(world, steps["DATA: answered"][0], None)
        taken = world.rows()[row]
        assert (taken.state, taken.losses) == ("claimed", 1)
        where = f"{place} of row {row}, {hands=}"
        for pid, copies in ((asleep, 0), (other, 1)):
            world.nursery.signal(pid, signal.SIGCONT)
            _ = world.nursery.until(pid).result
            assert world.copies()[taken.message_id] == copies, where
        world.drain()
        found = world.account()
        figures.add(naps=1, rows=found.rows, duplicates=found.duplicates)
        assert (found.sent, found.duplicates, found.untrue, found.strange) == (_READERS, 0, 0, 0), where


def _rehearse(world: World) -> dict[str, list[int]]:
    """Return the steps at which each place is reached: by the first row, the second, the third."""
    world.fill(_READERS)
    found: dict[str, list[int]] = {}
    for step, place in enumerate(world.nursery.run(world.life()).result["steps"], 1):
        found.setdefault(place, []).append(step)
    return found


def _stopped(world: World, step: int, hands: str | None) -> int:
    """Give a world a sender that stops itself at a step; return its process id when it has."""
    stop = int(signal.SIGSTOP)
    asleep = world.nursery.begin(world.life(armed=step, signal=stop, hands=hands, frozen=True))
    ended = world.nursery.until(asleep, stopped=True)
    assert ended.stopped, ended
    return asleep
