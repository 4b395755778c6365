"""The picture of acts a day on the operator's page: the places of its bars, and the same in words. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from recommender.services.operating import DAYS, ActDay
from recommender.web.admin_views import counted

HEIGHT, STEP, WIDTH = 100, 10, 8
"""Units of the picture: its height, and of each day the step and the width of its bar."""
BOX = {"width": DAYS * STEP, "height": HEIGHT, "bar": WIDTH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A part of a day's bar in units of the picture, counted from the upper left corner."""

    kind: str
    x: int
    y: float
    height: float


def bars(days: Sequence[ActDay]) -> Sequence[Bar]:
    """Return the stacked bars of acts a day, as high as the picture for the busiest day."""
    most = max((day.votes + day.others + day.suspect for day in days), default=0)
    return list(_bars(days, most)) if most else []


def busiest(days: Sequence[ActDay]) -> str:
    """Say in words what the bars show."""
    votes, others = sum(day.votes for day in days), sum(day.others for day in days)
    suspect = sum(day.suspect for day in days)
    said = (
        f"{counted(votes, 'votes')}, {counted(others, 'other acts')}, {suspect:,} suspect in {len(days)} days"
    )
    top = max(days, key=lambda day: day.votes + day.others + day.suspect)
    most = top.votes + top.others + top.suspect
    return f"{said}; most on {top.day}: {most:,}." if most else f"{said}."


def _bars(days: Sequence[ActDay], most: int) -> Iterator[Bar]:
    for number, day in enumerate(days):
        floor = float(HEIGHT)
        for kind, count in (("votes", day.votes), ("others", day.others), ("suspect", day.suspect)):
            height = round(count * HEIGHT / most, 2)
            floor = round(floor - height, 2)
            if count:
                yield Bar(kind=kind, x=number * STEP, y=floor, height=height)
