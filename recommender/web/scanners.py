"""What is remembered of clients that behave like mail scanners; in memory alone, for some minutes.

A look changes nothing in the store, whoever takes it. But who looked like a program is not believed when it
presses buttons: what it records is suspect until a person says otherwise. Clients are told apart by address
and name of the browser, and each reader's links count for themselves, because whole offices share both.
"""

import hashlib
from collections import OrderedDict, deque
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from recommender.domain.suspicion import Patterns
from recommender.web.security import address_block

DECOY = "all=1"
"""A query that only a link has which no person sees."""
_KEEP = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who asks at present, and how."""

    client: str
    """Hash of the address block and the name of the browser."""
    agent: str
    """That name in lower case."""
    method: str
    decoy: bool


_VISIT: ContextVar[Visit | None] = ContextVar("visit", default=None)


class Watch:
    """An ASGI layer that lets pages know who asks, for the length of one request."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = _VISIT.set(_visit(scope))
        try:
            await self._app(scope, receive, send)
        finally:
            _VISIT.reset(given)


def _visit(scope: Scope) -> Visit:
    client = scope.get("client")
    block = address_block(str(client[0]) if client else "")
    agent = Headers(scope=scope).get("user-agent", "").lower()
    named = hashlib.sha256(f"{block}\n{agent}".encode("utf-8", "replace")).hexdigest()
    decoy = DECOY.encode() in scope["query_string"].split(b"&")
    return Visit(client=named, agent=agent, method=scope["method"], decoy=decoy)


@dataclass(slots=True)
class _Trace:
    """What one client did with the links of one reader."""

    opened: deque[tuple[float, str, str]] = field(default_factory=deque)
    """When, how, and by which link."""
    until: float = float("-inf")
    """It counts as a scanner until then."""


class Scanners:
    """The memory; used by many threads at once."""

    def __init__(self, patterns: Patterns, ticks: Callable[[], float], *, keep: int = _KEEP) -> None:
        """Remember the `keep` traces used last; time is `ticks`, in seconds, never going back."""
        self._patterns = patterns
        self._ticks = ticks
        self._keep = keep
        self._lock = Lock()
        self._traces: OrderedDict[tuple[str, str], _Trace] = OrderedDict()

    def note(self, public_id: str, token: str) -> None:
        """Note that the present visit used a genuine link of a reader."""
        visit = _VISIT.get()
        if visit is None or visit.method == "POST":
            return
        now = self._ticks()
        with self._lock:
            trace = self._traces.setdefault((visit.client, public_id), _Trace())
            self._traces.move_to_end((visit.client, public_id))
            if len(self._traces) > self._keep:
                self._traces.popitem(last=False)
            trace.opened.append((now, visit.method, token))
            while trace.opened[0][0] <= now - self._patterns.window.total_seconds():
                trace.opened.popleft()
            if visit.decoy or self._many(trace):
                trace.until = now + self._patterns.remember.total_seconds()
                trace.opened.clear()

    def _many(self, trace: _Trace) -> bool:
        links = {token for _, _, token in trace.opened}
        heads = {token for _, method, token in trace.opened if method == "HEAD"}
        return len(links) >= self._patterns.links > 0 or len(heads) >= self._patterns.heads > 0

    def doubts(self, public_id: str) -> bool:
        """Tell whether the present visit, to a reader's links, comes from what behaved like a scanner."""
        visit = _VISIT.get()
        if visit is None:
            return False
        if any(name in visit.agent for name in self._patterns.agents):
            return True
        with self._lock:
            trace = self._traces.get((visit.client, public_id))
            return trace is not None and self._ticks() < trace.until
