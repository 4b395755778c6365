"""One life of what sends letters: the real store, mailer and service, put together from plain values."""

from datetime import datetime
from pathlib import Path

from recommender.mail.smtp import Security
from tests.faults.points import PointedStore, Points, pointed_mailer
from tests.services.clerk import Clerk
from tests.services.mailroom import Hands


def send_letters(url: str, port: int, now: str, armed: int, steps: str) -> None:
    """Send what waits; die at step `armed`, or write the names of all steps to the file `steps`."""
    points = Points(lambda _place: None, armed)
    clerk = Clerk(PointedStore(url, points), clock=Hands(datetime.fromisoformat(now)))
    mailer = pointed_mailer(
        points, host="127.0.0.1", port=port, security=Security.PLAIN, timeout=5.0, reply_timeout=5.0
    )
    clerk.letters(mailer).run()
    Path(steps).write_text("\n".join(points.names()), encoding="utf-8")
