"""Where the marks of a picture of many figures stand: one line a method, one column a figure.

A table of small bars with their intervals, so that a line is read across and a column down. Nothing here
knows SVG; a template draws what is laid out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

_LABEL = 190
_COLUMN = 148
_BAR = 78
_EDGE = 24
_TOP = 118
_LINE = 24
_HEADING = 32
_FOOT = 22
_THICK = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A mean and its interval; None where there is nothing to draw."""

    mean: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One figure of every line. A signed one is drawn as points around zero, the others as bars from it."""

    title: str
    hint: str
    cells: tuple[Cell, ...]
    signed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One method. Lines of a group stand together under its heading."""

    label: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text and the point at which it starts, or ends where its class says so."""

    x: float
    y: float
    text: str
    style: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A bar, point or interval from `x` to `x2` on the height `y`."""

    x: float
    x2: float
    y: float
    style: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Everything that is drawn, in pixels from the upper left corner."""

    title: str
    caption: str
    width: int
    height: int
    thick: int
    words: tuple[Words, ...]
    rules: tuple[float, ...]
    """Heights of the lines above headings."""
    zeros: tuple[float, ...]
    """Places of zero of the signed columns."""
    top: float
    bottom: float
    bars: tuple[Mark, ...]
    points: tuple[Mark, ...]
    intervals: tuple[Mark, ...]


def chart(title: str, caption: str, lines: Sequence[Line], columns: Sequence[Column]) -> Drawing:
    """Lay out `columns`, each with one cell a line. Raise ValueError where a column has another number."""
    if any(len(column.cells) != len(lines) for column in columns):
        raise ValueError(f"every column needs {len(lines)} cells")
    heights, headings, bottom = _heights(lines)
    scales = [_Scale.of(column, _left(place)) for place, column in enumerate(columns)]
    groups = list(dict.fromkeys(line.group for line in lines))
    drawn = [
        _Drawn(column=column, scale=scale, cell=cell, y=y, group=f"group-{groups.index(line.group) % 3}")
        for column, scale in zip(columns, scales, strict=True)
        for cell, y, line in zip(column.cells, heights, lines, strict=True)
    ]
    zeros = [scale.at(0) for column, scale in zip(columns, scales, strict=True) if column.signed]
    return Drawing(
        title=title,
        caption=caption,
        width=2 * _EDGE + _LABEL + len(columns) * _COLUMN,
        height=int(bottom) + _FOOT,
        thick=_THICK,
        words=(*_labels(lines, heights, headings), *_column_words(columns, heights)),
        rules=tuple(y - _HEADING + 4 for y, _ in headings),
        zeros=tuple(zeros),
        top=_TOP,
        bottom=bottom,
        bars=tuple(own.mark() for own in drawn if own.cell.mean is not None and not own.column.signed),
        points=tuple(own.mark() for own in drawn if own.cell.mean is not None and own.column.signed),
        intervals=tuple(mark for own in drawn if (mark := own.interval()) is not None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """Values `low` to `high` over the width of a bar from `left` on."""

    left: float
    low: float
    high: float

    @classmethod
    def of(cls, column: Column, left: float) -> "_Scale":
        told = [
            value for cell in column.cells for value in (cell.mean, cell.low, cell.high) if value is not None
        ]
        low, high = min([0.0, *told]), max([0.0, *told])
        return cls(left=left, low=low, high=high if high > low else low + 1)

    def at(self, value: float) -> float:
        return round(self.left + _BAR * (value - self.low) / (self.high - self.low), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """A cell where it stands."""

    column: Column
    scale: _Scale
    cell: Cell
    y: float
    group: str

    def mark(self) -> Mark:
        """Return a bar or point from zero to the mean, which for None is zero."""
        style = self._surely() if self.column.signed else self.group
        return Mark(x=self.scale.at(0), x2=self.scale.at(self.cell.mean or 0), y=self.y, style=style)

    def interval(self) -> Mark | None:
        """Return the line between the bounds, if there are any."""
        if self.cell.low is None or self.cell.high is None:
            return None
        style = self._surely() if self.column.signed else ""
        return Mark(x=self.scale.at(self.cell.low), x2=self.scale.at(self.cell.high), y=self.y, style=style)

    def _surely(self) -> str:
        return "sure" if self.cell.low is not None and self.cell.low > 0 else ""


def _heights(lines: Sequence[Line]) -> tuple[list[float], list[tuple[float, str]], float]:
    """Return the middle of each line, the foot of each group's heading with its text, and the bottom."""
    heights: list[float] = []
    headings: list[tuple[float, str]] = []
    y = float(_TOP)
    for group, own in groupby(lines, key=lambda line: line.group):
        y += _HEADING
        headings.append((y, group))
        for _ in own:
            heights.append(y + _LINE / 2)
            y += _LINE
    return heights, headings, y


def _labels(
    lines: Sequence[Line], heights: Sequence[float], headings: Sequence[tuple[float, str]]
) -> list[Words]:
    """Return the names of lines and groups."""
    groups = [Words(x=_EDGE, y=y - 10, text=text, style="group") for y, text in headings]
    return [Words(x=_EDGE, y=y + 4, text=own.label) for y, own in zip(heights, lines, strict=True)] + groups


def _left(place: int) -> float:
    return float(_EDGE + _LABEL + place * _COLUMN)


def _column_words(columns: Sequence[Column], heights: Sequence[float]) -> list[Words]:
    return [word for place, own in enumerate(columns) for word in _words(place, own, heights)]


def _words(place: int, column: Column, heights: Sequence[float]) -> list[Words]:
    """Return a column's title, hint and numbers."""
    left = _left(place)
    head = Words(x=left, y=_TOP - 26, text=column.title, style="head")
    hint = Words(x=left, y=_TOP - 10, text=column.hint, style="soft")
    right = left + _COLUMN - 16
    numbers = [
        Words(x=right, y=y + 4, text=_number(cell, column), style="value")
        for cell, y in zip(column.cells, heights, strict=True)
    ]
    return [head, hint, *numbers]


def _number(cell: Cell, column: Column) -> str:
    if cell.mean is None:
        return "–"
    return f"{cell.mean:+.3f}".replace("-", "−") if column.signed else f"{cell.mean:.3f}"
