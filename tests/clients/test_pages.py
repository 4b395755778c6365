"""The pages behind the levers of a mail in a browser: what axe finds, and that nothing is too wide."""

from itertools import product
from pathlib import Path

import pytest

from tests.builders import NOON, a_paper
from tests.clients.chrome import Page
from tests.clients.test_axe import faults
from tests.clients.tools import package
from tests.web.browsing import lever_path, own_path
from tests.web.site import Site

_LONG = a_paper(
    authors=("Ada Author1", "Jonas Verylongsurname-Hyphenated of the Example Laboratory"), version=2
)
_PRESSED = {"sheet": "1", "had": "undo", "mute-0": "method", "follow-0": "Ada Author1", "less": "down"}


@pytest.fixture(name="shown", scope="module")
def shown_fixture(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return pages with their style sheet in them: levers, what was done, and the preferences after it."""
    site = Site(Path(tmp_path_factory.mktemp("site")))
    with site.store.write() as uow:
        uow.papers.fold([_LONG], seen_at=NOON)
    client = site.client()
    style = f"<style>{client.get('/style.css').text}</style></head>"
    pages = {
        "levers": client.get(lever_path(site)).text,
        "done": client.post(lever_path(site), data=_PRESSED).text,
        "preferences": client.get(own_path(site, "preferences")).text,
    }
    return {name: page.replace("</head>", style) for name, page in pages.items()}


@pytest.mark.parametrize("name", ["levers", "done", "preferences"])
def test_pages(page: Page, shown: dict[str, str], name: str) -> None:
    """Nothing that axe calls more than minor, and no scrolling aside, from 320 px, in light and dark."""
    axe = package("axe-core/axe.min.js").read_text(encoding="utf-8")
    for width, dark in product((320, 800), (False, True)):
        page.show(shown[name], width=width, dark=dark)
        assert page.run("document.documentElement.scrollWidth") <= width
        assert [fault for fault in faults(page, axe) if fault[0] != "minor"] == []
