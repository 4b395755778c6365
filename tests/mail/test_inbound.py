"""What a message of the inbox is: a labelled corpus, and noise without end.

The corpus is written by hand from the RFCs (see `tests.mail.bounces`); no recorded mail was at hand.
"""

import time
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.digest.mail_links import token_in
from recommender.domain.bounces import verdict
from recommender.domain.inbound import Form, Reading
from recommender.mail.inbound import may_be_ours, read_mail
from tests.mail.bounces import SAMPLES
from tests.mail.bounces.answers import VOTE, mail
from tests.mail.bounces.complaints import arf
from tests.mail.bounces.sample import ORIGINAL, READER, RETURN_PATH, TOKEN, Sample, message
from tests.mail.bounces.status import block, dsn

NAMES = {sample.name: sample for sample in SAMPLES}


def label(reading: Reading) -> str:
    """Return what would be done with a reading, in one word."""
    if reading.form is not Form.BOUNCE:
        return reading.form.value
    if not reading.permanent:
        return "delayed"
    return "hard" if verdict(reading.diagnostic, reading.status).hard else "soft"


def is_known(reading: Reading) -> bool:
    """Tell whether a reading says which mail of ours it is about."""
    tagged = RETURN_PATH in (address.lower() for address in reading.recipients)
    return tagged or ORIGINAL in reading.originals or any(TOKEN in way for way in reading.ways_out)


def test_the_corpus_is_large_enough_and_every_name_is_its_own() -> None:
    """At least sixty messages; none hides another."""
    assert len(NAMES) == len(SAMPLES) >= 60


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_message_is_what_its_label_says(sample: Sample) -> None:
    """And it is known which mail of ours it is about, where it says so."""
    reading = read_mail(sample.content)
    assert label(reading) == sample.label
    assert is_known(reading) is sample.known


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_nothing_kept_holds_an_address(sample: Sample) -> None:
    """The words of a report may name anybody."""
    reading = read_mail(sample.content)
    assert READER not in f"{reading.diagnostic}{reading.status}{reading.key}"
    assert "@" not in reading.diagnostic
    assert len(reading.diagnostic) <= 200
    assert len(reading.key) == 64


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_what_is_about_our_mail_is_worth_fetching(sample: Sample) -> None:
    """No bounce, complaint or vote is lost because only its headers were looked at."""
    about_us = sample.label in ("hard", "soft", "delayed", "complaint") or token_in(
        read_mail(sample.content).subject
    )
    head = sample.content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert may_be_ours(head) or not about_us


HEADS = {
    "a token": (b"Subject: Re: Useful [pr:v:abc]", True),
    "an encoded token": (b"Subject: =?utf-8?B?VXNlZnVsIFtwcjp2OmFiY10=?=", True),
    "a folded token": (b"Subject: Useful [pr:v:ab\r\n c]", True),
    "a report": (b'Content-Type: multipart/report; report-type="x"', True),
    "a mail server": (b"From: Mail Delivery System <MAILER-DAEMON@mx.example.org>", True),
    "an empty return path": (b"Return-Path: <>\r\nFrom: x@example.org", True),
    "a tagged address": (b"To: digest+b-1f-abcdefghijklmnop@example.org", True),
    "a subject of a bounce": (b"Subject: Undeliverable: Your papers", True),
    "a friend": (b"From: Bob <bob@example.org>\r\nSubject: Lunch?", False),
    "a newsletter": (b"From: news@example.org\r\nList-Id: <news.example.org>\r\nSubject: News", False),
    "nothing": (b"", False),
    "noise": (b"\xff\0\r\n:::\r\n\r\n", False),
}


@pytest.mark.parametrize("name", HEADS)
def test_headers_tell_what_may_be_ours(name: str) -> None:
    """So that the rest of a mailbox is not even fetched."""
    head, ours = HEADS[name]
    assert may_be_ours(head + b"\r\n\r\n") is ours


SUBJECTS = (
    VOTE,
    f"Re: {VOTE}",
    f"AW: Re: Fwd: {VOTE}",
    f"[EXTERNAL] {VOTE}",
    f"Useful [pr:v:{TOKEN[:30]}\r\n {TOKEN[30:]}]",
    f"=?utf-8?Q?Useful_=5Bpr=3Av=3A{TOKEN.replace('_', '=5F')}=5D?=",
    f"=?utf-8?Q?N=C3=BCtzlich_[pr:v:{TOKEN[:20]}?=\r\n =?utf-8?Q?{TOKEN[20:]}]?=",
    f"=?x-unknown?Q?Useful_[pr:v:{TOKEN}]?=",
)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_token_survives_what_mail_programs_do(subject: str) -> None:
    """Prefixes, folding, encoding, splitting."""
    assert token_in(read_mail(mail(subject)).subject) == ("vote", TOKEN)


