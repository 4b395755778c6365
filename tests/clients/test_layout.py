"""What a browser makes of the mail at the widths that mail programs have, measured."""

from typing import Any

import pytest

from tests.clients.chrome import Page
from tests.clients.states import STATES, mail
from tests.paths import REPOSITORY

MEASURE = (REPOSITORY / "tests" / "clients" / "measure.js").read_text(encoding="utf-8")
WIDTHS = (320, 375, 600, 640)
FINGER = 44
"""CSS px that a thing to press is high at least."""

Found = dict[str, Any]


@pytest.fixture(name="found", params=[(state, width) for state in STATES for width in WIDTHS], ids=str)
def found_fixture(page: Page, request: pytest.FixtureRequest) -> Found:
    """Return what was measured of a state at a width."""
    state, width = request.param
    page.show(mail(state).html, width=width)
    found: Found = page.run(MEASURE)
    return found | {"state": state, "shown": width}


def test_layout(found: Found) -> None:
    """Nothing scrolls sideways, lies outside or is cut off; what is pressed is high enough for a finger."""
    assert found["width"] <= found["shown"]
    assert found["outside"] == []
    assert found["clipped"] == []
    assert found["small"] == []
    assert [link for link in found["links"] if link["block"] and link["height"] < FINGER] == []
    assert [link["words"] for link in found["links"] if not link["shown"]] == []
    assert found["order"] == ["h1"] + ["h2"] * (len(found["order"]) - 1)


def test_things_to_press_do_not_overlap(found: Found) -> None:
    """No two buttons share a point."""
    boxes = [link for link in found["links"] if link["block"]]
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            assert not _overlap(one, other), (one, other)


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
    for state in STATES:
        page.show(mail(state).html, width=600)
    assert page.asked[before:] == []
    page.show('<img src="https://pictures.example.org/dot.gif" alt="">', width=600)
    assert page.asked[before:] == ["https://pictures.example.org/dot.gif"]


def _overlap(one: Found, other: Found) -> bool:
    across: bool = one["left"] < other["left"] + other["width"] and other["left"] < one["left"] + one["width"]
    down: bool = one["top"] < other["top"] + other["height"] and other["top"] < one["top"] + one["height"]
    return across and down
