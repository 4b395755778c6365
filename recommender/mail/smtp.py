"""A mailer over SMTP: one connection, one recipient per message, every phase told apart.

Errors are read by the phase they happen in, not by exception class: `smtplib` raises the same classes
before and after the message was handed over, and only the phase says whether it may have arrived.
No queue, no rendering and no signing here. A message is tried once; only a connection that went stale
between two messages is made anew without a word.
"""

import ipaddress
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from smtplib import SMTPException, SMTPNotSupportedError, SMTPResponseException

from recommender.domain.editions import Envelope
from recommender.domain.errors import InputError, MailDeferred, MailInDoubt, MailRejected
from recommender.mail.replies import StrictSMTP, StrictSMTPOverTLS
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
_LONE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_DOT_AT_START = re.compile(rb"(?m)^\.")
_GOODBYE_SECONDS = 5.0
"""A relay that does not answer to QUIT keeps nobody: all messages have had their answer."""


class Security(StrEnum):
    """How the connection is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailer:
    """Mailer over one relay. Times are seconds.

    `reply_timeout` is the wait for the answer to the message itself; RFC 5321 §4.5.3.2.6 asks for ten
    minutes, and a shorter wait makes duplicates. Without `tls_context` the system's authorities are
    trusted and the host name is checked.
    Raises InputError for `plain` to anything but a loopback address, or with credentials, and for
    credentials beyond ASCII.
    """

    host: str
    port: int
    security: Security = Security.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 60.0
    reply_timeout: float = 600.0
    local_hostname: str = "localhost"
    tls_context: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        """Refuse what would send mail or a password in the open, and a login that SMTP cannot carry."""
        if not (self.username + self.password).isascii():
            raise InputError("the login of the mail server has characters beyond ASCII")
        if self.security is not Security.PLAIN:
            return
        if not _is_loopback(self.host):
            raise InputError(f"mail security 'plain' is for loopback only, not {self.host}: use 'starttls'")
        if self.username:
            raise InputError("mail security 'plain' never sends a password: use 'starttls' or 'tls'")

    def open(self) -> "SmtpSession":
        """Connect, secure and log in; raise MailDeferred(relay=True) where any of it fails."""
        return SmtpSession(self)

    def connect(self) -> StrictSMTP:
        """Return a connection ready for MAIL; raise MailDeferred(relay=True)."""
        connection: StrictSMTP | None = None
        try:
            connection = self._dial()
            self._secure(connection)
        except (OSError, SMTPException, ValueError) as error:
            if connection is not None:
                connection.close()
            where = f"{self.host}:{self.port}"
            raise MailDeferred(f"relay {where} cannot be used: {cause(error)}", relay=True) from error
        return connection

    def _dial(self) -> StrictSMTP:
        """Connect in the constructor: only there `smtplib` keeps the name that TLS has to check."""
        if self.security is Security.TLS:
            return StrictSMTPOverTLS(
                self.host, self.port, self.local_hostname, timeout=self.timeout, context=self._context()
            )
        return StrictSMTP(self.host, self.port, self.local_hostname, timeout=self.timeout)

    def _secure(self, connection: StrictSMTP) -> None:
        """Greet, secure, log in; nothing learnt before TLS counts after it (RFC 3207 §4.2)."""
        connection.ehlo_or_helo_if_needed()
        if self.security is Security.STARTTLS:
            if not connection.has_extn("starttls"):
                raise SMTPNotSupportedError("STARTTLS is not offered, and nothing goes without it")
            # Without a context `smtplib` would encrypt to anybody.
            connection.starttls(context=self._context())
            connection.ehlo_or_helo_if_needed()
        if self.username:
            if not connection.has_extn("auth"):
                raise SMTPNotSupportedError("a login is not offered (AUTH, over TLS)")
            connection.login(self.username, self.password)
        # On the socket that TLS has wrapped, which is another object on the same connection.
        if connection.sock is not None:
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _context(self) -> ssl.SSLContext:
        return self.tls_context or ssl.create_default_context()


class SmtpSession:
    """One connection, kept over messages and made again when it went away."""

    def __init__(self, mailer: SmtpMailer) -> None:
        """Connect; raise MailDeferred(relay=True)."""
        self._mailer = mailer
        self._connection: StrictSMTP | None = mailer.connect()
        self._fresh = True
        self._clean = True

    def send(self, envelope: Envelope, message: bytes, on_in_doubt: Callable[[], bool]) -> str:
        """Hand over `message` and return the relay's reply.

        Before the final dot: 4yz, silence and a lost line raise MailDeferred, 5yz MailRejected. After
        it: 4yz MailDeferred, 5yz MailRejected, and everything that is no answer MailInDoubt.
        """
        body = _wire_body(envelope, message)
        connection = self._begin(envelope, len(message))
        self._command(connection, f"RCPT TO:<{envelope.rcpt_to}>", TAKEN)
        self._command(connection, "DATA", START_MAIL)
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
            connection.set_patience(min(self._mailer.timeout, _GOODBYE_SECONDS))
            connection.quit()
        except (OSError, SMTPException):
            connection.close()

    def _begin(self, envelope: Envelope, size: int) -> StrictSMTP:
        """Open a transaction, on a new connection if the old one turns out to be stale."""
        connection, fresh = self._ready()
        try:
            self._mail(connection, envelope, size)
        except MailDeferred as deferred:
            # A relay that closes an idle line may do so while we speak, with a 421 or without a word.
            if fresh or not (deferred.relay or deferred.silent):
                raise
            self._drop()
            connection, _ = self._ready()
            self._mail(connection, envelope, size)
        return connection

    def _mail(self, connection: StrictSMTP, envelope: Envelope, size: int) -> None:
        announced = connection.esmtp_features.get("size")
        if refused := too_large(size, announced):
            raise refused
        parameter = f" SIZE={size}" if announced is not None else ""
        self._clean = False
        self._command(connection, f"MAIL FROM:<{envelope.mail_from}>{parameter}", TAKEN)

    def _ready(self) -> tuple[StrictSMTP, bool]:
        """Return a connection with no transaction open, and whether it has not been used before.

        A message that was taken leaves none open (RFC 5321 §4.1.1.4), so RSET and its round trip are
        for the others.
        """
        connection = self._connection
        if connection is not None and not self._fresh and not self._reset(connection):
            self._drop()
        if self._connection is None:
            self._connection = self._mailer.connect()
            self._fresh = self._clean = True
        fresh, self._fresh = self._fresh, False
        return self._connection, fresh

    def _reset(self, connection: StrictSMTP) -> bool:
        """End what may be open on a used connection; tell whether it can be used again."""
        connection.set_patience(self._mailer.timeout)
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

    def _command(self, connection: StrictSMTP, command: str, expected: range) -> None:
        """Run a command of the phase before the body; a session out of step is no row's fault."""
        try:
            code, text = connection.docmd(command)
        except SMTPResponseException as error:
            self._drop()
            raise MailDeferred(cause(error), relay=error.smtp_code == SHUTTING_DOWN) from error
        except (OSError, SMTPException) as error:
            self._drop()
            raise MailDeferred(f"no answer to {command[:4]}: {cause(error)}", silent=True) from error
        if code in expected:
            return
        verdict = before_body(command, code, text)
        if isinstance(verdict, MailDeferred) and (verdict.relay or not 400 <= code <= 499):
            self._drop()
        raise verdict

    def _deliver(self, connection: StrictSMTP, body: bytes) -> str:
        """Send the body and the dot in one write and wait for the verdict.

        What goes wrong while the dot is still here leaves no doubt: a message without its end is not
        accepted (RFC 5321 §4.1.1.10). A reply that came before the body is no verdict on it.
        """
        if trouble := connection.interruption():
            self._drop()
            raise MailDeferred(f"not sent: {trouble}", silent=True)
        try:
            connection.send_body(body, self._mailer.reply_timeout)
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
    if not message.endswith(b"\r\n") or _LONE_LINE_END.search(message):
        raise MailRejected("the message does not have CRLF line ends throughout")
    if not message.isascii():
        raise MailRejected("the message has bytes above 127; encode its parts")
    return _DOT_AT_START.sub(b"..", message) + b".\r\n"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
