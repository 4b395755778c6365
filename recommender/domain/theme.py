"""How an installation's digests look: the name in the masthead, colours, the order of sections."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from recommender.domain.colours import contrast, inverted, nearest_lightness
from recommender.domain.editions import Section

READABLE = 4.5
"""Least contrast of text with its ground (WCAG 2.2, 1.4.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours as `#rrggbb`. Text is `ink`, `soft`, `accent` on `sheet`; `accent` and `ink` on `tint`;
    `notice_ink` and `ink` on `notice`; `ink` on `mark`.
    """

    ground: str
    """Around the sheet."""
    sheet: str
    """What the text stands on."""
    ink: str
    """Text."""
    soft: str
    """Text of less weight."""
    accent: str
    """Masthead, headings of sections, reasons, links."""
    line: str
    """Lines between papers and sections."""
    edge: str
    """Border of buttons."""
    tint: str
    """Ground of the first button and of bars."""
    tint_edge: str
    """Border of the first button, line beside reasons."""
    notice: str
    """Ground of a notice."""
    notice_edge: str
    """Border of a notice."""
    notice_ink: str
    """Text of a notice."""
    mark: str
    """Ground of a term that matched."""


INKS: Mapping[str, tuple[str, ...]] = {
    "sheet": ("ink", "soft", "accent"),
    "tint": ("ink", "accent"),
    "notice": ("ink", "notice_ink"),
    "mark": ("ink",),
}
"""Which inks stand on which ground, by the names of the palette."""


LIGHT = Palette(
    ground="#f5f3ee",
    sheet="#fffefb",
    ink="#23282c",
    soft="#566069",
    accent="#1a5f4a",
    line="#dcd8ce",
    edge="#cbc6ba",
    tint="#e6f1ec",
    tint_edge="#8fbfab",
    notice="#fbf5e3",
    notice_edge="#e2cf9d",
    notice_ink="#5c4a17",
    mark="#f7efcf",
)
DARK = Palette(
    ground="#14171a",
    sheet="#1c2024",
    ink="#f1eee7",
    soft="#a9b0b7",
    accent="#84d3b3",
    line="#343a40",
    edge="#4a525a",
    tint="#20352d",
    tint_edge="#3f7561",
    notice="#2b2719",
    notice_edge="#5a4d26",
    notice_ink="#e8d69c",
    mark="#3a3520",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What an operator may set of the looks."""

    logo: str = "Paper Route"
    """Text of the masthead."""
    footer: str = ""
    """A line at the foot: who runs this, where to write."""
    sections: tuple[Section, ...] = tuple(Section)
    """Their order; all of them."""
    light: Palette = LIGHT
    dark: Palette = DARK


@dataclass(frozen=True, slots=True, kw_only=True)
class Faint:
    """Text that cannot be read well: an ink and its ground, by the names of the palette."""

    ink: str
    ground: str
    ratio: float
    """As it is; where that can be read, inverted."""
    turned: bool
    """Whether it is faint only where a mail program inverts all colours."""


def faint(palette: Palette) -> Iterator[Faint]:
    """Yield every ink that is below `READABLE` on a ground of its, as it is or inverted."""
    for ground, inks in INKS.items():
        for ink in inks:
            plain, turned = _both_ways(getattr(palette, ink), getattr(palette, ground))
            if min(plain, turned) < READABLE:
                ratio = plain if plain < READABLE else turned
                yield Faint(ink=ink, ground=ground, ratio=ratio, turned=plain >= READABLE)


def readable(palette: Palette, names: Iterable[str]) -> tuple[str, str] | None:
    """Return the first of the named colours that a change of its lightness alone would mend, and the change.

    The change makes every pair that the colour is part of readable; None where no name has one.
    """
    for name in names:
        pairs = [(ink, ground) for ground, inks in INKS.items() for ink in inks if name in {ink, ground}]

        def passes(colour: str, name: str = name, pairs: list[tuple[str, str]] = pairs) -> bool:
            tried = replace(palette, **{name: colour})
            return all(
                min(_both_ways(getattr(tried, ink), getattr(tried, on))) >= READABLE for ink, on in pairs
            )

        if mended := nearest_lightness(getattr(palette, name), passes):
            return name, mended
    return None


def _both_ways(ink: str, ground: str) -> tuple[float, float]:
    """Return the contrast of a pair as it is, and inverted."""
    return contrast(ink, ground), contrast(inverted(ink), inverted(ground))
