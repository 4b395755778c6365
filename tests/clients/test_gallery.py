"""Every page of the server in a browser: what axe and vnu find, what is too wide, what is too small."""

import os
import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from tests.clients.chrome import Page
from tests.clients.gallery import Gallery, Shown
from tests.clients.test_axe import faults
from tests.clients.tools import package
from tests.clients.vnu import judge
from tests.paths import REPOSITORY

TARGETS = (REPOSITORY / "tests" / "clients" / "targets.js").read_text(encoding="utf-8")
WIDTHS = (320, 1200)
GATED = pytest.mark.skipif(
    os.environ.get("PAPERROUTE_GATES", "") != "all", reason="all pages at all widths: make mail-gates alone"
)
QUICK = frozenset(
    {
        "sheet proposed",
        "suspect",
        "levers",
        "save",
        "list",
        "list conflict",
        "list empty",
        "preferences fault",
    }
    | {"interest fault", "pictures", "join fault", "confirm unticked", "confirmed", "asking fault", "expired"}
    | {"unsubscribe", "unsubscribed", "papers", "search found", "similar", "trending", "own paper"}
    | {"admin", "admin/deliveries", "admin asks", "429"}
)
"""Pages that are looked at in every run: one of each kind."""


@pytest.fixture(name="gallery", scope="module")
def gallery_fixture(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    """Return the pages of one walk."""
    return Gallery(tmp_path_factory.mktemp("gallery"))


def chosen(gallery: Gallery, *, quick: bool) -> Iterator[Shown]:
    """Walk the pages of a run."""
    names = {own.name for own in gallery.pages}
    assert names >= QUICK
    return (own for own in gallery.pages if not quick or own.name in QUICK)


def test_every_route_and_template_is_shown(gallery: Gallery) -> None:
    """A new route or a new page must be added to the gallery; each page has a name of its own."""
    names = [own.name for own in gallery.pages]
    assert len(names) == len(set(names))
    assert {own.route for own in gallery.pages} - {""} == gallery.routes
    quick = {own.route for own in chosen(gallery, quick=True)} | {"/admin/subscribers", "/fresh/{token}"}
    assert quick >= gallery.routes - {"/d/{token}"}
    shipped = {path.name for path in (REPOSITORY / "templates" / "pages").glob("[!_]*.html")}
    assert gallery.templates == shipped


def test_statuses(gallery: Gallery) -> None:
    """The gallery has every kind of refusal, and nothing that failed."""
    statuses = {own.status for own in gallery.pages}
    assert statuses == {200, 400, 401, 403, 404, 405, 409, 410, 422, 429}


@pytest.mark.parametrize("quick", [True, pytest.param(False, marks=GATED)], ids=["quick", "all"])
def test_axe_on_every_page(page: Page, gallery: Gallery, quick: bool) -> None:  # noqa: FBT001 pytest fills it
    """Nothing of any weight, in light and dark; every page at both widths, or one of each kind at 320 px."""
    axe = package("axe-core/axe.min.js").read_text(encoding="utf-8")
    found = {}
    for own in chosen(gallery, quick=quick):
        for width, dark in product(WIDTHS[:1] if quick else WIDTHS, (False, True)):
            page.show(own.unfolded, width=width, dark=dark)
            found[own.name, width, dark] = faults(page, axe)
    assert {shape: told for shape, told in found.items() if told} == {}


def test_nothing_is_too_wide_or_too_small(page: Page, gallery: Gallery) -> None:
    """No page scrolls aside from 320 px on; what is pressed alone is 44 px high and 24 wide."""
    found = {}
    for own, width in product(gallery.pages, WIDTHS):
        page.show(own.unfolded, width=width)
        wide, small = page.run(TARGETS)
        if wide > width or small:
            found[own.name, width] = (wide, small)
    assert found == {}


def test_small_targets_are_noticed(page: Page) -> None:
    """A link alone in its line and a low button are; a link in a sentence is not."""
    words = '<p><a href="#a">alone</a></p><p>so <a href="#b">within</a> a line</p><button>low</button>'
    page.show(f"<div style='width:999px'>wide</div>{words}", width=320)
    wide, small = page.run(TARGETS)
    assert (wide > 320, [entry.partition(" ")[0] for entry in small]) == (True, ["alone", "low"])


def test_vnu_on_every_page(gallery: Gallery) -> None:
    """No error and no warning on any page. One run."""
    jar = package("vnu-jar/build/dist/vnu.jar")
    if shutil.which("java") is None:
        pytest.skip("no java here: vnu is not run")
    said = judge({f"page-{place}": own.html for place, own in enumerate(gallery.pages)}, jar)
    names = [own.name for own in gallery.pages]
    assert {names[int(Path(page).stem[5:])]: told for page, told in said.items() if told} == {}
