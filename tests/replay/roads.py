"""By which road of the product each recorded body comes in, over HTTP, and what becomes of it."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from recommender.domain.errors import SourceMalformed, SourceUnavailable
from recommender.domain.papers import PaperPage
from recommender.sources.arxiv_parse import parse_announcements, parse_oai, parse_query
from recommender.sources.feed import FeedOptions, FeedSource
from recommender.sources.files import read_file
from recommender.sources.http import PoliteClient
from recommender.sources.huggingface import HuggingFaceSource
from recommender.sources.zotero_web import ZoteroLibrary, ZoteroSource
from tests.replay.recorded import Recorded
from tests.sources.replay import NOW, Answer, FakeTime, FixedClock, Replay, ask, client_for, replaying

Pages = Iterator[PaperPage]


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

    @property
    def empty(self) -> bool:
        """Tell whether there was nothing to bring and nothing to refuse."""
        return not (self.papers or self.entries_refused or self.refusal or self.escaped)


def outcome(recorded: Recorded, desk: Desk) -> Outcome:
    """Serve a body, let the product take it, and say what became of it."""
    found = Outcome(place=recorded.place)
    try:
        for page in ROADS[recorded.folder](recorded, desk):
            unnamed = [refused for refused in page.refused if not (refused.place and refused.reason)]
            found = replace(
                found,
                papers=found.papers + len(page.papers),
                entries_refused=found.entries_refused + len(page.refused),
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
    return found


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


ROADS: Mapping[str, Callable[[Recorded, Desk], Pages]] = {
    "arxiv-api": _parsed(lambda body, url: parse_query(body, source="arxiv", place=url).page),
    "arxiv-rss": _parsed(lambda body, url: parse_announcements(body, source="arxiv", place=url)),
    "oai-pmh": _parsed(lambda body, url: parse_oai(body, source="arxiv", place=url)),
    "semantic-scholar": _file,
    "crossref": _file,
    "openalex": _file,
    "zotero": _zotero,
    "hf-raw": _daily,
    "bad-feeds": _feed,
    "arxiv-abs": _file,
    "imports": _file,
}
"""Folder of recorded bodies to the road they come in by."""
