"""JSON of reference managers: Zotero's own items (web API, Better BibTeX) and CSL JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence

from recommender.domain.errors import SourceMalformed
from recommender.sources.library import Library, LibraryEntry, gathered
from recommender.sources.moments import moment

_SOURCE = "bibliography"
_NO_WORKS = frozenset({"attachment", "note", "annotation"})
_Item = Mapping[str, object]


def is_library(decoded: object) -> bool:
    """Tell whether decoded JSON holds items of a reference manager."""
    return any(_is_item(item) for item in _items(decoded)[:20])


def parse_library_json(body: bytes, *, place: str) -> Library:
    """Read Zotero or CSL JSON; raise SourceMalformed where it is neither."""
    try:
        decoded = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SourceMalformed(_SOURCE, place, "this is not JSON") from error
    return library_json(decoded, place=place)


def library_json(decoded: object, *, place: str) -> Library:
    """Turn decoded JSON into a library; raise SourceMalformed where it holds no items."""
    if not is_library(decoded):
        raise SourceMalformed(_SOURCE, place, "this JSON holds no items of Zotero or CSL")
    return gathered(_entries(_items(decoded), place))


def item_entry(item: _Item, place: str) -> LibraryEntry | None:
    """Return what one item of Zotero says; None for attachments, notes and other things that are no work."""
    data = _unpacked(item)
    kind = _text(data, "itemType")
    return _read(data, place) if kind and kind not in _NO_WORKS else None


def _items(decoded: object) -> Sequence[_Item]:
    """Return the items of a list, of an export with an `items` list, or of one item alone."""
    if isinstance(decoded, dict):
        inner = decoded.get("items")
        decoded = inner if isinstance(inner, list) else [decoded]
    listed = decoded if isinstance(decoded, list) else []
    return [_unpacked(item) for item in listed if isinstance(item, dict)]


def _unpacked(item: _Item) -> _Item:
    data = item.get("data")
    return data if isinstance(data, dict) else item


def _is_item(item: _Item) -> bool:
    kind = item.get("itemType") or item.get("type")
    return isinstance(kind, str) and ("title" in item or "DOI" in item or kind in _NO_WORKS)


def _entries(items: Sequence[_Item], place: str) -> Iterator[LibraryEntry]:
    for number, item in enumerate(items, start=1):
        if _text(item, "itemType") not in _NO_WORKS:
            yield _read(item, f"{place}: item {number}")


def _read(item: _Item, place: str) -> LibraryEntry:
    archive = _text(item, "archiveID", "archive_location", "number")
    return LibraryEntry(
        place=place,
        title=_text(item, "title"),
        abstract=_text(item, "abstractNote", "abstract"),
        authors=list(_authors(item)),
        venue=_text(item, "publicationTitle", "container-title", "proceedingsTitle", "repository"),
        doi=_text(item, "DOI", "doi"),
        eprint=archive if "arxiv" in archive.lower() else "",
        links=[_text(item, "url", "URL")],
        hints=[_text(item, "extra", "note")],
        keywords=list(_tags(item)),
        published=moment(_text(item, "date") or _issued(item)),
    )


def _text(item: _Item, *keys: str) -> str:
    return next((value for key in keys if isinstance(value := item.get(key), str) and value), "")


def _people(item: _Item, key: str) -> list[_Item]:
    listed = item.get(key)
    return [person for person in listed if isinstance(person, dict)] if isinstance(listed, list) else []


def _authors(item: _Item) -> Iterator[str]:
    for person in _people(item, "creators"):
        if person.get("creatorType", "author") == "author":
            yield f"{_text(person, 'firstName')} {_text(person, 'lastName', 'name')}".strip()
    for person in _people(item, "author"):
        names = (_text(person, "given"), _text(person, "family", "literal"), _text(person, "suffix"))
        yield " ".join(name for name in names if name)


def _tags(item: _Item) -> Iterator[str]:
    yield from (_text(tag, "tag") for tag in _people(item, "tags"))
    yield from _text(item, "keyword").split(",")


def _issued(item: _Item) -> str:
    """Return CSL's `{"date-parts": [[2024, 3, 1]]}` as ISO text."""
    issued = item.get("issued")
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
    return "-".join(str(part).zfill(2) for part in first[:3])
