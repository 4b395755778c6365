"""Types of single values: text, addresses, hosts, URLs, clock times, zones.

Each check says what is wrong with the value and what to write instead. Nothing here looks at another
value, at the network or at the clock; the only files read are the time zone data.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Callable
from datetime import time
from difflib import get_close_matches
from typing import Annotated
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from email_validator import EmailNotValidError, ValidatedEmail, validate_email
from pydantic import AfterValidator, Field

from recommender.settings.fault import fault, shown

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?", re.IGNORECASE | re.ASCII)
_CATEGORY = re.compile(r"[a-z]+(-[a-z]+)*(\.([A-Z]{2}|[a-z]{3,}|[a-z]+(-[a-z]+)+))?", re.ASCII)
"""arXiv minds the letters: nothing is ever in `cs.cl`."""
_LINE_BREAKS = "\u2028\u2029"
_LOCAL_DOMAINS = ("localhost", "test")
_LONGEST = 2000
_PORTS = range(65536)


def one_line(text: str) -> str:
    """Refuse line breaks and other control characters, which could end a mail header early."""
    bad = next((char for char in text if unicodedata.category(char) == "Cc" or char in _LINE_BREAKS), None)
    if bad is not None:
        kind = "a line break" if bad in f"\r\n{_LINE_BREAKS}" else f"a control character (U+{ord(bad):04X})"
        raise fault(f"the text holds {kind}", "write it on one line, without control characters")
    if len(text) > _LONGEST:
        raise fault(
            f"the text has {len(text)} characters, at most {_LONGEST} are read", "keep the essential words"
        )
    return text.strip()


def not_blank(text: str) -> str:
    """Refuse text that is empty or only spaces."""
    if not text:
        raise fault("the text is empty", "write something between the quotes, or leave the line out")
    return text


def local_path(text: str) -> str:
    """Refuse `~`: it would make a folder of that name."""
    if text.startswith("~"):
        raise fault("a path here does not start at home", "write the path in full, or relative")
    return text


def clock_time(text: str) -> str:
    """Check `HH:MM` on a 24-hour clock."""
    if _CLOCK.fullmatch(text):
        return text
    raise fault(f"{shown(text)} is not a time of day", f'write hours and minutes: "{_guess_time(text)}"')


def fetch_hour(text: str) -> str:
    """Check `HH:MM` or the word that follows arXiv's announcements."""
    if text == "arxiv" or _CLOCK.fullmatch(text):
        return text
    if text.lower() == "arxiv":
        raise fault(f"{shown(text)} is not a time of day", 'write "arxiv", in small letters')
    raise fault(
        f"{shown(text)} is not a time of day", f'write hours and minutes: "{_guess_time(text)}", or "arxiv"'
    )


def parse_time(text: str) -> time:
    """Turn a checked `HH:MM` into a wall time."""
    return time.fromisoformat(text)


def zone_name(text: str) -> str:
    """Check an IANA time zone; the fix names the nearest ones."""
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        raise fault(f"{shown(text)} is not a time zone", _zone_fix(text)) from None
    return text


def address(text: str) -> str:
    """Check and normalise a mail address without asking the network; a foreign domain becomes `xn--…`.

    `@localhost`, `@test` and everything under `.localhost`, `.test`, `.example` is let through: a digest
    to a test server must be possible.
    """
    return _ascii(_checked(text))


def optional_address(text: str) -> str:
    """Check an address as `address` does; empty is fine."""
    return address(text) if text else ""


def mailbox(text: str) -> str:
    """Check `Name <address>` or a bare address; the text itself is kept."""
    one_line(text)
    mailbox_parts(text)
    return text


def mailbox_parts(text: str) -> tuple[str, str]:
    """Split `Name <address>` into (name, normalised address)."""
    checked = _checked(text, display_name=True)
    return (checked.display_name or "", _ascii(checked))


def host_name(text: str) -> str:
    """Check a bare host name or IP address: no scheme, no port, no path."""
    if _HOST.fullmatch(text) or _is_ip(text):
        return text.lower()
    bare = (urlsplit(text).hostname if "://" in text else text.partition(":")[0].strip("/ ")) or "example.org"
    raise fault(f"{shown(text)} is not a host name", f'write the bare name, like "{bare}"')


def allowed_host(text: str) -> str:
    """Check a host name or IP address, of which all ports are meant or the one that follows."""
    host, _, port = text.rpartition(":")
    whole = (host[0] + host[-1] == "[]") if ":" in host else bool(host)
    if whole and port.isascii() and port.isdecimal() and int(port[:6]) in _PORTS[1:]:
        return f"[{host_name(host[1:-1])}]:{port}" if ":" in host else f"{host_name(host)}:{port}"
    return host_name(text)


def optional_host(text: str) -> str:
    """Check a host name as `host_name` does; empty is fine."""
    return host_name(text) if text else ""


def web_url(text: str) -> str:
    """Check an http or https address without credentials, query or fragment; drops a closing slash."""
    parts = _split(text)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise fault(f"{shown(text)} is not a web address", 'write it in full, like "https://example.org"')
    if parts.username or parts.password or "@" in parts.netloc:
        raise fault("a web address with a name or password in it", "leave out what stands before the @")
    if parts.query or parts.fragment or any(char.isspace() for char in text):
        raise fault(f"{shown(text)} has more than host and path", "end it after the path: no ?, # or spaces")
    return text.rstrip("/")


