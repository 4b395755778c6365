"""A relay that says 421, I am closing, in every phase, and is back a while later."""

from collections import Counter
from pathlib import Path

import pytest

from recommender.domain.editions import DeliveryState
from tests.faults.raw import PHASES, Moment, RawRelay, Say, both_ways
from tests.faults.rooms import MOST_RUNS, a_room
from tests.faults.scale import Figures, scaled
from tests.services.mailroom import smtp_mailer

ROWS = scaled(tiny=12, quick=50, full=50)
RESTS = (1, 2, 4, 8, 16, 30, 30)
"""Minutes between one refusal and the next attempt."""
OF_A_MESSAGE = PHASES[2:]
"""Phases whose refusal uses up an attempt of the one row that was begun."""


@pytest.mark.parametrize("phase,pipelining", both_ways(PHASES))
def test_a_relay_that_closes_is_left_alone_and_then_gets_all(
    tmp_path: Path, phase: str, *, pipelining: bool, figures: Figures
) -> None:
    """Nothing was accepted, the rest doubles up to half an hour, untouched rows lose no attempt."""
    closing = True

    def script(moment: Moment) -> Say | None:
        if closing and moment.phase == phase:
            return Say(b"421 4.3.2 closing\r\n", hang_up=True)
        return None

    with a_room(tmp_path, ROWS) as room, RawRelay(script, pipelining) as relay:
        service = room.service(smtp_mailer(relay.port))
        for refusals, minutes in enumerate(RESTS, 1):
            service.run()
            assert relay.spoken["QUIT"] == 0
            spent = sum(row.attempts for row in room.rows().values())
            assert spent == (refusals if phase in OF_A_MESSAGE else 0)
            room.clock.move(minutes=minutes, seconds=-1)
            assert "the relay rests until" in service.run().warnings[0]
            assert relay.connections == refusals
            room.clock.move(seconds=1)
        assert relay.accepted == []
        closing = False
        for _run in range(MOST_RUNS):
            service.run()
            if set(room.states().values()) == {DeliveryState.SENT}:
                break
            room.clock.move(minutes=15)
        states, copies = Counter(room.states().values()), relay.copies()
    assert states == {DeliveryState.SENT: ROWS}
    assert set(copies.values()) == {1}
    figures.add(rows=ROWS, refusals=len(RESTS), delivered=len(copies), duplicates=len(relay.accepted) - ROWS)
