"""Every sentence of a digest in one place: texts by key, with named gaps and plural forms.

`templates/words/en.toml` is the catalogue that ships; one of another language, or some texts of one, may
stand in the operator's own folder. A gap is `{name}` and nothing more: no attributes, no formats.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from babel import Locale

PLURALS = ("zero", "one", "two", "few", "many", "other")
"""Plural forms (CLDR); `other` must be there, which of the rest a language has is its own affair."""
_GAP = re.compile(r"\{([a-z_]+)\}")
_STRAY = re.compile(r"[{}]")

Entry = str | Mapping[str, str]
"""A text, or texts by plural form, chosen by the gap `number`."""


class CatalogueFault(ValueError):
    """A catalogue that cannot be used; the message names the key."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language by key, `summary.chosen`."""

    language: str
    """As in `lang` of HTML: `en`."""
    entries: Mapping[str, Entry] = field(repr=False)

    def say(self, key: str, plural: str, values: Mapping[str, str]) -> str:
        """Return the text of `key`, its gaps filled; `plural` is the form where there are several.

        Raises KeyError for a key that is not there and for a gap without a value.
        """
        entry = self.entries[key]
        text = entry if isinstance(entry, str) else entry.get(plural, entry["other"])
        return _GAP.sub(lambda gap: values[gap[1]], text)


def catalogue(language: str, tables: Mapping[str, object], over: Catalogue | None = None) -> Catalogue:
    """Return the catalogue that nested `tables` (of a TOML file) spell out, laid over another one.

    Raises CatalogueFault for a key that the other one does not have, for what is no text, for a stray
    brace, and for a gap that the other text has not: nothing would fill it.
    """
    entries = dict(_flat(tables))
    for key, entry in entries.items():
        _check(key, entry)
        if over is not None:
            if key not in over.entries:
                raise CatalogueFault(f"{key}: there is no such text")
            if strange := sorted(gaps(entry) - gaps(over.entries[key])):
                raise CatalogueFault(f"{key}: nothing fills {{{strange[0]}}}")
    return Catalogue(language, {**over.entries, **entries} if over else entries)


def gaps(entry: Entry) -> frozenset[str]:
    """Return the names of the gaps of an entry, in whatever plural form."""
    texts = [entry] if isinstance(entry, str) else entry.values()
    return frozenset(name for text in texts for name in _GAP.findall(text))


def plural_of(locale: Locale, number: float) -> str:
    """Return the plural form that a language uses with a number."""
    return str(locale.plural_form(number))


def _flat(tables: Mapping[str, object], prefix: str = "") -> list[tuple[str, Entry]]:
    found: list[tuple[str, Entry]] = []
    for name, value in tables.items():
        key = f"{prefix}{name}"
        if isinstance(value, str):
            found.append((key, value))
        elif not isinstance(value, Mapping):
            raise CatalogueFault(f"{key}: must be text")
        elif value.keys() <= set(PLURALS) and "other" in value:
            found.append((key, {form: _text(key, text) for form, text in value.items()}))
        else:
            found += _flat(value, f"{key}.")
    return found


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise CatalogueFault(f"{key}: must be text")
    return value


def _check(key: str, entry: Entry) -> None:
    for text in [entry] if isinstance(entry, str) else entry.values():
        if _STRAY.search(_GAP.sub("", text)):
            raise CatalogueFault(f"{key}: a brace that is no {{gap}}")