def feed_url(text: str) -> str:
    """Check the address of a feed, which may have a query."""
    web_url(text.split("?", 1)[0])
    return text


def bind_address(text: str) -> str:
    """Check `host:port`, with brackets around an IPv6 host."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdigit() or int(port[:6]) not in _PORTS:
        raise fault(f"{shown(text)} is not host:port", 'write both, like "127.0.0.1:8321"')
    host_name(host)
    return text


def category(text: str) -> str:
    """Check an arXiv category code."""
    if _CATEGORY.fullmatch(text):
        return text
    raise fault(
        f"{shown(text)} is not a category code", 'write it as the archive does, like "cs.CL" or "math.ST"'
    )


def is_loopback(host: str) -> bool:
    """Tell whether a host name means this machine alone."""
    if host.lower() == "localhost" or host.lower().endswith(".localhost"):
        return True
    return _is_ip(host) and ipaddress.ip_address(host.strip("[]")).is_loopback


def is_nowhere(host: str) -> bool:
    """Tell whether a host is loopback or the unspecified address: no reader elsewhere can open it."""
    return is_loopback(host) or (_is_ip(host) and ipaddress.ip_address(host.strip("[]")).is_unspecified)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for a port that is none
    except ValueError:
        return None
    return parts


def _checked(text: str, *, display_name: bool = False) -> ValidatedEmail:
    one_line(text)
    head, _, domain = text.strip().removesuffix(">").rpartition("@")
    domain = domain.lower()
    local = domain in _LOCAL_DOMAINS or domain.endswith(tuple(f".{name}" for name in _LOCAL_DOMAINS))
    probe = f"{head}@{domain}.example.org{'>' if text.strip().endswith('>') else ''}" if local else text
    try:
        checked = validate_email(
            probe.strip(),
            check_deliverability=False,
            allow_smtputf8=False,
            allow_display_name=display_name,
        )
    except EmailNotValidError as error:
        reason = f"{error}".rstrip(".")
        raise fault(f"{shown(text)} is not a mail address: {reason}", "write name@domain") from None
    if local:
        checked.ascii_email = f"{checked.local_part}@{domain}"
    return checked


def _ascii(checked: ValidatedEmail) -> str:
    return checked.ascii_email or checked.normalized


def _guess_time(text: str) -> str:
    """Return the time that was probably meant: `7:5`, `7h30`, `7.30pm` and the like."""
    match = re.search(r"(\d{1,2})(?:\D{1,2}(\d{1,2}))?", text, re.ASCII)
    hours, minutes = (int(match[1]), int(match[2] or 0)) if match else (7, 30)
    afternoon = "p" in text.lower() and hours < 12
    hours += 12 * afternoon
    return f"{hours:02d}:{minutes:02d}" if hours < 24 and minutes < 60 else "07:30"


def _zone_fix(text: str) -> str:
    names = {name.lower(): name for name in sorted(available_timezones())}
    cities = {name.rsplit("/", 1)[-1]: full for name, full in names.items() if "/" in name}
    wanted = text.lower().strip().replace(" ", "_")
    found = [names[name] for name in get_close_matches(wanted, names, n=1, cutoff=0.75)]
    found += [cities[name] for name in get_close_matches(wanted.rsplit("/", 1)[-1], cities, n=1, cutoff=0.75)]
    if found:
        return f'did you mean "{found[0]}"?'
    return 'write a name of the IANA list, like "Europe/Berlin" or "UTC"'


def _text(*checks: Callable[[str], str]) -> object:
    """Compose checks for an annotated `str`; the first that fails speaks."""

    def run(text: str) -> str:
        for check in checks:
            text = check(text)
        return text

    return AfterValidator(run)


Line = Annotated[str, _text(one_line)]
"""One line of text, may be empty."""
Words = Annotated[str, Field(min_length=1), _text(one_line, not_blank)]
"""One line of text, not empty."""
Clock = Annotated[str, Field(json_schema_extra={"pattern": f"^{_CLOCK.pattern}$"}), _text(clock_time)]
FetchHour = Annotated[
    str, Field(json_schema_extra={"pattern": f"^(arxiv|{_CLOCK.pattern})$"}), _text(fetch_hour)
]
Zone = Annotated[str, _text(one_line, zone_name)]
Address = Annotated[str, _text(address)]
OptionalAddress = Annotated[str, _text(optional_address)]
Mailbox = Annotated[str, _text(mailbox)]
Host = Annotated[str, _text(one_line, host_name)]
AllowedHost = Annotated[str, _text(one_line, allowed_host)]
OptionalHost = Annotated[str, _text(one_line, optional_host)]
OptionalPath = Annotated[str, _text(one_line, local_path)]
"""A path as written, or nothing."""
WebUrl = Annotated[str, _text(one_line, web_url)]
FeedUrl = Annotated[str, _text(one_line, feed_url)]
Bind = Annotated[str, _text(one_line, bind_address)]
Category = Annotated[str, _text(one_line, category)]
FilePath = Annotated[str, Field(min_length=1), _text(one_line, not_blank, local_path)]
"""A path as written; the loader resolves it."""
