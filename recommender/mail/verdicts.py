"""What an answer of the relay means for a message, and how it is told: pure functions of code and words.

RFC 5321 §4.2 for the codes, RFC 3463 for the numbers with dots. A refusal that says nothing of this
message (log in first, not this sender, closing down) is about the relay: the row must not pay for it.
"""

import re
import ssl
from smtplib import SMTPAuthenticationError, SMTPResponseException

from recommender.domain.discretion import masked
from recommender.domain.errors import MailDeferred, MailError, MailInDoubt, MailRejected

TAKEN = range(250, 260)
"""Completed, and said by the mail system; 22z and 23z are about the connection (RFC 5321 §4.2.1)."""
START_MAIL = range(354, 355)
SHUTTING_DOWN = 421

_OUT_OF_STEP = 503
_LOG_IN_FIRST = frozenset({530, 534, 535, 538})
_TOO_LARGE = re.compile(r"552\b|5\d\d 5\.3\.4\b")
_NO_TLS = frozenset(
    {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"}
)
_LONGEST = 400


def before_body(command: str, code: int, text: bytes) -> MailError:
    """Judge an answer to MAIL, RCPT or DATA that is not the one hoped for."""
    reply = told(code, text)
    if code == SHUTTING_DOWN or code in _LOG_IN_FIRST:
        return MailDeferred(reply, relay=True)
    refused = 500 <= code <= 599 and code != _OUT_OF_STEP
    if command.startswith("MAIL") and refused and not _TOO_LARGE.match(reply):
        # Nobody was named yet but ourselves, however the relay words it.
        return MailDeferred(f"the sender is refused: {reply}"[:_LONGEST], relay=True)
    if refused:
        return MailRejected(reply)
    return MailDeferred(reply)


def after_dot(code: int, text: bytes) -> MailError | None:
    """Judge the answer to a message; None is a yes. What is no answer leaves it in doubt."""
    reply = told(code, text)
    if code in TAKEN:
        return None
    if 400 <= code <= 499:
        return MailDeferred(reply, relay=code == SHUTTING_DOWN)
    if 500 <= code <= 599:
        return MailRejected(reply)
    return MailInDoubt(f"no usable answer after the message: {reply}")


def too_large(size: int, announced: str | None) -> MailRejected | None:
    """Judge a message by the size that the relay announced (RFC 1870): `None`, nothing and 0 say nothing."""
    limit = int(announced) if announced and announced.isascii() and announced.isdigit() else 0
    if not 0 < limit < size:
        return None
    return MailRejected(f"the message has {size} bytes, and the relay takes {limit} at most")


def told(code: int, text: bytes) -> str:
    """Return a reply on one line, at most 400 characters, fit for a log: addresses and odd bytes hidden."""
    line = " ".join(text[:1000].decode("utf-8", "replace").split())
    shown = "".join(character if character.isprintable() else "\ufffd" for character in line)
    words = masked(shown)
    return (f"{code} {words}" if code > 0 else f"malformed reply: {words}")[:_LONGEST]


def cause(error: Exception) -> str:
    """Return what the other side said, or what the system says of the failure, in words for an operator."""
    if isinstance(error, SMTPResponseException):
        said = error.smtp_error
        reply = told(error.smtp_code, said if isinstance(said, bytes) else said.encode())
        return f"the login is refused: {reply}" if isinstance(error, SMTPAuthenticationError) else reply
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not good: {error.verify_message}"
    if isinstance(error, ssl.SSLError) and error.reason:
        failure = f"TLS failed: {error.reason.lower().replace('_', ' ')}"
        hint = '; the port may not begin with TLS, and security = "starttls" is for those that do not'
        return failure + (hint if error.reason in _NO_TLS else "")
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(said.split()) or type(error).__name__
