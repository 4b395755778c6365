"""What a browser makes of the mail at the widths that mail programs have, measured."""

from itertools import combinations
from typing import Any

import pytest

from tests.clients.chrome import Page
from tests.clients.states import SHOWN, mail, shapes
from tests.paths import REPOSITORY

MEASURE = (REPOSITORY / "tests" / "clients" / "measure.js").read_text(encoding="utf-8")
WIDTHS = (320, 375, 600, 640)
FINGER = 44
"""CSS px that a thing to press is high at least."""

Found = dict[str, Any]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("state", SHOWN)
def test_layout(page: Page, state: str, width: int) -> None:
    """Nothing scrolls sideways, lies outside, is cut off or overlaps, with and without the head."""
    for html in shapes(state):
        page.show(html, width=width)
        found: Found = page.run(MEASURE)
        assert found["width"] <= width
        assert (found["outside"], found["clipped"], found["small"]) == ([], [], [])
        assert [link["words"] for link in found["links"] if not link["shown"]] == []
        assert found["order"] == ["h1"] + ["h2"] * (len(found["order"]) - 1)
        buttons = [link for link in found["links"] if link["block"]]
        assert [button for button in buttons if button["height"] < FINGER] == []
        assert [pair for pair in combinations(buttons, 2) if _overlap(*pair)] == []


def test_the_width_is_the_one_asked_for(page: Page) -> None:
    """A window can be wider than was asked for; the page's own width is what counts."""
    for width in WIDTHS:
        page.show(mail("rich").html, width=width)
        assert page.run("[innerWidth, document.documentElement.clientWidth]") == [width, width]


def test_what_is_too_wide_is_noticed(page: Page) -> None:
    """The measuring finds the faults it is there for."""
    broken = mail("rich").html.replace(
        "<h1", '<div style="width:700px">wide</div><a style="display:inline-block" href="#">x</a><h1', 1
    )
    page.show(broken, width=320)
    found = page.run(MEASURE)
    assert found["width"] > 320
    assert "wide" in found["outside"]
    assert [link["words"] for link in found["links"] if link["block"] and link["height"] < FINGER] == ["x"]


def test_the_mail_asks_for_nothing(page: Page) -> None:
    """No picture, font or script is fetched, so blocking them changes nothing."""
    before = len(page.asked)
    for html in (shape for state in SHOWN for shape in shapes(state)):
        page.show(html, width=600)
    assert page.asked[before:] == []
    page.show('<img src="https://pictures.example.org/dot.gif" alt="">', width=600)
    assert page.asked[before:] == ["https://pictures.example.org/dot.gif"]


def _overlap(one: Found, other: Found) -> bool:
    across: bool = one["left"] < other["left"] + other["width"] and other["left"] < one["left"] + one["width"]
    down: bool = one["top"] < other["top"] + other["height"] and other["top"] < one["top"] + one["height"]
    return across and down
