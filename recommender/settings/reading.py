"""Reads one TOML file, or says in one `Problem` why it cannot be read.

Accepts a UTF-8 byte order mark and any line ends. Looks at the file's form only; what the keys mean
is the models' business.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from recommender.domain.errors import Problem
from recommender.settings.positions import Place, Positions

_LARGEST = 16 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_LINE_HINTS = (
    (
        re.compile(r"=\s*\d{1,2}:\d{2}\b", re.ASCII),
        "any",
        'write a time of day in quotes, like at = "07:30"',
    ),
    (re.compile("[“”„‘’]"), "any", "use straight quotes"),
    (
        re.compile(r"=\s*(True|False|TRUE|FALSE|yes|no|on|off)\b"),
        "any",
        "write true or false, in small letters",
    ),
    (re.compile(r"^\s*[\w.-]+\s*:"), "any", "write key = value, with an equals sign"),
    (re.compile(r"=\s*[A-Za-z/~@]"), "value", "put text in quotes"),
)
_REASON_HINTS = (
    ("overwrite a value", "the same key stands twice: keep one"),
    ("twice", "the same table stands twice: join the two, or write [[…]] for a list of tables"),
    ("hex value", r"write \\ for a backslash, or put the text in single quotes"),
    ("escape", r"write \\ for a backslash, or put the text in single quotes"),
    ("illegal character", "close the quotes on the same line"),
    ("unterminated", "close the quotes"),
    ("expected \"'", "close the quotes"),
    ("']'", "close the bracket"),
    ("unclosed array", "close the list with ]"),
    ("unclosed inline", "close the table with }"),
    ("'='", "write key = value"),
    ("invalid value", "write a value after the equals sign; text goes in quotes"),
    ("newline or end", "one key a line; text goes in quotes"),
)


@dataclass(frozen=True, kw_only=True)
class Document:
    """One file: where it is, how it is named to people, its text and its values."""

    path: Path
    shown: str
    text: str
    data: dict[str, object]

    @cached_property
    def positions(self) -> Positions:
        """Places of keys and values; made only when something is to be said about one."""
        return Positions(self.text)

    def problem(self, place: Place, message: str, fix: str, *, severity: str = "error") -> Problem:
        """Build a problem at a place in this file."""
        return Problem(self.shown, place.line, place.column, message, fix, severity)


def read_document(path: Path, shown: str) -> Document | Problem:
    """Read and parse a TOML file; `shown` is its name in messages."""
    content = _content(path, shown)
    if isinstance(content, Problem):
        return content
    text = _text(content, shown)
    if isinstance(text, Problem):
        return text
    try:
        data = tomllib.loads(text)
    except RecursionError:
        return Problem(shown, 1, 1, "lists or tables are nested too deep", "write it flatter")
    except ValueError as error:
        return _syntax_problem(text, shown, str(error))
    return Document(path=path, shown=shown, text=text, data=data)


def _content(path: Path, shown: str) -> bytes | Problem:
    try:
        if path.is_dir():
            return Problem(shown, 1, 1, "this is a folder, not a file", "name the .toml file in it")
        if not path.exists():
            return Problem(shown, 1, 1, "there is no such file", "`paperroute init` writes one to start from")
        if not path.is_file():
            return Problem(shown, 1, 1, "this is not a regular file", "name a .toml file")
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name cannot be used"
        return Problem(shown, 1, 1, f"the file cannot be read: {reason}", "check its name and permissions")
    if len(content) > _LARGEST:
        return Problem(shown, 1, 1, f"the file is larger than {_LARGEST >> 20} MiB", "split it")
    return content


def _text(content: bytes, shown: str) -> str | Problem:
    save = "save it as UTF-8"
    if content.startswith(_UTF16):
        return Problem(shown, 1, 1, "the file is UTF-16", save)
    content = content.removeprefix(_BOM)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(errors="replace")
        place = _place_after(before)
        byte = content[error.start]
        return Problem(shown, place.line, place.column, f"byte 0x{byte:02X} is not UTF-8", save)
    if "\0" in text:
        place = _place_after(text[: text.index("\0")])
        return Problem(shown, place.line, place.column, "the file holds a NUL character", save)
    return text.replace("\r\n", "\n")


def _place_after(before: str) -> Place:
    line = before.count("\n") + 1
    return Place(line=line, column=len(before) - (before.rfind("\n") + 1) + 1)


def _syntax_problem(text: str, shown: str, message: str) -> Problem:
    match = _PLACE.search(message)
    reason = _PLACE.sub("", message)
    reason = f"{reason[:1].lower()}{reason[1:]}"
    if match and match[1]:
        place = Place(line=int(match[1]), column=int(match[2]))
    else:
        place = _place_after(text.rstrip())
    line = text.split("\n")[place.line - 1] if text else ""
    if "overwrite" in reason or "twice" in reason:
        place = Place(line=place.line, column=len(line) - len(line.lstrip()) + 1)
    return Problem(shown, place.line, place.column, f"not valid TOML: {reason}", _syntax_fix(reason, line))


def _syntax_fix(reason: str, line: str) -> str:
    repeated = "overwrite" in reason or "twice" in reason
    for pattern, when, fix in _LINE_HINTS:
        if not repeated and (when == "any" or when in reason) and pattern.search(line):
            return fix
    lowered = reason.lower()
    return next((fix for part, fix in _REASON_HINTS if part in lowered), "see https://toml.io for the rules")
