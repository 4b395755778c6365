"""Every source obeys the laws of sources."""

import pytest

from recommender.ports import Source
from recommender.sources.arxiv import ArxivOptions, ArxivSource
from recommender.sources.feed import FeedOptions, FeedSource
from recommender.sources.http import PoliteClient
from recommender.sources.huggingface import HuggingFaceSource
from tests.conformance.source import SourceLaws
from tests.sources.replay import Answer, FixedClock, Replay
from tests.sources.samples import FEED, daily, daily_row, query_answer, query_entry, rss, rss_item

AWAY = "http://127.0.0.1:1"
JUNK = Answer(body=b"<!DOCTYPE html><html><body>Please log in</body></html>")


@pytest.fixture
def anywhere(client: PoliteClient) -> PoliteClient:
    """Return a client that may also try a port where nobody listens."""
    return client.allowing(["127.0.0.1"])


class TestArxivSource(SourceLaws):
    """The laws on arXiv."""

    @pytest.fixture
    def source(self, anywhere: PoliteClient, replay: Replay) -> Source:
        """Return a source with a feed and a back-fill."""
        replay.says("/rss/cs.CL", Answer(body=rss([rss_item("2604.00001")])))
        replay.says("/api", Answer(body=query_answer([query_entry("2604.00002")])))
        return arxiv(anywhere, replay.url(""))

    @pytest.fixture
    def away(self, anywhere: PoliteClient) -> Source:
        """Return a source where nobody listens."""
        return arxiv(anywhere, AWAY)

    @pytest.fixture
    def junk(self, anywhere: PoliteClient, replay: Replay) -> Source:
        """Return a source behind a login page."""
        replay.says("/rss/cs.CL", JUNK)
        replay.says("/api", JUNK)
        return arxiv(anywhere, replay.url(""))


class TestHuggingFaceSource(SourceLaws):
    """The laws on the daily papers."""

    @pytest.fixture
    def source(self, anywhere: PoliteClient, replay: Replay) -> Source:
        """Return a source with one paper a day."""
        replay.says("/api/daily_papers", Answer(body=daily(daily_row("2604.00001"))))
        return hugging_face(anywhere, replay.url(""))

    @pytest.fixture
    def away(self, anywhere: PoliteClient) -> Source:
        """Return a source where nobody listens."""
        return hugging_face(anywhere, AWAY)

    @pytest.fixture
    def junk(self, anywhere: PoliteClient, replay: Replay) -> Source:
        """Return a source behind a login page."""
        replay.says("/api/daily_papers", JUNK)
        return hugging_face(anywhere, replay.url(""))


class TestFeedSource(SourceLaws):
    """The laws on any feed."""

    @pytest.fixture
    def source(self, anywhere: PoliteClient, replay: Replay) -> Source:
        """Return a feed with papers."""
        return journal(anywhere, replay.says("/feed", Answer(body=FEED)))

    @pytest.fixture
    def away(self, anywhere: PoliteClient) -> Source:
        """Return a source where nobody listens."""
        return journal(anywhere, AWAY)

    @pytest.fixture
    def junk(self, anywhere: PoliteClient, replay: Replay) -> Source:
        """Return a page instead of a feed."""
        return journal(anywhere, replay.says("/feed", JUNK))


def arxiv(client: PoliteClient, base: str) -> Source:
    """Return an arXiv source at `base`."""
    options = ArxivOptions(base_url=base, api_url=f"{base}/api")
    return ArxivSource("arxiv", client, ["cs.CL"], clock=FixedClock(), options=options)


def hugging_face(client: PoliteClient, base: str) -> Source:
    """Return a daily-papers source at `base` that reaches back one day."""
    return HuggingFaceSource("huggingface", client, clock=FixedClock(), base_url=base, days=1)


def journal(client: PoliteClient, url: str) -> Source:
    """Return a feed at an address."""
    return FeedSource(FeedOptions(name="journal", url=url), client, FixedClock())
