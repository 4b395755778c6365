"""Requests nobody means: every route and method; odd types, sizes, headers and bytes; good tokens in them."""

from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from hypothesis import strategies as st
from starlette.routing import Route

from tests.hostile.whole import Whole

PAPER = "arxiv:2601.00001"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
TYPES = (
    "",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-7",
    "multipart/form-data",
    "multipart/form-data; boundary=b",
    "multipart/form-data; boundary=" + "b" * 300,
    "application/json",
    "text/plain",
    "application/xml",
    "image/png",
    "\x00",
    "a/b; charset=\xff",
)
NAMES = (
    *("undo", "leave", "List-Unsubscribe", "again", "mail", "until", "was", "section", "interest", "act"),
    *("fewer", "links", "lever", "sure", "cancel", "what", "email", "name", "about", "keywords", "every"),
    *("on", "at", "zone", "papers", "website", "vote", "had", "save", "kept", "form", "do", "choice", "id"),
    *("labels", "note", "had_labels", "had_note", "key", "paper", "read", "unread", "remove", "all", "words"),
    *("vote-1", "had-1", "save-1", "kept-1", "vote-99999999999999999999", "save--1", "d", "q", "day", "page"),
)
"""Names that our forms have, and some that they do not."""
NASTY = (
    *("", " ", "1", "0", "-1", "yes", "pause", "resume", "remove", "new", "up", "down", "address", "export"),
    *("One-Click", "2026-01-01", "9999-12-31", "0001-01-01", "24:61", "Europe/Berlin", "../../etc/passwd"),
    *("a@b.example", "x" * 300 + "@b.example", "a@b\r\nBcc: c@d.example", "<script>alert(1)</script>"),
    *("' OR 1=1 --", "{{7*7}}", "${7*7}", "%00", "\x00", "\u202e", "\ud7ff", "\U0001f600" * 20, "é" * 3000),
    *("9" * 400, "1e999", "NaN", "١٢٣", "[" * 500, '{"a":' * 50, "%s%n", "\r\n\r\nHTTP/1.1 200 OK"),
)
HEADERS = (
    ("accept", "text/html;q=0.0000001, */*;q=-1, \xe9"),
    ("accept-language", "xx-" + "y" * 500),
    ("accept-encoding", "identity;q=0, *;q=0"),
    ("range", "bytes=0-0,5-2,-99999999999999999999"),
    ("if-none-match", '"' * 50),
    ("if-none-match", "*"),
    ("if-modified-since", "yesterday"),
    ("content-length", "-1"),
    ("content-length", "1e3"),
    ("content-length", "99999999999999999999999"),
    ("transfer-encoding", "chunked, gzip"),
    ("content-encoding", "gzip"),
    ("expect", "100-continue"),
    ("host", "evil.example"),
    ("host", "[::1"),
    ("host", ""),
    ("host", "127.0.0.1:99999999"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-for", "1.2.3.4, \xff, ::1"),
    ("x-forwarded-proto", "gopher"),
    ("forwarded", "for=unknown;host=evil.example"),
    ("x-http-method-override", "DELETE"),
    ("authorization", "Basic !!!"),
    ("authorization", "Basic " + "QQ" * 100),
    ("cookie", "a=b; " * 100),
    ("origin", "https://evil.example"),
    ("sec-fetch-site", "cross-site"),
    ("referer", "javascript:alert(1)"),
    ("user-agent", "\xff\xfe" * 50),
    ("x-long", "x" * 20_000),
    ("upgrade", "websocket"),
    ("connection", "upgrade, close, keep-alive"),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One request."""

    method: str
    path: bytes
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...] = field(default=())
    body: bytes = b""


def places(whole: Whole) -> list[str]:
    """Return a genuine path of every route, and the same with something else for its token."""
    own = {claim.purpose: whole.place(claim) for claim in whole.claims()}
    who = (whole.ana.public_id, 0)
    view = own["view"].rpartition("/")[2]
    preferences = whole.links.preferences(*who, whole.clock.now()).rpartition("/")[2]
    found = list(own.values())
    for route in whole.app.routes:
        assert isinstance(route, Route)
        path = route.path
        named = path.replace("{reference:path}", PAPER).replace("{reference}", PAPER)
        found += [named.replace("{token}", token) for token in (preferences, view, "x" * 20, "a.b")]
        if "{" not in path:
            found.append(f"{path}?d={view}")
    return list(dict.fromkeys(found))


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


ODD_TEXT = st.one_of(st.sampled_from(NASTY), st.text(max_size=30))
ODD_BYTES = st.one_of(st.binary(max_size=40), st.sampled_from([b"/" * 30, b"..;/", b"%2e%2e/", b"\xff\xfe"]))
FIELDS = st.lists(st.tuples(st.sampled_from(NAMES), ODD_TEXT), max_size=8)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, bytes]:
    """Draw a content type and a body, which may fit each other."""
    kind = draw(st.sampled_from(TYPES))
    fields = draw(FIELDS)
    form = urlencode([(name, _raw(value)) for name, value in fields]).encode()
    parts = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
        % (
            name.encode(),
            draw(st.sampled_from([b"", b'; filename="x"', b"; filename*=utf-8''%ff"])),
            _raw(value),
        )
        for name, value in fields
    )
    choices = [
        form,
        parts + b"--b--\r\n",
        parts,
        b"--b",
        b"\xff" * 200,
        b'{"a": [1, {"b": null}]}',
        b"&" * 1500,
    ]
    body = draw(st.one_of(st.sampled_from(choices), st.just(form), st.binary(max_size=200)))
    times = draw(st.sampled_from([1, 1, 1, 1, 1, 50, 2000])) if len(body) < 100 else 1
    return kind, body * times


@st.composite
def cases(draw: st.DrawFn, paths: list[str]) -> Case:
    """Draw a request to a place of ours, or near one."""
    path, _, query = draw(st.sampled_from(paths)).partition("?")
    raw, asked = path.encode(), query.encode()
    if draw(st.integers(0, 5)) == 0:
        odd = draw(ODD_BYTES)
        at = draw(st.integers(0, len(raw)))
        raw = b"/" + (raw[:at] + odd + raw[at:]).lstrip(b"/")
    if draw(st.integers(0, 2)) == 0:
        fields = draw(FIELDS)
        asked += b"&" + urlencode([(name, _raw(value)) for name, value in fields]).encode()
    if draw(st.integers(0, 9)) == 0:
        asked += draw(ODD_BYTES)
    method = draw(st.sampled_from((*METHODS, *["POST"] * 6, *["GET"] * 4)))
    kind, body = draw(bodies()) if method not in {"GET", "HEAD"} or draw(st.booleans()) else ("", b"")
    headers = draw(st.lists(st.sampled_from(HEADERS), max_size=3, unique=True)) if draw(st.booleans()) else []
    if kind:
        headers.append(("content-type", kind))
    sent = tuple((name.encode(), value.encode("latin-1")) for name, value in headers)
    return Case(method, raw, asked, sent, body)


def quoted(raw: bytes) -> str:
    """Return a path as it is written in a request."""
    return quote(raw, safe="/")
