"""By which road of the product each recorded body comes in, over HTTP, and what becomes of it."""

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from recommender.domain.errors import SourceMalformed, SourceUnavailable
from recommender.domain.identity import canonical_id, normal_doi
from recommender.domain.papers import Paper, PaperPage
from recommender.sources.arxiv_parse import parse_announcements, parse_oai, parse_query
from recommender.sources.enrichers.crossref import Crossref
from recommender.sources.enrichers.openalex import OpenAlex
from recommender.sources.enrichers.semantic_scholar import SemanticScholar
from recommender.sources.enrichers.sighting import Service
from recommender.sources.feed import FeedOptions, FeedSource
from recommender.sources.files import read_file
from recommender.sources.http import PoliteClient
from recommender.sources.huggingface import HuggingFaceSource
from recommender.sources.zotero_web import ZoteroLibrary, ZoteroSource
from tests.replay.recorded import Recorded
from tests.sources.replay import NOW, Answer, FakeTime, FixedClock, Replay, ask, client_for, replaying

Pages = Iterator[PaperPage]
_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry|record)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where bodies are served, who fetches them, and a folder for downloads."""

    replay: Replay
    client: PoliteClient
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one body."""

    place: str
    papers: int = 0
    entries_refused: int = 0
    refusal: str = ""
    """Why the body as a whole was refused, with its place."""
    escaped: str = ""
    """An exception that nobody expects."""
    nothing: str = ""
    """Why a sound body brought neither papers nor refusals; empty where nobody can say."""

    @property
    def empty(self) -> bool:
        """Tell whether there was nothing to bring and nothing to refuse."""
        return not (self.papers or self.entries_refused or self.refusal or self.escaped)


def outcome(recorded: Recorded, desk: Desk) -> Outcome:
    """Serve a body, let the product take it, and say what became of it."""
    found = Outcome(place=recorded.place)
    try:
        for page in ROADS[recorded.folder](recorded, desk):
            said = page.outlook.quiet if page.outlook else ""
            unnamed = [refused for refused in page.refused if not (refused.place and refused.reason)]
            found = replace(
                found,
                papers=found.papers + len(page.papers),
                entries_refused=found.entries_refused + len(page.refused),
                nothing=said or found.nothing,
                escaped=f"refused without a name: {unnamed}" if unnamed else found.escaped,
            )
    except (SourceMalformed, SourceUnavailable) as error:
        named = error.place and error.reason
        return replace(
            found,
            refusal=f"{error.place}: {error.reason}" if named else "",
            escaped="" if named else f"a refusal without a name: {error!r}",
        )
    except Exception as error:  # noqa: BLE001 this is what is being looked for
        return replace(found, escaped=f"{type(error).__name__}: {error}"[:200])
    if not found.empty or found.nothing:
        return replace(found, nothing=found.nothing if found.empty else "")
    return replace(found, nothing=_nothing(recorded))


def _nothing(recorded: Recorded) -> str:
    """Say why a body may be neither papers nor a refusal: there is nothing in it to be one."""
    if recorded.folder in ("semantic-scholar", "crossref", "openalex"):
        return "it tells nothing of the paper that was asked for"
    if recorded.folder == "zotero":
        kind = _table(_table(_decoded(recorded)).get("data")).get("itemType")
        return "" if kind and kind != "attachment" else "the item is no work"
    narrow = recorded.body.replace(b"\x00", b"").lower()
    return "" if _ENTRY.search(narrow) else "there is no entry in it"


def _parsed(parse: Callable[[bytes, str], PaperPage]) -> Callable[[Recorded, Desk], Pages]:
    """Return a road that fetches a body politely and gives it to a parser."""

    def road(recorded: Recorded, desk: Desk) -> Pages:
        url = recorded.served_by(desk.replay)
        yield parse(desk.client.get(ask(url)).body, url)

    return road


def _feed(recorded: Recorded, desk: Desk) -> Pages:
    options = FeedOptions(name="feed", url=recorded.served_by(desk.replay))
    return FeedSource(options, desk.client, FixedClock()).fetch(None)


def _file(recorded: Recorded, desk: Desk) -> Pages:
    """Download a file and read it from the disk."""
    body = desk.client.get(ask(recorded.served_by(desk.replay))).body
    path = desk.folder / recorded.name.replace("/", "--")
    path.write_bytes(body)
    yield from read_file(path, NOW)


