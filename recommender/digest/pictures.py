"""Where the marks of a reader's pictures stand, in units of the drawing; templates draw what is laid out."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 400, 300
_EDGE = 22
_RING = 13
BARS_WIDTH = 400
_GAP = 0.25
_STEPS = sorted(
    ((x * _RING, y * _RING) for x in range(-30, 31) for y in range(-20, 21)),
    key=lambda step: (step[0] ** 2 + step[1] ** 2, step),
)
"""Ways to move a ring, the shortest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """The middle of a mark."""

    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar; `y` is its upper edge."""

    x: float
    y: float
    width: float
    height: float


def dots(places: Sequence[tuple[float, float]]) -> list[Dot]:
    """Return marks for places of -1 to 1, up and to the right."""
    return [
        Dot(
            x=round(_EDGE + (x + 1) / 2 * (WIDTH - 2 * _EDGE), 1),
            y=round(_EDGE + (1 - y) / 2 * (HEIGHT - 2 * _EDGE), 1),
        )
        for x, y in places
    ]


def apart(rings: Sequence[Dot]) -> list[Dot]:
    """Return numbered rings, each moved as little as it takes that none covers another."""
    found: list[Dot] = []
    for ring in rings:
        tries = (Dot(x=round(ring.x + across, 1), y=round(ring.y + along, 1)) for across, along in _STEPS)
        free = (own for own in tries if _inside(own) and all(_far(own, other) for other in found))
        found.append(next(free, ring))
    return found


def bars(values: Sequence[float], *, height: float, most: float, down: bool = False) -> list[Bar]:
    """Return one bar a value, `most` as high as `height`, standing on it or hanging from 0 if `down`.

    Something is never drawn like nothing.
    """
    step = BARS_WIDTH / max(1, len(values))
    found = []
    for place, value in enumerate(values):
        size = max(value / most * height, 2.0) if value > 0 and most > 0 else 0.0
        found.append(
            Bar(
                x=round((place + _GAP / 2) * step, 1),
                y=0.0 if down else round(height - size, 1),
                width=round(step * (1 - _GAP), 1),
                height=round(size, 1),
            )
        )
    return found


def _inside(own: Dot) -> bool:
    return _EDGE <= own.x <= WIDTH - _EDGE and _EDGE <= own.y <= HEIGHT - _EDGE


def _far(one: Dot, other: Dot) -> bool:
    return (one.x - other.x) ** 2 + (one.y - other.y) ** 2 >= (2 * _RING) ** 2
