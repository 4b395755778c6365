"""What a digest is composed of, and what several of its rooms ask of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from recommender.digest.plain import shorten
from recommender.digest.tex import to_unicode
from recommender.digest.words import Words
from recommender.domain.editions import Edition, EditionItem, Section, Slot
from recommender.domain.papers import Paper, PaperId, Signal
from recommender.domain.subscribers import Subscriber

_TITLE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything a digest is composed of. `papers` lacks what left the store; `sender` is a mailbox."""

    edition: Edition
    subscriber: Subscriber
    papers: Mapping[PaperId, Paper]
    """Those of `edition` and of `missed`."""
    sender: str
    words: Words
    order: Sequence[Section] = tuple(Section)
    """Of the sections."""
    name: str = "Paper Route"
    """What the digests of this installation are called."""
    footer: str = ""
    """A line of whoever runs this."""
    signals: Sequence[Signal] = ()
    next_slot: Slot | None = None
    missed: Edition | None = None
    """The edition of the row number `edition.missed`, if there is one."""
    followed: frozenset[str] = frozenset()
    """Authors whom the reader followed when the edition was made."""


def items_of(material: Material, edition: Edition) -> list[EditionItem]:
    """Return items in their order: of two that were folded into one paper since, the first."""
    first: dict[PaperId, EditionItem] = {}
    for item in sorted(edition.items, key=lambda item: item.position):
        if item.paper in material.papers:
            first.setdefault(item.paper, item)
    return list(first.values())


def title_of(paper: Paper) -> str:
    """Return what a paper is called in a digest: its title in plain Unicode, else its id."""
    return shorten(to_unicode(paper.title) or paper.id, _TITLE)


def day_of(edition: Edition, reader: Subscriber, words: Words) -> str:
    """Return the day of an edition in the reader's zone, or the week to it."""
    day = words.day(edition.due_at, reader.cadence.zone)
    return words.say("masthead.week", day=day) if "-W" in edition.key else day


def local_date(moment: datetime, reader: Subscriber) -> date:
    """Return the day of a moment in the reader's zone."""
    return moment.astimezone(ZoneInfo(reader.cadence.zone)).date()
