"""Tests of the delivery states: what may follow what."""

from recommender.domain.editions import FINAL_STATES, TRANSITIONS, DeliveryState


def _reachable(start: DeliveryState) -> set[DeliveryState]:
    reached, edge = {start}, {start}
    while edge:
        edge = {after for state in edge for after in TRANSITIONS.get(state, ())} - reached
        reached |= edge
    return reached


def test_every_state_can_be_reached_from_ready() -> None:
    """No state is dead vocabulary."""
    assert _reachable(DeliveryState.READY) == set(DeliveryState)


def test_final_states_lead_nowhere_and_others_lead_on() -> None:
    """A settled delivery is final; an unsettled one has a way out."""
    assert {state for state in DeliveryState if state not in TRANSITIONS} == FINAL_STATES
    assert all(TRANSITIONS.values())


def test_every_open_state_can_end() -> None:
    """From everywhere some final state can be reached."""
    assert all(_reachable(state) & FINAL_STATES for state in DeliveryState)


def test_in_doubt_never_goes_back_to_the_queue_by_itself() -> None:
    """What may have arrived is not sent again: only a person's `retry` makes a held row ready.

    The relay's late answer, heard by the worker that waited for it, may still settle a held row.
    """
    assert not TRANSITIONS[DeliveryState.IN_DOUBT] & {DeliveryState.READY, DeliveryState.CLAIMED}
    assert TRANSITIONS[DeliveryState.HELD] == {
        DeliveryState.SENT,
        DeliveryState.DEFERRED,
        DeliveryState.FAILED,
    }


def test_sent_is_only_reached_through_doubt() -> None:
    """Nothing is called sent that was not marked in doubt first; held and deferred rows may have been."""
    before = {state for state, after in TRANSITIONS.items() if DeliveryState.SENT in after}
    assert before == {DeliveryState.IN_DOUBT, DeliveryState.HELD, DeliveryState.DEFERRED}


def test_states_are_written_as_the_contract_says() -> None:
    """The stored words are the contract's."""
    words = "ready claimed in_doubt sent deferred failed held expired suppressed"
    assert [state.value for state in DeliveryState] == words.split()
