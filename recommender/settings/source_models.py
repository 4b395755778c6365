"""The `[[source]]` tables of `paperroute.toml`, one model for each `type`.

What a source does with these values is the business of `recommender.sources`, which this package
does not know.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from recommender.settings.fields import Category, FeedUrl, Host, Line, WebUrl


class _Source(BaseModel):
    """What all sources share."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)

    name: Line = ""
    """Name in reports; the type when empty. Two sources need two names."""
    allow_hosts: Annotated[tuple[Host, ...], Field(strict=False)] = ()
    """Hosts that may be asked although they are on this machine or the local network (a mirror, a replay)."""


class ArxivSource(_Source):
    """arXiv: the daily announcement, and the query API for the days before."""

    type: Literal["arxiv"]
    categories: Annotated[tuple[Category, ...], Field(strict=False, min_length=1)]
    """Which archives to read, like ["cs.CL", "cs.IR"]."""
    base_url: WebUrl = "https://rss.arxiv.org"
    """Server of the announcement feeds."""
    api_url: WebUrl = "https://export.arxiv.org/api/query"
    """Address of the query API."""


class HuggingfaceSource(_Source):
    """The daily papers of Hugging Face, with their upvotes."""

    type: Literal["huggingface"]
    base_url: WebUrl = "https://huggingface.co"
    """Server of the API."""


class FeedSource(_Source):
    """Any RSS or Atom feed of papers."""

    type: Literal["feed"]
    url: FeedUrl
    """Address of the feed."""


SourceSection = Annotated[ArxivSource | HuggingfaceSource | FeedSource, Field(discriminator="type")]
