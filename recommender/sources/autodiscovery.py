"""Which feed a web page says it has (`<link rel="alternate" …>`): named in an error, never followed."""

import re
from html import unescape
from urllib.parse import urljoin

from recommender.sources.text import decode, safe_link

_HEAD = 64 * 1024
_LONGEST = 300
_LINK = re.compile(r"<link\s[^<>]{1,2000}>", re.IGNORECASE)
_VALUE = re.compile(r"""([a-z]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
_FEEDS = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/json")


def feed_of(page: bytes, place: str) -> str | None:
    """Return the address of the first feed that a page links to, or None."""
    for link in _LINK.findall(decode(page[:_HEAD])):
        values = {name.lower(): "".join(said) for name, *said in _VALUE.findall(link)}
        if "alternate" not in values.get("rel", "").lower().split() or "href" not in values:
            continue
        if values.get("type", "").lower().strip() in _FEEDS:
            try:
                address = safe_link(urljoin(place, unescape(values["href"]).strip()))
            except ValueError:
                continue
            if address and len(address) <= _LONGEST:
                return address
    return None
