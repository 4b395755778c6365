"""Tests of the daemon's log and of how it is known to be stuck."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from recommender.cli.context import Call
from recommender.cli.running import _Discreet, _Holder, _Log, _Pulse
from recommender.domain.papers import Refused
from recommender.domain.reports import Report
from recommender.settings.scaffold import write_config
from tests.builders import NOON
from tests.services.mailroom import Hands

REST = "the relay rests until 06:45 UTC"


def written(caplog: pytest.LogCaptureFixture, *reports: Report) -> list[str]:
    """Return the lines that these reports, one after the other, write."""
    log = _Log()
    with caplog.at_level(logging.INFO, logger="paperroute"):
        for report in reports:
            log.note(report)
    return [record.getMessage() for record in caplog.records]


def test_what_holds_on_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    """A relay at rest is one line, not one each tick; another rest is another line."""
    resting = Report(name="deliver", counts={"sent": 0}, warnings=(REST,))
    longer = Report(name="deliver", counts={"sent": 0}, warnings=(REST.replace("06:45", "07:15"),))
    assert written(caplog, resting, resting, longer, longer) == [
        f"deliver: {REST}",
        "deliver: the relay rests until 07:15 UTC",
    ]


def test_what_comes_back_is_said_again(caplog: pytest.LogCaptureFixture) -> None:
    """A trouble that was gone in between is a new one."""
    resting, fine = Report(name="deliver", warnings=(REST,)), Report(name="deliver", counts={"sent": 2})
    told = written(caplog, resting, fine, resting)
    assert told == [f"deliver: {REST}", "deliver: sent=2", f"deliver: {REST}"]


def test_reports_do_not_silence_each_other(caplog: pytest.LogCaptureFixture) -> None:
    """The same words of another job are another job's."""
    failure = Refused(place="x", reason="y")
    told = written(
        caplog, Report(name="publish", failures=(failure,)), Report(name="deliver", failures=(failure,))
    )
    assert told == ["publish: x: y", "deliver: x: y"]


def test_a_quiet_tick_writes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Counts of nought are no news."""
    assert written(caplog, Report(name="deliver", counts={"sent": 0, "held": 0})) == []


def test_a_pulse_that_stopped_is_noticed() -> None:
    """Alive within the limit after a sign, not after it."""
    seconds = iter([0.0, 5.0, 20.0, 21.0, 30.0])
    pulse = _Pulse(limit=10.0, ticks=lambda: next(seconds))
    assert pulse.alive()
    assert not pulse.alive()
    pulse.beat()
    assert pulse.alive()


def test_the_log_names_nobody() -> None:
    """Not in a message, and not in a traceback."""
    words = "subscribers.toml:3:1: every interest of ana@example.org is paused"
    try:
        int("ana@example.org")
    except ValueError as error:
        trouble = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.WARNING, "x.py", 1, words, (), trouble)
    told = _Discreet("%(message)s").format(record)
    assert "every interest of (address) is paused" in told
    assert "ValueError" in told
    assert "ana@" not in told


def test_what_is_old_goes_once_a_day(tmp_path: Path) -> None:
    """At the start, then when a day is over; a clock that was put back is no reason to wait."""
    write_config(tmp_path)
    call = Call(config=tmp_path / "config" / "paperroute.toml", now=NOON)
    application = call.application()
    hands = Hands(NOON)
    application.clock = hands
    holder = _Holder(call=call, application=application)
    cleared = []
    for hours in (0, 23, 24, 47, 48, 20):
        hands.instant = NOON + timedelta(hours=hours)
        before = holder.cleared
        holder._clear_up(application)
        cleared.append(holder.cleared != before)
    assert cleared == [True, False, True, False, True, True]
    application.store.close()
