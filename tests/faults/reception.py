"""A receiver who trusts nobody: one message taken apart twice, by hand and by the standard library.

Knows what our mail may hold and calls everything else a violation. Nothing of the product is asked but
whether a token is one of ours.
"""

import quopri
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import html5lib

from recommender.digest.links import CODES, Links
from tests.digest.samples import NOW, PUBLIC_ID

HEADERS = (
    *("From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"),
    *(
        "List-Help",
        "Feedback-ID",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "MIME-Version",
        "Content-Type",
    ),
)
_PLAIN = {"class", "style"}
_CELL = {*_PLAIN, "align", "valign", "width", "height", "bgcolor"}
_SPOKEN = {*_PLAIN, "dir", "lang", "role", "aria-label", "aria-hidden"}
TAGS: dict[str, set[str]] = {
    "html": {"lang", "dir"},
    "head": set(),
    "meta": {"charset", "name", "content"},
    "title": set(),
    "style": set(),
    "body": {"bgcolor", "style"},
    "table": {*_CELL, "role", "cellpadding", "cellspacing", "border"},
    "tbody": set(),
    "tr": set(),
    "td": {*_CELL, "dir"},
    "div": {*_PLAIN, "role", "dir"},
    "h1": {*_PLAIN, "dir"},
    "h2": {*_PLAIN, "dir"},
    "p": {*_PLAIN, "dir"},
    "b": {*_PLAIN, "dir"},
    "span": _SPOKEN,
    "ul": _PLAIN,
    "li": {*_PLAIN, "dir"},
    "br": set(),
    "hr": _PLAIN,
    "a": {*_PLAIN, "href", "aria-label"},
}
"""What a digest is made of: the tags, and of each the attributes."""
COMMENTS = {
    '[if mso]><table role="presentation" width="600"><tr><td><![endif]',
    "[if mso]></td></tr></table><![endif]",
}
WEB = re.compile(r"(?i:https?)://(?i:arxiv\.org|github\.com)/[!#-;=?-~]*", re.ASCII)
OWN = re.compile(r"http://127\.0\.0\.1:8321/([a-z])/([\w.-]+)", re.ASCII)
MAIL = re.compile(
    r"mailto:digest@example\.org\?subject=([\w%.:~-]+%5Bpr:([a-z]):([\w.-]+)%5D)(?:&body=[\w%.~-]+)?",
    re.ASCII,
)
PURPOSES = {code: purpose for purpose, code in CODES.items() if purpose != "feed"}
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
BOUNDARY = re.compile(rb'^multipart/alternative; boundary="(=_[0-9a-f]{32})"$')


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How much a message held once it was found to be in order."""

    papers: int
    own: int
    """Links to us, all verified."""
    foreign: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Takes mail to `ana@example.org` that offers its ways out `by_mail` or on the web."""

    links: Links
    by_mail: bool

    def take(self, message: bytes) -> Taken:
        """Return how much a message holds; an assertion says what is wrong with it."""
        fields, parts = split(message)
        self._check_head(fields)
        parsed = message_from_bytes(message, policy=SMTP)
        assert isinstance(parsed, EmailMessage)
        assert [*parsed.keys()] == [name for name, _ in fields]
        leaves = list(parsed.walk())[1:]
        assert [leaf.get_content_type() for leaf in leaves] == ["text/plain", "text/html"]
        assert [leaf.defects for leaf in (parsed, *leaves)] == [[], [], []]
        assert [str(leaf.get_content()) for leaf in leaves] == [part.decode() for part in parts]
        text, page = (part.decode().replace("\r\n", "\n") for part in parts)
        self._check_addresses(parsed)
        tree = sound(page)
        subject = str(parsed["Subject"])
        assert [title.text for title in tree.iter("title")] == [subject]
        assert 0 < len(subject) <= 70
        assert not CONTROLS.search(subject)
        assert not CONTROLS.search(text.replace("\n", " "))
        own, foreign = self._check_links(tree, text)
        return Taken(papers=_count(tree), own=own, foreign=foreign)

    def _check_head(self, fields: list[tuple[str, str]]) -> None:
        """Compare names with what is expected, in order, and every value that is ours to the letter."""
        expected = [name for name in HEADERS if not (self.by_mail and name == "List-Unsubscribe-Post")]
        assert [name for name, _ in fields] == expected
        values = dict(fields)
        assert values["From"] == "Paper Route <digest@example.org>"
        assert getaddresses([values["To"]])[0][1] == "ana@example.org"
        assert re.fullmatch(
            r"(?:(?:[^<>\"@]*|\"[^<>\"@\\]*\") <ana@example\.org>|ana@example\.org)", values["To"]
        )
        assert values["Date"] == "Fri, 30 Jan 2026 06:30:00 +0000"
        assert values["Message-ID"] == "<hostile@example.org>"
        assert values["List-Id"] == "Paper Route <paperroute.example.org>"
        assert values["Feedback-ID"] == "2026-01-30:digest:paperroute:example.org"
        assert values["MIME-Version"] == "1.0"
        ways = values["List-Unsubscribe"].split(", ")
        assert [self._purpose(way[1:-1]) for way in ways] == ["unsubscribe"]
        assert self._purpose(values["List-Help"][1:-1]) == "preferences"
        assert all(way.startswith("<") and way.endswith(">") for way in (*ways, values["List-Help"]))

    def _check_addresses(self, parsed: EmailMessage) -> None:
        for name, address in (("From", "digest@example.org"), ("To", "ana@example.org")):
            assert [found.addr_spec for found in parsed[name].addresses] == [address]
            assert not CONTROLS.search(parsed[name].addresses[0].display_name)
            assert parsed[name].defects == ()

    def _check_links(self, tree: Element, text: str) -> tuple[int, int]:
        """Return how many links lead to us and elsewhere; each must be one a digest may have."""
        hrefs = [link.get("href") or "" for link in tree.iter("a")]
        foreign = [href for href in hrefs if WEB.fullmatch(href)]
        own = [href for href in hrefs if href not in foreign]
        assert all(self._purpose(href) for href in own)
        assert all(href.partition("&body=")[0] in text for href in own)
        assert all(href in text for href in foreign)
        thumbs = [href for href in own if self._purpose(href) in {"vote", "save"}]
        assert len(thumbs) == len(set(thumbs)) == 3 * _count(tree)
        return len(own), len(foreign)

    def _purpose(self, link: str) -> str:
        """Return what one of our own links is for, having read its token."""
        pattern, places = (MAIL, (2, 3)) if self.by_mail else (OWN, (1, 2))
        found = pattern.fullmatch(link)
        assert found is not None, link
        purpose, token = PURPOSES[found[places[0]]], found[places[1]]
        claim = self.links.read(purpose, token, NOW)
        assert claim.public_id == PUBLIC_ID
        assert not self.by_mail or unquote(found[1]).endswith(f" [pr:{found[2]}:{token}]")
        assert not self.by_mail or not re.search(rf"=\?|{CONTROLS.pattern}", unquote(found[1]))
        return purpose


