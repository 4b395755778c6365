"""A catalogue whose every text is in brackets, and what of a digest stands outside of them.

Only what lies between gaps is bracketed, so that a text that somebody writes into a gap is seen as well.
"""

import json
import re
import tomllib
from html.parser import HTMLParser
from urllib.parse import unquote

from recommender.digest.catalogue import Catalogue, Entry, catalogue
from recommender.digest.words import Wording
from tests.paths import REPOSITORY

FOLDER = REPOSITORY / "templates" / "words"
_GAP = re.compile(r"(\{[a-z_]+\})")
_BRACKETED = re.compile(r"⟦[^⟦⟧]*(?:⟧|…)")
_LINK = re.compile(r"(?:https?|mailto):\S+")
_SUBJECT = re.compile(r"mailto:\S+?\?subject=([^&\s]+)")
_TOKEN = re.compile(r"\[pr:[a-z]:\S+\]")
_SHOWN = ("aria-label", "alt", "title")


class Listening(dict[str, Entry]):
    """Entries that know which of them were said."""

    def __init__(self, entries: dict[str, Entry]) -> None:
        """Nothing is said yet."""
        super().__init__(entries)
        self.heard: set[str] = set()

    def __getitem__(self, key: str) -> Entry:
        """Return a text and remember its key."""
        self.heard.add(key)
        return super().__getitem__(key)


def shipped(language: str = "en") -> Catalogue:
    """Return a catalogue that ships."""
    return catalogue(language, tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8")))


def pseudo() -> tuple[Wording, Listening]:
    """Return words whose every text is in brackets, and the entries, which listen."""
    entries = Listening({key: _bracketed(entry) for key, entry in shipped().entries.items()})
    return Wording({"en": Catalogue("en", entries)}), entries


def pseudo_toml() -> str:
    """Return the texts in brackets as an operator's own file of texts."""
    lines = []
    for key, entry in shipped().entries.items():
        if isinstance(entry, str):
            lines.append(f"{key} = {json.dumps(_text(entry), ensure_ascii=False)}")
        else:
            lines += [
                f"{key}.{form} = {json.dumps(_text(text), ensure_ascii=False)}"
                for form, text in entry.items()
            ]
    return "\n".join(lines) + "\n"


def bracketed(text: str) -> int:
    """Return how many pieces stand in brackets."""
    return len(_BRACKETED.findall(" ".join(text.split())))


def _bracketed(entry: Entry) -> Entry:
    if not isinstance(entry, str):
        return {form: _text(text) for form, text in entry.items()}
    return _text(entry)


def _text(text: str) -> str:
    pieces = _GAP.split(text)
    return "".join(piece if _GAP.fullmatch(piece) or not piece.strip() else f"⟦{piece}⟧" for piece in pieces)


def outside(text: str) -> str:
    """Return what a reader sees outside of brackets: links are left out but for the subjects of mails."""
    subjects = " ".join(_TOKEN.sub("", unquote(found)) for found in _SUBJECT.findall(text))
    return _BRACKETED.sub(" ", " ".join(_LINK.sub("", text).split()) + " " + subjects)


def of_page(html: str) -> str:
    """Return what a reader of a page sees or hears outside of brackets."""
    reader = _Reader()
    reader.feed(html)
    return " ".join(outside(piece) for piece in reader.pieces)


class _Reader(HTMLParser):
    """Collects texts, spoken attributes and links."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._skipped += tag == "style"
        self.pieces += [value for name, value in attrs if name in _SHOWN and value]
        self.pieces += [value for name, value in attrs if name == "href" and value]

    def handle_endtag(self, tag: str) -> None:
        self._skipped -= tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.pieces.append(data)
