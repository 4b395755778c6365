"""Senders killed at random moments: nobody gets a second copy, and nobody is forgotten.

The same with one resend of what is in doubt: at most two copies, the same bytes, and no more duplicates
than there were doubts.
"""

from collections import Counter

import pytest

from recommender.domain.editions import DeliveryState
from tests.faults.conftest import NewWorld
from tests.faults.scale import Figures, amount, chance, scaled
from tests.faults.world import Account, World

_READERS = 12
_SHORTEST, _LONGEST = 0.001, 0.060
_BATCHES = (1, 2, 3, 20)
_FROM = ("", "connect: before", *["render: before"] * 6)
"""From when the moment of death is counted: mostly from the first message."""
_DEATHS = (1, 1, 2, 3, 6)
"""How many die in a row before one is let live."""


@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize("kind", ["sqlite"] if amount() == "tiny" else ["sqlite", "postgres"])
def test_a_kill_at_any_moment(new_world: NewWorld, figures: Figures, kind: str, connections: int) -> None:
    """Copies at most one; every row sent and taken, or listed; in doubt at most one a connection."""
    share = {"sqlite": scaled(tiny=4, quick=100, full=500), "postgres": scaled(tiny=0, quick=20, full=100)}
    _kill_until(share[kind], new_world, figures, kind=kind, connections=connections)
    assert figures.counts["duplicates"] == 0
    assert figures.counts["most copies"] == 1


@pytest.mark.parametrize("connections", [1, 4])
def test_a_kill_at_any_moment_with_one_resend(
    new_world: NewWorld, figures: Figures, connections: int
) -> None:
    """Copies at most two, with the same bytes and Message-ID; duplicates at most the doubts."""
    kills = scaled(tiny=2, quick=30, full=150)
    _kill_until(kills, new_world, figures, kind="sqlite", connections=connections, retry_in_doubt=1)
    assert figures.counts["most copies"] <= 2
    assert figures.counts["duplicates"] <= figures.counts["doubts"]


@pytest.mark.parametrize("connections", [1, 4])
def test_a_row_that_kills_takes_nobody_with_it(
    new_world: NewWorld, figures: Figures, connections: int
) -> None:
    """It alone is set aside, also where several connections have rows in hand when it kills."""
    figures.add(kills=0)
    for _world in range(scaled(tiny=1, quick=5, full=25)):
        world = new_world()
        world.fill(_READERS)
        world.fill(1, kind="poison")
        world.fill(_READERS, first=_READERS)
        while world.nursery.run(world.life(connections=connections, batch=3)).killed:
            figures.add(kills=1)
            world.later()
        _enter(figures, world)
        states = Counter(world.states())
        assert states["failed"] == 1
        assert states["sent"] + states["held"] == 2 * _READERS
    assert figures.counts["set aside"] * 3 == figures.counts["kills"]


def _kill_until(
    kills: int, new_world: NewWorld, figures: Figures, *, kind: str, connections: int, retry_in_doubt: int = 0
) -> None:
    """Kill so many senders, and more until there were twice as many rows; account for every row."""
    figures.add(kills=0, rows=0)
    moments = chance("kills", kind, connections, retry_in_doubt)
    while figures.counts["kills"] < kills or figures.counts["rows"] < 2 * kills:
        world = new_world(kind)
        world.fill(_READERS)
        settings = {"connections": connections, "retry_in_doubt": retry_in_doubt}
        for _death in range(moments.choice(_DEATHS)):
            batch, starts_at = moments.choice(_BATCHES), moments.choice(_FROM)
            life = world.life(**settings, batch=batch, starts_at=starts_at, random=True)
            ended = world.nursery.run(life, kill_after=moments.uniform(_SHORTEST, _LONGEST))
            if not ended.killed:
                assert ended.result["counts"]
                break
            in_doubt = len(world.rows(DeliveryState.IN_DOUBT))
            assert in_doubt <= connections
            figures.add(kills=1)
            figures.most(**{"most in doubt": in_doubt})
            world.later()
        world.later()
        world.drain(**settings)
        _enter(figures, world)


def _enter(figures: Figures, world: World) -> None:
    """Check one world's account and add it to the figures."""
    found: Account = world.account()
    figures.add(
        rows=found.rows,
        sent=found.sent,
        held=found.held,
        doubts=sum(row.doubts for row in world.rows()),
        duplicates=found.duplicates,
        unaccounted=found.unaccounted,
        **{"held but taken": found.held_but_taken, "set aside": found.set_aside},
    )
    figures.most(**{"most copies": found.most_copies})
    assert (found.unaccounted, found.untrue, found.strange) == (0, 0, 0), found
    assert found.rows == found.sent + found.held + found.set_aside, found
