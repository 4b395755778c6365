"""The polite client against a scripted server: answers, retries, redirects, addresses, pace."""

from collections.abc import Sequence
from typing import BinaryIO

import pytest

from recommender.domain.errors import SourceMalformed, SourceUnavailable
from recommender.sources.http import Ask, PoliteClient
from recommender.sources.pacing import ARXIV
from tests.sources.replay import Answer, FakeTime, Replay, ask, client_for, loopback


def test_good_answer_has_body_and_validators(replay: Replay, client: PoliteClient) -> None:
    """A 200 gives the body, the ETag and the Last-Modified."""
    url = replay.says("/a", Answer(body=b"hello", headers={"ETag": '"1"', "Last-Modified": "Mon"}))
    answer = client.get(ask(url))
    assert (answer.status, answer.body, answer.etag, answer.last_modified) == (200, b"hello", '"1"', "Mon")


def test_contact_is_sent(replay: Replay, client: PoliteClient) -> None:
    """The User-Agent names the program and whom to write to."""
    client.get(ask(replay.says("/a", Answer(body=b"x"))))
    assert replay.headers[0]["user-agent"].startswith("paperroute/")
    assert "mailto:tests@example.org" in replay.headers[0]["user-agent"]


def test_no_proxy_from_the_environment(
    replay: Replay, client: PoliteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proxy variables do not redirect requests."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert client.get(ask(replay.says("/a", Answer(body=b"x")))).body == b"x"


def test_unchanged_answer(replay: Replay, client: PoliteClient) -> None:
    """A 304 to a conditional request is no error and keeps the validators."""
    url = replay.says("/a", Answer(status=304))
    answer = client.get(Ask(source="test", url=url, etag='"1"', last_modified="Mon"))
    assert (answer.not_modified, answer.etag, answer.last_modified) == (True, '"1"', "Mon")
    assert (replay.headers[0]["if-none-match"], replay.headers[0]["if-modified-since"]) == ('"1"', "Mon")


def test_query_is_encoded(replay: Replay, client: PoliteClient) -> None:
    """Query values are escaped."""
    client.get(Ask(source="test", url=replay.says("/a", Answer()), query={"q": "cat:cs.CL OR x"}))
    assert replay.asked == ["/a?q=cat%3Acs.CL+OR+x"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "17"},
        {"Retry-After": "Mon, 27 Apr 2026 10:00:17 GMT", "Date": "Mon, 27 Apr 2026 10:00:00 GMT"},
    ],
)
def test_retry_after_is_waited_for(replay: Replay, time: FakeTime, headers: dict[str, str]) -> None:
    """A 429 is asked again after the time the server names, given in seconds or as a date."""

    def too_many(out: BinaryIO) -> None:
        lines = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
        out.write(f"HTTP/1.1 429 Too Many\r\nContent-Length: 0\r\n{lines}\r\n".encode())

    url = replay.says("/a", Answer(raw=too_many), Answer(body=b"x"))
    assert client_for(replay, time).get(ask(url)).body == b"x"
    assert time.sleeps == [17.0]


def test_long_retry_after_is_not_waited_for(replay: Replay, client: PoliteClient, time: FakeTime) -> None:
    """A server that wants hours gets them: the run of the source ends and says how long."""
    url = replay.says("/a", Answer(status=429, headers={"Retry-After": "3600"}))
    with pytest.raises(SourceUnavailable, match="429") as caught:
        client.get(ask(url))
    assert (caught.value.retry_after, time.sleeps, len(replay.asked)) == (3600.0, [], 1)


def test_server_fault_is_retried(replay: Replay, client: PoliteClient, time: FakeTime) -> None:
    """A 500 that passes is not seen by the source."""
    url = replay.says("/a", Answer(status=500), Answer(body=b"x"))
    assert client.get(ask(url)).body == b"x"
    assert time.sleeps == [2.0]


def test_retries_are_bounded(replay: Replay, client: PoliteClient, time: FakeTime) -> None:
    """A server that stays broken is asked three times, with growing pauses."""
    url = replay.says("/a", Answer(status=503))
    with pytest.raises(SourceUnavailable, match=r"test: .*503"):
        client.get(ask(url))
    assert (len(replay.asked), time.sleeps) == (3, [2.0, 4.0])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_refusals_are_not_retried(replay: Replay, client: PoliteClient, status: int) -> None:
    """What the server refuses for good is asked once; after a 403 arXiv calls more an attack."""
    url = replay.says("/a", Answer(status=status))
    with pytest.raises(SourceMalformed, match=str(status)):
        client.get(ask(url))
    assert len(replay.asked) == 1


def test_redirect_is_followed(replay: Replay, client: PoliteClient) -> None:
    """A relative redirect leads to the answer, and the answer says where it was."""
    url = replay.says("/a", Answer(status=301, headers={"Location": "/b"}))
    replay.says("/b", Answer(body=b"x"))
    assert client.get(ask(url)).url == replay.url("/b")


def test_redirect_loop_ends(replay: Replay, client: PoliteClient) -> None:
    """At most five redirects are followed."""
    url = replay.says("/a", Answer(status=302, headers={"Location": "/a"}))
    with pytest.raises(SourceMalformed, match="redirected more than 5 times"):
        client.get(ask(url))
    assert len(replay.asked) == 6


