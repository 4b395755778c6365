"""Nobody can send the client to an inner address: every connection is counted, by this process itself."""

from collections.abc import Iterator, Sequence

import pytest

from recommender.domain.errors import SourceError, SourceMalformed, SourceUnavailable
from recommender.sources.feed import parse_feed
from recommender.sources.guard import is_public
from recommender.sources.http import Ask, Limits, PoliteClient
from tests.hostile.connections import watched
from tests.hostile.places import INNER_V4, INNER_V6, PUBLIC, WRITTEN
from tests.sources.replay import Answer, FakeTime, Replay, ask, client_for, replaying

INNER = [*INNER_V4, *INNER_V6]
LITERAL = [f"http://{host}/" for host in INNER_V4] + [f"http://[{host}]/" for host in INNER_V6]
STATUSES = [301, 302, 303, 307, 308]
QUICK = Limits(phase=0.5, total=1.0, attempts=1)


@pytest.fixture(scope="module")
def strict() -> PoliteClient:
    """Return a client without any permission, which resolves names as the system does."""
    return PoliteClient(contact="x", limits=QUICK, timing=FakeTime().timing)


@pytest.fixture(scope="module")
def hopping() -> Iterator[Replay]:
    """Run one scripted server for the many hops."""
    with replaying() as replay:
        yield replay


