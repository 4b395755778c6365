"""A local arXiv: announcement feeds, query API and OAI-PMH over what it has announced so far.

What is public follows a clock that the test moves: the feed of a day is made at midnight in New York,
query API and OAI-PMH know its papers from then on. On Saturdays the feed of Friday stays as it was, on
Sundays it is empty; both happen at arXiv. Faults are put in front of the roads by the test.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from urllib.parse import parse_qs, unquote, urlsplit

from tests.replay import arxiv_render as render
from tests.replay.arxiv_days import NEW_YORK, Announcement, Held, Text, midnight
from tests.sources.replay import Answer, Replay

Fault = Callable[["ArxivHouse", str, str], Answer | None]
"""Answers instead of the house, or lets it: given the house, the road and the target that was asked."""

_FEED_LIMIT = 2_000
_SLICE = 2_000
_SUNDAY = 6
_TOKENS = re.compile(r"\(|\)|ANDNOT|AND|OR|[^\s()\[]+(?:\[[^\]]*\])?")
_RANGE = re.compile(r"\[(\d{8,14})\s+TO\s+(\d{8,14})\]")
_VERSIONED = re.compile(r"(.+?)(?:v(\d+))?$")
_Found = tuple[Held, Text]


@dataclass(slots=True)
class ArxivHouse(Replay):
    """Serves announcements as they become public."""

    announcements: Sequence[Announcement] = ()
    now: Callable[[], datetime] = lambda: datetime(2026, 1, 1, tzinfo=UTC)
    moment: Callable[[], float] = lambda: 0.0
    """Seconds of the clock that requests are paced by."""
    page: int = 100
    """Records of one OAI-PMH page."""
    stamp_back: timedelta = timedelta(0)
    """Days between a datestamp and the feed: nobody says whether the evening or the day after counts."""
    faults: list[Fault] = field(default_factory=list)
    delays: dict[date, datetime] = field(default_factory=dict)
    """Announcements that become public later than at their midnight."""
    requests: Counter[str] = field(default_factory=Counter)
    """How often each road was asked."""
    moments: list[float] = field(default_factory=list)
    """When each request came in."""
    tokens: dict[str, tuple[Sequence[_Found], int]] = field(default_factory=dict)
    _public: int = 0
    _known: dict[str, _Found] = field(default_factory=dict)

    def next_answer(self, target: str) -> Answer:
        """Answer as arXiv would, or as a fault says."""
        road = urlsplit(target).path.strip("/").split("/")[0]
        self.requests[road] += 1
        self.moments.append(self.moment())
        spoken = (fault(self, road, target) for fault in self.faults)
        return next((answer for answer in spoken if answer), None) or self.plain(target)

    def plain(self, target: str) -> Answer:
        """Answer without any fault."""
        parts = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/api/query":
            return Answer(body=self._query(query), headers={"Content-Type": "application/atom+xml"})
        if parts.path == "/oai":
            return Answer(body=self._harvest(query), headers={"Content-Type": "text/xml"})
        kind, _, categories = unquote(parts.path.strip("/")).partition("/")
        if kind not in ("rss", "atom"):
            return Answer(status=404)
        return self.feed(categories, kind, *self.shown())

    def feed(self, categories: str, kind: str, day: date, announcement: Announcement | None) -> Answer:
        """Return a feed of a day: an announcement's items in some categories, or none."""
        wanted = frozenset(categories.split("+"))
        items = (
            [item for item in announcement.items if wanted & {*item.paper.categories}] if announcement else []
        )
        body = (render.rss if kind == "rss" else render.atom)(categories, day, items[:_FEED_LIMIT])
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers = {"ETag": tag, "Content-Type": f"application/{kind}+xml"}
        if self.headers and self.headers[-1].get("if-none-match") == tag:
            return Answer(status=304, headers=headers)
        return Answer(body=body, headers=headers)

    def shown(self, back: int = 0) -> tuple[date, Announcement | None]:
        """Return the day of the feed as it stands, or stood `back` announcements ago, and its papers."""
        today = self.now().astimezone(NEW_YORK).date()
        public = self.public()
        if today.weekday() == _SUNDAY and not back:
            return today, None
        if len(public) <= back:
            return today, None
        latest = public[-1 - back]
        return latest.day, latest

    def public(self) -> Sequence[Announcement]:
        """Return what has been announced so far."""
        now = self.now()
        return [one for one in self.announcements if self.delays.get(one.day, midnight(one.day)) <= now]

    def known(self) -> Mapping[str, _Found]:
        """Return the papers that are public, each with the version that is."""
        public = self.public()
        if self._public > len(public):
            self._known, self._public = {}, 0
        for announcement in public[self._public :]:
            for item in announcement.items:
                held = self._known.get(item.paper.number)
                if held is None or held[1].version < item.text.version:
                    self._known[item.paper.number] = (item.paper, item.text)
        self._public = len(public)
        return self._known

    def _query(self, query: Mapping[str, str]) -> bytes:
        start, size = int(query.get("start", "0")), int(query.get("max_results", "10"))
        asked = query.get("search_query", "")
        if size > _SLICE or start + size > 30_000:
            return render.query_error("max_results too large", self.now())
        known = self.known()
        found: Iterable[_Found] = known.values()
        if listed := query.get("id_list"):
            found = [known[number] for name in listed.split(",") if (number := _bare(name)) in known]
        if asked:
            holds = _Search(asked).parsed()
            found = [one for one in found if holds(one)]
        ordered = list(found)
        if by := {"submittedDate": _submitted, "lastUpdatedDate": _changed}.get(query.get("sortBy", "")):
            ordered.sort(key=by, reverse=query.get("sortOrder", "descending") == "descending")
        page = ordered[start : start + size]
        return render.query_answer(page, total=len(ordered), start=start, asked=asked, now=self.now())

    def _harvest(self, query: Mapping[str, str]) -> bytes:
        now = self.now()
        if token := query.get("resumptionToken"):
            held = self.tokens.pop(token, None)
            return self._records(*held) if held else render.oai_error("badResumptionToken", now)
        if query.get("metadataPrefix") != "arXiv":
            return render.oai_error("cannotDisseminateFormat", now)
        if query.get("verb") == "GetRecord":
            held_here = self.known().get(query["identifier"].removeprefix("oai:arXiv.org:"))
            return (
                render.record(*held_here, now, self.stamp_back)
                if held_here
                else render.oai_error("idDoesNotExist", now)
            )
        if query.get("verb") != "ListRecords":
            return render.oai_error("badVerb", now)
        since, until = query.get("from", "0000"), query.get("until", "9999")
        wanted = query.get("set", "")
        found = [
            one
            for one in self.known().values()
            if since <= (one[1].day - self.stamp_back).isoformat() <= until and _in_set(one[0], wanted)
        ]
        return self._records(found, 0) if found else render.oai_error("noRecordsMatch", now)

    def _records(self, found: Sequence[_Found], start: int) -> bytes:
        end = start + self.page
        token: str | None = "" if start else None
        if end < len(found):
            token = f"{self.now():%Y%m%d}|{len(self.tokens)}|{end}|{sum(self.requests.values())}"
            self.tokens[token] = (found, end)
        return render.records(found[start:end], token=token, now=self.now(), back=self.stamp_back)


