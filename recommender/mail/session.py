"""A conversation with the relay: one recipient per message, every phase told apart.

Errors are read by the phase they happen in, not by exception class: `smtplib` raises the same classes
before and after the message was handed over, and only the phase says whether it may have arrived.
No queue, no rendering and no signing here. A message is tried once; only a connection that went stale
between two messages is made anew without a word.
"""

import re
from collections.abc import Callable
from smtplib import SMTPException, SMTPResponseException

from recommender.domain.editions import Envelope
from recommender.domain.errors import MailDeferred, MailError, MailInDoubt, MailRejected
from recommender.mail.replies import StrictSMTP
from recommender.mail.verdicts import (
    SHUTTING_DOWN,
    START_MAIL,
    TAKEN,
    after_dot,
    before_body,
    cause,
    told,
    too_large,
)

_MAILBOX = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")
_GOODBYE_SECONDS = 5.0
"""A relay that does not answer to QUIT keeps nobody: all messages have had their answer."""


class SmtpSession:
    """One connection, kept over messages and made again when it went away."""

    def __init__(self, connect: Callable[[], StrictSMTP], *, timeout: float, reply_timeout: float) -> None:
        """Connect; raise MailDeferred(relay=True). Time-outs are seconds for one reply, and for the last."""
        self._connect = connect
        self._timeout = timeout
        self._reply_timeout = reply_timeout
        self._connection: StrictSMTP | None = connect()
        self._fresh = True
        self._clean = True
        self._begun = False

    def send(self, envelope: Envelope, message: bytes, on_in_doubt: Callable[[], bool]) -> str:
        """Hand over `message` and return the relay's reply.

        Before the final dot: 4yz, silence and a lost line raise MailDeferred, 5yz MailRejected. After
        it: 4yz MailDeferred, 5yz MailRejected, and everything that is no answer MailInDoubt.
        """
        body = _wire_body(envelope, message)
        connection = self._begin(envelope, len(message))
        called_off = True
        try:
            called_off = not on_in_doubt()
        finally:
            # The relay waits for a body: hanging up is the only way out that sends none of it.
            if called_off:
                self._drop()
        if called_off:
            raise MailDeferred("called off before the message was sent")
        return self._deliver(connection, body)

    def close(self) -> None:
        """Say goodbye; a connection that is gone is fine."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.set_patience(min(self._timeout, _GOODBYE_SECONDS))
            connection.quit()
        except (OSError, SMTPException):
            connection.close()

    def _begin(self, envelope: Envelope, size: int) -> StrictSMTP:
        """Bring the relay to wait for the body, on a new connection if the old one turns out to be stale."""
        connection, fresh = self._ready()
        try:
            self._transact(connection, envelope, size)
        except MailDeferred as deferred:
            # A relay that closes an idle line may do so while we speak, with a 421 or without a word.
            if fresh or self._begun or not (deferred.relay or deferred.silent):
                raise
            self._drop()
            connection, _ = self._ready()
            self._transact(connection, envelope, size)
        return connection

    def _transact(self, connection: StrictSMTP, envelope: Envelope, size: int) -> None:
        """Go from MAIL to the 354: in one breath where the relay takes that (RFC 2920), else step by step."""
        announced = connection.esmtp_features.get("size")
        if refused := too_large(size, announced):
            raise refused
        parameter = f" SIZE={size}" if announced is not None else ""
        steps = (
            (f"MAIL FROM:<{envelope.mail_from}>{parameter}", TAKEN),
            (f"RCPT TO:<{envelope.rcpt_to}>", TAKEN),
            ("DATA", START_MAIL),
        )
        self._clean = self._begun = False
        together = connection.has_extn("pipelining")
        if together:
            self._say(connection, *(command for command, _ in steps))
        for left, (command, expected) in zip((2, 1, 0), steps, strict=True):
            if not together:
                self._say(connection, command)
            self._hear(connection, command, expected, unread=left if together else 0)
            self._begun = True

    def _ready(self) -> tuple[StrictSMTP, bool]:
        """Return a connection with no transaction open, and whether it has not been used before.

        A message that was taken leaves none open (RFC 5321 §4.1.1.4), so RSET and its round trip are
        for the others.
        """
        connection = self._connection
        if connection is not None and not self._fresh and not self._reset(connection):
            self._drop()
        if self._connection is None:
            self._connection = self._connect()
            self._fresh = self._clean = True
        fresh, self._fresh = self._fresh, False
        return self._connection, fresh

    def _reset(self, connection: StrictSMTP) -> bool:
        """End what may be open on a used connection; tell whether it can be used again."""
        connection.set_patience(self._timeout)
        if self._clean:
            return connection.interruption() is None
        try:
            return connection.rset()[0] in TAKEN
        except (OSError, SMTPException):
            return False

    def _drop(self) -> None:
        """Hang up without a word."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _say(self, connection: StrictSMTP, *commands: str) -> None:
        """Give commands; a relay that has said something unasked is out of step, which is no row's fault."""
        try:
            connection.put_together(commands)
        except SMTPResponseException as error:
            self._drop()
            raise MailDeferred(cause(error), relay=error.smtp_code == SHUTTING_DOWN) from error
        except (OSError, SMTPException) as error:
            self._drop()
            raise MailDeferred(f"no answer to {commands[0][:4]}: {cause(error)}", silent=True) from error

    def _hear(self, connection: StrictSMTP, command: str, expected: range, *, unread: int) -> None:
        """Judge the answer to a command; `unread` answers to commands already given come after it."""
        try:
            code, text = connection.getreply()
        except (OSError, SMTPException) as error:
            self._drop()
            raise MailDeferred(f"no answer to {command[:4]}: {cause(error)}", silent=True) from error
        if code in expected:
            return
        verdict = before_body(command, code, text)
        if not self._goes_on(connection, code, verdict, unread):
            self._drop()
        raise verdict

    def _goes_on(self, connection: StrictSMTP, code: int, verdict: MailError, unread: int) -> bool:
        """Read the answers that no longer matter; tell whether the connection is fit for another message."""
        if isinstance(verdict, MailDeferred) and (verdict.relay or not 400 <= code <= 499):
            return False
        try:
            for _ in range(unread):
                code, _ = connection.getreply()
        except (OSError, SMTPException):
            return False
        # Not where it waits for a body that will not come: a 354 may follow a refused RCPT.
        return 400 <= code <= 599 and code != SHUTTING_DOWN

    def _deliver(self, connection: StrictSMTP, body: bytes) -> str:
        """Send the body and the dot in one write and wait for the verdict.

        What goes wrong while the dot is still here leaves no doubt: a message without its end is not
        accepted (RFC 5321 §4.1.1.10). A reply that came before the body is no verdict on it.
        """
        if trouble := connection.interruption():
            self._drop()
            raise MailDeferred(f"not sent: {trouble}", silent=True)
        try:
            connection.send_body(body, self._reply_timeout)
        except OSError as error:
            self._drop()
            raise MailDeferred(f"the line was lost in the message: {cause(error)}", silent=True) from error
        try:
            code, text = connection.getreply()
        except (OSError, SMTPException) as error:
            self._drop()
            raise MailInDoubt(f"no answer after the message: {cause(error)}") from error
        verdict = after_dot(code, text)
        if verdict is None:
            self._clean = True
            return told(code, text)
        if isinstance(verdict, MailInDoubt) or code == SHUTTING_DOWN:
            self._drop()
        raise verdict


def _wire_body(envelope: Envelope, message: bytes) -> bytes:
    """Return message and final dot as they go out; raise MailRejected for what SMTP cannot carry."""
    for address in (envelope.mail_from, envelope.rcpt_to):
        if not _MAILBOX.fullmatch(address):
            raise MailRejected("an envelope address is not plain ASCII of the form local@domain")
    # A lone CR or LF is where one relay sees an end of message and the next does not.
    if not message.endswith(b"\r\n") or not _has_crlf_alone(message):
        raise MailRejected("the message does not have CRLF line ends throughout")
    if not message.isascii():
        raise MailRejected("the message has bytes above 127; encode its parts")
    # Every line but the first follows a CRLF; put one before the first to have its dot doubled as well.
    return (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


def _has_crlf_alone(message: bytes) -> bool:
    """Tell whether every CR and every LF is part of a CRLF. Counting is ten times as fast as a pattern."""
    pairs = message.count(b"\r\n")
    return message.count(b"\r") == pairs == message.count(b"\n")
