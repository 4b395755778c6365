"""The `[[enricher]]` tables of `paperroute.toml`: who else is asked about papers that are stored already.

There are none unless they are written, because each of them asks a server on the internet more than the
sources do. What an enricher does with these values is the business of `recommender.sources.enrichers`.
"""

from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from recommender.settings.base import Secret, Section
from recommender.settings.fault import fault
from recommender.settings.fields import AllowedHost, Line, OptionalPath, WebUrl, is_loopback


class KeySection(Section):
    """The key of an enricher that has none in its own table."""

    api_key: Secret = SecretStr("")
    """Meant for the environment."""


class _Enricher(Section):
    """What all enrichers share."""

    secrets: ClassVar[tuple[str, ...]] = ("api_key",)

    name: Line = ""
    """Name in reports; the type when empty. No source or other enricher may have it."""
    days: Annotated[int, Field(ge=1, le=365)] = 30
    """Papers first seen within so many days are asked about."""
    again_days: Annotated[int, Field(ge=1, le=365)] = 7
    """And asked about again after so many."""
    per_run: Annotated[int, Field(ge=1, le=10_000)] = 1_000
    """At most so many papers in one run, the newest first."""
    api_key: Secret = SecretStr("")
    """Better kept in api_key_file or the environment."""
    api_key_file: OptionalPath = ""
    """File whose first line is the key."""
    allow_hosts: Annotated[tuple[AllowedHost, ...], Field(strict=False)] = ()
    """Hosts on this machine or the local network that may be asked all the same (a replay)."""
    base_url: WebUrl
    type: str

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.api_key.get_secret_value() and self.api_key_file:
            raise fault("api_key and api_key_file are both set", "keep api_key_file", at="api_key")
        parts = urlsplit(self.base_url)
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise fault("the key would travel unprotected", "write https://", at="base_url")
        return self


class SemanticscholarEnricher(_Enricher):
    """Semantic Scholar: citations, venue, published version, a summary of one sentence."""

    type: Literal["semanticscholar"]
    base_url: WebUrl = "https://api.semanticscholar.org"
    """Server of the API."""


class OpenalexEnricher(_Enricher):
    """OpenAlex: citations, venue, published version, retractions."""

    type: Literal["openalex"]
    base_url: WebUrl = "https://api.openalex.org"
    """Server of the API."""


class CrossrefEnricher(_Enricher):
    """Crossref: citations, venue, published version of papers that have a DOI."""

    type: Literal["crossref"]
    base_url: WebUrl = "https://api.crossref.org"
    """Server of the API."""


EnricherSection = Annotated[
    SemanticscholarEnricher | OpenalexEnricher | CrossrefEnricher, Field(discriminator="type")
]
