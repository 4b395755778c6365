"""Colours of the digest: enough contrast in light, dark, and forced inversion."""

import re

import pytest

from tests.paths import REPOSITORY

LAYOUT = (REPOSITORY / "templates/_layout.html").read_text(encoding="utf-8")
LIGHT = ("#fffefb", ("#23282c", "#566069", "#1a5f4a"))
DARK = ("#1c2024", ("#e6e3dc", "#f1eee7", "#a9b0b7", "#84d3b3"))
THUMB = (("#e6f1ec", "#1a5f4a"), ("#20352d", "#84d3b3"))
MISSED = (("#fbf5e3", "#5c4a17"), ("#2b2719", "#e8d69c"))
BUTTON_ON_MISSED = (("#fbf5e3", "#23282c"), ("#2b2719", "#f1eee7"))


def luminance(colour: str, *, inverted: bool = False) -> float:
    """Return the relative luminance of `#rrggbb` (WCAG 2.2)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    if inverted:
        channels = [1 - channel for channel in channels]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str, *, inverted: bool = False) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""
    low, high = sorted((luminance(one, inverted=inverted), luminance(other, inverted=inverted)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground, inks", [LIGHT, DARK])
@pytest.mark.parametrize("inverted", [False, True])
def test_text_contrast(ground: str, inks: tuple[str, ...], inverted: bool) -> None:  # noqa: FBT001 pytest fills it
    """Every ink reaches 4.5:1 on its ground."""
    assert min(contrast(ground, ink, inverted=inverted) for ink in inks) >= 4.5


@pytest.mark.parametrize("ground, ink", [*THUMB, *MISSED, *BUTTON_ON_MISSED])
@pytest.mark.parametrize("inverted", [False, True])
def test_box_contrast(ground: str, ink: str, inverted: bool) -> None:  # noqa: FBT001 pytest fills it
    """The filled thumb and the note of a lost edition reach 4.5:1 as well."""
    assert contrast(ground, ink, inverted=inverted) >= 4.5


def test_no_ink_is_missing_here() -> None:
    """Every text colour of the layout is one of those checked above (but the hidden preheader's)."""
    used = set(re.findall(r"[{;\s]color:(#[0-9a-f]{6})", LAYOUT)) - {"#f5f3ee", "#14171a"}
    assert used == {*LIGHT[1], *DARK[1], *(ink for _, ink in MISSED)}