def _daily(recorded: Recorded, desk: Desk) -> Pages:
    """Serve the list as today's; every other day has an empty one."""

    class Days(Replay):
        def next_answer(self, target: str) -> Answer:
            today = f"date={NOW.date().isoformat()}" in target and "p=" not in target
            return recorded.answer if today else Answer(body=b"[]")

    with replaying(Days()) as replay:
        client = client_for(replay, FakeTime())
        source = HuggingFaceSource("hf", client, clock=FixedClock(), base_url=replay.url(""), days=1)
        yield from source.fetch(None)


def _zotero(recorded: Recorded, desk: Desk) -> Pages:
    """Say that one item changed, and answer the body as that item and as the library's one collection."""
    key = json.loads(recorded.body).get("key", "AAAAAAA1")

    class Library(Replay):
        def next_answer(self, target: str) -> Answer:
            headers = {"Last-Modified-Version": "1"}
            if "format=versions" in target:
                return Answer(body=json.dumps({key: 1}).encode(), headers=headers)
            return Answer(body=b"[" + recorded.body + b"]", headers=headers)

    with replaying(Library()) as replay:
        library = ZoteroLibrary(
            reader="ana", library="users/1", base_url=replay.url(""), collections_are_interests=True
        )
        yield from ZoteroSource("zotero", client_for(replay, FakeTime()), library).fetch(None)


def _semantic_scholar(recorded: Recorded, desk: Desk) -> Pages:
    """Ask for the papers that the body is about, one for each place of a list."""
    told = _decoded(recorded)
    listed = told if isinstance(told, list) else [told]
    papers = [_asked(_names(entry), _title(entry), number) for number, entry in enumerate(listed)]
    with replaying(_Always(recorded.answer)) as replay:
        service = Service(name="semantic_scholar", base_url=replay.url(""))
        yield from SemanticScholar(client_for(replay, FakeTime()), service, clock=FixedClock()).enrich(papers)


def _crossref(recorded: Recorded, desk: Desk) -> Pages:
    """Ask for the papers that the body is about."""
    message = _table(_table(_decoded(recorded)).get("message"))
    items = message.get("items")
    listed = items if isinstance(items, list) else [message]
    papers = [_asked(entry, _title(entry), number) for number, entry in enumerate(map(_table, listed))]
    with replaying(_Always(recorded.answer)) as replay:
        service = Service(name="crossref", base_url=replay.url(""))
        yield from Crossref(client_for(replay, FakeTime()), service, clock=FixedClock()).enrich(papers[:50])


def _openalex(recorded: Recorded, desk: Desk) -> Pages:
    """Answer the one thing that was recorded as the only one of a list, as lists of works are answered."""
    answer = replace(recorded.answer, body=b'{"results": [' + recorded.body + b"]}")
    told = _table(_decoded(recorded))
    paper = _asked({"DOI": told.get("doi")}, _title(told), 0)
    with replaying(_Always(answer)) as replay:
        service = Service(name="openalex", base_url=replay.url(""))
        yield from OpenAlex(client_for(replay, FakeTime()), service, clock=FixedClock()).enrich([paper])


class _Always(Replay):
    """Says one thing whatever is asked."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._answer = answer

    def next_answer(self, target: str) -> Answer:
        return self._answer


def _decoded(recorded: Recorded) -> object:
    packed = recorded.headers.get("content-encoding") == "gzip"
    try:
        return json.loads(gzip.decompress(recorded.body) if packed else recorded.body)
    except ValueError:
        return None


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _names(entry: object) -> Mapping[str, object]:
    return _table(_table(entry).get("externalIds"))


def _title(entry: object) -> str:
    title = _table(entry).get("title")
    return str(title[0] if isinstance(title, list) and title else title or "A paper")


def _asked(names: Mapping[str, object], title: str, number: int) -> Paper:
    """Return a paper as the store has it when it asks."""
    arxiv, doi = names.get("ArXiv"), normal_doi(str(names.get("DOI") or f"10.1234/asked.{number}"))
    name = canonical_id(title=title, arxiv=str(arxiv) if arxiv else None, doi=doi)
    return Paper(id=name, title=title, doi=doi)


ROADS: Mapping[str, Callable[[Recorded, Desk], Pages]] = {
    "arxiv-api": _parsed(lambda body, url: parse_query(body, source="arxiv", place=url).page),
    "arxiv-rss": _parsed(lambda body, url: parse_announcements(body, source="arxiv", place=url)),
    "oai-pmh": _parsed(lambda body, url: parse_oai(body, source="arxiv", place=url)),
    "semantic-scholar": _semantic_scholar,
    "crossref": _crossref,
    "openalex": _openalex,
    "zotero": _zotero,
    "hf-raw": _daily,
    "bad-feeds": _feed,
    "arxiv-abs": _file,
    "imports": _file,
}
"""Folder of recorded bodies to the road they come in by."""
