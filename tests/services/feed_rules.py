"""What a feed must be: rules of RFC 4287 and of JSON Feed 1.1 that a feed can break."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from xml.etree import ElementTree as ET

ATOM = "{http://www.w3.org/2005/Atom}"
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_URN = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FEED_KEYS = {"version", "title", "home_page_url", "feed_url", "description", "authors", "language", "items"}
_ITEM_KEYS = {
    *(
        "id",
        "url",
        "external_url",
        "title",
        "content_html",
        "content_text",
        "summary",
        "image",
        "banner_image",
    ),
    *("date_published", "date_modified", "authors", "tags", "language", "attachments"),
}


def atom_faults(text: str) -> list[str]:
    """Return what is wrong with an Atom feed by section 4.1 and 4.2 of RFC 4287."""
    root = ET.fromstring(text.encode())
    faults = [] if root.tag == f"{ATOM}feed" else [f"the root is {root.tag}"]
    faults += _container(root, "feed")
    if not any(link.get("rel") == "self" for link in root.findall(f"{ATOM}link")):
        faults.append("feed: no self link")
    if root.find(f"{ATOM}author") is None:
        faults.append("feed: no author")
    entries = root.findall(f"{ATOM}entry")
    for entry in entries:
        faults += _container(entry, "entry")
        content, summary = entry.findall(f"{ATOM}content"), entry.findall(f"{ATOM}summary")
        alternate = [
            link for link in entry.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"
        ]
        if len(content) > 1 or len(summary) > 1 or len(alternate) > 1 or not (content or alternate):
            faults.append("entry: content, summary or alternate link")
    ids = Counter(entry.findtext(f"{ATOM}id") for entry in entries)
    return faults + [f"twice: {name}" for name, count in ids.items() if count > 1]


def _container(element: ET.Element, name: str) -> Iterator[str]:
    for child in ("id", "title", "updated"):
        if len(element.findall(f"{ATOM}{child}")) != 1:
            yield f"{name}: {child} is not there once"
    if not _URN.fullmatch(element.findtext(f"{ATOM}id", "")):
        yield f"{name}: the id is no URN"
    dates = [date for child in ("updated", "published") for date in element.findall(f"{ATOM}{child}")]
    if not all(
        _DATE.fullmatch(date.text or "") and datetime.fromisoformat(date.text or "") for date in dates
    ):
        yield f"{name}: a date that is none of RFC 3339"
    if not all(author.findtext(f"{ATOM}name") for author in element.findall(f"{ATOM}author")):
        yield f"{name}: an author without a name"
    if not all(category.get("term") for category in element.findall(f"{ATOM}category")):
        yield f"{name}: a category without a term"


def json_feed_faults(text: str) -> list[str]:
    """Return what is wrong with a JSON Feed by https://www.jsonfeed.org/version/1.1/."""
    feed = json.loads(text)
    faults = [f"feed: {key}" for key in feed.keys() - _FEED_KEYS]
    if feed.get("version") != "https://jsonfeed.org/version/1.1" or not isinstance(feed.get("title"), str):
        faults.append("feed: version or title")
    for item in feed["items"]:
        faults += [f"item: {key}" for key in item.keys() - _ITEM_KEYS]
        if not isinstance(item.get("id"), str) or not item["id"]:
            faults.append("item: no id")
        if not (item.get("content_html") or item.get("content_text")):
            faults.append("item: no content")
        faults += [
            f"item: {key} is no date"
            for key in ("date_published", "date_modified")
            if key in item and not _DATE.fullmatch(item[key])
        ]
        if not all(isinstance(author.get("name"), str) for author in item.get("authors", ())):
            faults.append("item: an author without a name")
        if not all(isinstance(tag, str) and tag for tag in item.get("tags", ())):
            faults.append("item: a tag that is no text")
    ids = Counter(item.get("id") for item in feed["items"])
    return faults + [f"twice: {name}" for name, count in ids.items() if count > 1]
