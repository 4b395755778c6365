"""What answers mean, and the words they are told in."""

import ssl
from smtplib import SMTPAuthenticationError, SMTPServerDisconnected

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.errors import MailDeferred, MailInDoubt, MailRejected
from recommender.mail.verdicts import after_dot, before_body, cause, told, too_large

CODES = st.integers(-1, 999)


@given(CODES, st.binary(max_size=60))
def test_a_message_is_sent_by_a_25z_alone(code: int, text: bytes) -> None:
    """Each code has one meaning after the dot, whatever the words."""
    verdict = after_dot(code, text)
    assert (verdict is None) == (250 <= code <= 259)
    assert isinstance(verdict, MailDeferred) == (400 <= code <= 499)
    assert isinstance(verdict, MailRejected) == (500 <= code <= 599)
    assert isinstance(verdict, MailInDoubt) == (code < 250 or 260 <= code <= 399 or code >= 600)


@given(st.sampled_from(["MAIL FROM:<a@b>", "RCPT TO:<a@b>", "DATA"]), CODES, st.binary(max_size=60))
def test_before_the_body_there_is_no_doubt(command: str, code: int, text: bytes) -> None:
    """An answer is temporary or permanent; permanent only by a 5yz, and never for the whole relay."""
    verdict = before_body(command, code, text)
    assert isinstance(verdict, MailDeferred | MailRejected)
    assert not isinstance(verdict, MailRejected) or 500 <= code <= 599


@given(CODES, st.text(max_size=300) | st.text("@<>a.é\x1b\n ", max_size=900))
def test_replies_are_told_on_one_safe_line(code: int, text: str) -> None:
    """No control characters, no address, no more than 400 characters."""
    line = told(code, text.encode("utf-8", "replace"))
    assert line.isprintable()
    assert len(line) <= 400
    assert "ana@example.org" not in told(code, f"{text} <ana@example.org> {text}".encode("utf-8", "replace"))


@pytest.mark.parametrize(
    "size,announced,refused",
    [
        (10, "9", True),
        (10, "10", False),
        (10, "", False),
        (10, "0", False),
        (10, None, False),
        (10, "x", False),
    ],
)
def test_size_is_a_limit_where_it_is_a_number(size: int, announced: str | None, *, refused: bool) -> None:
    """RFC 1870: no number and 0 set none."""
    assert (too_large(size, announced) is not None) is refused


def _tls_error(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}] words (_ssl.c:1006)")
    error.reason = reason
    return error


def test_causes_are_told_for_operators() -> None:
    """A login, a certificate and a port without TLS have words of their own; others speak for themselves."""
    assert cause(SMTPAuthenticationError(535, b"5.7.8 no")) == "the login is refused: 535 5.7.8 no"
    assert 'security = "starttls"' in cause(_tls_error("WRONG_VERSION_NUMBER"))
    assert cause(_tls_error("NO_SHARED_CIPHER")) == "TLS failed: no shared cipher"
    assert cause(SMTPServerDisconnected("the line\nwas closed")) == "the line was closed"
    assert cause(TimeoutError()) == "TimeoutError"
