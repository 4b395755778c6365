"""The way to one relay: connect, secure, log in. What is then said over it is the session's.

Mail and passwords go over TLS alone, to a relay whose certificate is good.
"""

import ipaddress
import socket
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from smtplib import SMTPException, SMTPNotSupportedError

from recommender.domain.errors import InputError, MailDeferred
from recommender.mail.replies import StrictSMTP, StrictSMTPOverTLS
from recommender.mail.session import SmtpSession
from recommender.mail.verdicts import cause


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

    def open(self) -> SmtpSession:
        """Connect, secure and log in; raise MailDeferred(relay=True) where any of it fails."""
        return SmtpSession(self.connect, timeout=self.timeout, reply_timeout=self.reply_timeout)

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


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
