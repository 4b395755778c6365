"""What `paperroute.toml` may hold: one model for each section, every key with its default.

Values that depend on another key of the same section are checked here; what needs the disk or the
other sections is checked by `loader` and `advice`. Unknown keys are refused.
"""

from functools import cache
from typing import Annotated, Any, Literal, Self, Union
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, create_model, model_validator

from recommender.ports.options import Kind
from recommender.settings import fields
from recommender.settings.base import Secret, Section, secret_line
from recommender.settings.digest_models import DigestSection
from recommender.settings.enricher_models import EnricherSection, KeySection
from recommender.settings.fault import fault
from recommender.settings.fields import (
    Bind,
    Clock,
    FetchHour,
    FilePath,
    Line,
    OptionalAddress,
    WebUrl,
    Zone,
    is_loopback,
)
from recommender.settings.inbox_models import InboxSection
from recommender.settings.mail_models import MailSection
from recommender.settings.retention_models import RetentionSection
from recommender.settings.source_models import SourceSection, sections_of
from recommender.settings.suspicion_models import SuspicionSection

_SQLITE = "sqlite:///"
_POSTGRES = "postgresql+psycopg://"
_SHORTEST_KEY = 32
SHORTEST_PASSWORD = 12

Weight = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


def _store_url(url: str) -> str:
    fields.one_line(url)
    if any(url.startswith(prefix) and url != prefix for prefix in (_SQLITE, _POSTGRES)):
        return url
    raise fault("this is not the address of a store", f'write "{_SQLITE}var/paperroute.db" or "{_POSTGRES}…"')


def _long_key(key: SecretStr) -> SecretStr:
    if len(secret_line(key).get_secret_value()) < _SHORTEST_KEY:
        raise fault(
            f"a signing key has fewer than {_SHORTEST_KEY} characters",
            'make one with: python -c "import secrets; print(secrets.token_urlsafe(32))"',
        )
    return key


def _long_password(password: SecretStr) -> SecretStr:
    if 0 < len(secret_line(password).get_secret_value()) < SHORTEST_PASSWORD:
        raise fault(
            f"this password has fewer than {SHORTEST_PASSWORD} characters",
            'make one with: python -c "import secrets; print(secrets.token_urlsafe(16))"',
        )
    return password


class StoreSection(Section):
    """Where papers, subscribers and deliveries are kept."""

    url: Annotated[str, AfterValidator(_store_url)] = Field("sqlite:///var/paperroute.db", repr=False)
    """SQLite file or PostgreSQL address (postgresql+psycopg://…)."""
    artifacts: FilePath = "var/artifacts"
    """Folder of the fitted recommenders."""


class WebSection(Section):
    """Where thumbs and pages are served."""

    public_url: WebUrl = "http://127.0.0.1:8321"
    """Start of every link in a digest; readers must be able to open it."""
    bind: Bind = "127.0.0.1:8321"
    """Address and port to listen on."""
    contact: OptionalAddress = ""
    """Address that sources may write to; the sender's own when empty."""
    metrics: bool = False
    """true shows /metrics to everybody who can reach the server, not to this machine alone."""
    browse: Literal["auto", "on", "off"] = "auto"
    """Whether strangers may browse the papers; auto: where public_url is this machine."""
    sign_up: bool = False
    """true lets strangers subscribe at /join; a mail confirms it first."""
    admin_password: Annotated[SecretStr, AfterValidator(_long_password)] = SecretStr("")
    """Opens /admin from afar; without one it is there on this machine alone. Better in a file of its own."""
    admin_password_file: Line = ""
    """File whose first line is the password of /admin."""

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        if self.admin_password.get_secret_value() and self.admin_password_file:
            raise fault(
                "admin_password and admin_password_file are both set",
                "keep admin_password_file",
                at="admin_password",
            )
        return self

    @property
    def browsable(self) -> bool:
        """Whether the pages that browse all papers are there for everybody who reaches the server."""
        here = is_loopback(urlsplit(self.public_url).hostname or "")
        return here if self.browse == "auto" else self.browse == "on"


class SecretsSection(Section):
    """Keys that sign the links."""

    keys: Annotated[tuple[Annotated[SecretStr, AfterValidator(_long_key)], ...], Field(strict=False)] = ()
    """Newest first: the first signs, all verify. Empty: kept in the file below."""
    file: FilePath = "var/keys"
    """Where keys are generated on first use, one a line."""