def naming(*answers: Sequence[str]) -> PoliteClient:
    """Return a client for which every name has these addresses, another list at each question."""
    left = list(answers)

    def resolve(_host: str, _port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return PoliteClient(contact="x", limits=QUICK, timing=FakeTime().timing, resolve=resolve)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    """The rule is not that everything is refused: the name's address is the one that is asked."""
    assert is_public(address)
    with watched() as watch, pytest.raises(SourceUnavailable):
        naming([address]).get(ask("http://journal.example/"))
    assert watch.opened == [(address, 80)]


@pytest.mark.parametrize("address", INNER)
def test_a_name_at_an_inner_address(address: str) -> None:
    """Alone, behind a public one, and before one."""
    for found in ([address], ["8.8.8.8", address], [address, "8.8.8.8"]):
        with watched() as watch, pytest.raises(SourceMalformed, match="not a public address"):
            naming(found).get(ask("http://journal.example/"))
        assert watch.opened == []


@pytest.mark.parametrize("url", [*LITERAL, *WRITTEN])
def test_straight(url: str, strict: PoliteClient) -> None:
    """Whatever way an inner host is written, no connection is opened."""
    with watched() as watch, pytest.raises(SourceError):
        strict.get(ask(url))
    assert watch.opened == []


@pytest.mark.parametrize("status", STATUSES)
def test_redirected(status: int, hopping: Replay) -> None:
    """The same through a redirect from a server that may be asked, with any status."""
    client = client_for(hopping, FakeTime(), QUICK)
    for place in [*LITERAL, *WRITTEN]:
        if any(ord(letter) > 0xFF or letter in "\t\n " for letter in place):
            continue  # cannot stand in a header; `test_straight` has them
        url = hopping.says("/hop", Answer(status=status, headers={"Location": place}))
        with watched() as watch:
            outcome = reached(client, url)
        assert watch.beside(hopping.host) == [], place
        assert outcome in ("", "not found"), place


def reached(client: PoliteClient, url: str) -> str:
    """Return what came back: nothing, or the reply to a path on the server itself."""
    try:
        client.get(ask(url))
    except SourceError as error:
        return "not found" if "404" in error.reason else ""
    return "an answer"


@pytest.mark.parametrize("place", ["/inner", "inner", "//{other}/inner", "http://{other}/inner", "?x=/inner"])
@pytest.mark.parametrize("status", STATUSES)
def test_the_second_hop_is_checked(place: str, status: int, hopping: Replay) -> None:
    """Relative and protocol-relative hops are followed, and the hop after them is checked as well."""
    inner = "http://127.0.0.1/"
    with replaying() as other:
        place = place.format(other=other.host)
        hopping.says("/inner", Answer(status=status, headers={"Location": inner}))
        other.says("/inner", Answer(status=status, headers={"Location": inner}))
        hopping.says("/", Answer(status=status, headers={"Location": inner}))
        url = hopping.says("/hop", Answer(status=status, headers={"Location": place}))
        client = PoliteClient(
            contact="x", allow_hosts=[hopping.host, other.host], limits=QUICK, timing=FakeTime().timing
        )
        with watched() as watch, pytest.raises(SourceMalformed):
            client.get(ask(url))
        assert watch.beside(hopping.host, other.host) == []


def test_no_way_down_from_https() -> None:
    """What was asked under TLS is not continued without, before anything is asked."""
    client = naming(["8.8.8.8"])
    with pytest.raises(SourceMalformed, match="plain http"):
        client._next_hop(ask("https://a.example/"), "https://a.example/", "http://a.example/")


@pytest.mark.parametrize(
    "header", [{}, {"Refresh": "0; url=http://127.0.0.1/x"}, {"Location": "http://10.0.0.1/"}]
)
def test_pages_do_not_lead_on(header: dict[str, str], hopping: Replay) -> None:
    """Neither a page's own refresh nor a stray header is followed; as a feed it is a web page."""
    page = b'<html><head><meta http-equiv="refresh" content="0; url=http://127.0.0.1/x"></head></html>'
    url = hopping.says("/page", Answer(body=page, headers=header))
    with watched() as watch:
        answer = client_for(hopping, FakeTime()).get(ask(url))
        with pytest.raises(SourceMalformed, match="web page"):
            parse_feed(answer.body, place=url)
    assert watch.opened == [("127.0.0.1", int(hopping.host.split(":")[1]))]


def test_rebinding_between_check_and_connect() -> None:
    """A name that is public when it is checked and inner a moment later is asked where it was checked."""
    with watched() as watch, pytest.raises(SourceUnavailable):
        naming(["8.8.8.8"], ["127.0.0.1"]).get(ask("http://rebind.example/"))
    assert watch.opened == [("8.8.8.8", 80)]


def test_rebinding_between_attempts() -> None:
    """The second attempt is checked anew."""
    time = FakeTime()
    answers = [["8.8.8.8"], ["127.0.0.1"]]
    client = PoliteClient(contact="x", timing=time.timing, resolve=lambda _host, _port: answers.pop(0))
    with watched() as watch, pytest.raises(SourceMalformed, match="not a public address"):
        client.get(ask("http://rebind.example/"))
    assert (watch.opened, answers) == ([("8.8.8.8", 80)], [])


def test_rebinding_between_hops(hopping: Replay) -> None:
    """A listed name is trusted as long as it is asked by that name; other names of the chain are not."""
    port = hopping.host.split(":")[1]
    answers = {"mirror.example": ["127.0.0.1"], "rebind.example": ["127.0.0.1", "8.8.8.8"]}
    client = PoliteClient(
        contact="x",
        allow_hosts=[f"mirror.example:{port}"],
        limits=QUICK,
        timing=FakeTime().timing,
        resolve=lambda host, _port: answers[host],
    )
    hopping.says("/r", Answer(status=302, headers={"Location": "http://rebind.example/"}))
    with watched() as watch, pytest.raises(SourceMalformed, match="not a public address"):
        client.get(ask(f"http://mirror.example:{port}/r"))
    assert watch.beside(hopping.host) == []


def test_no_address_at_all() -> None:
    """A name without addresses is a temporary fault."""
    with watched() as watch, pytest.raises(SourceUnavailable, match="no address"):
        naming([]).get(ask("http://empty.example/"))
    assert watch.opened == []


def test_very_many_addresses() -> None:
    """All are checked, a few are tried."""
    many = [f"8.8.{high}.{low}" for high in range(40) for low in range(250)]
    with watched() as watch, pytest.raises(SourceUnavailable):
        naming(many).get(ask("http://many.example/"))
    assert len(watch.opened) == 8
    with watched() as watch, pytest.raises(SourceMalformed, match="not a public address"):
        naming([*many, "10.0.0.1"]).get(ask("http://many.example/"))
    assert watch.opened == []


@pytest.mark.parametrize(
    "host",
    [
        "evil-mirror.lan",
        "mirror.lan.evil.example",
        "sub.mirror.lan",
        "mirror.lan.",
        "mirror",
        "lan",
        "[mirror.lan]",
    ],
)
def test_permission_is_for_one_host(host: str) -> None:
    """Neither what ends like a listed host nor what begins like it may be at an inner address."""
    client = PoliteClient(
        contact="x",
        allow_hosts=["mirror.lan", "MIRROR.lan:81"],
        limits=QUICK,
        timing=FakeTime().timing,
        resolve=lambda _host, _port: ["10.0.0.1"],
    )
    with watched() as watch, pytest.raises(SourceMalformed):
        client.get(ask(f"http://{host}/"))
    assert watch.opened == []


@pytest.mark.parametrize(
    "listed, port, opened",
    [("mirror.lan:81", 81, 1), ("mirror.lan:81", 82, 0), ("mirror.lan:81", 80, 0), ("mirror.lan", 82, 1)],
)
def test_permission_is_for_one_port(listed: str, port: int, opened: int) -> None:
    """An entry with a port allows that port; one without allows all of that host."""
    client = PoliteClient(
        contact="x",
        allow_hosts=[listed],
        limits=QUICK,
        timing=FakeTime().timing,
        resolve=lambda _host, _port: ["10.0.0.1"],
    )
    with watched() as watch, pytest.raises(SourceError):
        client.get(ask(f"http://mirror.lan:{port}/"))
    assert watch.opened == [("10.0.0.1", port)] * opened


@pytest.mark.parametrize("status", STATUSES)
def test_keys_stay_at_home(status: int, hopping: Replay) -> None:
    """Headers and secret queries go to the asked server, and on no redirect to another one."""
    with replaying() as other:
        url = hopping.says("/k", Answer(status=status, headers={"Location": other.url("/k")}))
        other.says("/k", Answer(body=b"x"))
        client = PoliteClient(contact="x", allow_hosts=[hopping.host, other.host], timing=FakeTime().timing)
        hopping.headers.clear()
        client.get(Ask(source="t", url=url, headers={"X-Api-Key": "s3cret"}, secrets={"key": "s3cret"}))
        assert hopping.headers[0]["x-api-key"] == "s3cret"
        assert "s3cret" not in str(other.headers) + str(other.asked)


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"])
def test_proxies_of_the_environment(variable: str, hopping: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are not asked: a proxy would resolve names by itself, unchecked."""
    monkeypatch.setenv(variable, "http://127.0.0.1:1")
    url = hopping.says("/p", Answer(body=b"x"))
    with watched() as watch:
        client_for(hopping, FakeTime()).get(ask(url))
        with pytest.raises(SourceUnavailable):
            naming(["8.8.8.8"]).get(ask("http://journal.example/"))
    assert watch.beside(hopping.host) == [("8.8.8.8", 80)]
