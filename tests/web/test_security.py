"""The guard around the application: hosts, limits, headers, and a log without secrets."""

import logging
from collections.abc import AsyncIterator

import anyio
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message

from recommender.web.security import (
    CONTENT_POLICY,
    Gate,
    Guard,
    Limits,
    Refusal,
    TokenBuckets,
    address_block,
    is_loopback,
    token_mark,
)

PUBLIC = "https://digest.example.org/route"


class Ticks:
    """A monotonic clock moved by hand."""

    def __init__(self) -> None:
        """Start at zero."""
        self.now = 0.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


async def echo(request: Request) -> Response:
    """Answer with the length of the body."""
    return PlainTextResponse(str(len(await request.body())))


async def broken(_: Request) -> Response:
    """Fail."""
    raise RuntimeError("the token is secret")


async def broken_late(_: Request) -> Response:
    """Fail after the first piece of the body."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"a"
        raise RuntimeError("late")

    return StreamingResponse(pieces())


def a_client(
    ticks: Ticks | None = None, *, address: str = "203.0.113.9", limits: Limits | None = None
) -> TestClient:
    """Return a client of a small application behind the guard."""
    gate = Gate(limits or Limits(), ticks or Ticks())
    guard = Middleware(
        Guard,
        public_url=PUBLIC,
        problem=lambda status: PlainTextResponse("problem", status_code=status),
        gate=gate,
    )
    routes = [
        Route("/v/{token}", echo, methods=["GET", "POST"]),
        Route("/u/{token}", echo, methods=["GET", "POST"]),
        Route("/broken", broken),
        Route("/late", broken_late),
        Route("/healthz", echo),
    ]
    app = Starlette(routes=routes, middleware=[guard])
    return TestClient(app, base_url="https://digest.example.org", client=(address, 1234))


def test_every_answer_carries_the_headers() -> None:
    """Pages, refusals and errors alike are sent with the policy, no referrer and no caching."""
    client = a_client()
    for answer in (client.get("/v/t"), client.get("/nothing"), client.get("/broken"), client.delete("/v/t")):
        assert answer.headers["content-security-policy"] == CONTENT_POLICY
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "host, status",
    [
        ("digest.example.org", 200),
        ("DIGEST.example.org:443", 200),
        ("digest.example.org.", 200),
        ("localhost:8321", 200),
        ("127.0.0.1", 200),
        ("[::1]:8321", 200),
        ("evil.example.com", 400),
        ("digest.example.org.evil.com", 400),
        ("", 400),
        ("[", 400),
        ("127.0.0.1.evil.com", 400),
    ],
)
def test_host_must_be_ours(host: str, status: int) -> None:
    """Only the public host and loopback are answered."""
    assert a_client().get("/v/t", headers={"host": host}).status_code == status


def test_pages_answer_with_and_without_the_public_path() -> None:
    """A proxy may strip the public URL's path or leave it."""
    client = a_client()
    assert client.get("/route/v/t").status_code == 200
    assert client.get("/v/t").status_code == 200
    assert client.get("/other/v/t").status_code == 404


def test_large_bodies_are_refused() -> None:
    """A body over the limit is a 413 whether or not its length is announced."""
    client = a_client(limits=Limits(body=10))
    assert client.post("/v/t", content=b"x" * 10).text == "10"
    assert client.post("/v/t", content=b"x" * 11).status_code == 413
    assert client.post("/v/t", content=iter([b"x" * 6, b"x" * 6])).status_code == 413
    assert client.post("/v/t", headers={"content-length": "9" * 30}).status_code == 413


@pytest.mark.parametrize("length", ["-1", "ten", "1e3", "²"])
def test_senseless_lengths_are_refused(length: str) -> None:
    """A Content-Length that is no number is a 400."""
    answer = a_client().post("/v/t", headers={b"content-length": length.encode("latin-1")})
    assert answer.status_code == 400


def test_long_addresses_are_refused() -> None:
    """A URL over 2 KiB is a 414, query included."""
    client = a_client()
    assert client.get("/v/" + "t" * 3000).status_code == 414
    assert client.get("/v/t?" + "q" * 3000).status_code == 414


def test_a_failing_page_is_a_plain_500(caplog: pytest.LogCaptureFixture) -> None:
    """The reader sees nothing of the failure, the log has it."""
    answer = a_client().get("/broken")
    assert (answer.status_code, answer.text) == (500, "problem")
    assert "a page failed" in caplog.text


def test_a_page_that_fails_half_way_is_cut_off() -> None:
    """Once the answer has begun no second one is sent."""
    with pytest.raises(RuntimeError, match="late"):
        a_client().get("/late")


def test_one_token_is_limited() -> None:
    """The 31st request within a minute is a 429 that says when to come back; waiting helps."""
    ticks = Ticks()
    client = a_client(ticks)
    assert {client.get("/v/one").status_code for _ in range(30)} == {200}
    refused = client.get("/v/one")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert client.get("/v/two").status_code == 200
    ticks.now += int(refused.headers["retry-after"])
    assert client.get("/v/one").status_code == 200


def test_one_address_is_limited_over_all_tokens() -> None:
    """Guessing tokens stops after 120 tries a minute; health pages stay reachable."""
    client = a_client()
    statuses = [client.get(f"/v/guess{number}").status_code for number in range(121)]
    assert statuses.count(200) == 120
    assert statuses[-1] == 429
    assert client.get("/healthz").status_code == 200


def test_one_click_is_limited_by_token_only() -> None:
    """Providers unsubscribe many readers from few addresses."""
    client = a_client()
    assert {client.post(f"/u/reader{number}").status_code for number in range(200)} == {200}


def test_loopback_may_do_more() -> None:
    """The operator's own machine is counted with ten times the rate."""
    client = a_client(address="127.0.0.1")
    assert {client.get(f"/v/mine{number}").status_code for number in range(200)} == {200}


def test_buckets_forget_the_oldest_keys() -> None:
    """The memory of a bucket is bounded."""
    buckets = TokenBuckets(1, Ticks(), keep=2)
    assert [buckets.take(key) for key in ("a", "b", "c")] == [0.0, 0.0, 0.0]
    assert buckets.take("a") == 0.0
    assert buckets.take("c") > 0.0


@pytest.mark.parametrize(
    "address, block",
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("testclient", "unknown"),
    ],
)
def test_addresses_are_counted_by_block(address: str, block: str) -> None:
    """IPv6 readers are counted by their /64."""
    assert address_block(address) == block


@pytest.mark.parametrize("host, expected", [("127.9.9.9", True), ("localhost", True), ("example.org", False)])
def test_loopback_names(host: str, expected: bool) -> None:  # noqa: FBT001 a parametrised value
    """127.0.0.0/8, ::1 and localhost are this machine."""
    assert is_loopback(host) is expected


def test_the_log_names_neither_token_nor_address(caplog: pytest.LogCaptureFixture) -> None:
    """A line holds method, route template, status and a mark of the token."""
    caplog.set_level(logging.INFO, logger="recommender.web")
    a_client().get("/v/secret-token?email=ana@example.org")
    assert caplog.messages == [f"GET /v/{{token}} 200 {token_mark('secret-token')}"]


def test_a_body_that_does_not_come_times_out() -> None:
    """A client that announces a body and sends none is a 408 after the time limit."""

    async def never() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    async def read() -> None:
        gate = Gate(Limits(seconds=0.01), Ticks())
        await gate.read({"type": "http", "headers": []}, never)

    with pytest.raises(Refusal) as refusal:
        anyio.run(read)
    assert refusal.value.status == 408
