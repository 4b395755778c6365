"""The next edition shown, or really mailed once, outside the ledger: nothing is stored."""

from collections.abc import Callable
from dataclasses import dataclass

from recommender.domain.errors import InputError, MailError
from recommender.ports import Clock, Mailer, Store
from recommender.services.delivery import Guard
from recommender.services.recommending import Recommending
from recommender.services.rendering import EditionRenderer, Parts


@dataclass(frozen=True, slots=True)
class Previewing:
    """Renders what `publish` would make now.

    `mailer` is asked for only when something is sent; `guard` looks at that as it does at every digest.
    """

    store: Store
    clock: Clock
    recommending: Recommending
    editions: EditionRenderer
    mailer: Callable[[], Mailer]
    guard: Guard

    def preview(self, reference: str) -> Parts:
        """Return the next edition of a subscriber as HTML, text and message; raises UnknownSubscriber."""
        subscriber, edition = self.recommending.preview(reference)
        with self.store.read() as unit:
            return self.editions.parts(unit, subscriber, edition)

    def send(self, reference: str) -> str:
        """Mail the next edition now and return what the relay said.

        Raises UnknownSubscriber, and InputError when the guard or the relay refuses.
        """
        parts = self.preview(reference)
        try:
            self.guard(parts.envelope, parts.message)
            session = self.mailer().open()
            try:
                reply = session.send(parts.envelope, parts.message, lambda: True)
            finally:
                session.close()
        except MailError as error:
            raise InputError(f"the test mail was not taken: {error.reply}") from error
        return f"sent to {parts.envelope.rcpt_to}: {reply}"
