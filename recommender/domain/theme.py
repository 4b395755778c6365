"""How an installation's digests look: the name in the masthead, colours, the order of sections."""

from dataclasses import dataclass

from recommender.domain.editions import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours as `#rrggbb`. Text is `ink`, `soft`, `accent` on `sheet`; `accent` and `ink` on `tint`;
    `notice_ink` and `ink` on `notice`; `ink` on `mark`.
    """

    ground: str
    """Around the sheet."""
    sheet: str
    ink: str
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
    notice: str
    """Ground of a notice."""
    notice_edge: str
    notice_ink: str
    mark: str
    """Ground of a term that matched."""


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
