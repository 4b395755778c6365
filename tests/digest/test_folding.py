"""Subjects on the wire: what a reader sees is what was meant, blank for blank."""

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import SMTP, compat32
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.digest.folding import LINE, fold_mailbox, fold_subject
from recommender.digest.plain import display_name, header_text


def seen(raw: bytes) -> set[str]:
    """Read a field with both of Python's parsers."""
    legacy = message_from_bytes(raw + b"\r\n", policy=compat32)["Subject"]
    return {
        str(message_from_bytes(raw + b"\r\n", policy=SMTP)["Subject"]),
        str(make_header(decode_header(re.sub(r"\r\n(?=[ \t])", "", str(legacy))))),
    }


@pytest.mark.parametrize(
    "subject",
    [
        "Plain words alone",
        "The Molecular Structure of Thought: Mapping the Topology of… · 1 paper",
        "Where Knowledge Collides: A Mechanistic Study of… · 1 paper",
        "Rank-One Updates Write Facts into Mid-Layer Feed-Forward… · 3 papers",
        "日本語の題名" * 12,
        "é " * 30 + "é",
        "W" * 70,
        "= ?utf-8?q?evil=0ABcc=3A_x=40y?= · 1 paper",
        "",
    ],
)
def test_a_subject_is_read_as_it_was_meant(subject: str) -> None:
    """Whatever is encoded and wherever it breaks."""
    assert seen(fold_subject(subject)) == {subject}


def test_plain_words_stay_readable() -> None:
    """Only what needs it is encoded, in one run with the blanks inside."""
    raw = fold_subject("Mapping the Topology of… · 1 paper")
    assert raw == b"Subject: Mapping the Topology =?utf-8?q?of=E2=80=A6_=C2=B7?= 1 paper\r\n"


@given(st.text(max_size=200))
def test_any_subject_comes_back(text: str) -> None:
    """Lines within their width, ASCII, every encoded word legal, and the text unharmed."""
    subject = header_text(text)
    raw = fold_subject(subject)
    lines = raw.decode("ascii").removesuffix("\r\n").split("\r\n")
    assert max(map(len, lines)) <= LINE
    assert all(re.fullmatch(r"(?:Subject:| )[ -~]*", line) for line in lines)
    assert all(len(word) <= 75 for line in lines for word in line.split())
    assert seen(raw) == {subject}


@given(st.text(max_size=90))
def test_any_name_comes_back(text: str) -> None:
    """The address is the address, and the name is read as it was meant."""
    name = display_name(text)
    raw = fold_mailbox("To", name, "ana@example.org")
    assert max(map(len, raw.decode("ascii").split("\r\n"))) <= LINE
    unfolded = re.sub(r"\r\n(?=[ \t])", "", raw.decode("ascii")).removeprefix("To:").strip()
    display, address = parseaddr(unfolded)
    assert address == "ana@example.org"
    assert str(make_header(decode_header(display))) == name
    header = message_from_bytes(raw + b"\r\n", policy=SMTP)["To"]
    assert [found.addr_spec for found in header.addresses] == ["ana@example.org"]
