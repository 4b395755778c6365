"""A web server on loopback that answers from a script, and a clock that only moves when slept on."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import BinaryIO, cast

from recommender.sources.http import Ask, Limits, PoliteClient
from recommender.sources.pacing import Timing

NOW = datetime(2026, 4, 27, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One scripted answer; `raw` writes the bytes of the wire itself instead."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: Callable[[BinaryIO], None] | None = None


@dataclass(slots=True)
class Replay:
    """What the server will say, by path, and what it was asked.

    The last answer of a path is repeated; a path that is not in the script is 404.
    """

    host: str = ""
    script: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    """Bodies of the POST requests."""

    def says(self, path: str, *answers: Answer) -> str:
        """Script answers for a path (without query) and return its URL."""
        self.script[path] = list(answers)
        return self.url(path)

    def url(self, path: str) -> str:
        """Return the URL of a path."""
        return f"http://{self.host}{path}"

    def next_answer(self, target: str) -> Answer:
        """Return what to say to a request line's target."""
        queue = self.script.get(target.split("?", 1)[0], [Answer(status=404)])
        return queue.pop(0) if len(queue) > 1 else queue[0]


class FakeTime:
    """Seconds that pass only by sleeping."""

    def __init__(self) -> None:
        """Start at an arbitrary moment."""
        self.seconds = 1_000.0
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        """Return the moment."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.sleeps.append(seconds)
        self.seconds += seconds

    @property
    def timing(self) -> Timing:
        """Return this clock as the client wants it."""
        return Timing(monotonic=self.monotonic, sleep=self.sleep)


class FixedClock:
    """A clock that stands."""

    def __init__(self, now: datetime = NOW) -> None:
        """Stand at `now`."""
        self._now = now

    def now(self) -> datetime:
        """Return where it stands."""
        return self._now


@contextmanager
def replaying(given: Replay | None = None) -> Iterator[Replay]:
    """Run a scripted server for the block, the one given or an empty one."""
    replay = given or Replay()

    class Handler(BaseHTTPRequestHandler):
        """Answers from the script and closes the connection."""

        def do_POST(self) -> None:
            replay.sent.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()

        def do_GET(self) -> None:
            replay.asked.append(self.path)
            replay.headers.append({key.lower(): value for key, value in self.headers.items()})
            answer = replay.next_answer(self.path)
            self.close_connection = True
            try:
                if answer.raw:
                    answer.raw(cast("BinaryIO", self.wfile))
                    return
                self.send_response(answer.status)
                for key, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(answer.body)
            except OSError:
                pass  # the client went away, which several tests are about

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base class's
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    replay.host = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield replay
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def client_for(replay: Replay, time: FakeTime, limits: Limits | None = None) -> PoliteClient:
    """Return a client that may reach the scripted server and never really waits."""
    return PoliteClient(
        contact="mailto:tests@example.org", allow_hosts=[replay.host], limits=limits, timing=time.timing
    )


def loopback(hosts: Sequence[str]) -> Callable[[str, int], Sequence[str]]:
    """Return a resolver that knows some names, all at loopback."""

    def resolve(host: str, port: int) -> Sequence[str]:
        if host not in hosts:
            raise OSError(f"{host} is not known")
        return ["127.0.0.1"]

    return resolve


def ask(url: str) -> Ask:
    """Return a plain request for a test source."""
    return Ask(source="test", url=url)
