"""The next edition shown, or really mailed once, outside the ledger: nothing is stored."""

from collections.abc import Callable

from recommender.domain.errors import InputError, MailError
from recommender.ports import Clock, Mailer, Store
from recommender.services.recommending import Recommending
from recommender.services.rendering import EditionRenderer, Parts


class Previewing:
    """Renders what `publish` would make now."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        recommending: Recommending,
        editions: EditionRenderer,
        mailer: Callable[[], Mailer],
    ) -> None:
        """`mailer` is asked for only when something is sent."""
        self._store = store
        self._clock = clock
        self._recommending = recommending
        self._editions = editions
        self._mailer = mailer

    def preview(self, reference: str) -> Parts:
        """Return the next edition of a subscriber as HTML, text and message; raises UnknownSubscriber."""
        subscriber, edition = self._recommending.preview(reference)
        with self._store.read() as unit:
            return self._editions.parts(unit, subscriber, edition)

    def send(self, reference: str) -> str:
        """Mail the next edition now and return what the relay said.

        Raises UnknownSubscriber, and InputError when the relay refuses.
        """
        parts = self.preview(reference)
        try:
            session = self._mailer().open()
            try:
                reply = session.send(parts.envelope, parts.message, lambda: True)
            finally:
                session.close()
        except MailError as error:
            raise InputError(f"the test mail was not taken: {error.reply}") from error
        return f"sent to {parts.envelope.rcpt_to}: {reply}"
