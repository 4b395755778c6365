"""Tests of back-off and expiry as pure decisions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.editions import Delivery, DeliveryState, Edition
from recommender.domain.errors import InputError
from recommender.services.delivery_policy import (
    DeliveryPolicy,
    expired,
    is_due,
    may_be_stale,
    next_attempt,
)

_NOW = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
_POLICY = DeliveryPolicy()


def _row(state: DeliveryState = DeliveryState.READY, **fields: object) -> Delivery:
    values: dict[str, object] = {
        "id": 1,
        "edition": 1,
        "subscriber": 1,
        "email": "ana@example.org",
        "edition_key": "2026-11-21",
        "state": state,
        "date": _NOW,
    }
    return Delivery(**(values | fields))  # type: ignore[arg-type]  # a builder takes any field by name


def _edition(due_at: datetime, created_at: datetime) -> Edition:
    return Edition(subscriber=1, key="2026-11-21", created_at=created_at, due_at=due_at, considered=0)


@given(st.integers(0, 100), st.integers(1, 10_000), st.integers(0, 9))
def test_back_off_stays_within_its_jitter(attempts: int, row: int, seed: int) -> None:
    """15 min, 30 min, 1 h … up to 8 h, each within a tenth."""
    policy = DeliveryPolicy(seed=seed)
    wait = next_attempt(policy, _row(id=row, attempts=attempts), _NOW) - _NOW
    nominal = min(timedelta(minutes=15) * 2 ** min(max(attempts - 1, 0), 9), timedelta(hours=8))
    assert nominal * 0.9 <= wait <= nominal * 1.1


def test_back_off_is_seeded_and_spreads_rows() -> None:
    """The same row waits the same time twice; a hundred rows do not return at one instant."""
    waits = [next_attempt(_POLICY, _row(id=number, attempts=1), _NOW) for number in range(100)]
    assert waits == [next_attempt(_POLICY, _row(id=number, attempts=1), _NOW) for number in range(100)]
    assert len(set(waits)) == 100


@pytest.mark.parametrize("late,gone", [(0, False), (48, False), (48.1, True), (1000, True), (-5, False)])
def test_an_edition_expires_48_hours_after_it_was_due(late: float, gone: bool) -> None:  # noqa: FBT001 - a table
    """Up to 48 hours after its time it is worth sending."""
    assert expired(_POLICY, _row(), _edition(_NOW, _NOW), _NOW + timedelta(hours=late)) is gone


def test_an_edition_made_late_has_its_time_too() -> None:
    """A weekly one may be made 72 hours late; it must not be dead on arrival."""
    made = _NOW + timedelta(hours=70)
    assert not expired(_POLICY, _row(), _edition(_NOW, made), made + timedelta(hours=1))
    assert expired(_POLICY, _row(), _edition(_NOW, made), made + timedelta(hours=49))


def test_a_row_without_edition_has_nothing_to_carry() -> None:
    """An edition that is gone is expired."""
    assert expired(_POLICY, _row(), None, _NOW)


@given(st.integers(-100, 100), st.integers(0, 100), st.integers(-10, 300))
def test_the_quick_look_never_hides_an_expired_edition(due: int, made: int, hours: int) -> None:
    """Whatever is expired also looks stale from its row alone."""
    edition = _edition(_NOW + timedelta(hours=due), _NOW + timedelta(hours=made))
    now = _NOW + timedelta(hours=hours)
    if expired(_POLICY, _row(), edition, now):
        assert may_be_stale(_POLICY, _row(date=edition.created_at), now)


@pytest.mark.parametrize(
    "row,due",
    [
        (_row(), True),
        (_row(DeliveryState.DEFERRED, next_attempt_at=_NOW), True),
        (_row(DeliveryState.DEFERRED, next_attempt_at=_NOW + timedelta(seconds=1)), False),
        (_row(DeliveryState.CLAIMED, lease_until=_NOW), True),
        (_row(DeliveryState.CLAIMED, lease_until=_NOW + timedelta(seconds=1)), False),
        (_row(DeliveryState.IN_DOUBT, lease_until=_NOW), False),
        (_row(DeliveryState.HELD), False),
        (_row(DeliveryState.SENT), False),
    ],
)
def test_what_is_due(row: Delivery, due: bool) -> None:  # noqa: FBT001 - a table
    """Ready, deferred long enough, or claimed by somebody who is gone; nothing else."""
    assert is_due(row, _NOW) is due


@pytest.mark.parametrize("fault", [{"batch": 0}, {"lease": timedelta(0)}, {"backoff": timedelta(0)}])
def test_numbers_that_would_send_nothing_are_refused(fault: dict[str, int]) -> None:
    """A batch of none or a lease of nothing is a mistake."""
    with pytest.raises(InputError):
        DeliveryPolicy(**fault)  # type: ignore[arg-type]  # one fault at a time


@pytest.mark.parametrize(
    "connections,per_minute,used,claimed", [(4, 1, 1, 1), (16, 7, 3, 2), (4, 0, 4, 20), (2, 600, 2, 20)]
)
def test_a_slow_pace_uses_fewer_connections(
    connections: int, per_minute: int, used: int, claimed: int
) -> None:
    """A claim that waits for its turn longer than its lease would be given back for ever."""
    policy = DeliveryPolicy(connections=connections, per_minute=per_minute)
    assert (policy.used_connections, policy.claim_limit) == (used, claimed)
    if per_minute:
        assert used * claimed * timedelta(minutes=1) / per_minute <= policy.lease
