"""The templates of the mail: no words of their own, no colours of their own."""

import re
from pathlib import Path

import pytest

from tests.paths import REPOSITORY

FOLDER = REPOSITORY / "templates"
MAIL = sorted([*FOLDER.glob("*.html"), *FOLDER.glob("*.txt")])
_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_MARKUP = re.compile(r"<style>.*?</style>|<!--.*?-->|<[^<>]*>", re.DOTALL)
_ATTRIBUTE = re.compile(r"\s(?:aria-label|alt|title)=\"([^\"]*)\"")
_STRING = re.compile(r"\"([^\"]*)\"")
_COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl)a?\(|color:\s*[a-z]|(?:background|border)[^;]*\b(?:black|white|red|gr[ea]y)\b"
)


@pytest.mark.parametrize("path", MAIL, ids=lambda path: str(path.name))
def test_words_come_from_the_catalogue(path: Path) -> None:
    """What stands in a template outside of code and markup has no letters; neither have names for buttons."""
    source = path.read_text(encoding="utf-8")
    bare = _CODE.sub("", source)
    assert not re.search(r"[^\W\d_]", _MARKUP.sub("", bare.replace(' dir=""', "").replace("&nbsp;", "")))
    assert not re.search(r"[^\W\d_]", "".join(_ATTRIBUTE.findall(bare)))


@pytest.mark.parametrize("path", MAIL, ids=lambda path: str(path.name))
def test_code_holds_no_words(path: Path) -> None:
    """Texts in code are keys, names and marks: none begins large or is several words."""
    source = path.read_text(encoding="utf-8")
    code = [found for found in _CODE.findall(source) if not found.startswith("{#")]
    texts = [text for found in code for text in _STRING.findall(found)]
    assert not [text for text in texts if re.search(r"[A-Z]|[a-z] [a-z]", text)]


@pytest.mark.parametrize("path", MAIL, ids=lambda path: str(path.name))
def test_colours_come_from_the_theme(path: Path) -> None:
    """No colour is written in a template."""
    source = _CODE.sub("", path.read_text(encoding="utf-8"))
    assert not _COLOUR.search(source)
