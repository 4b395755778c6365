"""The main walk over real HTTP: a server in a thread, links as a digest carries them."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from uvicorn import Server

from recommender.domain.errors import InputError
from recommender.domain.subscribers import SubscriberState
from recommender.web.server import build_server
from tests.builders import NOON
from tests.web.site import PAPERS, Site


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(server: Server) -> Iterator[None]:
    """Run a server in a thread until the block ends."""
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=10)
    assert not thread.is_alive()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Site]:
    """Return a site that is served on loopback."""
    port = free_port()
    site = Site(tmp_path, public_url=f"http://127.0.0.1:{port}")
    with serving(build_server(site.app, f"127.0.0.1:{port}")):
        yield site


def test_a_thumb_and_its_undo(live: Site) -> None:
    """GET shows and changes nothing, POST records, undo takes back."""
    url = live.links.vote(live.ana.public_id, 0, live.edition.items[0].id, "up", NOON)
    with httpx2.Client() as client:
        assert client.head(url).status_code == 200
        assert PAPERS[0].title in client.get(url).text
        assert live.votes() == {}
        assert client.post(url).status_code == 200
        assert live.votes() == {PAPERS[0].id: True}
        assert client.post(url, data={"undo": "1"}).status_code == 200
    assert live.votes() == {}


def test_one_click_over_the_wire(live: Site) -> None:
    """A provider's POST unsubscribes: 200, no redirect, no cookie."""
    url = live.links.unsubscribe(live.ana.public_id, 0, NOON)
    with httpx2.Client() as client:
        answer = client.post(url, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    assert live.who("ana@example.org").state is SubscriberState.UNSUBSCRIBED


def test_answers_do_not_name_the_server(live: Site) -> None:
    """No banner, and the page's own headers arrive."""
    with httpx2.Client() as client:
        answer = client.get(f"{live.public_url}/healthz")
    assert answer.status_code == 200
    assert "server" not in answer.headers
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_huge_headers_and_bodies_are_refused(live: Site) -> None:
    """A header block over 16 KiB and a body over the limit are client errors, chunked or not."""
    url = live.links.view(live.ana.public_id, 0, live.edition.id, NOON)
    with httpx2.Client() as client:
        assert 400 <= client.get(url, headers={"x-long": "x" * 20_000}).status_code < 500
        assert client.post(url, content=b"x" * 100_000).status_code == 413
    with httpx2.Client() as client:
        assert client.post(url, content=iter([b"x" * 40_000] * 3)).status_code == 413


def test_forwarded_hosts_change_nothing(live: Site) -> None:
    """Links and forms do not follow what a request claims about its host."""
    url = live.links.view(live.ana.public_id, 0, live.edition.id, NOON)
    with httpx2.Client() as client:
        page = client.get(url, headers={"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"})
        refused = client.get(url, headers={"host": "evil.example"})
    assert "evil.example" not in page.text
    assert refused.status_code == 400


def test_many_votes_at_once_are_all_kept(live: Site) -> None:
    """Sheets of two readers posted at the same time from threads all answer 200 and stand."""
    urls = [
        live.links.vote(who.public_id, 0, edition.items[number].id, "down", NOON)
        for who, edition in ((live.ana, live.edition), (live.ben, live.bens_edition))
        for number in range(3)
    ]
    statuses: list[int] = []

    def post(url: str) -> None:
        with httpx2.Client(timeout=30) as client:
            statuses.append(client.post(url).status_code)

    threads = [threading.Thread(target=post, args=(url,)) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * len(urls)
    assert len(live.votes()) == 3


@pytest.mark.parametrize("bind", ["8321", "localhost", "127.0.0.1:http", ":8321", "127.0.0.1:70000", ""])
def test_bad_binds_are_named(bind: str) -> None:
    """A bind that is not host:port is an error that shows one."""
    with pytest.raises(InputError, match="host:port"):
        build_server(Site.__init__, bind)  # type: ignore[arg-type] # never served
