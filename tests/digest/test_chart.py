"""The picture of many figures: where its marks stand, and what the template makes of them."""

from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from recommender.digest.chart import Cell, Column, Drawing, Line, chart
from recommender.digest.render import Renderer
from recommender.settings.data import data_dir

LINES = [
    Line(label="ours", group="One"),
    Line(label="theirs", group="Two"),
    Line(label="silent", group="Two"),
]
BARS = Column(
    title="worth",
    hint="more",
    cells=(Cell(mean=0.5, low=0.4, high=1.0), Cell(mean=0.25, low=0.2, high=0.3), Cell(mean=None)),
)
SIGNED = Column(
    title="ahead",
    hint="by",
    cells=(Cell(mean=None), Cell(mean=0.2, low=0.1, high=0.3), Cell(mean=-0.1, low=-0.3, high=0.1)),
    signed=True,
)
SVG = "{http://www.w3.org/2000/svg}"


def drawn(title: str = "A title") -> Drawing:
    """Lay out two columns of three lines."""
    return chart(title, "What it shows", LINES, [BARS, SIGNED])


def picture(own: Drawing) -> Element:
    """Fill the template and parse it."""
    text = Renderer([data_dir("templates")]).page("evaluation.svg", drawing=own)
    root = fromstring(text)
    assert isinstance(root, Element)
    return root


def test_bars_and_intervals_are_to_scale() -> None:
    """Half of the highest bound is half of the width, and a quarter a quarter; the silent line has none."""
    own = drawn()
    first, second = own.bars
    interval = own.intervals[0]
    width = interval.x2 - first.x
    assert (first.x2 - first.x) / width == pytest.approx(0.5, abs=0.01)
    assert (second.x2 - second.x) / width == pytest.approx(0.25, abs=0.01)
    assert (interval.x - first.x) / width == pytest.approx(0.4, abs=0.01)
    assert first.style != second.style


def test_signed_columns_stand_around_zero() -> None:
    """Ahead is right of zero, behind is left; only what is surely ahead is marked so."""
    own = drawn()
    (zero,) = own.zeros
    ahead, behind = own.points
    assert behind.x2 < zero < ahead.x2
    assert (ahead.style, behind.style) == ("sure", "")
    assert {"+0.200", "−0.100", "–"} <= {word.text for word in own.words}


def test_marks_stay_inside() -> None:
    """Nothing is drawn outside of the picture."""
    own = drawn()
    for mark in (*own.bars, *own.points, *own.intervals):
        assert 0 < min(mark.x, mark.x2) <= max(mark.x, mark.x2) < own.width
        assert 0 < mark.y < own.height
    assert all(0 < word.y < own.height for word in own.words)


def test_a_column_needs_a_cell_for_each_line() -> None:
    """A missing one would shift all below it."""
    with pytest.raises(ValueError, match="3 cells"):
        chart("", "", LINES, [Column(title="", hint="", cells=(Cell(mean=1.0),))])


def test_figures_of_nothing_can_be_drawn() -> None:
    """A column of zeros has no width, and no division by it."""
    zeros = Column(title="none", hint="", cells=tuple(Cell(mean=0.0, low=0.0, high=0.0) for _ in LINES))
    assert all(bar.x == bar.x2 for bar in chart("", "", LINES, [zeros]).bars)


def test_the_picture_is_whole_and_escaped() -> None:
    """Well-formed, nothing fetched from elsewhere, no script; what a text says stays text."""
    root = picture(drawn(title="<script>1 & 2</script>"))
    assert root.find(f"{SVG}title") is not None
    assert root.findtext(f"{SVG}title") == "<script>1 & 2</script>"
    names = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert names <= {"svg", "title", "desc", "style", "rect", "text", "line", "path", "circle"}
    assert not [name for element in root.iter() for name in element.attrib if "href" in name]
    style = root.findtext(f"{SVG}style") or ""
    assert "prefers-color-scheme: dark" in style
    assert "url(" not in style
    assert [text.text for text in root.findall(f"{SVG}text")].count("theirs") == 1