class _Search:
    """A query of the API: fields, ranges of dates, AND, OR, ANDNOT and brackets."""

    def __init__(self, text: str) -> None:
        self._tokens = _TOKENS.findall(text)

    def parsed(self) -> Callable[[_Found], bool]:
        """Return what tells whether a paper is found; operators bind from the left, as at arXiv."""
        holds = self._term()
        while self._tokens and self._tokens[0] != ")":
            joint = self._tokens.pop(0)
            holds = _joined(holds, joint, self._term())
        return holds

    def _term(self) -> Callable[[_Found], bool]:
        token = self._tokens.pop(0)
        if token == "(":
            inner = self.parsed()
            self._tokens.pop(0)
            return inner
        name, _, value = token.partition(":")
        if name == "cat":
            return lambda found: any(fnmatchcase(code, value.strip('"')) for code in found[0].categories)
        when = {"submittedDate": _submitted, "lastUpdatedDate": _changed}[name]
        bounds = _RANGE.fullmatch(value)
        assert bounds, f"a range of dates cannot be read: {value}"
        low, high = (bound.ljust(14, fill)[:14] for bound, fill in zip(bounds.groups(), "09", strict=True))
        return lambda found: low <= f"{when(found):%Y%m%d%H%M%S}" <= high


def _joined(
    left: Callable[[_Found], bool], joint: str, right: Callable[[_Found], bool]
) -> Callable[[_Found], bool]:
    if joint == "OR":
        return lambda found: left(found) or right(found)
    if joint == "ANDNOT":
        return lambda found: left(found) and not right(found)
    assert joint == "AND", f"not an operator: {joint}"
    return lambda found: left(found) and right(found)


def _submitted(found: _Found) -> datetime:
    return found[0].texts[0].submitted


def _changed(found: _Found) -> datetime:
    return found[1].submitted


def _bare(name: str) -> str:
    match = _VERSIONED.fullmatch(name.strip())
    return match.group(1) if match else name


def _in_set(paper: Held, wanted: str) -> bool:
    sets = [render.oai_set(category) for category in paper.categories]
    return not wanted or any(name == wanted or name.startswith(f"{wanted}:") for name in sets)