def split(message: bytes) -> tuple[list[tuple[str, str]], list[bytes]]:
    """Take a message apart by hand: unfolded fields, and the two decoded parts."""
    assert message.endswith(b"\r\n")
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|[^\t\r\n -~]", message)
    head, _, body = message.partition(b"\r\n\r\n")
    assert max(len(line) for line in head.split(b"\r\n")) <= 998
    assert max(len(line) for line in body.split(b"\r\n")) <= 76
    unfolded = [field.replace(b"\r\n", b"") for field in re.split(rb"\r\n(?![ \t])", head)]
    fields = [field.partition(b": ") for field in unfolded]
    found = BOUNDARY.fullmatch(fields[-1][2])
    assert found is not None
    pieces = (b"\r\n" + body).split(b"\r\n--" + found[1])
    assert [pieces[0], pieces[-1]] == [b"", b"--\r\n"]
    parts = []
    for piece, kind in zip(pieces[1:-1], (b"plain", b"html"), strict=True):
        start = b'\r\nContent-Type: text/%s; charset="utf-8"\r\n' % kind
        start += b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        assert piece.startswith(start)
        parts.append(quopri.decodestring(piece.removeprefix(start)))
    return [(name.decode(), value.decode()) for name, _, value in fields], parts


def sound(page: str) -> Element:
    """Parse a page as browsers do; every tag and attribute must be one a digest has."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree: Element = parser.parse(page)
    assert parser.errors == []
    for element in tree.iter():
        tag: object = element.tag
        if not isinstance(tag, str):
            assert (element.text or "") in COMMENTS
            continue
        assert element.tag in TAGS, element.tag
        assert set(element.attrib) <= TAGS[element.tag], element.attrib
        assert not re.search(r"url\(|expression|@import|\\", element.get("style") or "")
    # A careless reader, who takes every angle for a tag, sees the same tags: none stands in an attribute.
    careless = re.findall(r"<([a-z][a-z0-9]*)[^<>]*>", re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL))
    assert careless == [element.tag for element in tree.iter() if isinstance(element.tag, str)]
    return tree


def _count(tree: Element) -> int:
    return sum(1 for _ in tree.iter("h2"))
