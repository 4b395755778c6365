"""Documents that want a file or an address read while they are parsed: nothing is opened."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from recommender.domain.errors import SourceError
from tests.hostile.connections import watched
from tests.hostile.scales import READERS

_FEEDS = {
    "feed": "<rss version='2.0'>{}<channel><title>{}</title><item><title>x{}</title></item></channel></rss>",
    "query": "<feed xmlns='http://www.w3.org/2005/Atom'>{}<title>{}</title><entry><title>x{}</title></entry></feed>",
    "announcements": "<rss version='2.0'>{}<channel><title>{}</title><item>x{}</item></channel></rss>",
    "oai": "<OAI-PMH xmlns='http://www.openarchives.org/OAI/2.0/'>{}<a>{}</a><ListRecords>x{}</ListRecords></OAI-PMH>",
}
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_DOCTYPES = {
    "an outer DTD": '<!DOCTYPE x SYSTEM "{url}">',
    "a public DTD": '<!DOCTYPE x PUBLIC "-//X//Y" "{url}">',
    "a file": '<!DOCTYPE x [<!ENTITY e SYSTEM "file://{file}">]>',
    "an address": '<!DOCTYPE x [<!ENTITY e SYSTEM "{url}">]>',
    "a parameter": '<!DOCTYPE x [<!ENTITY % p SYSTEM "{url}"> %p; <!ENTITY e "x">]>',
    "a parameter in a file": '<!DOCTYPE x [<!ENTITY % p SYSTEM "file://{file}"> %p; <!ENTITY e "x">]>',
    "an unparsed one": '<!DOCTYPE x [<!NOTATION n SYSTEM "{url}"><!ENTITY e SYSTEM "{url}" NDATA n>]>',
    "laughs": '<!DOCTYPE x [<!ENTITY l0 "ha">' + _LAUGHS + '<!ENTITY e "&l9;">]>',
    "a long one": '<!DOCTYPE x [<!ENTITY e "' + "x" * 100_000 + '">]>',
    "itself": '<!DOCTYPE x [<!ENTITY e "&e;">]>',
    "a harmless one": '<!DOCTYPE x [<!ENTITY e "y">]>',
    "small letters": '<!doctype x [<!entity e SYSTEM "{url}">]>',
    "an attribute": '<!DOCTYPE x [<!ATTLIST x a CDATA "{url}"><!ENTITY e "x">]>',
}
_INSTRUCTIONS = {
    "XInclude": '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{url}" parse="text"/>',
    "a style sheet": '<?xml-stylesheet type="text/xsl" href="{url}"?>',
    "a schema": '<a xmlns:s="http://www.w3.org/2001/XMLSchema-instance" s:schemaLocation="x {url}"/>',
}


@pytest.fixture
def url() -> Iterator[str]:
    """Return an address where somebody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """Return a file that nobody may read."""
    path = tmp_path / "secret"
    path.write_text("<rss version='2.0'><channel><item><title>s3cret</title></item></channel></rss>")
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32-be"])
@pytest.mark.parametrize("reader", _FEEDS)
@pytest.mark.parametrize("kind", _DOCTYPES)
def test_document_types_are_refused(reader: str, kind: str, encoding: str, url: str, secret: Path) -> None:
    """Every one of them, the harmless too, in any encoding."""
    doctype = _DOCTYPES[kind].replace("{url}", url).replace("{file}", str(secret))
    body = (doctype + _FEEDS[reader].format("", "x", "&e;")).encode(encoding)
    with watched() as watch, pytest.raises(SourceError):
        READERS[reader](body)
    assert watch.opened == []


@pytest.mark.parametrize("reader", _FEEDS)
@pytest.mark.parametrize("kind", _INSTRUCTIONS)
def test_instructions_are_not_followed(reader: str, kind: str, url: str) -> None:
    """What names another document in another way is not looked at."""
    body = _FEEDS[reader].format(_INSTRUCTIONS[kind].replace("{url}", url), "x", "").encode()
    with watched() as watch:
        page = READERS[reader](body)
    assert (watch.opened, [paper.abstract for paper in page.papers if "s3cret" in paper.abstract]) == ([], [])


@pytest.mark.parametrize("reader", READERS)
def test_a_body_is_never_a_place(reader: str, url: str, secret: Path) -> None:
    """A body that is the name of a file or an address is only a body."""
    for body in (str(secret).encode(), f"file://{secret}".encode(), url.encode(), b"/dev/zero"):
        with watched() as watch:
            try:
                page = READERS[reader](body)
            except SourceError:
                continue
            assert page.papers == ()
        assert watch.opened == []
