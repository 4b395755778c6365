"""A mailer over SMTP: one connection, one recipient per message, every phase told apart.

Errors are read by the phase they happen in, not by exception class: `smtplib` raises the same classes
before and after the message was handed over, and only the phase says whether it may have arrived.
No retries, no queue and no rendering here; DKIM is the relay's.
"""

import ipaddress
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from smtplib import SMTP, SMTPException, SMTPResponseException

from recommender.domain.editions import Envelope
from recommender.domain.errors import InputError, MailDeferred, MailInDoubt, MailRejected
from recommender.mail.replies import StrictSMTP, StrictSMTPOverTLS

_MAILBOX = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")
_LONE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_DOT_AT_START = re.compile(rb"(?m)^\.")
_ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
_AUTHENTICATION_REQUIRED = 530
_OUT_OF_STEP = 503
_SHUTTING_DOWN = 421
_TAKEN = range(250, 260)
"""Completed, and said by the mail system; 22z and 23z are about the connection (RFC 5321 §4.2.1)."""
_START_MAIL = range(354, 355)


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
    Raises InputError for `plain` to anything but a loopback address, or with credentials.
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
        """Refuse what would send mail or a password in the open."""
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
            raise MailDeferred(f"relay {where} cannot be used: {_words(error)}", relay=True) from error
        return connection

    def _dial(self) -> StrictSMTP:
        """Connect in the constructor: only there `smtplib` keeps the name that TLS has to check."""
        if self.security is Security.TLS:
            return StrictSMTPOverTLS(
                self.host, self.port, self.local_hostname, timeout=self.timeout, context=self._context()
            )
        return StrictSMTP(self.host, self.port, self.local_hostname, timeout=self.timeout)

    def _secure(self, connection: SMTP) -> None:
        connection.ehlo_or_helo_if_needed()
        if self.security is Security.STARTTLS:
            # Without a context `smtplib` would encrypt to anybody.
            connection.starttls(context=self._context())
            connection.ehlo_or_helo_if_needed()
        if self.username:
            connection.login(self.username, self.password)
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
        self._used = False

    def send(self, envelope: Envelope, message: bytes, on_in_doubt: Callable[[], bool]) -> str:
        """Hand over `message` and return the relay's reply.

        Before the final dot: 4yz, silence and a lost line raise MailDeferred, 5yz MailRejected. After
        it: 4yz MailDeferred, 5yz MailRejected, and everything that is no answer MailInDoubt.
        """
        body = _wire_body(envelope, message)
        connection = self._ready()
        self._used = True
        try:
            self._command(connection, f"MAIL FROM:<{envelope.mail_from}>", _TAKEN)
            self._command(connection, f"RCPT TO:<{envelope.rcpt_to}>", _TAKEN)
            self._command(connection, "DATA", _START_MAIL)
        except MailRejected:
            raise
        except MailDeferred as deferred:
            if deferred.relay:
                self._drop()
            raise
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
            connection.quit()
        except (OSError, SMTPException):
            connection.close()

    def _ready(self) -> StrictSMTP:
        """Return a connection with no transaction open, a new one if the old one does not answer."""
        if self._connection is not None and self._used:
            try:
                if self._connection.rset()[0] != 250:
                    self._drop()
            except (OSError, SMTPException):
                self._drop()
        if self._connection is None:
            self._connection = self._mailer.connect()
        if self._connection.sock is not None:
            self._connection.sock.settimeout(self._mailer.timeout)
        return self._connection

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
            raise MailDeferred(_words(error), relay=error.smtp_code == _SHUTTING_DOWN) from error
        except (OSError, SMTPException) as error:
            self._drop()
            raise MailDeferred(f"no answer to {command[:4]}: {_words(error)}", silent=True) from error
        if code in expected:
            return
        reply = _reply(code, text)
        if code == _SHUTTING_DOWN or (code == _AUTHENTICATION_REQUIRED and command.startswith("MAIL")):
            raise MailDeferred(reply, relay=True)
        if 500 <= code <= 599 and code != _OUT_OF_STEP:
            raise MailRejected(reply)
        if not 400 <= code <= 499:
            self._drop()
        raise MailDeferred(reply)

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
            raise MailDeferred(f"the line was lost in the message: {_words(error)}", silent=True) from error
        try:
            code, text = connection.getreply()
        except (OSError, SMTPException) as error:
            self._drop()
            raise MailInDoubt(f"no answer after the message: {_words(error)}") from error
        reply = _reply(code, text)
        if code in _TAKEN:
            return reply
        if 400 <= code <= 499:
            if code == _SHUTTING_DOWN:
                self._drop()
            raise MailDeferred(reply, relay=code == _SHUTTING_DOWN)
        if 500 <= code <= 599:
            raise MailRejected(reply)
        self._drop()
        raise MailInDoubt(f"no usable answer after the message: {reply}")


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


def _reply(code: int, text: bytes) -> str:
    """Return a reply on one line, at most 400 characters, fit for a log: addresses and odd bytes hidden."""
    line = " ".join(text[:1000].decode("utf-8", "replace").split())
    shown = "".join(character if character.isprintable() else "\ufffd" for character in line)
    words = _ADDRESS.sub("<address>", shown)
    return (f"{code} {words}" if code > 0 else f"malformed reply: {words}")[:400]


def _words(error: Exception) -> str:
    """Return what the other side said, or what the system says of the failure."""
    if isinstance(error, SMTPResponseException):
        said = error.smtp_error
        return _reply(error.smtp_code, said if isinstance(said, bytes) else said.encode())
    return " ".join(str(error).split()) or type(error).__name__
