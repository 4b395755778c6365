"""The `[[source]]` tables of `paperroute.toml`, one model for each `type`.

What a source does with these values is the business of `recommender.sources`, which this package
does not know.
"""

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from recommender.settings.base import Secret
from recommender.settings.fault import fault, shown
from recommender.settings.fields import Category, FeedUrl, Host, Line, WebUrl, Words, is_loopback

_LIBRARY = re.compile(r"(users|groups)/\d+", re.ASCII)
_COLLECTION = re.compile(r"([A-Z0-9]{8})?", re.ASCII)


def _library(text: str) -> str:
    if _LIBRARY.fullmatch(text):
        return text
    raise fault(f"{shown(text)} is not a library of Zotero", 'write "users/" or "groups/" and its number')


def _collection(text: str) -> str:
    if _COLLECTION.fullmatch(text):
        return text
    raise fault(
        f"{shown(text)} is not the key of a collection",
        'its address at zotero.org ends in it, like "QVK3WHF2"',
    )


class _Source(BaseModel):
    """What all sources share."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)

    name: Line = ""
    """Name in reports; the type when empty. Two sources need two names."""
    allow_hosts: Annotated[tuple[Host, ...], Field(strict=False)] = ()
    """Hosts that may be asked although they are on this machine or the local network (a mirror, a replay)."""


class ArxivSource(_Source):
    """arXiv: the daily announcement, OAI-PMH for days that were missed, the query API for days before."""

    type: Literal["arxiv"]
    categories: Annotated[tuple[Category, ...], Field(strict=False, min_length=1)]
    """Which archives to read, like ["cs.CL", "cs.IR"]."""
    base_url: WebUrl = "https://rss.arxiv.org"
    """Server of the announcement feeds."""
    api_url: WebUrl = "https://export.arxiv.org/api/query"
    """Address of the query API."""
    oai_url: WebUrl = "https://oaipmh.arxiv.org/oai"
    """Address of the OAI-PMH service."""
    check: bool = True
    """false spares the request that holds each announcement against the query API."""


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


class ZoteroSource(_Source):
    """A reader's own library at Zotero: what is new in it counts as an up-vote."""

    type: Literal["zotero"]
    reader: Annotated[Words, Field(alias="for")]
    """Address or id of the subscriber whose library it is."""
    library: Annotated[
        str, Field(json_schema_extra={"pattern": f"^{_LIBRARY.pattern}$"}), AfterValidator(_library)
    ]
    """users/123456 or groups/123456, by the number that zotero.org shows."""
    collection: Annotated[
        str, Field(json_schema_extra={"pattern": f"^{_COLLECTION.pattern}$"}), AfterValidator(_collection)
    ] = ""
    """Key of the one collection to read; the whole library when empty."""
    collections_are_interests: bool = False
    """true gives what is in a collection to the interest of that name or id."""
    api_key: Secret = SecretStr("")
    """Better kept in api_key_file or PAPERROUTE_ZOTERO__API_KEY; a public group needs none."""
    api_key_file: Line = ""
    """File whose first line is the key."""
    base_url: WebUrl = "https://api.zotero.org"
    """Server of the API."""

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.api_key.get_secret_value() and self.api_key_file:
            raise fault("api_key and api_key_file are both set", "keep api_key_file", at="api_key")
        parts = urlsplit(self.base_url)
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise fault("the key would travel unprotected", "write https://", at="base_url")
        return self


SourceSection = Annotated[
    ArxivSource | HuggingfaceSource | FeedSource | ZoteroSource, Field(discriminator="type")
]
