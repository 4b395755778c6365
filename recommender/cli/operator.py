"""What the buttons of the operator's page do: the steps of the commands, with the application in force."""

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.app.operating import build_operating, check, source_names
from recommender.domain.reports import Report
from recommender.services.operating import Operating
from recommender.services.stopwatch import Laps
from recommender.web.admin_context import INGEST, MAIL, TRAIN, Admin

if TYPE_CHECKING:
    from recommender.app import Application

_FORM_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """The work behind the page; each piece is done in the thread that calls it."""

    current: Callable[[], "Application"]
    config: Path | None
    """As it was named at the start."""
    background: threading.Lock
    """Held while papers are fetched or a recommender is fitted, by whomever."""
    mails: bool
    """Whether there is a button for mail; a daemon has a tick instead."""
    note: Callable[[Report], object]
    """Writes a report to the log."""
    stopping: Callable[[], bool] = lambda: False
    _mailing: threading.Lock = field(default_factory=threading.Lock)

    def admin(self) -> Admin:
        """Return what the page is given."""
        work: dict[str, Callable[[str], Sequence[Report]]] = {INGEST: self.ingest, TRAIN: self.train}
        if self.mails:
            work[MAIL] = self.mail
        return Admin(
            operating=self._operating,
            password=self._password,
            form_token=secrets.token_urlsafe(_FORM_BYTES),
            check=partial(check, self.config),
            sources=self._sources,
            work={name: partial(self._told, does) for name, does in work.items()},
        )

    def _operating(self) -> Operating:
        return build_operating(self.current())

    def _password(self) -> str:
        return self.current().loaded.settings.web.admin_password.get_secret_value()

    def _sources(self) -> Sequence[str]:
        return source_names(self.current())

    def _told(self, work: Callable[[str], Sequence[Report]], choice: str) -> Sequence[Report]:
        """Do some work and log what came of it."""
        reports = work(choice)
        for report in reports:
            self.note(report)
        return reports

    def ingest(self, source: str) -> Sequence[Report]:
        """Fetch from one source, resting or not, or with an empty name from all."""
        application = self.current()
        only = source or None
        with self.background:
            chosen = application.incoming.sources(only=only)
            report = application.incoming.ingestion().run(chosen, insist=only is not None)
            return [report, *application.incoming.aftermath(chosen, enriched=only is None)]

    def train(self, _choice: str = "") -> Sequence[Report]:
        """Fit the recommender and keep the artifact."""
        with self.background:
            return [self.current().training().run()]

    def mail(self, _choice: str = "") -> Sequence[Report]:
        """Read what came back, send the letters that wait, make what is due, and send what is ready.

        What another process left in doubt is not touched: it may be alive.
        """
        from recommender.app.writing import build_letters  # noqa: PLC0415 for this button alone

        application = self.current()
        started = application.clock.now()
        with self._mailing:
            reports = [application.inbox.run(self.stopping)] if application.inbox else []
            reports.append(build_letters(application).run(self.stopping))
            reports += [application.publishing.run(), application.delivery.run(stopping=self.stopping)]
            return [*reports, application.bouncing.run(since=started)]

    def rendered(self) -> Laps:
        """Return how many mails were rendered under the configuration in force, and in how many seconds."""
        return self.current().editions.stopwatch.laps

    def settle(self, seconds: float) -> bool:
        """Wait at most so long for the end of mailing: a mail that is cut off would be held."""
        ended = self._mailing.acquire(timeout=seconds)
        if ended:
            self._mailing.release()
        return ended
