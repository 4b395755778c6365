"""The stopwatch: what ended well is counted, from any thread."""

import threading
from itertools import count

import pytest

from recommender.services.stopwatch import Laps, Stopwatch


def test_laps_are_counted_and_summed() -> None:
    """A block that raises is no lap."""
    seconds = iter([1.0, 1.5, 4.0, 7.0, 9.0])
    watch = Stopwatch(ticks=lambda: next(seconds))
    assert watch.laps == Laps()
    for _ in range(2):
        with watch.lap():
            pass
    with pytest.raises(ZeroDivisionError), watch.lap():
        raise ZeroDivisionError
    assert watch.laps == Laps(2, 3.5)


def test_no_lap_is_lost_between_threads() -> None:
    """Several workers render at once."""
    ticks = count()
    watch = Stopwatch(ticks=lambda: float(next(ticks)))

    def run() -> None:
        for _ in range(500):
            with watch.lap():
                pass

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert watch.laps.count == 2000
