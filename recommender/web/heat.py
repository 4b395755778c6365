"""How attention is counted, in words and in the numbers of one paper."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.ranking.trending import Heat


def formula() -> Mapping[str, str]:
    """Return the numbers of the formula, as the ranking has them."""
    from recommender.ranking import trending  # noqa: PLC0415 heavy: loaded when the page is opened

    return {
        "comments": f"{trending.COMMENTS:g}",
        "growth": f"{trending.VELOCITY:g}",
        "half": f"{trending.HALF_LIFE_DAYS:g}",
    }


def told(heat: "Heat") -> str:
    """Return what one source counted and what became of it."""
    own = formula()
    half, comments = own["half"], own["comments"]
    counted = f"{heat.votes} {_s(heat.votes, 'upvote')}, {heat.comments} {_s(heat.comments, 'comment')}"
    level = f"(ln {1 + heat.votes} + {comments} × ln {1 + heat.comments}) × ½^({heat.age:.1f} ÷ {half})"
    if heat.age == heat.latest:
        return f"{heat.source}: {counted}, counted once, {heat.age:.1f} days ago. {level} = {heat.heat:.2f}"
    growth = f"{own['growth']} × ln {1 + heat.growth:.1f} × ½^({heat.latest:.1f} ÷ {half})"
    return (
        f"{heat.source}: {counted}, first counted {heat.age:.1f} days ago; {heat.growth:.1f} upvotes a day "
        f"up to the latest count, {heat.latest:.1f} days ago. {level} + {growth} = {heat.heat:.2f}"
    )


def days(number: int) -> str:
    """Return `1 day`, `7 days`."""
    return f"{number} {_s(number, 'day')}"


def _s(number: int, noun: str) -> str:
    return noun if number == 1 else f"{noun}s"
