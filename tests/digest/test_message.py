"""The bytes of a mail: headers, structure, lines, and hostile values."""

import email
import re
from collections import Counter
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.digest.links import Links
from recommender.digest.mail_links import MailLinks, without_body
from recommender.digest.message import ONE_CLICK, build, message_id
from recommender.domain.errors import InputError
from tests.digest.samples import (
    KEY,
    MAILBOX,
    NOW,
    PUBLIC_ID,
    digest,
    english,
    letter,
    links,
    mail,
    mail_links,
    renderer,
)

EXPECTED = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Help",
    "Feedback-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
}
HOSTILE = [
    "=?utf-8?q?evil=0ABcc=3A_x=40y?=",
    "line\u2028separator\x85next",
    "nul\x00byte\x1b[31m",
    "\u202eright to left",
    "x" * 400,
    "ünïcödé " * 40,
    "a\r\nBcc: evil@example.org",
    "🧪 日本語のタイトル",
    "lone \ud800 surrogate",
]


def parse(message: bytes) -> EmailMessage:
    """Parse as a receiver would; a defect anywhere fails the test."""
    parsed = email.message_from_bytes(message, policy=SMTP)
    assert isinstance(parsed, EmailMessage)
    for part in parsed.walk():
        assert part.defects == []
    return parsed


def check_wire(message: bytes) -> EmailMessage:
    """Check what must hold of every message."""
    assert b"\r" not in message.replace(b"\r\n", b"")
    assert b"\n" not in message.replace(b"\r\n", b"")
    assert message.endswith(b"--\r\n")
    head, _, body = message.partition(b"\r\n\r\n")
    assert max(len(line) for line in head.split(b"\r\n")) <= 998
    assert max(len(line) for line in body.split(b"\r\n")) <= 78
    assert message.isascii()
    parsed = parse(message)
    assert Counter(parsed.keys()) == Counter(EXPECTED)
    return parsed


@pytest.fixture(scope="module", name="message")
def message_fixture() -> bytes:
    """Return the sample mail."""
    return mail(digest())


def test_headers_once_each(message: bytes) -> None:
    """Exactly the expected headers, each once."""
    parsed = check_wire(message)
    assert parsed["From"] == "Paper Route <digest@example.org>"
    assert parsed["To"] == "Ana <ana@example.org>"
    assert parsed["Subject"] == digest().subject
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["X-Auto-Response-Suppress"] == "All"
    assert parsed["MIME-Version"] == "1.0"


def test_parts_in_order_and_whole(message: bytes) -> None:
    """Text first, then HTML, both exactly as rendered."""
    parsed = parse(message)
    assert parsed.get_content_type() == "multipart/alternative"
    text, page = parsed.iter_parts()
    assert [part.get_content_type() for part in (text, page)] == ["text/plain", "text/html"]
    assert {part.get_content_charset() for part in (text, page)} == {"utf-8"}
    assert text.get_content().replace("\r\n", "\n") == renderer().text(digest(), english())
    assert page.get_content().replace("\r\n", "\n").rstrip() == renderer().html(digest(), english()).rstrip()