class RankingSection(Section):
    """Factors on the fitted weights, of which 0 switches a part off, and other settings of the ranking."""

    candidates_days: Annotated[int, Field(ge=1, le=365)] = 7
    """A digest looks back at least this many days."""
    max_days: Annotated[int, Field(ge=1, le=365)] = 30
    """And at most this many, after a pause."""
    weight_content: Weight = 1.0
    """What the paper says, against the interest, its seeds and the votes."""
    weight_keywords: Weight = 1.0
    """Keywords found word for word."""
    weight_authors: Weight = 1.0
    """Authors followed or voted up."""
    weight_collaborative: Weight = 1.0
    """What readers with like votes voted up."""
    weight_trending: Weight = 1.0
    """Attention the paper has elsewhere."""
    weight_categories: Weight = 1.0
    """Categories of the interest."""
    fit_weights: Literal["auto", "never"] = "auto"
    """auto fits the weights to the store's own votes once that is surely better."""
    diversity: Annotated[float, Field(ge=0, le=1)] = 0.1
    """0 is by score alone, 1 is as different as possible."""
    same_group: Annotated[int, Field(ge=0, le=100)] = 3
    """Most papers in one edition that share an author, common names aside; 0 sets no limit."""
    factors: Annotated[int, Field(ge=1, le=1024)] = 128
    """Width of the collaborative model."""
    regularization: Annotated[float, Field(ge=0, le=1000)] = 20.0
    """Caution of the collaborative model."""
    alpha: Annotated[float, Field(ge=0, le=1000)] = 80.0
    """What an up-vote counts for in it, against 1 for a paper without a vote."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    """Same seed, same numbers."""

    @model_validator(mode="after")
    def _window(self) -> Self:
        if self.max_days < self.candidates_days:
            raise fault(
                f"max_days is less than candidates_days ({self.candidates_days})",
                f"write {self.candidates_days} or more",
                at="max_days",
            )
        return self


class ScheduleSection(Section):
    """When the daemon works; the readers' own hours are in the subscribers file."""

    ingest: FetchHour = "06:00"
    """When papers are fetched; arxiv is soon after its feeds are made anew."""
    train: Clock = "06:20"
    """When the recommender is fitted."""
    zone: Zone = "UTC"
    """Time zone of the two."""
    tick: Annotated[int, Field(ge=1, le=3600)] = 20
    """Seconds between two looks at what is due."""
    spread: Annotated[int, Field(ge=0, le=60)] = 0
    """Minutes over which the editions of one hour are spread, each reader's always as late."""


class ZoteroSection(Section):
    """What all sources of type zotero share."""

    api_key: Secret = SecretStr("")
    """Key of those that have none of their own; meant for PAPERROUTE_ZOTERO__API_KEY."""


class SubscribersSection(Section):
    """Where the subscribers are declared."""

    file: FilePath = "subscribers.toml"
    """A file, or a folder whose .toml files are read in the order of their names."""


class Settings(Section):
    """All of `paperroute.toml`; see `settings_of` for its sources."""

    store: StoreSection = StoreSection()
    mail: MailSection = MailSection()
    inbox: InboxSection = InboxSection()
    web: WebSection = WebSection()
    digest: DigestSection = DigestSection()
    suspicion: SuspicionSection = SuspicionSection()
    secrets: SecretsSection = SecretsSection()
    ranking: RankingSection = RankingSection()
    schedule: ScheduleSection = ScheduleSection()
    retention: RetentionSection = RetentionSection()
    zotero: ZoteroSection = ZoteroSection()
    semanticscholar: KeySection = KeySection()
    openalex: KeySection = KeySection()
    crossref: KeySection = KeySection()
    subscribers: SubscribersSection = SubscribersSection()
    source: Annotated[tuple[SourceSection, ...], Field(strict=False)] = ()
    """Where papers come from."""
    enricher: Annotated[tuple[EnricherSection, ...], Field(strict=False)] = ()
    """Who else is asked about them."""

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.mail.feedback == "mail" and self.inbox.backend == "none":
            raise fault(
                "votes by mail need an inbox that is read",
                'set [inbox] backend to "imap" or "maildir", or write feedback = "web"',
                at="mail.feedback",
            )
        self.inbox.check_address(self.mail.sender_address)
        return self

    @property
    def inbox_address(self) -> str:
        """Where answers and bounces are sent."""
        return self.inbox.address or self.mail.sender_address

    @property
    def inbox_login(self) -> tuple[str, str]:
        """User name and password of the inbox; those of the mail server where it has none of its own."""
        own = self.inbox.password.get_secret_value()
        if self.inbox.username:
            return self.inbox.username, own
        return self.mail.username, own or self.mail.password.get_secret_value()

    @property
    def contact(self) -> str:
        """The address named in the User-Agent of every request."""
        return self.web.contact or self.mail.sender_address


@cache
def settings_of(kinds: tuple[Kind, ...], *, described: bool = False) -> type[Settings]:
    """Return the model of `paperroute.toml` with these kinds of sources, two at least."""
    table: Any = Union[tuple(sections_of(kinds, described=described))]  # noqa: UP007 made at run time
    listed: Any = tuple[Annotated[table, Field(discriminator="type")], ...]
    source = Field((), strict=False, description="Where papers come from.")
    return create_model("Settings", __base__=Settings, source=(listed, source))
