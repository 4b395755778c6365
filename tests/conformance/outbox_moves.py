"""What every Outbox does when something died, waited too long, or a person steps in."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from recommender.domain.editions import RETRIABLE, Delivery, DeliveryState, Settlement
from recommender.ports import Store
from tests.builders import NOON, a_declaration, a_paper
from tests.conformance.outbox import LATER, LEASE, SHA, claimed, in_doubt, present, stored

EXPIRED = Settlement(state=DeliveryState.EXPIRED)
DAYS = ("2026-01-28", "2026-01-29", "2026-01-30")


def claim(store: Store, *, minutes: int = 0, limit: int = 9, lost: bool = True) -> Sequence[Delivery]:
    """Claim what is due so many minutes after noon."""
    with store.write() as unit:
        return unit.outbox.claim(
            worker="next", now=NOON + timedelta(minutes=minutes), lease=LEASE, limit=limit, lost=lost
        )


def lead_to(store: Store, state: DeliveryState) -> Delivery:
    """Store an edition and bring its delivery into a state."""
    match state:
        case DeliveryState.READY:
            stored(store)
        case DeliveryState.CLAIMED:
            claimed(store)
        case DeliveryState.IN_DOUBT:
            in_doubt(store)
        case _:
            direct = state in (DeliveryState.EXPIRED, DeliveryState.SUPPRESSED)
            delivery = claimed(store) if direct else in_doubt(store)
            with store.write() as unit:
                assert unit.outbox.settle(delivery, Settlement(state=state, reply="words"), now=NOON)
    return present(store)


class OutboxMovesConformance:
    """Subclass it and give a fixture `store` with an empty store."""

    def test_rows_of_a_dead_worker_come_alone_and_last(self, store: Store) -> None:
        """Whoever killed it may be among them, and must take nobody along."""
        for day in DAYS[:2]:
            stored(store, day)
        assert [row.losses for row in claim(store)] == [0, 0]
        stored(store, DAYS[2])
        later = 20
        assert [row.edition_key for row in claim(store, minutes=later)] == [DAYS[2]]
        assert not claim(store, minutes=later, lost=False)
        (first,) = claim(store, minutes=later)
        (second,) = claim(store, minutes=later)
        assert (first.edition_key, second.edition_key) == DAYS[:2]
        assert (first.losses, second.losses) == (1, 1)

    def test_losses_add_up_until_an_attempt_ends(self, store: Store) -> None:
        """A row that was refused has not killed anybody; one given back untried is as suspect as before."""
        claimed(store)
        for losses in (1, 2):
            (row,) = claim(store, minutes=20 * losses)
            assert row.losses == losses
        with store.write() as unit:
            assert unit.outbox.settle(row, Settlement(state=DeliveryState.READY), now=NOON)
        assert present(store).losses == 2
        (row,) = claim(store, minutes=60)
        with store.write() as unit:
            assert unit.outbox.settle(row, Settlement(state=DeliveryState.FAILED), now=NOON)
        assert present(store).losses == 0

    @pytest.mark.parametrize("hours,claims", [(0.5, 0), (24, 1)])
    def test_a_lease_of_a_wrong_clock_is_over(self, store: Store, hours: float, claims: int) -> None:
        """One that ends within the hour may be anybody's; one further ahead is nobody's."""
        stored(store)
        with store.write() as unit:
            unit.outbox.claim(worker="one", now=NOON + timedelta(hours=hours), lease=LEASE, limit=1)
        assert len(claim(store)) == claims

    @pytest.mark.parametrize("hours,claims", [(11, 0), (24, 1)])
    def test_a_wait_of_a_wrong_clock_is_over(self, store: Store, hours: float, claims: int) -> None:
        """Nothing waits longer than half a day."""
        wait = Settlement(state=DeliveryState.DEFERRED, next_attempt_at=NOON + timedelta(hours=hours))
        delivery = in_doubt(store)
        with store.write() as unit:
            unit.outbox.settle(delivery, wait, now=NOON)
        assert len(claim(store)) == claims

    def test_a_doubt_is_counted(self, store: Store) -> None:
        """Where the attempt ended without an answer, and only there."""
        delivery = in_doubt(store)
        with store.write() as unit:
            unit.outbox.settle(delivery, Settlement(state=DeliveryState.HELD, doubt=True), now=NOON)
        assert present(store).doubts == 1

    def test_a_row_in_doubt_may_be_sent_once_more(self, store: Store) -> None:
        """As often as asked for, and held after that."""
        in_doubt(store)
        with store.write() as unit:
            assert unit.outbox.hold_in_doubt(now=NOON, again=1, retry_at=LATER) == 0
        (row,) = claim(store, minutes=40)
        assert row.doubts == 1
        with store.write() as unit:
            assert unit.outbox.mark_in_doubt(row, now=LATER, body_sha256=SHA)
            assert unit.outbox.hold_in_doubt(now=LATER, again=1, retry_at=LATER) == 1
        assert (present(store).state, present(store).doubts) == (DeliveryState.HELD, 2)

    def test_what_was_in_doubt_once_may_have_arrived(self, store: Store) -> None:
        """Its papers stay seen, though the further try ended without the mail being taken."""
        ana = in_doubt(store).subscriber
        with store.write() as unit:
            unit.outbox.hold_in_doubt(now=NOON, again=1, retry_at=LATER)
            unit.outbox.settle(unit.outbox.deliveries()[0], EXPIRED, now=LATER)
        assert present(store).state is DeliveryState.EXPIRED
        with store.read() as unit:
            assert unit.outbox.last_arrivals([ana], now=LATER) == {ana: NOON}
            assert unit.people.seen([ana])[ana] == {a_paper(1).id, a_paper(2).id}

    @pytest.mark.parametrize("again", [0, 1])
    def test_a_late_answer_still_counts(self, store: Store, again: int) -> None:
        """A start-up beside a worker that waits for its 250 does not make the row wrong for good."""
        delivery = in_doubt(store)
        with store.write() as unit:
            unit.outbox.hold_in_doubt(now=NOON, again=again, retry_at=LATER)
            assert unit.outbox.settle(delivery, Settlement(state=DeliveryState.SENT), now=NOON)
        assert present(store).state is DeliveryState.SENT

    def test_a_new_address_calls_the_body_off(self, store: Store) -> None:
        """The row stays claimed, to be made again for the new one."""
        delivery = claimed(store)
        with store.write() as unit:
            unit.people.change(delivery.subscriber, a_declaration("new@example.org"))
            assert not unit.outbox.mark_in_doubt(delivery, now=NOON, body_sha256=SHA)
        assert (present(store).state, present(store).email) == (DeliveryState.CLAIMED, "new@example.org")

    def test_a_newer_edition_expires_what_never_left(self, store: Store) -> None:
        """Ready and deferred rows that were due before; nobody else's, nothing claimed or in doubt."""
        waiting = claimed(store)
        with store.write() as unit:
            assert unit.outbox.expire_older([waiting.subscriber], before=LATER, now=NOON) == 0
            unit.outbox.settle(waiting, Settlement(state=DeliveryState.READY), now=NOON)
            assert unit.outbox.expire_older([waiting.subscriber], before=NOON, now=LATER) == 0
            assert unit.outbox.expire_older([waiting.subscriber + 1], before=LATER, now=LATER) == 0
            assert unit.outbox.expire_older([waiting.subscriber], before=LATER, now=LATER) == 1
        assert present(store).state is DeliveryState.EXPIRED

    def test_a_newer_edition_expires_what_a_dead_worker_had(self, store: Store) -> None:
        """Once its lease is over; the reader gets the latest alone."""
        row = claimed(store)
        with store.write() as unit:
            assert unit.outbox.expire_older([row.subscriber], before=LATER, now=NOON) == 0
            assert unit.outbox.expire_older([row.subscriber], before=LATER, now=NOON + LEASE) == 1
            assert not unit.outbox.mark_in_doubt(row, now=NOON, body_sha256=SHA)

    def test_what_a_person_asked_for_does_not_expire_for_a_newer_one(self, store: Store) -> None:
        """A replay is theirs to decide."""
        row = lead_to(store, DeliveryState.EXPIRED)
        with store.write() as unit:
            assert unit.outbox.retry(row.id, now=LATER)
            assert unit.outbox.expire_older([row.subscriber], before=LATER, now=LATER) == 0

    @pytest.mark.parametrize("state", list(DeliveryState))
    def test_a_person_may_replay_what_did_not_surely_arrive(self, store: Store, state: DeliveryState) -> None:
        """Held, failed, expired and deferred rows are ready again; an old worker has no say in them."""
        old = lead_to(store, state)
        with store.write() as unit:
            again = unit.outbox.retry(old.id, now=LATER)
        assert (again is not None) == (state in RETRIABLE)
        if again is not None:
            assert (again.state, again.retried_at, again.losses) == (DeliveryState.READY, LATER, 0)
            (row,) = claim(store, minutes=40)
            assert row.fence == old.fence + 1

    def test_rows_are_found_by_number_and_by_message_id(self, store: Store) -> None:
        """What is not there is None."""
        stored(store)
        row = present(store)
        with store.read() as unit:
            assert unit.outbox.delivery(row.id) == row
            assert unit.outbox.by_message_id(row.message_id) == row
            assert (unit.outbox.delivery(10**6), unit.outbox.by_message_id("<none>")) == (None, None)

    def test_states_are_counted(self, store: Store) -> None:
        """Those without any are absent."""
        in_doubt(store)
        stored(store, DAYS[0])
        with store.read() as unit:
            assert unit.outbox.states() == {DeliveryState.IN_DOUBT: 1, DeliveryState.READY: 1}

    def test_standings_count_what_is_due_and_what_ended_lately(self, store: Store) -> None:
        """One row of each kind: due now, waiting, lost, held long ago and held just now."""
        for number, day in enumerate(DAYS):
            stored(store, day)
            (row,) = claim(store)
            with store.write() as unit:
                unit.outbox.mark_in_doubt(row, now=NOON, body_sha256=SHA)
                at = NOON - timedelta(days=10 * number)
                assert unit.outbox.settle(row, Settlement(state=DeliveryState.HELD, reply=day), now=at)
        stored(store, "2026-01-25")
        claim(store)
        stored(store, "2026-01-26")
        states = set(DeliveryState) - {DeliveryState.SENT}
        with store.read() as unit:
            early = unit.outbox.standings(states, now=NOON, since=NOON - timedelta(days=7))
            late = unit.outbox.standings(states, now=NOON + LEASE, since=NOON - timedelta(days=15))
            assert unit.outbox.last_reply() == (NOON, DAYS[0])
        assert set(early) == {DeliveryState.HELD, DeliveryState.CLAIMED, DeliveryState.READY}
        assert {state: (entry.count, entry.due) for state, entry in early.items()} == {
            DeliveryState.HELD: (3, 0),
            DeliveryState.CLAIMED: (1, 0),
            DeliveryState.READY: (1, 1),
        }
        assert late[DeliveryState.CLAIMED].due == 1
        assert (early[DeliveryState.HELD].lately, late[DeliveryState.HELD].lately) == (1, 2)
        with store.read() as unit:
            (waiting,) = unit.outbox.deliveries(DeliveryState.READY)
        assert early[DeliveryState.READY].oldest == waiting.date

    def test_an_empty_outbox_stands_nowhere(self, store: Store) -> None:
        """No state is reported, and nobody has answered."""
        with store.read() as unit:
            assert unit.outbox.standings(set(DeliveryState), now=NOON, since=NOON) == {}
            assert unit.outbox.last_reply() is None
