"""Every link of a digest as it is mailed, followed twice as scanners do: nothing changes."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from html import unescape
from pathlib import Path

import pytest

from recommender.services.rendering import EditionRenderer, Identity
from tests.digest.samples import look
from tests.stores import dump
from tests.web.site import PUBLIC, Site

_HREF = re.compile(r'href="([^"]*)"')
_HTTP = re.compile(r"https?://[^\s<>]+")
LONGEST = 120
"""Characters of a link of ours behind the address of the server, whose length is the operator's."""


@pytest.fixture(name="site")
def site_fixture(tmp_path: Path) -> Site:
    """Return a site with two readers and an edition each."""
    return Site(tmp_path)


def mailed(site: Site) -> set[str]:
    """Return every address in the message of Ana's edition: HTML, text and headers."""
    identity = Identity(sender="Paper Route <d@example.org>", address="d@example.org", domain="example.org")
    with site.store.read() as unit:
        delivery = next(row for row in unit.outbox.deliveries() if row.subscriber == site.ana.id)
        _, message = EditionRenderer(look(), site.links, identity).message(unit, delivery)
    parsed = message_from_bytes(message, policy=SMTP)
    assert isinstance(parsed, EmailMessage)
    text, page = (part.get_content() for part in parsed.iter_parts())
    head = " ".join(str(parsed[name]) for name in ("List-Unsubscribe", "List-Help"))
    return {unescape(href) for href in _HREF.findall(page)} | {*_HTTP.findall(text), *_HTTP.findall(head)}


def test_following_every_link_changes_nothing(site: Site) -> None:
    """GET and HEAD on each link of ours, twice, are answered and leave every table as it was."""
    ours = sorted(link for link in mailed(site) if link.startswith(PUBLIC))
    assert len({link.removeprefix(PUBLIC).split("/")[1] for link in ours}) >= 6
    before = dump(site.folder)
    client = site.client()
    for path in [site.path(link) for link in ours] * 2:
        for method in ("GET", "HEAD"):
            assert client.request(method, path).status_code == 200, path
        site.clock.wait(seconds=10)
    assert dump(site.folder) == before


def test_mailed_links(site: Site) -> None:
    """All are https, short, safe in any program, and none has an address in it."""
    links = mailed(site)
    assert len(links) > 30
    for link in links:
        assert re.fullmatch(r"https://[\w.~:/?#&=%+-]+", link, re.ASCII), link
        assert len(link.removeprefix(PUBLIC)) <= LONGEST
        assert "example.org" not in link.removeprefix(PUBLIC)
        assert "@" not in link
        assert "%40" not in link
