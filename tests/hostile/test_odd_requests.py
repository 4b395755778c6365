"""Whatever is asked: the answer is below 500, has our headers, and neither it nor the log tells secrets."""

import asyncio
import json
import logging
import os
import re
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as hypothesis_seed

from recommender.digest.links import TOKEN
from tests.faults.scale import scaled
from tests.hostile.odd_requests import Case, cases, places
from tests.hostile.whole import PASSWORD, Whole
from tests.web.operators import basic

CASES = scaled(tiny=400, quick=2_000, full=12_000)
HARD = ("content-security-policy", "referrer-policy", "x-content-type-options", "x-robots-tag")
ADDRESS = re.compile(r"(ana|ben)@example\.org")


class Answered:
    """What came of one request."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""

    async def send(self, message: Any) -> None:
        """Take a message of the application."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {
                name.decode().lower(): value.decode("latin-1") for name, value in message["headers"]
            }
        else:
            self.body += message.get("body", b"")


def ask(whole: Whole, case: Case) -> Answered:
    """Give one request to the application as a server would."""
    names = {name for name, _ in case.headers}
    host = () if b"host" in names else ((b"host", b"127.0.0.1"),)
    length = () if b"content-length" in names else ((b"content-length", str(len(case.body)).encode()),)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": case.method,
        "scheme": "http",
        "path": unquote_to_bytes(case.path).decode("utf-8", "replace"),
        "raw_path": case.path,
        "query_string": case.query,
        "root_path": "",
        "headers": [*case.headers, *host, *length],
        "client": ("127.0.0.1", 5555),
        "server": ("127.0.0.1", 80),
    }
    said, sent = Answered(), [{"type": "http.request", "body": case.body, "more_body": False}]

    async def receive() -> Any:
        return sent.pop() if sent else {"type": "http.disconnect"}

    asyncio.run(whole.app(scope, receive, said.send))
    return said


def check(case: Case, said: Answered, log: str) -> None:
    """Hold an answer against what every answer must be."""
    assert 200 <= said.status < 500, case
    assert not [name for name in HARD if name not in said.headers], case
    assert "set-cookie" not in said.headers
    assert "server" not in said.headers
    assert b"Traceback" not in said.body
    assert "Traceback" not in log, log
    assert not TOKEN.search(log)
    assert not ADDRESS.search(log)
    if said.status >= 400 and said.status not in {409, 410, 422, 429}:
        text = said.body.decode("utf-8", "replace")
        assert not TOKEN.search(text), case
        assert not ADDRESS.search(text), case


@pytest.mark.parametrize("part", range(scaled(tiny=1, quick=2, full=6)))
def test_no_request_breaks_a_page(part: int, caplog: pytest.LogCaptureFixture) -> None:
    """Over all routes, methods, types, sizes, headers, bytes."""
    counts: Counter[str] = Counter()
    with TemporaryDirectory() as folder:
        whole = Whole(Path(folder))
        paths, limit = places(whole), CASES // scaled(tiny=1, quick=2, full=6)
        caplog.set_level(logging.DEBUG, "recommender")

        @hypothesis_seed(part)
        @settings(
            max_examples=limit,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases(paths))
        def run(case: Case) -> None:
            caplog.clear()
            said = ask(whole, case)
            whole.clock.wait(seconds=3)
            assert caplog.text
            check(case, said, caplog.text)
            counts[f"{case.method} {said.status}"] += 1

        run()
    assert sum(counts.values()) >= limit
    assert len({name.split()[1] for name in counts}) > 5
    _keep(part, counts)


def _keep(part: int, counts: Counter[str]) -> None:
    """Leave the figures where somebody asked for them."""
    if folder := os.environ.get("PAPERROUTE_FAULTS_OUT"):
        Path(f"{folder}.requests-{part}.json").write_text(json.dumps(counts, sort_keys=True))


def test_the_operators_page_holds_too(tmp_path: Path) -> None:
    """With the password at hand: forms of the page filled in oddly do no harm."""
    whole = Whole(tmp_path)
    word = basic(PASSWORD)["authorization"].encode()
    bodies = (b"", b"do=x", b"form=&do=train", b"\xff" * 50, b"do=" + b"x" * 3000, b"form=%00&do=%00")
    for path in (b"/admin", b"/admin/do", b"/admin/deliveries", b"/admin/subscribers", b"/admin/nothing"):
        for method in ("GET", "POST", "PUT"):
            for body in bodies:
                headers = (
                    (b"authorization", word),
                    (b"content-type", b"application/x-www-form-urlencoded"),
                )
                said = ask(whole, Case(method, path, b"page=-1&state=%00&x=" + body[:20], headers, body))
                check(Case(method, path, b""), said, "")
                whole.clock.wait(seconds=3)
