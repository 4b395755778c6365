"""When a slot is due: pure decisions of publishing."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.cadence import spread_of
from recommender.domain.editions import Slot
from recommender.domain.subscribers import After, Cadence, Every
from recommender.services.publishing import due_slot
from tests.builders import a_subscriber

MORNING = datetime(2026, 1, 30, 6, 30, tzinfo=UTC)  # 07:30 in Berlin


def test_the_slot_of_the_present_day_is_due_from_its_hour_on() -> None:
    """At 07:30 Berlin time today's edition is due, for a new subscriber too."""
    slot = due_slot(a_subscriber(), None, MORNING, force=False)
    assert slot == Slot(key="2026-01-30", due_at=MORNING)


def test_a_slot_older_than_the_grace_is_skipped() -> None:
    """At 04:00 the slot of yesterday 07:30 is more than 20 hours old."""
    assert due_slot(a_subscriber(), None, MORNING.replace(hour=3), force=False) is None


def test_an_edition_made_for_the_slot_ends_it() -> None:
    """The second question about one slot finds nothing due."""
    made = Slot(key="2026-01-30", due_at=MORNING)
    assert due_slot(a_subscriber(), made, MORNING.replace(hour=20), force=False) is None


def test_a_forced_edition_counts_as_the_edition_of_its_day() -> None:
    """Forced at 06:00, nothing more is due at 07:30 of the same date."""
    forced = due_slot(a_subscriber(), None, MORNING.replace(hour=5), force=True)
    assert forced is not None
    assert (forced.key, due_slot(a_subscriber(), forced, MORNING, force=False)) == ("2026-01-30", None)


def test_force_makes_one_edition_a_day() -> None:
    """Force does not make a second edition under the same key."""
    made = Slot(key="2026-01-30", due_at=MORNING)
    assert due_slot(a_subscriber(), made, MORNING.replace(hour=9), force=True) is None


def test_moving_east_gives_no_second_edition_on_one_local_date() -> None:
    """A reader who changes zone after the morning edition waits for the next local date."""
    moved = a_subscriber(cadence=Cadence(at=time(18, 0), zone="Asia/Tokyo"))
    made = Slot(key="2026-01-30", due_at=MORNING)
    assert due_slot(moved, made, MORNING.replace(hour=12), force=False) is None


def test_a_weekly_slot_may_be_two_days_late() -> None:
    """The grace of a weekly edition is 72 hours."""
    weekly = a_subscriber(cadence=Cadence(every=Every.WEEK, on=2, at=time(7, 30), zone="Europe/Berlin"))
    slot = due_slot(weekly, None, MORNING, force=False)
    assert slot is not None
    assert slot.key == "2026-W05"


def test_an_edition_that_waits_is_due_when_the_papers_are_there() -> None:
    """Tokyo's Friday 07:30 edition is due at 14:45; the key is Friday's."""
    waiting = a_subscriber(cadence=Cadence(at=time(7, 30), zone="Asia/Tokyo", after=After.ARXIV))
    made = Slot(key="2026-01-29", due_at=datetime(2026, 1, 29, 5, 45, tzinfo=UTC))
    ready = datetime(2026, 1, 30, 5, 45, tzinfo=UTC)
    assert due_slot(waiting, made, ready - timedelta(seconds=1), force=False) is None
    assert due_slot(waiting, made, ready, force=False) == Slot(key="2026-01-30", due_at=ready)


@given(st.text(max_size=30), st.integers(0, 60))
def test_a_share_of_the_spread_is_within_it_and_always_the_same(public_id: str, minutes: int) -> None:
    """0 spreads nothing; more never delays beyond it."""
    spread = timedelta(minutes=minutes)
    share = spread_of(public_id, spread)
    assert timedelta(0) <= share <= spread
    assert share == spread_of(public_id, spread)


def test_readers_are_spread_over_the_whole_of_it() -> None:
    """A thousand readers within fifteen minutes: each minute has between half and twice its share."""
    shares = [spread_of(f"public{number}", timedelta(minutes=15)) for number in range(1000)]
    minutes = [int(share / timedelta(minutes=1)) for share in shares]
    assert all(33 <= minutes.count(minute) <= 133 for minute in range(15))
