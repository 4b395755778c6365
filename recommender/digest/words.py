"""What a digest says, in a reader's language as far as there is a catalogue, and in the reader's locale.

Texts come from the catalogue, dates, numbers and lists from CLDR by way of Babel. Zones are always named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_day_names
from babel.lists import format_list
from babel.numbers import format_decimal

from recommender.digest.catalogue import Catalogue, plural_of
from recommender.digest.days import day_without_year
from recommender.domain.editions import Slot
from recommender.domain.papers import PaperId, Signal
from recommender.domain.subscribers import After, Cadence

STRONG, GOOD = 0.98, 0.9


@dataclass(frozen=True, slots=True)
class Words:
    """Says things in one language and locale; templates have it too."""

    catalogue: Catalogue
    locale: Locale
    _tag: str = field(init=False, repr=False)
    """The locale as caches know it: comparing two Locales takes longer than what is looked up."""
    _texts: str = field(init=False, repr=False)
    """That whose plurals and lists go with the texts: the reader's, if they are in that language."""

    def __post_init__(self) -> None:
        """Find the tags."""
        tag = str(self.locale).replace("_", "-")
        language = self.catalogue.language
        own = self.locale.language == language.partition("-")[0]
        object.__setattr__(self, "_tag", tag)
        object.__setattr__(self, "_texts", tag if own else language)

    @property
    def language(self) -> str:
        """Language of the texts, for `lang` of HTML."""
        return self.catalogue.language

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`, for `dir` of HTML: that of the texts."""
        return _parsed(self._texts).text_direction

    def say(self, key: str, **values: str | int) -> str:
        """Return the text of a key. Numbers are written as the locale does; `number` picks the plural form.

        Raises KeyError for an unknown key or a gap without a value.
        """
        number = values.get("number")
        plural = _plural(self._texts, number) if isinstance(number, int) else "other"
        said = {
            name: self.number(value) if isinstance(value, int) else value for name, value in values.items()
        }
        return self.catalogue.say(key, plural, said)

    def number(self, number: int) -> str:
        """Return `1,200`."""
        return _decimal(self._tag, number)

    def listed(self, parts: Sequence[str]) -> str:
        """Return `a`, `a and b`, `a, b and c`."""
        return format_list(parts, locale=_parsed(self._texts)) if parts else ""

    def quoted(self, text: str) -> str:
        """Return `“text”`, with the quotation marks of the language."""
        return self.say("quote", text=text)

    def day(self, moment: datetime, zone: str) -> str:
        """Return `Friday 30 January` in a zone; with the year where the locale has no form without."""
        return day_without_year(moment.astimezone(ZoneInfo(zone)).date(), self._tag)

    def month_day(self, day: date) -> str:
        """Return `30 January`."""
        return _month_day(self._tag, day)

    def date(self, day: date) -> str:
        """Return `30 Jan 2026`."""
        return _medium_date(self._tag, day)

    def time(self, clock: time) -> str:
        """Return `07:30`, or `7:30 AM`."""
        return str(format_time(clock, "short", locale=self.locale))

    def cadence(self, cadence: Cadence) -> str:
        """Return `every Monday at 07:30 (Europe/Berlin time), after arXiv's announcement`."""
        weekday = str(get_day_names("wide", locale=self.locale)[cadence.on])
        text = self.say(
            f"cadence.{cadence.every.value}", weekday=weekday, time=self.time(cadence.at), zone=cadence.zone
        )
        return self.say("cadence.waits", cadence=text) if cadence.after is After.ARXIV else text

    def slot(self, slot: Slot, zone: str) -> str:
        """Return `Saturday 31 January at 07:30 (Europe/Berlin time)`."""
        clock = self.time(slot.due_at.astimezone(ZoneInfo(zone)).time())
        return self.say("slot", day=self.day(slot.due_at, zone), time=clock, zone=zone)

    def match(self, match: float) -> str:
        """Say how well a paper fits; `match` is the share of background papers that fit less well."""
        if match >= STRONG:
            return self.say("match.strong")
        return self.say("match.good" if match >= GOOD else "match.some")

    def signals(self, signals: Sequence[Signal]) -> tuple[str, ...]:
        """Return `120 upvotes`, `14 comments`, `350 stars`: the largest of any source, zeros left out."""
        found = []
        for noun in ("upvotes", "comments", "stars"):
            number = max((getattr(signal, noun) or 0 for signal in signals), default=0)
            if number > 0:
                found.append(self.say(f"signal.{noun}", number=number))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Wording:
    """Gives the words of a locale. `catalogues` are by language and hold English at least."""

    catalogues: Mapping[str, Catalogue]
    default: str = "en-GB"
    _known: dict[str, Words] = field(default_factory=dict, compare=False, repr=False)

    def of(self, locale: str) -> Words:
        """Return the words of `locale`, or of the default one where it is empty or CLDR does not know it.

        Texts are in the nearest language that there is a catalogue of, else in English. Raises ValueError
        or babel.UnknownLocaleError where the default is no locale.
        """
        name = locale or self.default
        if name not in self._known:
            self._known[name] = self._words(name)
        return self._known[name]

    def _words(self, name: str) -> Words:
        try:
            parsed = _parsed(name)
        except (ValueError, UnknownLocaleError):
            # What an older CLDR knew must not keep a reader's mail back.
            parsed = _parsed(self.default)
        parts = str(parsed).split("_")
        tags = ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]
        found = next((self.catalogues[tag] for tag in tags if tag in self.catalogues), None)
        return Words(found or self.catalogues["en"], parsed)


@lru_cache(maxsize=128)
def _parsed(name: str) -> Locale:
    return Locale.parse(name, sep="-")


# A block of readers says the same numbers and days over and over, and CLDR's patterns are slow to fill.
@lru_cache(maxsize=2048)
def _plural(tag: str, number: int) -> str:
    return plural_of(_parsed(tag), number)


@lru_cache(maxsize=2048)
def _decimal(tag: str, number: int) -> str:
    return str(format_decimal(number, locale=_parsed(tag)))


@lru_cache(maxsize=512)
def _month_day(tag: str, day: date) -> str:
    return str(format_skeleton("MMMMd", day, locale=_parsed(tag)))


@lru_cache(maxsize=512)
def _medium_date(tag: str, day: date) -> str:
    return str(format_date(day, "medium", locale=_parsed(tag)))


def latest_signals(signals: Iterable[Signal]) -> dict[PaperId, list[Signal]]:
    """Return the newest snapshot of each source, by paper, sources in name order."""
    newest: dict[tuple[PaperId, str], Signal] = {}
    for signal in signals:
        key = (signal.paper, signal.source)
        if key not in newest or newest[key].taken_at < signal.taken_at:
            newest[key] = signal
    grouped: dict[PaperId, list[Signal]] = {}
    for (paper, _source), signal in sorted(newest.items(), key=lambda entry: entry[0]):
        grouped.setdefault(paper, []).append(signal)
    return grouped
