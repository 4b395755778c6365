"""Accessibility as axe finds it: no serious or critical fault, in light and in dark."""

from itertools import product
from typing import Any

import pytest

from tests.clients.chrome import Page
from tests.clients.states import SHOWN, pages
from tests.clients.tools import package

_RUN = """
axe.run(document, {resultTypes: ["violations", "incomplete"]}).then((done) => done.violations.map((found) =>
  [found.impact, found.id, found.nodes.length, found.nodes[0].html.slice(0, 120),
   found.nodes[0].failureSummary]))
"""
GRAVE = ("serious", "critical")

Fault = list[Any]


@pytest.fixture(name="axe", scope="session")
def axe_fixture() -> str:
    """Return the script of axe."""
    return package("axe-core/axe.min.js").read_text(encoding="utf-8")


def faults(page: Page, axe: str) -> list[Fault]:
    """Return what axe finds in the page that is shown: impact, rule, how often, the first place, the fix."""
    page.run(axe + ";0")
    found: list[Fault] = page.run(_RUN)
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("state", SHOWN)
def test_axe(page: Page, axe: str, state: str, dark: bool) -> None:  # noqa: FBT001 pytest fills it
    """Nothing that axe calls more than minor, at the width of a telephone and of a desk."""
    for html, width in product(pages(state), (375, 640)):
        page.show(html, width=width, dark=dark)
        assert [fault for fault in faults(page, axe) if fault[0] != "minor"] == []


def test_axe_finds_faults(page: Page, axe: str) -> None:
    """Grey on white is serious, a picture without words critical: the checker checks."""
    page.show(
        '<p style="color:#aaa">faint</p><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', width=375
    )
    found = {fault[1]: fault[0] for fault in faults(page, axe)}
    assert (found["color-contrast"], found["image-alt"]) == GRAVE
