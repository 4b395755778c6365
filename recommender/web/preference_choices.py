"""What the controls of the preference page offer. Pure, but for the list of time zones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, UnknownLocaleError

from recommender.domain.cadence import start_of
from recommender.domain.quotas import shares
from recommender.domain.subscribers import WEEKDAYS, After, Every, Interest, Subscriber

EVERY = {Every.DAY: "Every day", Every.WEEKDAY: "Monday to Friday", Every.WEEK: "Once a week"}
AFTER = {
    After.NONE: "No: what is there by the hour",
    After.ARXIV: "Yes: later if papers come later",
}
FLOORS = {
    "auto": "Automatic",
    "0": "None: always the best there is",
    "0.5": "Fits better than 50 of 100 papers",
    "0.7": "Fits better than 70 of 100 papers",
    "0.8": "Fits better than 80 of 100 papers",
    "0.9": "Fits better than 90 of 100 papers",
    "0.95": "Fits better than 95 of 100 papers",
    "0.98": "Fits better than 98 of 100 papers",
}
WEIGHTS = (0.25, 0.5, 1.0, 2.0, 3.0, 5.0)
_SHARES = {0.25: "a quarter", 0.5: "half", 1.0: "even", 2.0: "double", 3.0: "triple"}
LONGEST_PAUSE = timedelta(days=366)
BREAKS = {"7": "a week", "14": "two weeks", "30": "thirty days"}
"""Days of the pauses that are offered, and what they are called."""
_LOCALES = (
    *("en-GB", "en-US", "de-DE", "de-AT", "de-CH", "cs-CZ", "da-DK", "el-GR", "es-ES", "es-MX", "fi-FI"),
    *("fr-FR", "hu-HU", "it-IT", "ja-JP", "ko-KR", "nb-NO", "nl-NL", "pl-PL", "pt-BR", "pt-PT", "ro-RO"),
    *("ru-RU", "sv-SE", "tr-TR", "uk-UA", "zh-CN", "zh-TW"),
)
_NO_PLACES = ("Etc/", "SystemV/", "US/", "Canada/", "Brazil/", "Chile/", "Mexico/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entry of a list."""

    value: str
    label: str
    chosen: bool = False


def choices(labels: Mapping[str, str], value: str, said: str = "") -> Sequence[Choice]:
    """Return entries with `value` chosen; one that is none of them comes last, as `said` or as it is."""
    known = dict(labels) if value in labels else {**labels, value: said or value}
    return [Choice(value=own, label=label, chosen=own == value) for own, label in known.items()]


def weekdays() -> Mapping[str, str]:
    """Return the days of the week by number."""
    return {str(number): name.capitalize() for number, name in enumerate(WEEKDAYS)}


def floors(value: str) -> Sequence[Choice]:
    """Return the floors, the present one among them."""
    said = "" if value in FLOORS else f"Fits better than {float(value) * 100:g} of 100 papers"
    return choices(FLOORS, value, said)


def locales(value: str, default: str, texts: Iterable[str]) -> Sequence[Choice]:
    """Return locales by their names; `texts` are the languages that digests are written in."""
    written = frozenset(texts)
    labels = {"": f"As the installation: {locale_words(default)}"}
    for tag in dict.fromkeys([*_LOCALES, *([value] if value else [])]):
        only = "" if tag.partition("-")[0] in written else ": dates and numbers, texts in English"
        labels[tag] = f"{locale_words(tag)}{only}"
    return choices(labels, value)


def locale_words(tag: str) -> str:
    """Return `German (Germany)`; the tag itself where CLDR has no such locale."""
    try:
        return Locale.parse(tag, sep="-").get_display_name("en") or tag
    except (ValueError, UnknownLocaleError):
        return tag


@cache
def zones() -> Sequence[str]:
    """Return the zones that are offered: cities, and UTC. Any other one of the IANA list can be typed."""
    return ("UTC", *sorted(name for name in available_timezones() if "/" in name and _is_place(name)))


def _is_place(name: str) -> bool:
    return not name.startswith(_NO_PLACES)


def weights(subscriber: Subscriber, interest: Interest) -> Sequence[Choice]:
    """Return shares of a digest, each with the papers that come of it beside the other interests."""
    known = sorted({*WEIGHTS, interest.weight})
    labels = {f"{weight:.12g}": _share(subscriber, interest, weight) for weight in known}
    return choices(labels, f"{interest.weight:.12g}")


def _share(subscriber: Subscriber, interest: Interest, weight: float) -> str:
    papers = share_words(slots_of(subscriber, interest, weight), subscriber.papers)
    return f"{_SHARES.get(weight, f'{weight:g} times')}: {papers}"


def slots_of(subscriber: Subscriber, interest: Interest, weight: float) -> int:
    """Return how many papers of a digest an interest has, where all interests have enough that fit.

    It counts as if it were not paused, so that a reader sees what comes back.
    """
    others = [own for own in subscriber.interests if own.key != interest.key and not own.paused]
    return shares([weight, *(own.weight for own in others)], subscriber.papers)[0]


def share_words(number: int, papers: int) -> str:
    """Return `about 4 of 10 papers`."""
    return f"about {number} of {papers} papers" if number else f"less than one of {papers} papers"


def local_day(moment: datetime, zone: str) -> date:
    """Return the date of a moment in a zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def pause_end(form: Mapping[str, str], now: datetime, zone: str) -> datetime | None:
    """Return when a pause ends that a form asks for: a date, a number of days, or None: never by itself.

    Raises ValueError that says what is wrong with the date.
    """
    today = local_day(now, zone)
    typed, days = form.get("until", "").strip(), form.get("days", "")
    if typed:
        day = _typed_day(typed)
    elif not days:
        return None
    elif days in BREAKS:
        day = today + timedelta(days=int(days))
    else:
        raise ValueError("choose one of the list")
    if not today < day <= today + LONGEST_PAUSE:
        raise ValueError(f"choose a day after today and within a year, like {today + timedelta(days=7)}")
    return start_of(day, zone)


def _typed_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("write year, month and day, like 2026-12-03") from None
