"""Dates, counts and names as a reader wants them said. English only; zones are always named."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from recommender.digest.plain import plain, shorten
from recommender.digest.tex import to_unicode
from recommender.domain.editions import Slot
from recommender.domain.papers import Paper, PaperId, Signal
from recommender.domain.subscribers import WEEKDAYS, After, Cadence, Every

AUTHORS = 6
"""Names shown before "and N more"."""
STRONG, GOOD = 0.98, 0.9
_NO_NAME = frozenset(":;,.-–& ")


def counted(number: int, noun: str) -> str:
    """Return `1 paper`, `2 papers`, `1,200 papers`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(words: Sequence[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def match_words(match: float) -> str:
    """Say how well a paper fits; `match` is the share of background papers that fit less well."""
    if match >= STRONG:
        return "strong match"
    return "good match" if match >= GOOD else "worth a look"


def day_words(moment: datetime, zone: str) -> str:
    """Return `Friday 30 January` in the given zone."""
    return f"{moment.astimezone(ZoneInfo(zone)):%A %-d %B}"


def cadence_words(cadence: Cadence) -> str:
    """Return `every Monday at 07:30 (Europe/Berlin time), after arXiv's announcement`."""
    days = {
        Every.DAY: "every day",
        Every.WEEKDAY: "Monday to Friday",
        Every.WEEK: f"every {WEEKDAYS[cadence.on].capitalize()}",
    }
    waits = ", after arXiv's announcement" if cadence.after is After.ARXIV else ""
    return f"{days[cadence.every]} at {cadence.at:%H:%M} ({cadence.zone} time){waits}"


def slot_words(slot: Slot, zone: str) -> str:
    """Return `Saturday 31 January at 07:30 (Europe/Berlin time)`."""
    return f"{slot.due_at.astimezone(ZoneInfo(zone)):%A %-d %B at %H:%M} ({zone} time)"


def byline(paper: Paper) -> str:
    """Return who wrote it: up to six names "and N more", else how many authors, and the organisation."""
    names = [name for name in (plain(to_unicode(name)) for name in paper.authors) if set(name) - _NO_NAME]
    shown = [shorten(name, 60) for name in names[:AUTHORS]]
    total = max(len(names), paper.author_count or 0)
    if shown and total > len(shown):
        people = f"{', '.join(shown)} and {total - len(shown):,} more"
    else:
        people = ", ".join(shown) or (counted(total, "author") if total else "")
    organisation = shorten(plain(paper.organisation or ""), 60)
    return " · ".join(part for part in (people, organisation) if part)


def facts(paper: Paper) -> tuple[str, ...]:
    """Return the primary category, the venue, and when it was published or else first seen; what is known."""
    category = plain(paper.categories[0]) if paper.categories else ""
    venue = shorten(plain(to_unicode(paper.venue or "")), 60)
    date = f"{paper.published:%-d %b %Y}" if paper.published else ""
    if not date and paper.first_seen:
        date = f"first seen {paper.first_seen:%-d %b %Y}"
    return tuple(fact for fact in (shorten(category, 30), venue, date) if fact)


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


def signal_words(signals: Sequence[Signal]) -> tuple[str, ...]:
    """Return `120 upvotes`, `14 comments`, `350 stars`: the largest any source counted, zeros left out."""
    words = []
    for noun in ("upvote", "comment", "star"):
        number = max((getattr(signal, f"{noun}s") or 0 for signal in signals), default=0)
        if number > 0:
            words.append(counted(number, noun))
    return tuple(words)