@pytest.mark.parametrize(
    "location",
    ["http://169.254.169.254/latest", "http://127.0.0.1/x", "http://[::1]/x", "http://2130706433/"],
)
def test_redirect_to_private_address_is_refused(replay: Replay, client: PoliteClient, location: str) -> None:
    """Every hop is checked, not only the first."""
    url = replay.says("/a", Answer(status=302, headers={"Location": location}))
    with pytest.raises(SourceMalformed, match="not a public address"):
        client.get(ask(url))


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "gopher://example.org/",
        "//user:pw@example.org/",
        "http://[bad",
    ],
)
def test_redirect_to_other_schemes_is_refused(replay: Replay, client: PoliteClient, location: str) -> None:
    """Only http and https without credentials are fetched."""
    url = replay.says("/a", Answer(status=302, headers={"Location": location}))
    with pytest.raises(SourceMalformed):
        client.get(ask(url))


def test_loopback_needs_permission(replay: Replay, time: FakeTime) -> None:
    """Without allow_hosts an inner address is refused before a byte is sent, and the fix is named."""
    strict = PoliteClient(contact="x", timing=time.timing)
    with pytest.raises(SourceMalformed, match="allow_hosts"):
        strict.get(ask(replay.says("/a", Answer(body=b"x"))))
    assert replay.asked == []


def test_name_at_mixed_addresses_is_refused(time: FakeTime) -> None:
    """One inner address among public ones is enough to refuse."""
    strict = PoliteClient(
        contact="x", timing=time.timing, resolve=lambda _host, _port: ["8.8.8.8", "10.0.0.1"]
    )
    with pytest.raises(SourceMalformed, match=r"10\.0\.0\.1"):
        strict.get(ask("http://mixed.example/"))


def test_name_is_resolved_once(replay: Replay, time: FakeTime) -> None:
    """The address that was checked is the address that is asked: a second answer is never sought."""
    asked: list[str] = []

    def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    port = replay.host.split(":")[1]
    client = PoliteClient(
        contact="x", allow_hosts=[f"mirror.example:{port}"], timing=time.timing, resolve=resolve
    )
    replay.says("/a", Answer(body=b"x"))
    assert client.get(ask(f"http://mirror.example:{port}/a")).body == b"x"
    assert asked == ["mirror.example"]
    assert replay.headers[0]["host"] == f"mirror.example:{port}"


def test_next_address_is_tried(replay: Replay, time: FakeTime) -> None:
    """A name with a dead first address is still reached."""
    port = replay.host.split(":")[1]
    client = PoliteClient(
        contact="x",
        allow_hosts=[f"mirror.example:{port}"],
        timing=time.timing,
        resolve=lambda _host, _port: ["127.0.0.77", "127.0.0.1"],
    )
    replay.says("/a", Answer(body=b"x"))
    assert client.get(ask(f"http://mirror.example:{port}/a")).body == b"x"


def test_closed_port_is_said_plainly(time: FakeTime) -> None:
    """A refused connection names the host in plain words."""
    client = PoliteClient(contact="x", allow_hosts=["127.0.0.1"], timing=time.timing)
    with pytest.raises(SourceUnavailable, match=r"could not reach 127\.0\.0\.1"):
        client.get(ask("http://127.0.0.1:1/"))


def test_unknown_name_is_said_plainly(time: FakeTime) -> None:
    """A name that does not resolve is named."""
    client = PoliteClient(contact="x", timing=time.timing, resolve=loopback([]))
    with pytest.raises(SourceUnavailable, match=r"export\.arxiv\.org was not found"):
        client.get(ask("https://export.arxiv.org/api/query"))


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "http://", "http://example.org:99999/", "nonsense", "http://a b/"]
)
def test_bad_urls_are_refused(url: str, time: FakeTime) -> None:
    """A URL that cannot be asked is a source error like any other."""
    client = PoliteClient(contact="x", timing=time.timing, resolve=loopback([]))
    with pytest.raises((SourceMalformed, SourceUnavailable)):
        client.get(ask(url))


def test_arxiv_hosts_share_one_pace(replay: Replay, time: FakeTime) -> None:
    """All hosts of arXiv together get one request in three seconds."""
    port = replay.host.split(":")[1]
    hosts = ["rss.arxiv.org", "export.arxiv.org"]
    client = PoliteClient(
        contact="x",
        allow_hosts=[f"{host}:{port}" for host in hosts],
        timing=time.timing,
        resolve=loopback(hosts),
    )
    replay.says("/a", Answer(body=b"x"))
    for host in (*hosts, hosts[0]):
        client.get(ask(f"http://{host}:{port}/a"))
    assert time.sleeps == [3.0, 3.0]


def test_a_lane_holds_for_mirrors_and_siblings(replay: Replay, time: FakeTime) -> None:
    """A source that names its lane is paced on any host, and clients made by `allowing` share the turns."""
    url = replay.says("/a", Answer(body=b"x"))
    base = PoliteClient(contact="x", timing=time.timing)
    for _ in range(2):
        base.allowing([replay.host]).get(Ask(source="test", url=url, lane=ARXIV))
    assert time.sleeps == [3.0]


def test_own_hosts_are_not_paced(replay: Replay, client: PoliteClient, time: FakeTime) -> None:
    """A listed host is the reader's own and is not waited for."""
    url = replay.says("/a", Answer(body=b"x"))
    client.get(ask(url))
    client.get(ask(url))
    assert time.sleeps == []
