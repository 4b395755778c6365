"""What is asked of a web server and what it answered, apart from how the bytes travel."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import quote_plus, urlencode, urlsplit

from recommender.domain.parking import LONGEST_WISH
from recommender.sources.pacing import Lane

_LONGEST_VALIDATOR = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one fetch. Times in seconds, sizes in bytes."""

    phase: float = 20.0
    """Longest wait for connecting, or for the next bytes."""
    total: float = 60.0
    """Longest exchange, redirects included, waiting turns excluded."""
    body: int = 15 * 1024 * 1024
    """Largest decoded body."""
    redirects: int = 5
    attempts: int = 3
    backoff: float = 2.0
    """Pause before the second attempt; doubles each time."""
    patience: float = 60.0
    """Longest Retry-After that is waited for; a longer one ends the run of that source."""
    spacing: float = 1.0
    """Pause between requests to one public host; hosts in `allow_hosts` are the reader's own and get none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What to fetch and for which source (its name appears in errors)."""

    source: str
    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None
    last_modified: str | None = None
    lane: Lane | None = None
    """Set by sources whose terms hold wherever the bytes come from; else the host decides."""
    body: bytes | None = field(default=None, repr=False)
    """Where set, the question is a POST of these bytes, as `content_type`. It is never redirected, and
    asked again only where nobody acted on it: not reached, or answered 429 or 5xx."""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """More request headers, a key to a library among them: they go to the host of `url` alone."""
    hints: Mapping[int, str] = field(default_factory=dict)
    """What to do about an answer's status, where the source knows better than the client."""
    accepted: Collection[int] = ()
    """Statuses other than 200 whose bodies the source understands."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """More of the query, a key among it: sent to the host of `url` alone and shown nowhere."""

    @property
    def place(self) -> str:
        """Return the full URL."""
        joiner = "&" if "?" in self.url else "?"
        return f"{self.url}{joiner}{urlencode(self.query)}" if self.query else self.url

    def is_at_home(self, url: str) -> bool:
        """Tell whether a URL is on the server of `url`, which may know the keys."""
        return urlsplit(url)[:2] == urlsplit(self.url)[:2]

    def sent(self, url: str) -> str:
        """Return a URL with the secrets in it, as it goes over the wire and nowhere else."""
        if not self.secrets or not self.is_at_home(url):
            return url
        return f"{url}{'&' if '?' in url else '?'}{urlencode(self.secrets)}"

    def discreet(self, text: str) -> str:
        """Return a server's words without the secrets that it may have repeated."""
        for value in self.secrets.values():
            for shown in (value, quote_plus(value)):
                text = text.replace(shown, "") if shown else text
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A good answer: 200 with the decoded body, or 304 with `not_modified` and no body."""

    status: int
    body: bytes
    url: str
    etag: str | None = None
    last_modified: str | None = None
    not_modified: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    """The answer's headers, names in small letters."""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds a server asks for, a week at most.

    A date is measured from the server's own Date header.
    """
    value = headers.get("retry-after", "").strip()
    if (wish := seconds(value)) is not None:
        return wish
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers["date"])
        return max(0.0, min(wait, LONGEST_WISH).total_seconds())
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def seconds(value: str) -> float | None:
    """Read a plain number of seconds, a week at most."""
    value = value.strip()
    plain = value.isascii() and value.isdigit()
    return min(float(value[:9]), LONGEST_WISH.total_seconds()) if plain else None


def validator(value: str | None) -> str | None:
    """Return an ETag or a date as it can be sent back, or None.

    One that no request can carry would make every later question fail.
    """
    fits = value and len(value) <= _LONGEST_VALIDATOR and value.isascii() and value.isprintable()
    return value if fits else None
