"""Every source obeys the laws of sources."""

from recommender.sources import arxiv_kind, feed, huggingface_kind
from tests.conformance.source import SourceLaws
from tests.sources.samples import FEED, daily, daily_row, query_answer, query_entry, rss, rss_item


class TestArxivSource(SourceLaws):
    """The laws on arXiv: a feed and a back-fill."""

    kind = arxiv_kind.KIND
    answers = {
        "/rss/cs.CL": rss([rss_item("2604.00001")]),
        "/api": query_answer([query_entry("2604.00002")]),
    }
    options = {"categories": ["cs.CL"], "api_url": "{server}/api", "oai_url": "{server}/oai"}


class TestHuggingFaceSource(SourceLaws):
    """The laws on the daily papers."""

    kind = huggingface_kind.KIND
    answers = {"/api/daily_papers": daily(daily_row("2604.00001"))}


class TestFeedSource(SourceLaws):
    """The laws on any feed."""

    kind = feed.KIND
    answers = {"/feed": FEED}
    options = {"url": "https://journal.example/feed"}
