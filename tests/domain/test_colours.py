"""Colours: the numbers of WCAG 2.2, and what would mend a colour that cannot be read."""

import colorsys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.colours import contrast, inverted, luminance, nearest_lightness, written_out
from recommender.domain.theme import DARK, INKS, LIGHT, READABLE, Palette, faint, readable

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize("written, full", [("#abc", "#aabbcc"), ("#FFF", "#ffffff"), ("#1A5f4a", "#1a5f4a")])
def test_both_ways_of_writing(written: str, full: str) -> None:
    """Short and long, large and small letters."""
    assert written_out(written) == full


@pytest.mark.parametrize(
    "wrong", ["", "#ab", "#abcd", "fff", "red", "#12345g", "#ffffff;", "#ffffff\n", " #fff"]
)
def test_nothing_else_is_a_colour(wrong: str) -> None:
    """Above all nothing that would end a style early."""
    with pytest.raises(ValueError, match="is not a colour"):
        written_out(wrong)


def test_contrast_is_that_of_the_standard() -> None:
    """Figures that other tools give for these pairs."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#0000ff", "#ffffff") == pytest.approx(8.59, abs=0.005)
    assert luminance("#ff0000") == pytest.approx(0.2126)


@given(COLOURS, COLOURS)
def test_contrast_has_no_direction(one: str, other: str) -> None:
    """And lies between 1 and 21."""
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21.001
    assert inverted(inverted(one)) == one


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_colours_that_ship_can_be_read(palette: Palette) -> None:
    """As they are and inverted."""
    assert list(faint(palette)) == []


def test_a_faint_ink_is_named_with_its_ground_and_ratio() -> None:
    """One way in which it is faint is enough."""
    (found,) = faint(replace(LIGHT, soft="#9aa0a6"))
    assert (found.ink, found.ground, found.turned) == ("soft", "sheet", False)
    assert found.ratio == pytest.approx(contrast("#9aa0a6", LIGHT.sheet))
    turned = list(faint(replace(DARK, sheet="#5b5b5b")))
    assert {"soft", "accent"} <= {one.ink for one in turned}


def test_what_is_faint_both_ways_is_told_as_it_is() -> None:
    """Inverted it may be fainter; readers who do not invert see it all the same."""
    accents = [found for found in faint(replace(DARK, accent="#7a1f3d")) if found.ink == "accent"]
    assert [found.ground for found in accents] == ["sheet", "tint"]
    for found in accents:
        assert found.ratio == contrast("#7a1f3d", getattr(DARK, found.ground))
        assert not found.turned


@given(COLOURS)
def test_what_is_advised_mends(colour: str) -> None:
    """The colour with the lightness that was advised passes on all its grounds, and keeps its hue."""
    palette = replace(LIGHT, accent=colour)
    found = readable(palette, ["accent"])
    assert found is not None
    name, mended = found
    assert name == "accent"
    assert not list(faint(replace(palette, accent=mended)))
    channels = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    if not any(one.ink == "accent" for one in faint(palette)):
        assert max(abs(int(mended[1 + 2 * i : 3 + 2 * i], 16) - channels[i]) for i in range(3)) <= 1


def test_the_nearest_lightness_is_taken() -> None:
    """A grey that is just too light becomes a little darker; nothing passes where nothing can."""
    ground = "#ffffff"
    mended = nearest_lightness("#777777", lambda colour: contrast(colour, ground) >= READABLE)
    assert mended == "#767676"
    assert nearest_lightness("#777777", lambda _colour: False) is None
    hue = colorsys.rgb_to_hls(1.0, 0.5, 0.5)[0]
    mended = nearest_lightness("#ff8080", lambda colour: contrast(colour, ground) >= READABLE)
    assert mended is not None
    found = colorsys.rgb_to_hls(*(int(mended[place : place + 2], 16) / 255 for place in (1, 3, 5)))
    assert found[0] == pytest.approx(hue, abs=0.01)


def test_every_ink_of_the_palette_has_a_ground() -> None:
    """A colour of text that is added must be held against something."""
    inks = {ink for inks in INKS.values() for ink in inks}
    rest = set(Palette.__slots__) - inks - set(INKS)
    assert rest == {"ground", "line", "edge", "tint_edge", "notice_edge"}
