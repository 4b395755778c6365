"""A mailer that keeps messages in memory and refuses on request."""

from collections.abc import Callable
from dataclasses import dataclass, field

from recommender.domain.editions import Envelope
from recommender.domain.errors import MailDeferred, MailInDoubt, MailRejected


@dataclass
class FakeMailer:
    """Mailer and session in one. `script` holds errors by recipient: raised before the mark for
    MailDeferred and MailRejected, after it for MailInDoubt; each entry is used once.
    """

    script: dict[str, list[Exception]] = field(default_factory=dict)
    down: MailDeferred | None = None
    sent: list[tuple[Envelope, bytes]] = field(default_factory=list)
    opened: int = 0
    before_mark: Callable[[Envelope], None] = lambda _envelope: None

    def open(self) -> "FakeMailer":
        """Connect unless the relay is down."""
        self.opened += 1
        if self.down is not None:
            raise self.down
        return self

    def send(self, envelope: Envelope, message: bytes, on_in_doubt: Callable[[], bool]) -> str:
        """Keep the message or raise what the script says."""
        if "/" in envelope.stem:
            raise MailRejected("unusable stem")
        errors = self.script.get(envelope.rcpt_to) or []
        error = errors.pop(0) if errors else None
        if error is not None and not isinstance(error, MailInDoubt):
            raise error
        self.before_mark(envelope)
        if not on_in_doubt():
            raise MailDeferred("called off")
        if error is not None:
            raise error
        self.sent.append((envelope, message))
        return f"250 kept as {len(self.sent)}"

    def close(self) -> None:
        """Nothing to let go of."""

    def recipients(self) -> list[str]:
        """Return who got mail, in order."""
        return [envelope.rcpt_to for envelope, _ in self.sent]
