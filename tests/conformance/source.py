"""Laws of every `Source`, real or fake."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from recommender.domain.errors import SourceMalformed, SourceUnavailable
from recommender.domain.papers import Paper, PaperPage
from recommender.ports import Source
from recommender.settings.docstrings import docstrings
from recommender.settings.source_models import section_of
from recommender.sources.kinds import SourceKind
from tests.sources.replay import Answer, FakeTime, FixedClock, Replay, client_for, replaying

_AWAY = "http://127.0.0.1:1"
_JUNK = Answer(body=b"<!DOCTYPE html><html><body>Please log in</body></html>")


class SourceLaws:
    """Subclass it and say which kind, what its server answers, and what its table holds.

    The time is 2026-04-27 12:00 UTC. A source that needs more than a script gives the three fixtures itself.
    """

    kind: ClassVar[SourceKind[Any]]
    answers: ClassVar[Mapping[str, object]] = {}
    """What the server says, by path without the query: bytes, an `Answer`, or anything that JSON can hold."""
    options: ClassVar[Mapping[str, object]] = {}
    """Keys of the table; `{server}` stands for the server. `base_url` is the server where it is not named."""

    @pytest.fixture
    def source(self) -> Iterator[Source]:
        """Return a source that delivers at least one paper."""
        with replaying() as replay:
            for path, said in self.answers.items():
                replay.says(path, answer(said))
            yield self.built(replay, replay.url(""))

    @pytest.fixture
    def away(self) -> Source:
        """Return a source that cannot be reached."""
        return self.built(Replay(host="127.0.0.1"), _AWAY)

    @pytest.fixture
    def junk(self) -> Iterator[Source]:
        """Return a source that answers with something else."""
        with replaying() as replay:
            for path in self.answers:
                replay.says(path, _JUNK)
            yield self.built(replay, replay.url(""))

    def built(self, replay: Replay, server: str) -> Source:
        """Return the source of the table, read as it is from a configuration."""
        table = {"type": self.kind.word, "base_url": server, **placed(self.options, server)}
        options = section_of(self.kind).model_validate(table).options()
        source: Source = self.kind.build(options, client_for(replay, FakeTime()), FixedClock())
        return source

    def test_its_table_is_described(self) -> None:
        """Editors and the manual show what a source is and what each of its keys is for."""
        keys = section_of(self.kind).model_json_schema()["properties"]
        assert self.kind.options.__doc__
        assert {"base_url", "allow_hosts"} <= set(keys)
        assert set(self.kind.options.__dataclass_fields__) <= set(docstrings(self.kind.options))

    def test_has_a_name(self, source: Source) -> None:
        """The name is what reports and `source_state` show."""
        assert source.name == source.name.strip() != ""

    def test_delivers_papers(self, source: Source) -> None:
        """A first fetch has papers, each with a canonical id and a title."""
        papers = papers_of(list(source.fetch(None)))
        assert papers
        assert all(paper.title and paper.id.split(":")[0] in ("arxiv", "doi", "title") for paper in papers)

    def test_times_are_utc(self, source: Source) -> None:
        """Every time is aware and in UTC."""
        for paper in papers_of(list(source.fetch(None))):
            times = [paper.published, paper.updated, paper.first_seen]
            assert all(when.utcoffset() == timedelta(0) for when in times if when)

    def test_signals_are_of_papers_on_the_page(self, source: Source) -> None:
        """A page's signals speak of its papers and were taken at a known moment."""
        for page in source.fetch(None):
            known = {paper.id for paper in page.papers}
            assert all(signal.paper in known and signal.taken_at.tzinfo for signal in page.signals)

    def test_pages_name_their_place(self, source: Source) -> None:
        """Each page says where it came from."""
        assert all(page.place for page in source.fetch(None))

    def test_goes_on_from_its_cursor(self, source: Source) -> None:
        """The last page has a cursor, and fetching from it works."""
        cursor = list(source.fetch(None))[-1].cursor
        assert cursor is not None
        again = list(source.fetch(cursor))
        assert again[-1].cursor is not None
        assert again[-1].cursor.position >= cursor.position

    def test_reading_again_repeats(self, source: Source) -> None:
        """The same state of the world gives the same papers."""
        first, second = (papers_of(list(source.fetch(None))) for _ in range(2))
        assert first == second

    def test_unreachable_is_unavailable(self, away: Source) -> None:
        """A source that cannot be reached says so, with its name and place."""
        with pytest.raises(SourceUnavailable) as caught:
            list(away.fetch(None))
        assert caught.value.source == away.name
        assert caught.value.place

    def test_junk_is_malformed(self, junk: Source) -> None:
        """Bytes of another kind are malformed, not a crash and not an empty page."""
        with pytest.raises(SourceMalformed) as caught:
            list(junk.fetch(None))
        assert caught.value.place


def papers_of(pages: Sequence[PaperPage]) -> list[Paper]:
    """Return all papers of some pages."""
    return [paper for page in pages for paper in page.papers]


def answer(said: object) -> Answer:
    """Return what a server says: an answer as it is, bytes as a body, the rest as JSON."""
    if isinstance(said, Answer):
        return said
    return Answer(body=said if isinstance(said, bytes) else json.dumps(said).encode())


def placed(options: Mapping[str, object], server: str) -> dict[str, object]:
    """Return options with the server's address in its place."""
    return {
        key: value.replace("{server}", server) if isinstance(value, str) else value
        for key, value in options.items()
    }