def test_list_headers_are_one_plain_line(message: bytes) -> None:
    """Mailbox providers read these with simple parsers: one line, no encoded word (RFC 8058, RFC 2369)."""
    lines = message.partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")
    by_name = dict(line.split(": ", 1) for line in lines if not line.startswith(" "))
    assert re.fullmatch(r"<http://127\.0\.0\.1:8321/u/[\w.-]+>", by_name["List-Unsubscribe"])
    assert by_name["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert by_name["List-Id"] == "Paper Route <paperroute.example.org>"
    assert re.fullmatch(r"<http://127\.0\.0\.1:8321/p/[\w.-]+>", by_name["List-Help"])
    assert re.fullmatch(r"<[a-z2-7]+@example\.org>", by_name["Message-ID"])


def test_mailto_stands_beside_the_link() -> None:
    """Where somebody reads it, a way to unsubscribe by mail follows the link, and one click stays."""
    web = links().unsubscribe(PUBLIC_ID, 0, NOW)
    post = without_body(mail_links().unsubscribe(PUBLIC_ID, 0, NOW))
    message = build(letter(unsubscribe=(web, post)), "t", "h")
    assert check_wire(message)["List-Unsubscribe"] == f"<{web}>, <{post}>"


def test_without_a_web_page_there_is_no_one_click() -> None:
    """RFC 8058 needs a URI that can be posted to; a mailbox alone is offered as such, on one line."""
    message = mail(digest(by=mail_links()))
    parsed = parse(message)
    assert Counter(parsed.keys()) == Counter(EXPECTED - {ONE_CLICK})
    head = message.partition(b"\r\n\r\n")[0].decode("ascii")
    token = links().unsubscribe(PUBLIC_ID, 0, NOW).rpartition("/")[2]
    found = re.findall(r"^List-Unsubscribe: <(.*)>$", head.replace("\r\n", "\n"), re.MULTILINE)
    assert found == [f"mailto:{MAILBOX}?subject=Unsubscribe%20%5Bpr:u:{token}%5D"]
    assert re.search(
        rf"^List-Help: <mailto:{MAILBOX}\?subject=Help%20%5Bpr:p:[\w.-]+%5D>\r$", head, re.MULTILINE
    )


def test_the_longest_list_header_fits() -> None:
    """Two long ways stay on one line of at most 998 octets; what is longer is refused."""
    web = Links([KEY], f"https://{'a.' * 120}example.org/{'p' * 200}").unsubscribe(PUBLIC_ID, 9, NOW)
    post = MailLinks(links(), f"{'a' * 64}@{'.'.join(['b' * 60] * 3)}").unsubscribe(PUBLIC_ID, 9, NOW)
    message = build(letter(unsubscribe=(web, without_body(post))), "t", "h")
    line = next(line for line in message.split(b"\r\n") if line.startswith(b"List-Unsubscribe:"))
    assert line == f"List-Unsubscribe: <{web}>, <{without_body(post)}>".encode()
    with pytest.raises(InputError, match="List-Unsubscribe"):
        build(letter(unsubscribe=(web, "mailto:" + "a" * 600)), "t", "h")


def test_feedback_id_has_four_parts_and_no_address(message: bytes) -> None:
    """Four parts, colon-separated, naming nobody."""
    parts = parse(message)["Feedback-ID"].split(":")
    assert len(parts) == 4
    assert "@" not in "".join(parts)


def test_no_address_but_in_to(message: bytes) -> None:
    """The reader's address is nowhere but in To."""
    assert message.count(b"ana@example.org") == 1
    assert message.count(b"ana=40example.org") == 0


def test_message_is_deterministic(message: bytes) -> None:
    """The same edition gives the same bytes, boundary included."""
    assert mail(digest()) == message


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_values_add_no_header(hostile: str) -> None:
    """Nothing a stranger writes makes, splits or hides a header."""
    message = build(
        letter(hostile, recipient_name=hostile, sender='"' + "Paper, Route" + '" <digest@example.org>'),
        hostile,
        hostile,
    )
    parsed = check_wire(message)
    assert [address.addr_spec for address in parsed["To"].addresses] == ["ana@example.org"]
    assert [address.addr_spec for address in parsed["From"].addresses] == ["digest@example.org"]
    assert "\n" not in str(parsed["Subject"])


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.text(max_size=120), st.text(max_size=400))
def test_any_values_keep_the_shape(subject: str, name: str, body: str) -> None:
    """Subject, name and body may be any text at all."""
    check_wire(build(letter(subject, recipient_name=name), body, body))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=400))
def test_bodies_come_back(body: str) -> None:
    """What goes in comes out, dots, trailing blanks, `From ` and all."""
    for text in (body, f"From {body} \n.\n..{body}\t"):
        part = next(parse(build(letter(), text, "h")).iter_parts())
        assert part.get_content().replace("\r\n", "\n") == text + "\n"


def test_boundary_is_in_no_body() -> None:
    """A body that imitates the boundary is encoded and separates nothing."""
    boundary = parse(build(letter(), "t", "h")).get_boundary()
    parsed = parse(build(letter(), f"--{boundary}--\n--{boundary}", "h"))
    assert len(list(parsed.iter_parts())) == 2


def test_message_id_is_keyed_and_stable() -> None:
    """It depends on key, reader and edition, and shows none of them."""
    first = message_id(KEY, PUBLIC_ID, "2026-01-30", "example.org")
    assert first == message_id(KEY, PUBLIC_ID, "2026-01-30", "example.org")
    others = {
        message_id("other" + KEY, PUBLIC_ID, "2026-01-30", "example.org"),
        message_id(KEY, "f" * 16, "2026-01-30", "example.org"),
        message_id(KEY, PUBLIC_ID, "2026-01-31", "example.org"),
    }
    assert len(others | {first}) == 4
    assert PUBLIC_ID not in first


@pytest.mark.parametrize("sender", ["no address", "Name <a@b@c>", "", "x <ü@example.org>"])
def test_unusable_sender_is_named(sender: str) -> None:
    """A sender no header can hold is refused in words."""
    with pytest.raises(InputError, match="sender"):
        build(letter(sender=sender), "t", "h")


@pytest.mark.parametrize(
    "url", ["https://example.org/a\r\nBcc: x", "https://exämple.org/", "https://x/" + "a" * 1000]
)
def test_unusable_list_url_is_refused(url: str) -> None:
    """A URL that does not fit on one ASCII line never gets into a header."""
    with pytest.raises((InputError, ValueError)):
        build(letter(unsubscribe=(url,)), "t", "h")
