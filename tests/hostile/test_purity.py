"""A crawl changes nothing: all links of a mailed digest, and every page that can be reached from there."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from recommender.services.rendering import EditionRenderer, Identity
from tests.digest.samples import look
from tests.faults.scale import scaled
from tests.hostile.whole import PASSWORD, Whole
from tests.stores import dump
from tests.web.operators import basic

URL = re.compile(r"https://digest\.example\.org/route/[^\s<>\"')\]]+")
MOST = scaled(tiny=120, quick=400, full=3_000)
"""Pages that a crawl opens."""
WAYS: tuple[tuple[str, dict[str, str]], ...] = (
    ("", {}),
    ("", {"range": "bytes=0-10", "if-none-match": "*"}),
    ("undo=1&leave=1&mail=pause&sure=yes&vote-1=up", {"accept": "application/json;q=0.1"}),
    ("List-Unsubscribe=One-Click", {"x-http-method-override": "POST", "x-method-override": "POST"}),
    ("all=1", {"purpose": "prefetch", "sec-purpose": "prefetch", "if-modified-since": "x"}),
)
"""Query and headers added to a link."""


class Hrefs(HTMLParser):
    """Every address that a page or a mail names."""

    def __init__(self, text: str) -> None:
        """Read it."""
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take links, pictures, styles and where forms go."""
        del tag
        self.found += [value for name, value in attrs if name in {"href", "src", "action"} and value]


@pytest.fixture
def whole(tmp_path: Path) -> Whole:
    """Return a site with everything on, something on the list, and a letter on its way."""
    site = Whole(tmp_path)
    for path in (
        site.links.save(site.ana.public_id, 0, item.id, site.clock.now()) for item in site.edition.items
    ):
        site.client().post(site.path(path))
    return site


def mailed(site: Whole) -> list[str]:
    """Return every one of our addresses in Ana's digest: HTML, text, headers."""
    identity = Identity(sender="P <d@example.org>", address="d@example.org", domain="example.org")
    with site.store.read() as uow:
        row = next(own for own in uow.outbox.deliveries() if own.subscriber == site.ana.id)
        raw = EditionRenderer(look(), site.links, identity).message(uow, row)[1]
    message = message_from_bytes(raw, policy=SMTP)
    assert isinstance(message, EmailMessage)
    found = [url for name in ("List-Unsubscribe", "List-Help") for url in URL.findall(str(message[name]))]
    html, text = message.get_body(("html",)), message.get_body(("plain",))
    assert html
    assert text
    found += [url for url in Hrefs(html.get_content()).found if URL.match(url)]
    found += URL.findall(text.get_content())
    assert len(found) > 40
    return list(dict.fromkeys(found))


def crawl(site: Whole, start: list[str], *, method: str, way: tuple[str, dict[str, str]]) -> list[str]:
    """Open these addresses and those that their pages name, as many as may be; return them."""
    client, (query, headers) = site.client(), way
    queue, seen = list(start), dict.fromkeys(start)
    for url in queue[:]:
        assert URL.match(url)
    for number, url in enumerate(queue):
        if number >= MOST:
            break
        asked = url + (("&" if "?" in url else "?") + query if query else "")
        answer = client.request(method, site.path(asked), headers=headers)
        assert answer.status_code < 500
        site.clock.wait(seconds=1)
        if "html" in answer.headers.get("content-type", ""):
            for href in Hrefs(answer.text).found:
                full = urljoin(url, href).partition("#")[0]
                if URL.match(full) and full not in seen:
                    seen[full] = None
                    queue.append(full)
    return queue[:MOST]


@pytest.mark.parametrize(
    "way", WAYS[: scaled(tiny=3, quick=5, full=5)], ids=range(scaled(tiny=3, quick=5, full=5))
)
def test_a_crawl_of_everything_changes_nothing(whole: Whole, way: tuple[str, dict[str, str]]) -> None:
    """From the mail and from the pages of strangers and of the operator, by GET and HEAD, twice."""
    letter = f"{whole.public_url}/c/{whole.links.token(whole.requested())}"
    own = ("papers", "search?q=editing", "trending", "join", "metrics", "readyz", "admin", "admin/deliveries")
    start = [*mailed(whole), letter, *(f"{whole.public_url}/{page}" for page in own)]
    before = dump(whole.folder)
    kinds: set[str] = set()
    for method in ("GET", "HEAD", "GET", "HEAD"):
        found = crawl(whole, start, method=method, way=way)
        kinds |= {urlsplit(url).path.split("/")[2] for url in found}
    assert dump(whole.folder) == before
    assert kinds >= {
        "v",
        "s",
        "m",
        "d",
        "p",
        "l",
        "u",
        "c",
        "f",
        "papers",
        "search",
        "trending",
        "join",
        "admin",
    }


def test_the_operators_pages_change_nothing_either(whole: Whole) -> None:
    """With the password, every page behind it."""
    client, before = whole.client(), dump(whole.folder)
    client.headers.update(basic(PASSWORD))
    queue, opened = ["/admin"], 0
    for path in queue:
        for method in ("GET", "HEAD"):
            answer = client.request(method, path)
            assert answer.status_code < 400 or method == "HEAD"
        whole.clock.wait(seconds=3)
        opened += 1
        for href in Hrefs(client.get(path).text).found:
            there = urlsplit(urljoin(path, href.removeprefix("/route"))).path
            if there.startswith("/admin") and there != "/admin/do" and there not in queue:
                queue.append(there)
    assert opened > 1
    assert dump(whole.folder) == before
