"""Golden pictures. `make pictures` writes them anew, look at each; `make pictures-check` compares.

Letters differ from machine to machine, so nothing is compared unless that is asked for.
"""

import os

import pytest
from PIL import Image, ImageDraw

from tests.clients.chrome import Page
from tests.clients.pictures import (
    DOCUMENTS,
    GOLDEN,
    LEVELS,
    SHARE,
    SHOTS,
    Shot,
    differing,
    documents,
    kept,
    shown,
    small,
    taken,
)
from tests.clients.states import mail

_ASKED = os.environ.get("PAPERROUTE_PICTURES", "")
_TOTAL, _README = 1_500_000, 150_000


@pytest.mark.skipif(
    _ASKED not in {"write", "check"}, reason="pictures are compared by make pictures-check alone"
)
@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_golden_picture(page: Page, shot: Shot) -> None:
    """The mail looks as it did when somebody looked at it."""
    picture = taken(page, shot)
    if _ASKED == "write":
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / shot.name).write_bytes(small(picture))
    assert differing(picture, kept(GOLDEN, shot.name)) <= SHARE


@pytest.mark.skipif(_ASKED != "write", reason="pictures of the documents are made by make pictures alone")
def test_pictures_of_the_documents(page: Page) -> None:
    """They are made of the same digest."""
    DOCUMENTS.mkdir(exist_ok=True)
    for name, picture in documents(page).items():
        (DOCUMENTS / name).write_bytes(small(picture, 192))
        assert (DOCUMENTS / name).stat().st_size <= _README


def test_pictures_are_small() -> None:
    """A repository is not an album; and no picture is kept that nobody takes."""
    files = {path.name: path.stat().st_size for path in GOLDEN.glob("*.png")}
    assert files.keys() == {shot.name for shot in SHOTS}
    assert sum(files.values()) <= _TOTAL


def test_a_moved_line_is_noticed(page: Page) -> None:
    """Few colours pass, a faint shade passes, a button a few px lower does not."""
    picture = shown(page, mail("empty").html, 320, "light")
    assert differing(picture, picture) == 0
    assert differing(picture, picture.point(lambda level: min(255, level + LEVELS // 2))) == 0
    moved = picture.copy()
    moved.paste(picture.crop((0, 100, 320, 300)), (0, 104))
    assert differing(picture, moved) > SHARE
    assert differing(picture, picture.crop((0, 0, 320, 200))) == 1
    boxed = picture.copy()
    ImageDraw.Draw(boxed).rectangle((20, 20, 100, 64), outline="#000000", width=2)
    assert differing(picture, boxed) > SHARE


def test_images_off_is_the_same_mail(page: Page) -> None:
    """Nothing of the mail is a picture, so a program that blocks them shows the same."""
    usual = shown(page, mail("rich").html, 320, "light")
    page.block_pictures(blocked=True)
    try:
        blocked = shown(page, mail("rich").html, 320, "light")
    finally:
        page.block_pictures(blocked=False)
    assert differing(usual, blocked) == 0


def test_modes_differ(page: Page) -> None:
    """Dark is dark, inverted is dark as well, and a forced recolouring does something."""
    looks = {
        mode: shown(page, mail("empty").html, 320, mode) for mode in ("light", "dark", "inverted", "forced")
    }
    shades = {mode: _mean(picture) for mode, picture in looks.items()}
    assert shades["light"] > 200
    assert max(shades[mode] for mode in ("dark", "inverted", "forced")) < 90


def _mean(picture: Image.Image) -> float:
    histogram = picture.convert("L").histogram()
    return sum(level * count for level, count in enumerate(histogram)) / (picture.width * picture.height)