def test_the_same_message_has_the_same_key_by_every_way() -> None:
    """Headers that are added on the way do not count; date, subject and name do."""
    first = mail()
    again = b"Received: from a by b; Sat, 21 Nov 2026 07:00:00 +0000\r\n" + first
    assert read_mail(first).key == read_mail(again).key
    others = (mail(f"Re: {VOTE}"), mail(Message_ID="<own-2@example.net>"), mail(Date="later"))
    assert len({read_mail(other).key for other in (first, *others)}) == 4


def test_messages_without_a_name_are_told_apart_by_their_bytes() -> None:
    """Nothing better is there."""
    bare = mail(Message_ID=None)
    assert read_mail(bare).key == read_mail(bare).key != read_mail(bare + b"x").key


MAZES = {
    "nested parts": b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (depth, depth)
        for depth in range(5000)
    ),
    "nested messages": b"Content-Type: message/rfc822\r\n\r\n" * 8000,
    "many parts": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 30_000,
    "many headers": b"A: b\r\n" * 60_000,
    "one long header": b"Subject: " + b"=?utf-8?Q?a?= " * 30_000,
    "a folded header": b"To: " + b"a@example.net,\r\n " * 20_000,
    "only line ends": b"\r\n" * 200_000,
    "a report of blank lines": dsn("Action: failed\n" + "\n" * 120_000),
    "a report of carriage returns": dsn("Action: failed\n").replace(b"failed", b"failed" + b"\r" * 240_000),
    "a report of one letter each": dsn("Action: failed\n" + "\na:b\n" * 40_000),
    "an internationalised report": dsn("a:b\n\n" * 40_000).replace(b"message/del", b"message/global-del"),
    "text of blank lines": message("\n" * 120_000, Content_Type="text/plain"),
    "text of short lines": message("<a@b>\n" * 40_000, Content_Type="text/plain"),
    "text of addresses": message("550 <a@b> " * 25_000, Content_Type="text/plain"),
    "text of one word": message("a" * 250_000, Content_Type="text/plain"),
    "text of blanks": message(" " * 250_000, Content_Type="text/plain"),
    "lone carriage returns": b"\r" * 250_000,
    "a report of many readers": dsn(*(block("failed", "5.1.1", "x") for _ in range(3000))),
}


@pytest.mark.parametrize("name", MAZES)
def test_a_maze_is_read_in_a_moment(name: str) -> None:
    """Whatever a stranger sends keeps nobody busy."""
    start = time.process_time()
    read_mail(MAZES[name])
    assert time.process_time() - start < 1.0


def test_a_maze_needs_no_room() -> None:
    """A report of blank lines alone is as large as it is, not a thousand times."""
    content = MAZES["a report of blank lines"]
    tracemalloc.start()
    try:
        read_mail(content)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 4 * 1024 * 1024


_MUTANTS = [sample.content for sample in SAMPLES if len(sample.content) < 10_000]
_NOISE = st.sampled_from(
    [
        b"\0",
        b"\r",
        b"\n",
        b"\r\n",
        b"\xff",
        b":",
        b";",
        b'"',
        b"=?utf-8?B?",
        b"?=",
        b"--=-report",
        b"<",
        b">@",
        b"\t",
    ]
)


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_mutations_never_raise(data: st.DataObject) -> None:
    """Cut, spliced and sprinkled: every piece of mail has a reading that can be stored."""
    content = bytearray(data.draw(st.sampled_from(_MUTANTS)))
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(content)))
        match data.draw(st.integers(0, 3)):
            case 0:
                content[at:at] = data.draw(_NOISE) * data.draw(st.integers(1, 4))
            case 1:
                del content[at : at + data.draw(st.integers(1, 200))]
            case 2:
                content[at : at + 1] = data.draw(st.binary(max_size=3))
            case _:
                other = data.draw(st.sampled_from(_MUTANTS))
                content[at:] = other[data.draw(st.integers(0, len(other))) :]
    check(bytes(content))


@given(st.binary(max_size=2000))
@settings(max_examples=100, deadline=None)
def test_any_bytes_have_a_reading(content: bytes) -> None:
    """Noise is mail that says nothing."""
    check(content)


@given(st.integers(0, len(dsn(block("failed", "5.1.1", "smtp; 550 x")))))
@settings(max_examples=60, deadline=None)
def test_a_report_cut_off_anywhere_is_no_fault(length: int) -> None:
    """The connection broke, or the message was large."""
    check(dsn(block("failed", "5.1.1", "smtp; 550 x"))[:length])
    check(arf("abuse")[:length])


def check(content: bytes) -> None:
    """Read, and see that everything in the reading can be stored and shown."""
    reading = read_mail(content)
    may_be_ours(content)
    token_in(reading.subject)
    verdict(reading.diagnostic, reading.status)
    for text in (reading.subject, reading.message_id, reading.diagnostic, reading.status, *reading.originals):
        assert "\0" not in text
        assert text.isprintable() or "\n" not in text
        text.encode()
