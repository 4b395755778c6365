"""How the interests of a reader stood: a line for each, and what is said under their headings."""

from collections import Counter
from collections.abc import Iterable, Sequence

from recommender.digest.material import Material
from recommender.digest.plain import interest_name
from recommender.digest.sparkline import glyphs
from recommender.digest.words import Words
from recommender.domain.digests import DigestInterest, Spark
from recommender.domain.editions import KNOWN, EditionItem, InterestStanding, Section

_FEWEST_DAYS = 2


def overview_of(material: Material, items: Sequence[EditionItem]) -> tuple[DigestInterest, ...]:
    """Return a line for each interest; none for a single one, whose section says as much.

    A share is of the recommendations among `items`.
    """
    standings, words = material.edition.standings, material.words
    shown = Counter(item.interest for item in items if item.section is Section.INTEREST)
    chosen = sum(item.section not in KNOWN for item in items)
    if len(standings) <= 1 or not chosen:
        return ()
    return tuple(
        DigestInterest(
            name=interest_name(standing.name) or interest_name(standing.interest),
            words=_fared(standing, shown[standing.interest], words),
            share=round(100 * shown[standing.interest] / chosen),
            trend=_by_day(standing, words),
        )
        for standing in standings
    )


def note_of(standing: InterestStanding | None, shown: int, words: Words) -> str:
    """Say under an interest's heading what was left out, or that nothing fits; empty if that is not known."""
    if standing is None:
        return ""
    if not shown:
        return words.say("section.full", number=standing.left) if standing.left else words.say("section.none")
    if not standing.left:
        return ""
    key = "section.left_capped" if standing.capped else "section.left"
    return words.say(key, shown=shown, number=standing.left)


def left_out(standings: Iterable[InterestStanding]) -> tuple[int, bool]:
    """Return how many papers fitted and stand nowhere, and whether there may be more."""
    open_ = [standing for standing in standings if not standing.paused]
    return sum(standing.left for standing in open_), any(standing.capped for standing in open_)


def _fared(standing: InterestStanding, shown: int, words: Words) -> str:
    if standing.paused:
        return words.say("overview.paused")
    if not standing.fitting and not shown:
        return words.say("overview.none")
    key = "overview.shown_capped" if standing.capped else "overview.shown"
    return words.say(key, shown=shown, number=max(standing.fitting, shown))


def _by_day(standing: InterestStanding, words: Words) -> Spark | None:
    """Return what fitted, day by day; nothing where all were not counted or there is nothing to compare."""
    days = standing.days
    if standing.paused or standing.capped or len(days) < _FEWEST_DAYS or not any(days):
        return None
    counts = ", ".join(words.number(count) for count in days)
    return Spark(glyphs=glyphs(days), spoken=words.say("overview.days", number=len(days), counts=counts))
