"""What is remembered of clients that behave like mail scanners; in memory alone, for some minutes.

A look changes nothing in the store, whoever takes it. But who looked like a program is not believed when it
presses buttons in a hurry: what it records is suspect until a person says otherwise. Clients are told apart
by address and name of the browser, and each reader's links count for themselves, because whole offices share
both.
"""

import hashlib
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from recommender.digest.links import LinkClaim
from recommender.domain.suspicion import Doubt, Patterns
from recommender.web.security import address_block

TakeBack = Callable[[], object]
DECOY = "all=1"
"""A query that only a link has which no person sees."""
_KEEP = 10_000
_PRESSES = 200
_THUMBS = 400
_UNREAD, _BUTTONS = 2, 3
"""So many links whose buttons it pressed, unread or at whatever pace, prove a client a scanner that looked
around like one."""


@dataclass(slots=True, kw_only=True)
class Visit:
    """Who asks at present, and how."""

    client: str
    """Hash of the address block and the name of the browser."""
    agent: str
    """That name in lower case."""
    method: str
    decoy: bool
    unread: bool = False
    """It presses a button of a page that nobody can have read yet."""


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
    thumbs: dict[tuple[int, str], float] = field(default_factory=dict)
    """When it last used the link of a thumb, by edition item and direction."""
    pressed: deque[datetime] = field(default_factory=lambda: deque(maxlen=_PRESSES))
    """When it pressed buttons unread or in doubt, by the wall clock."""
    buttons: dict[str, tuple[float, bool]] = field(default_factory=dict)
    """When it last pressed a button, and whether unread, by link."""
    until: float = float("-inf")
    """It counts as a scanner until then."""


@dataclass(frozen=True, slots=True)
class _Act:
    """What was done by a button that was pressed unread: by whom, when, and how to take it back."""

    client: str
    at: float
    take_back: TakeBack


class Scanners:
    """The memory; used by many threads at once."""

    def __init__(self, patterns: Patterns, ticks: Callable[[], float], *, keep: int = _KEEP) -> None:
        """Remember the `keep` traces used last; time is `ticks`, in seconds, never going back."""
        self._patterns = patterns
        self._ticks = ticks
        self._keep = keep
        self._lock = Lock()
        self._traces: OrderedDict[tuple[str, str], _Trace] = OrderedDict()
        self._acts: OrderedDict[str, list[_Act]] = OrderedDict()

    def note(self, claim: LinkClaim, token: str) -> None:
        """Note that the present visit used a genuine link of a reader."""
        visit = _VISIT.get()
        if visit is None:
            return
        now = self._ticks()
        with self._lock:
            trace = self._trace(visit, claim.public_id)
            while trace.opened and trace.opened[0][0] <= now - self._patterns.window.total_seconds():
                trace.opened.popleft()
            self._note_thumb(trace, claim, now)
            if visit.method == "POST":
                self._note_press(trace, visit, token, now)
            else:
                trace.opened.append((now, visit.method, token))
            if visit.decoy or self._many(trace):
                trace.until = now + self._patterns.remember.total_seconds()

    def _note_press(self, trace: _Trace, visit: Visit, token: str, now: float) -> None:
        reading = self._patterns.reading.total_seconds()
        looks = [at for at, how, link in trace.opened if (how, link) == ("GET", token)]
        visit.unread = any(now - at < reading for at in looks)
        trace.buttons.pop(token, None)
        trace.buttons[token] = (now, visit.unread)
        old = now - self._patterns.remember.total_seconds()
        kept = list(trace.buttons.items())[-_PRESSES:]
        trace.buttons = {link: button for link, button in kept if button[0] > old}

    def _trace(self, visit: Visit, public_id: str) -> _Trace:
        trace = self._traces.setdefault((visit.client, public_id), _Trace())
        self._traces.move_to_end((visit.client, public_id))
        if len(self._traces) > self._keep:
            self._traces.popitem(last=False)
        return trace

    def _note_thumb(self, trace: _Trace, claim: LinkClaim, now: float) -> None:
        if claim.purpose != "vote":
            return
        trace.thumbs[claim.row, claim.value] = now
        old = now - self._patterns.remember.total_seconds()
        kept = {thumb: at for thumb, at in trace.thumbs.items() if at > old}
        trace.thumbs = dict(list(kept.items())[-_THUMBS:])

    def _many(self, trace: _Trace) -> bool:
        found = (
            (len({token for _, _, token in trace.opened}), self._patterns.links),
            (len({token for _, how, token in trace.opened if how == "HEAD"}), self._patterns.heads),
            (len(trace.thumbs) - len({item for item, _ in trace.thumbs}), self._patterns.pairs),
        )
        return any(count >= limit > 0 for count, limit in found)

    def press(self, public_id: str, at: datetime) -> frozenset[datetime]:
        """Note a button pressed unread or in doubt; return when a client that is doubted did that before."""
        visit = _VISIT.get()
        if visit is None:
            return frozenset()
        with self._lock:
            trace = self._trace(visit, public_id)
            doubted = self._ticks() < trace.until
            if visit.unread or doubted:
                trace.pressed.append(at)
            since = at - self._patterns.remember
            before = frozenset(then for then in trace.pressed if since < then < at)
            return before if doubted else frozenset()

    def did(self, public_id: str, take_back: TakeBack) -> None:
        """Keep how to take back what the present visit did, if it pressed the button unread.

        Pressed in any other way it is a person's, and so is then whatever was kept of this reader before.
        """
        visit = _VISIT.get()
        if visit is None:
            return
        with self._lock:
            acts = self._acts.pop(public_id, [])[-_PRESSES:] if visit.unread else []
            if visit.unread:
                self._acts[public_id] = [*acts, _Act(visit.client, self._ticks(), take_back)]
            else:
                self._acts.pop(public_id, None)
            if len(self._acts) > self._keep:
                self._acts.popitem(last=False)

    def regrets(self, public_id: str) -> Sequence[TakeBack]:
        """Return, newest first, what takes back that a client did which is doubted by now; once."""
        visit = _VISIT.get()
        if visit is None or visit.method != "POST":
            return ()
        with self._lock:
            trace, acts = self._trace(visit, public_id), self._acts.get(public_id, [])
            if not acts or self._ticks() >= trace.until:
                return ()
            since = self._ticks() - self._patterns.remember.total_seconds()
            mine = [act for act in acts if act.client == visit.client]
            self._acts[public_id] = [act for act in acts if act.client != visit.client]
        return [act.take_back for act in reversed(mine) if act.at > since]

    def trust(self, public_id: str) -> None:
        """Forget what the present visitor did with the links of a reader: a person answered."""
        visit = _VISIT.get()
        if visit is not None:
            with self._lock:
                self._traces.pop((visit.client, public_id), None)

    def doubts(self, public_id: str) -> Doubt:
        """Return how sure it is that the present visit, to a reader's links, is a scanner's."""
        visit = _VISIT.get()
        if visit is None:
            return Doubt.NONE
        if any(name in visit.agent for name in self._patterns.agents):
            return Doubt.SURE
        with self._lock:
            trace = self._traces.get((visit.client, public_id))
            if trace is None or self._ticks() >= trace.until:
                return Doubt.NONE
            unread = sum(was for _, was in trace.buttons.values())
            sure = (visit.unread and unread >= _UNREAD) or len(trace.buttons) >= _BUTTONS
            return Doubt.SURE if sure else Doubt.SOME
