"""Pictures of pages for the documents, of the bundled sample behind the real server: `make pictures`."""

import os
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

pytest.importorskip("playwright.sync_api", reason="no playwright here: no page is pictured")
from tests.clients.pictures import DOCUMENTS, beside, small
from tests.clients.walking import Walk, mailed, serving, telephone

MOST = 60_000
NAMES = (
    "pages-sheet.png",
    "pages-list.png",
    "pages-preferences.png",
    "pages-paper.png",
    "pages-pictures.png",
)
_WRITES = os.environ.get("PAPERROUTE_PICTURES", "") == "write"
_PHONE, _HEIGHT = 375, 760


@pytest.fixture(name="walk", scope="module")
def walk_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """Return a telephone with the digest of the sample, whose readers have voted, in its mail."""
    project, url = mailed(tmp_path_factory.mktemp("pictures"), votes=True)
    with serving(project, url), telephone(project, url) as walk:
        yield walk


def taken(walk: Walk, width: int = _PHONE, height: int = _HEIGHT, *, below: int = 0) -> Image.Image:
    """Take a picture of the page's `height` px from `below` on, as wide as said."""
    walk.page.set_viewport_size({"width": width, "height": below + height})
    whole = Image.open(BytesIO(walk.page.screenshot())).convert("RGB")
    return whole.crop((0, below, width, below + height))


def top(walk: Walk, selector: str) -> int:
    """Return where something begins, with room above it, in px."""
    box = walk.page.locator(selector).first.bounding_box()
    assert box is not None
    return round(box["y"]) - 24


@pytest.mark.skipif(not _WRITES, reason="pictures of the documents are made by make pictures alone")
def test_pictures_of_pages(walk: Walk) -> None:
    """A sheet before and after its button, the list, the preferences, a paper and a reader's pictures."""
    page, found = walk.page, {}
    walk.open_mail()
    walk.go(walk.in_mail("Useful"))
    sheet = taken(walk)
    title = page.locator("ol.first h2 a")
    walk.go(title)
    found["pages-paper.png"] = taken(walk, 800, 620)
    page.go_back()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("checkbox").nth(1).check()
    walk.go(walk.button("Record my marks"))
    found["pages-sheet.png"] = beside(sheet, taken(walk))
    walk.go(walk.link("Reading list"))
    walk.tap(page.locator("main li summary").first)
    page.get_by_label("Labels, with commas between them").first.fill("to cite, group meeting")
    page.get_by_role("textbox", name="Note to").first.fill("Compare with what Ada measured.")
    walk.go(page.get_by_role("button", name="Keep").first)
    walk.go(walk.link("Back to the list"))
    found["pages-list.png"] = beside(taken(walk), taken(walk, below=top(walk, "main li.paper")))
    walk.go(walk.link("Preferences"))
    below = top(walk, "main > h2:not(#interests)")
    found["pages-preferences.png"] = beside(taken(walk), taken(walk, below=below))
    walk.go(walk.link("Pictures"))
    found["pages-pictures.png"] = taken(walk, 800, 800)
    assert found.keys() == set(NAMES)
    for name, picture in found.items():
        (DOCUMENTS / name).write_bytes(small(picture, 64))


@pytest.mark.parametrize("name", NAMES)
def test_pictures_of_pages_are_small(name: str) -> None:
    """Each is in the documents and loads quickly."""
    assert 0 < (DOCUMENTS / name).stat().st_size <= MOST
