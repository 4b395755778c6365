"""The `[digest]` table of `paperroute.toml`: how digests look and read."""

import re
from dataclasses import fields as fields_of
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, create_model

from recommender.domain.colours import written_out
from recommender.domain.editions import Section as Part
from recommender.domain.theme import DARK, LIGHT, Palette, Theme
from recommender.settings import fields
from recommender.settings.base import Section
from recommender.settings.docstrings import docstrings
from recommender.settings.fault import fault, shown
from recommender.settings.fields import Line, OptionalPath
from recommender.settings.locales import locale_name

_ALL = tuple(part.value for part in Part)
_LONGEST_LOGO = 40
_LONGEST_FOOTER = 500
_UNSEEN = re.compile("[\u200b\u202a-\u202e\u2060-\u206f\ufeff]")


def _colour(text: str) -> str:
    try:
        return written_out(text)
    except ValueError:
        raise fault(f"{shown(text)} is not a colour", 'write red, green and blue, like "#1a5f4a"') from None


def _seen(text: str) -> str:
    """Refuse what nobody sees and what turns text over: the head of every mail would have it."""
    if found := _UNSEEN.search(text):
        raise fault(f"the text holds a character that nobody sees (U+{ord(found[0]):04X})", "leave it out")
    return text


def _logo(text: str) -> str:
    if len(fields.not_blank(text)) > _LONGEST_LOGO:
        message = f"the logo has {len(text)} characters, at most {_LONGEST_LOGO} fit the head of a mail"
        raise fault(message, "keep the name alone")
    return text


def _footer(text: str) -> str:
    if len(text) > _LONGEST_FOOTER:
        message = f"the footer has {len(text)} characters, at most {_LONGEST_FOOTER} are shown"
        raise fault(message, "say who runs this and where to write")
    return text


def _locale(text: str) -> str:
    return locale_name(fields.not_blank(text))


def _each_once(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse an order that lacks a section or has one twice: the order says where, never whether."""
    listed = ", ".join(f'"{part}"' for part in _ALL)
    if twice := next((part for part in parts if parts.count(part) > 1), None):
        raise fault(f"{twice} stands twice", "name each section once")
    if missing := [part for part in _ALL if part not in parts]:
        raise fault(f"{', '.join(missing)} is missing", f"name all of {listed}, in your order")
    return parts


Colour = Annotated[
    str,
    Field(json_schema_extra={"pattern": "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$"}),
    AfterValidator(fields.one_line),
    AfterValidator(_colour),
]
SectionName = Literal["interest", "trending", "different", "reading_list", "changed"]


_DESCRIBED = docstrings(Palette)


def _keys(defaults: Palette) -> dict[str, Any]:
    """Return the keys of a table of colours; what is not set in it keeps its default."""
    return {
        field.name: (Colour, Field(getattr(defaults, field.name), description=_DESCRIBED.get(field.name)))
        for field in fields_of(Palette)
    }


if TYPE_CHECKING:

    class LightTable(Section):
        """Made from the palette below."""

    class DarkTable(Section):
        """Made from the palette below."""

else:
    LightTable = create_model("LightTable", __base__=Section, **_keys(LIGHT))
    LightTable.__doc__ = "Colours by day, as `#rrggbb` or `#rgb`."
    DarkTable = create_model("DarkTable", __base__=Section, **_keys(DARK))
    DarkTable.__doc__ = "Colours where the reader's device is set to dark."


class DigestSection(Section):
    """How digests look and read."""

    logo: Annotated[Line, AfterValidator(_seen), AfterValidator(_logo)] = "Paper Route"
    """The name at the head of every digest."""
    footer: Annotated[Line, AfterValidator(_seen), AfterValidator(_footer)] = ""
    """A line at the foot: who runs this, and a postal address; may be empty."""
    sections: Annotated[tuple[SectionName, ...], Field(strict=False), AfterValidator(_each_once)] = (
        "interest",
        "trending",
        "different",
        "reading_list",
        "changed",
    )
    """Their order; each is named once."""
    locale: Annotated[Line, AfterValidator(_locale)] = "en-GB"
    """Language, dates and numbers for subscribers who have none of their own."""
    templates: OptionalPath = ""
    """Folder of your own templates and texts, which come before those that ship; empty for none."""
    light: LightTable = LightTable()
    """Colours by day."""
    dark: DarkTable = DarkTable()
    """Colours where the reader's device is set to dark."""

    @property
    def theme(self) -> Theme:
        """The theme that the keys spell out."""
        return Theme(
            logo=self.logo,
            footer=self.footer,
            sections=tuple(Part(part) for part in self.sections),
            light=Palette(**self.light.model_dump()),
            dark=Palette(**self.dark.model_dump()),
        )
