"""Tests of the last look at a message before it goes out."""

from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.errors import MailRejected
from recommender.mail.guard import DIGEST_HEADERS, LONGEST_LINE, check_wire
from tests.mail.messages import HEADERS, SENDER, a_body, a_message, an_envelope


def _check(message: bytes) -> None:
    check_wire(message, an_envelope(), SENDER)


def test_a_digest_passes() -> None:
    """What we mean to send is let through."""
    _check(a_message())


def test_folded_headers_and_encoded_words_pass() -> None:
    """A long subject in two lines and a name beyond ASCII are ordinary."""
    _check(
        a_message(
            Subject="=?utf-8?q?M=C3=B6gliche?=\r\n =?utf-8?q?_Wege?=", To="=?utf-8?b?w4E=?= <ana@example.org>"
        )
    )


@pytest.mark.parametrize("name", sorted(DIGEST_HEADERS))
def test_each_header_is_needed_once(name: str) -> None:
    """A missing header and a doubled one are both refused by name."""
    with pytest.raises(MailRejected, match=f"missing {name}"):
        _check(a_message(**{name.replace("-", "_"): None}))
    with pytest.raises(MailRejected, match=f"{name} 2 times"):
        _check(f"{name}: {HEADERS[name]}\r\n".encode() + a_message())


@pytest.mark.parametrize(
    "name", ["Bcc", "bcc", "Reply-To", "Sender", "X-Anything", "subject", "DKIM-Signature"]
)
def test_nothing_else_gets_in(name: str) -> None:
    """A header that nobody asked for is refused, however it is spelt."""
    with pytest.raises(MailRejected, match=f"unexpected {name}"):
        _check(f"{name}: x\r\n".encode() + a_message())


def test_the_expected_set_is_an_argument() -> None:
    """A signed message has one header more when the caller says so."""
    signed = b"DKIM-Signature: v=1\r\n" + a_message()
    check_wire(signed, an_envelope(), SENDER, headers=DIGEST_HEADERS | {"DKIM-Signature"})


@pytest.mark.parametrize(
    "subject",
    [
        "x\r\nBcc: spy@example.net",
        "x\nBcc: spy@example.net",
        "x\rBcc: spy@example.net",
        "=?utf-8?q?evil=0ABcc=3A_x=40y?=",
        "=?utf-8?q?evil=0D=0Ax?=",
        "=?utf-8?b?YQpi?=",
        "=?utf-8?q?nul=00?=",
        "=?utf-8?q?line=E2=80=A8separator?=",
        "=?utf-8?q?next=C2=85line?=",
        "=?martian?q?x?=",
        "=?utf-8?q?=FF=FE?=",
        "bell \x07",
        "nul \0",
        "raw é",
        "delete \x7f",
    ],
)
def test_a_subject_cannot_smuggle(subject: str) -> None:
    """New headers, lone line ends, controls (also encoded ones) and raw 8-bit bytes are refused."""
    with pytest.raises(MailRejected):
        _check(a_message(Subject=subject))


@pytest.mark.parametrize(
    "sender",
    [
        "other@example.org",
        "Paper Route <other@example.org>",
        f"{SENDER}, other@example.org",
        "",
        "Paper Route",
    ],
)
def test_from_is_the_one_sender(sender: str) -> None:
    """Another, a second, or no address in From is refused."""
    with pytest.raises(MailRejected, match="From"):
        _check(a_message(From=sender))


@pytest.mark.parametrize(
    "to",
    ["bob@example.org", "ana@example.org, bob@example.org", "ana@example.org bob@example.org", "Ana:;", "<>"],
)
def test_to_is_the_one_recipient(to: str) -> None:
    """Another, a second, or no address in To is refused, and the message names nobody."""
    with pytest.raises(MailRejected, match="To") as caught:
        _check(a_message(To=to))
    assert "@" not in caught.value.reply


@pytest.mark.parametrize(
    "body",
    ["nul \0\r\n", "escape \x1b[31m\r\n", "no end", "lone\nfeed\r\n", "lone\rreturn\r\n", "x" * 999 + "\r\n"],
)
def test_a_body_keeps_to_plain_lines(body: str) -> None:
    """Controls, lone line ends, missing ends and long lines are refused."""
    with pytest.raises(MailRejected):
        _check(a_message(body))


def test_the_longest_line_passes() -> None:
    """998 octets are allowed, as the standard says."""
    _check(a_message("x" * LONGEST_LINE + "\r\n"))


def test_headers_need_a_body() -> None:
    """A message that is all headers has lost its end."""
    with pytest.raises(MailRejected, match="no empty line"):
        _check(a_message("").removesuffix(b"\r\n"))


@given(st.text(max_size=60))
def test_no_title_gets_a_header_past_the_guard(title: str) -> None:
    """Whatever a subject says, what passes has our headers only and one line of subject."""
    message = EmailMessage(policy=SMTP)
    for name, value in HEADERS.items():
        if name not in {"Subject", "Content-Type", "MIME-Version"}:
            message[name] = value
    try:
        message["Subject"] = f"=?utf-8?q?{title}?="
    except ValueError:
        return
    raw = message.as_bytes().replace(
        b"\r\n\r\n", b"\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n", 1
    )
    try:
        _check(raw + a_body().encode())
    except MailRejected:
        return
    head = raw.partition(b"\r\n\r\n")[0]
    names = [line.split(b":")[0] for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert sorted(names) == sorted(name.encode() for name in HEADERS)


@given(st.binary(max_size=300))
def test_rubbish_is_rejected_and_nothing_else_is_raised(rubbish: bytes) -> None:
    """Any bytes get a MailRejected."""
    with pytest.raises(MailRejected):
        _check(rubbish)


@given(st.binary(max_size=40), st.integers(0, 600))
def test_damage_never_raises_anything_else(piece: bytes, place: int) -> None:
    """A digest with bytes spliced in is passed or rejected."""
    message = a_message()
    with suppress(MailRejected):
        _check(message[:place] + piece + message[place:])
