"""What every Clock does."""

from datetime import timedelta

from recommender.ports import Clock


class ClockConformance:
    """Laws of Clock; subclasses give a fixture `clock`."""

    def test_now_is_aware_utc(self, clock: Clock) -> None:
        """Times carry their zone, and it is UTC."""
        assert clock.now().utcoffset() == timedelta(0)

    def test_time_does_not_run_backwards(self, clock: Clock) -> None:
        """Two readings in a row are in order."""
        first = clock.now()
        assert first <= clock.now()
