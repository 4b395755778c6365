"""Senders that kill themselves at a named place: around every commit, every command, half of the body.

A rehearsal without a death gives the places of a scenario. Then the same is done once for every place,
with a death there, and each row must be in the very state that the table (`fates`) has for it: at the
death, after the next start, and when all is done, with the copies that the server has.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from tests.faults.conftest import NewWorld
from tests.faults.fates import AGAIN, READY, STALE, UNSENT, Fate, copies, fates
from tests.faults.scale import Figures, amount, chance, scaled
from tests.faults.world import World

_TOO_LATE = timedelta(hours=49)
_REFUSED = ("rcpt-451", "rcpt-550", "dot-451", "dot-550")


def _as_filled(_world: World) -> None:
    """Leave the rows ready."""


def _too_late(world: World) -> None:
    """Let the rows grow too old to be sent."""
    world.later(_TOO_LATE)


def _in_doubt(world: World) -> None:
    """Leave all rows in doubt, as several connections of a dead process would."""
    lease = timedelta(minutes=2)
    with world.store.write() as unit:
        for row in unit.outbox.claim(worker="dead", now=world.clock.now(), lease=lease, limit=9):
            assert unit.outbox.mark_in_doubt(row, now=world.clock.now(), body_sha256="0" * 64)
    world.later()


@dataclass(frozen=True, slots=True)
class Scenario:
    """Rows by kind of address, how they stand at the start, and how the sender is set."""

    kinds: tuple[str, ...] = ("reader", "reader", "reader")
    start: Fate = READY
    prepare: Callable[[World], None] = _as_filled
    settings: dict[str, Any] = field(default_factory=dict)
    life: dict[str, Any] = field(default_factory=dict)
    """Further settings of the life that dies, not of those that come after."""

    def world(self, new_world: NewWorld) -> World:
        """Make a world with these rows."""
        world = new_world()
        for number, kind in enumerate(self.kinds):
            world.fill(1, first=number, kind=kind)
        self.prepare(world)
        return world


SCENARIOS = {
    "sending": Scenario(),
    "refused": Scenario(kinds=_REFUSED),
    "stopping": Scenario(life={"stop_after": 1}),
    "expiring": Scenario(start=STALE, prepare=_too_late),
    "recovering": Scenario(start=UNSENT, prepare=_in_doubt),
    "resending": Scenario(start=AGAIN, prepare=_in_doubt, settings={"retry_in_doubt": 1}),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_kill_at_every_place(new_world: NewWorld, figures: Figures, name: str) -> None:
    """Every row is in the state that the table has for that place, and taken as often."""
    scenario = SCENARIOS[name]
    places = _rehearse(scenario, new_world)
    steps = list(range(1, len(places) + 1))
    if amount() != "full" and name != "sending":
        steps = chance("places", name).sample(steps, min(len(steps), scaled(tiny=1, quick=15, full=0)))
    elif amount() == "tiny":
        steps = chance("places", name).sample(steps, 5)
    figures.add(kills=0, rows=0, places=len({places[step - 1] for step in steps}))
    for step in steps:
        _die_at(step, places, scenario, new_world)
        figures.add(kills=1, rows=len(scenario.kinds))


def test_the_places_are_many(new_world: NewWorld) -> None:
    """Around every kind of transaction, every command, and before, within and after the body."""
    places = {place for name in SCENARIOS for place in _rehearse(SCENARIOS[name], new_world)}
    for purpose in ("recover", "claim", "mark", "settle sent", "settle failed", "settle deferred"):
        assert {
            f"{purpose}: {at}" for at in ("before BEGIN", "after BEGIN", "before COMMIT", "after COMMIT")
        } <= places
    for said in ("MAIL", "RCPT", "DATA", "rset", "quit", "body"):
        assert {f"{said}: {at}" for at in ("before", "sent", "answered")} <= places
    assert {"body: half", "give back: after COMMIT", "settle expired: after COMMIT"} <= places
    assert len(places) > 60


def _rehearse(scenario: Scenario, new_world: NewWorld) -> list[str]:
    """Run a scenario without a death and return its places; the table must hold for its end too."""
    world = scenario.world(new_world)
    places: list[str] = world.nursery.run(world.life(**scenario.settings, **scenario.life)).result["steps"]
    foreseen = fates(scenario.kinds, scenario.start, places)
    assert world.states() == [fate.at_death for fate in foreseen]
    return places


def _die_at(step: int, places: list[str], scenario: Scenario, new_world: NewWorld) -> None:
    """Die at a step, start again, and let everything be done; compare with the table each time."""
    world = scenario.world(new_world)
    where = f"step {step} of {len(places)}, {places[step - 1]}"
    foreseen = fates(scenario.kinds, scenario.start, places[:step])
    ended = world.nursery.run(world.life(**scenario.settings, **scenario.life, armed=step))
    assert ended.killed, f"{where}: not killed: {ended}"
    assert places[step - 1].endswith(ended.place), f"{where}: killed at {ended.place}"
    assert world.states() == [fate.at_death for fate in foreseen], where
    _ = world.nursery.run(world.life(**scenario.settings, stop_after=0)).result
    assert world.states() == [fate.after_start for fate in foreseen], where
    world.drain(**scenario.settings, lives=2)
    # What is still refused then is refused for ever.
    world.later(_TOO_LATE)
    world.drain(**scenario.settings)
    rows = world.rows()
    assert [row.state.value for row in rows] == [fate.end for fate in foreseen], where
    found = world.copies()
    taken = [found[row.message_id] for row in rows]
    assert taken == [copies(kind, fate) for kind, fate in zip(scenario.kinds, foreseen, strict=True)], where
