"""Contrast of every text as a browser shows it: light, dark, and recoloured by a mail program's force."""

from dataclasses import dataclass

import pytest

from recommender.domain.colours import contrast
from recommender.domain.colours import inverted as turned
from tests.clients.chrome import Page
from tests.clients.states import SHOWN, mail, shapes
from tests.paths import REPOSITORY

COLOURS = (REPOSITORY / "tests" / "clients" / "contrast.js").read_text(encoding="utf-8")
ENOUGH = 4.5
"""WCAG 2.2 AA, text of any size."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An ink on its ground, as `#rrggbb`, and a text that has it."""

    ink: str
    ground: str
    words: str

    def ratio(self, *, inverted: bool = False) -> float:
        """Return the contrast, of the colours or of those a program makes that inverts every channel."""
        return (
            contrast(turned(self.ink), turned(self.ground)) if inverted else contrast(self.ink, self.ground)
        )


def pairs(page: Page, html: str, *, dark: bool) -> list[Pair]:
    """Return every pair of colours of a mail, each once."""
    page.show(html, width=600, dark=dark)
    return [Pair(_hex(ink), _hex(ground), words) for ink, ground, words in page.run(COLOURS)]


@pytest.mark.parametrize("inverted", [False, True], ids=["as-is", "inverted"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("state", SHOWN)
def test_contrast_as_shown(page: Page, state: str, dark: bool, inverted: bool) -> None:  # noqa: FBT001 pytest fills it
    """Every text on what is really behind it reaches 4.5:1, with and without the head."""
    for html in shapes(state):
        found = pairs(page, html, dark=dark)
        assert len(found) >= 3
        assert [pair for pair in found if pair.ratio(inverted=inverted) < ENOUGH] == []


def test_dark_is_dark(page: Page) -> None:
    """The preference changes grounds and inks, all of them."""
    light = {pair.ground for pair in pairs(page, mail("rich").html, dark=False)}
    dark = {pair.ground for pair in pairs(page, mail("rich").html, dark=True)}
    assert not light & dark


def test_faint_text_is_noticed(page: Page) -> None:
    """A faint text fails, whatever element gives its ground."""
    (pair,) = pairs(page, '<div style="background:#fff"><p style="color:#aaa">faint</p></div>', dark=False)
    assert (pair.words, pair.ratio() < 2.4) == ("faint", True)


def _hex(channels: list[float]) -> str:
    return "#" + "".join(f"{round(channel):02x}" for channel in channels)
