"""Pictures of digests as mail programs show them, kept small, and how far two pictures differ."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops

from tests.clients.chrome import Page
from tests.clients.plain import plain_digest
from tests.clients.states import NASTY, mail, pages
from tests.paths import REPOSITORY

GOLDEN = REPOSITORY / "tests" / "golden" / "pictures"
DOCUMENTS = REPOSITORY / "docs" / "pictures"
LEVELS = 48
"""Of 256: a channel that differs by more makes a pixel another; smoothing of letters differs by less."""
SHARE = 0.001
"""Of the pixels, that may be others before the pictures are."""
_GAP = 16
_TELEPHONE = 375
_SHEET = 1000
_INVERT = """
document.documentElement.style.background = "#fff";
document.documentElement.style.filter = "invert(1) hue-rotate(180deg)"; 0
"""
_FIRST = """
(() => {
  const papers = [...document.querySelectorAll("h2")].map((heading) => heading.getBoundingClientRect().top);
  return [papers[0] - 155, papers[1] - 52];
})()
"""
"""From the heading of the first section to the end of its first paper, in CSS px."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: a state at a width, `light`, `dark` as the reader prefers, `inverted` as some programs
    do to every colour, or `forced` as Chromium recolours what has no dark of its own.
    """

    state: str
    width: int
    mode: str
    height: int | None = None
    """Of its top, in CSS px; the whole where it is not said."""

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.state}-{self.width}-{self.mode}.png"


SHOTS = (
    *(Shot("rich", 320, mode) for mode in ("light", "dark", "inverted", "forced")),
    *(Shot("rich", 600, mode) for mode in ("light", "dark", "inverted")),
    Shot("empty", 320, "light"),
    Shot("empty", 600, "dark"),
    Shot("missed", 320, "dark"),
    Shot("missed", 600, "light"),
    Shot(NASTY, 320, "light", 3000),
    Shot(NASTY, 600, "dark", 2000),
    Shot("by-mail", 320, "light", 2000),
)


def taken(page: Page, shot: Shot) -> Image.Image:
    """Take the picture."""
    return shown(page, pages(shot.state)[0], shot.width, shot.mode, shot.height)


def shown(page: Page, html: str, width: int, mode: str, height: int | None = None) -> Image.Image:
    """Take a picture of a page at a width in CSS px, of its first `height` px if that is said."""
    page.show(html, width=width, dark=mode == "dark", forced=mode == "forced")
    if mode == "inverted":
        page.run(_INVERT)
    return Image.open(BytesIO(page.picture(height))).convert("RGB")


def small(picture: Image.Image, colours: int = 32) -> bytes:
    """Return a picture as PNG of few colours, each at most half of `LEVELS` away from its own."""
    made = BytesIO()
    reduced = picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    reduced.save(made, "PNG", optimize=True)
    return made.getvalue()


def differing(one: Image.Image, other: Image.Image) -> float:
    """Return the share of pixels that differ; 1 where the sizes do."""
    if one.size != other.size:
        return 1.0
    bands = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).split()
    worst = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    return sum(worst.histogram()[LEVELS + 1 :]) / (one.width * one.height)


def beside(*pictures: Image.Image) -> Image.Image:
    """Return pictures side by side, tops level, on white."""
    width = sum(picture.width + _GAP for picture in pictures) - _GAP
    sheet = Image.new("RGB", (width, max(picture.height for picture in pictures)), "#ffffff")
    left = 0
    for picture in pictures:
        sheet.paste(picture, (left, 0))
        left += picture.width + _GAP
    return sheet


def documents(page: Page) -> dict[str, Image.Image]:
    """Return the pictures of the documents: a telephone, its top in light and the first paper in dark, and
    ours beside a plain digest.
    """
    html = mail("rich").html
    light, dark = (shown(page, html, _TELEPHONE, mode) for mode in ("light", "dark"))
    paper, end = page.run(_FIRST)
    height = round(end - paper)
    top = light.crop((0, 0, _TELEPHONE, height))
    below = dark.crop((0, round(paper), _TELEPHONE, round(end)))
    ours = shown(page, html, 600, "light", _SHEET)
    plain = shown(page, plain_digest(mail("rich").digest), 600, "light", _SHEET)
    return {"digest.png": beside(top, below), "beside-plain.png": beside(ours, plain)}


def kept(folder: Path, name: str) -> Image.Image:
    """Return a picture that was kept."""
    return Image.open(folder / name).convert("RGB")
