"""What `subscribers.toml` may hold, and its translation into the domain's own words.

Reading list files (`seeds_file`) are read by a function the caller brings; nothing here opens a file.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from recommender.domain.subscribers import WEEKDAYS, After, Cadence, DeclaredSubscriber, Every, Interest
from recommender.settings import fields
from recommender.settings.base import Section
from recommender.settings.fault import fault, shown
from recommender.settings.fields import Address, Category, Clock, Line, Words, Zone
from recommender.settings.locales import Locale

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Lockable = Literal[
    "email",
    "name",
    "zone",
    "locale",
    "every",
    "on",
    "at",
    "after",
    "papers",
    "floor",
    "when_empty",
    "paused",
    "share",
    "interests",
]
WordList = Annotated[tuple[Words, ...], Field(strict=False)]
SeedReader = Callable[[str], Sequence[str]]


def _floor(value: object) -> object:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if value == "auto" or (number and 0 <= float(str(value)) <= 1):
        return value
    raise fault(f"{shown(value)} is not a floor", 'write "auto" or a number from 0 to 1, without quotes')


Floor = Annotated[Literal["auto"] | Annotated[float, Field(ge=0, le=1)], BeforeValidator(_floor)]


class InterestTable(Section):
    """One `[[subscriber.interest]]`."""

    name: Words
    """Heading in the digest; unique for the subscriber."""
    id: Line = ""
    """Keeps the votes of the interest when its name changes."""
    about: Line = ""
    """A sentence that says what to look for."""
    keywords: WordList = ()
    """Words that count when they stand in the paper."""
    mute: WordList = ()
    """Papers with one of these words are left out."""
    authors: WordList = ()
    """Authors to follow."""
    categories: Annotated[tuple[Category, ...], Field(strict=False)] = ()
    """Category codes, like cs.CL."""
    seeds: WordList = ()
    """Papers that are examples: arXiv ids, DOIs or addresses."""
    seeds_file: Line = ""
    """A .bib, .ris or .json library, or a list of ids, one a line."""
    weight: Annotated[float, Field(gt=0, le=100)] = 1.0
    """Share of the digest against the other interests."""
    paused: bool = False
    """true leaves it out for a while."""

    def declare(self, read_seeds: SeedReader) -> Interest:
        """Translate; `read_seeds` turns the `seeds_file` as written into paper references."""
        more = read_seeds(self.seeds_file) if self.seeds_file else ()
        return Interest(
            name=self.name,
            key=self.id or self.name,
            about=self.about,
            keywords=self.keywords,
            mute=self.mute,
            authors=self.authors,
            categories=self.categories,
            seeds=tuple(dict.fromkeys((*self.seeds, *more))),
            weight=self.weight,
            paused=self.paused,
        )


class SubscriberTable(Section):
    """One `[[subscriber]]`."""

    email: Address
    """Where the digest goes."""
    id: Line = ""
    """Keeps the votes when the address changes."""
    name: Line = ""
    """How the digest greets."""
    zone: Zone = "UTC"
    """Time zone of the reader, like Europe/Berlin."""
    locale: Locale = ""
    """Language, dates and numbers of the digest, like de-DE; empty for that of the installation."""
    every: Literal["day", "weekday", "week"] = "day"
    """How often."""
    on: Day = "monday"
    """The day, for every = "week"."""
    at: Clock = "07:30"
    """The hour, in the reader's zone."""
    after: Literal["", "arxiv"] = ""
    """arxiv waits for the papers announced on that day, where they come later than the hour."""
    papers: Annotated[int, Field(ge=1, le=50)] = 10
    """At most this many; fewer is fine."""
    floor: Floor = "auto"
    """Least match of a paper, 0 to 1."""
    when_empty: Literal["skip", "send"] = "skip"
    """What to do on a day without papers."""
    paused: bool = False
    """true stops the mail for a while."""
    share: bool = True
    """false keeps this reader's votes out of what others are shown."""
    locked: Annotated[tuple[Lockable, ...], Field(strict=False)] = ()
    """Fields that the preference page may not change."""
    interest: Annotated[tuple[InterestTable, ...], Field(strict=False)] = ()
    """What the reader wants, any number of them."""

    def declare(self, read_seeds: SeedReader) -> DeclaredSubscriber:
        """Translate; `read_seeds` turns a `seeds_file` as written into paper references."""
        return DeclaredSubscriber(
            email=self.email,
            key=self.id or None,
            name=self.name,
            cadence=Cadence(
                every=Every(self.every),
                on=WEEKDAYS.index(self.on),
                at=fields.parse_time(self.at),
                zone=self.zone,
                after=After(self.after),
            ),
            papers=self.papers,
            floor=None if self.floor == "auto" else float(self.floor),
            send_empty=self.when_empty == "send",
            paused=self.paused,
            share=self.share,
            locale=self.locale,
            locked=self.locked,
            interests=tuple(interest.declare(read_seeds) for interest in self.interest),
        )


class SubscribersFile(Section):
    """All of `subscribers.toml`."""

    subscriber: Annotated[tuple[SubscriberTable, ...], Field(strict=False)] = ()
    """The readers, any number of them."""
