"""What a local arXiv announces, and on which days: made from listings of ids and the papers they name.

A listing of a weekday that brings something is an announcement: its feed is of that date in New York and
went out at 20:00 of the evening before. A listing that only repeats the one before it is no announcement:
the feed of the day before stays. What first turns up in a listing of a weekend, or is revised in one that
is no announcement, goes out with the next announcement.
"""

import functools
import gzip
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
_SATURDAY = 5
_CUT_OFF = time(14)
_KINDS = ("new", "cross", "replace", "replace-cross")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One version of a paper: when it was announced and what it says."""

    version: int
    day: date
    submitted: datetime
    title: str
    abstract: str


@dataclass(slots=True, kw_only=True)
class Held:
    """A paper the house holds, with its versions so far, oldest first."""

    number: str
    authors: Sequence[str]
    categories: Sequence[str]
    comment: str | None = None
    texts: list[Text] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    """All days on which it was announced, as new or otherwise."""

    def on(self, day: date) -> Text | None:
        """Return the version that was public on a day."""
        return next((text for text in reversed(self.texts) if text.day <= day), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of an announcement."""

    paper: Held
    kind: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """All that went out on the evening before `day`; new ones first, as arXiv sorts them."""

    day: date
    items: Sequence[Item]

    def numbers(self, *kinds: str) -> Sequence[str]:
        """Return the ids of some kinds, or of all."""
        return [item.paper.number for item in self.items if not kinds or item.kind in kinds]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What was seen on one day."""

    day: date
    ids: Sequence[str]


def read_listings(folder: Path) -> tuple[Sequence[Listing], Mapping[str, Mapping[str, Any]]]:
    """Return the recorded listings, oldest first, and the papers by id."""
    rows = list(_rows(folder / "listings.jsonl.gz"))
    listings = [Listing(day=date.fromisoformat(row["day"]), ids=row["ids"]) for row in rows]
    papers = {row["id"]: row for path in sorted(folder.glob("papers-*.jsonl.gz")) for row in _rows(path)}
    return listings, papers


def covering(papers: Iterable[Mapping[str, Any]]) -> Sequence[str]:
    """Return few categories so that every paper is in one of them, the largest first."""
    left = [frozenset(row["categories"]) for row in papers]
    chosen: list[str] = []
    while left:
        counts: dict[str, int] = {}
        for categories in left:
            for category in categories:
                counts[category] = counts.get(category, 0) + 1
        best = max(sorted(counts), key=lambda name: counts[name])
        chosen.append(best)
        left = [categories for categories in left if best not in categories]
    return chosen


class Planner:
    """Turns listings into announcements."""

    def __init__(self, papers: Mapping[str, Mapping[str, Any]], categories: Collection[str]) -> None:
        """Keep the papers' rows; papers whose first category is not among `categories` are cross-listed."""
        self._rows = papers
        self._categories = frozenset(categories)
        self.held: dict[str, Held] = {}
        self._waiting: list[str] = []
        self._before: frozenset[str] = frozenset()
        self._revised: set[str] = set()

    def announcements(self, listings: Iterable[Listing]) -> Iterator[Announcement]:
        """Yield what goes out, oldest first."""
        for listing in listings:
            ids = [*dict.fromkeys(listing.ids)]
            told = [number for number in ids if self._is_news(number, listing.day)]
            quiet = listing.day.weekday() >= _SATURDAY or frozenset(ids) == self._before
            self._before = frozenset(ids)
            if quiet:
                self._waiting += told
                continue
            numbers = [*dict.fromkeys([*self._waiting, *told, *ids])]
            self._waiting = []
            items = [self._item(number, listing.day) for number in numbers]
            for number in numbers:
                self.held[number].days.append(listing.day)
            yield Announcement(day=listing.day, items=sorted(items, key=lambda item: _KINDS.index(item.kind)))

    def _is_news(self, number: str, day: date) -> bool:
        """Tell whether a listing of `day` has a paper for the first time, or with another text."""
        return number not in self.held or self._rows[number].get("revised_on") == day.isoformat()

    def _item(self, number: str, day: date) -> Item:
        row = self._rows[number]
        paper = self.held.get(number)
        if paper is None:
            return self._first(number, row, day)
        revised: str | None = row.get("revised_on")
        is_revision = number not in self._revised and "" < (revised or "") <= day.isoformat()
        home = row["categories"][0] in self._categories
        if not is_revision and int(number[-1]) % 3 == 0:
            return Item(paper=paper, kind="cross", text=paper.texts[-1])
        last = paper.texts[-1]
        self._revised |= {number} if is_revision else set()
        text = Text(
            version=last.version + 1,
            day=day,
            submitted=submitted_for(day, 0.5),
            title=row["title"],
            abstract=row["abstract"] if is_revision else last.abstract,
        )
        paper.texts.append(text)
        return Item(paper=paper, kind="replace" if home else "replace-cross", text=text)

    def _first(self, number: str, row: Mapping[str, Any], day: date) -> Item:
        recent = month_of(number) >= (day.replace(day=1) - _DAY).replace(day=1)
        share = (sum(map(ord, number)) * 7_919 % 9_973) / 9_973
        text = Text(
            version=1,
            day=day,
            submitted=submitted_for(day, share)
            if recent
            else datetime.combine(month_of(number), time(9), tzinfo=UTC),
            title=row["title"],
            abstract=f"An earlier wording. {row['abstract']}" if row.get("revised_on") else row["abstract"],
        )
        home = recent and row["categories"][0] in self._categories
        paper = Held(
            number=number,
            authors=row["authors"],
            categories=row["categories"],
            comment=row.get("comment"),
            texts=[text],
        )
        self.held[number] = paper
        return Item(paper=paper, kind="new" if home else "cross", text=text)


@functools.cache
def midnight(day: date) -> datetime:
    """Return when the feed of a day is made: midnight in New York, in UTC."""
    return datetime.combine(day, time(0), tzinfo=NEW_YORK).astimezone(UTC)


def submitted_for(day: date, share: float) -> datetime:
    """Return a moment in the window whose papers go out with the feed of `day`, a share of the way through.

    Cut-offs are at 14:00 in New York on weekdays; the last one before `day` closes the window.
    """
    evening = day - _DAY
    until = evening if evening.weekday() < _SATURDAY else evening - timedelta(days=evening.weekday() - 4)
    since = until - (timedelta(days=3) if until.weekday() == 0 else _DAY)
    start, end = (
        datetime.combine(when, _CUT_OFF, tzinfo=NEW_YORK).astimezone(UTC) for when in (since, until)
    )
    return (start + (end - start) * (0.02 + 0.96 * share)).replace(microsecond=0)


def month_of(number: str) -> date:
    """Return the first day of the month in an id of the new style."""
    return date(2000 + int(number[:2]), int(number[2:4]), 1)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
