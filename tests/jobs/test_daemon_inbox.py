"""The inbox has a job of its own."""

import threading
from datetime import timedelta

from tests.jobs.test_daemon import _PATIENCE, Calls, _daemon, _running


def test_a_slow_inbox_delays_neither_mail_nor_downloads() -> None:
    """It has a job of its own, at its own pace."""
    mail, background, release, begun = Calls(wanted=4), Calls(wanted=4), threading.Event(), Calls()

    def read() -> None:
        begun()
        release.wait(_PATIENCE)

    daemon = _daemon(mail, background, read_inbox=read, inbox_every=timedelta(hours=1))
    with _running(daemon):
        assert begun.reached.wait(_PATIENCE)
        assert mail.reached.wait(_PATIENCE)
        assert background.reached.wait(_PATIENCE)
        release.set()
    assert begun.count == 1
    assert daemon.tick_age("inbox") is not None
