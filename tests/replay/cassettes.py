"""Recorded exchanges as vcrpy writes them: of YAML no more than its writer uses."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_KEY = re.compile(r"(\s*)([^\s'\"#][^:]*):(?: (.*))?$")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "e": "\x1b", "_": "\xa0", "N": "\x85"}
_PLAIN: Mapping[str, Any] = {"null": None, "~": None, "": None, "{}": {}, "[]": []}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and what was answered."""

    method: str
    url: str
    asked: bytes
    status: int
    body: bytes
    headers: Mapping[str, str]
    """Of the answer, names in small letters."""


def read_cassette(path: Path) -> Sequence[Exchange]:
    """Return the exchanges of one file; raise ValueError where it is not such a file."""
    tree = read_yaml(path.read_text("utf-8"))
    if not isinstance(tree, dict) or "interactions" not in tree:
        raise ValueError(f"{path} is no cassette")
    return [_exchange(entry["request"], entry["response"]) for entry in tree["interactions"]]


def read_yaml(text: str) -> Any:
    """Read block mappings and sequences of plain, quoted and binary scalars."""
    return _Reader(text.split("\n")).block(0)


def _exchange(request: Mapping[str, Any], response: Mapping[str, Any]) -> Exchange:
    """Join both halves; the writer called some keys of an answer differently in its older releases."""
    headers = {name.lower(): ", ".join(values) for name, values in response["headers"].items()}
    older = "status_code" in response
    return Exchange(
        method=request["method"],
        url=request["uri"],
        asked=_bytes(request["body"]),
        status=int(response["status_code"] if older else response["status"]["code"]),
        body=_bytes(response["content"] if older else response["body"]["string"]),
        headers=headers,
    )


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value or "").encode()


class _Reader:
    """A place in some lines."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0

    def block(self, indent: int) -> Any:
        """Read the mapping or sequence that starts here, `indent` spaces in."""
        if self._lines[self._at].startswith(f"{' ' * indent}- "):
            return self._sequence(indent)
        return self._mapping(indent)

    def _sequence(self, indent: int) -> list[Any]:
        found = []
        while self._here(indent, "- "):
            rest = self._lines[self._at][indent + 2 :]
            if _KEY.match(rest) and rest[0] not in "'\"":
                self._lines[self._at] = f"{' ' * (indent + 2)}{rest}"
                found.append(self._mapping(indent + 2))
            else:
                found.append(self._scalar(rest, indent))
        return found

    def _mapping(self, indent: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self._here(indent, "") and (key := _KEY.match(self._lines[self._at])):
            if len(key.group(1)) != indent or key.group(2).startswith("- "):
                break
            found[key.group(2)] = self._value((key.group(3) or "").strip(), indent)
        return found

    def _value(self, rest: str, indent: int) -> Any:
        """Read what stands behind a key, on its line or below."""
        if rest == "!!binary |":
            return self._binary(indent)
        if rest:
            return self._scalar(rest, indent)
        self._at += 1
        if self._here(indent, "- "):
            return self._sequence(indent)
        return self.block(indent + 2) if self._here(indent + 2, "") else None

    def _here(self, indent: int, start: str) -> bool:
        """Tell whether the line here stands exactly `indent` in and starts like this."""
        if self._at >= len(self._lines) or not self._lines[self._at].strip():
            return False
        line = self._lines[self._at]
        return line.startswith(" " * indent + start) and line[indent : indent + 1] not in ("", " ")

    def _binary(self, indent: int) -> bytes:
        self._at += 1
        start = self._at
        while self._at < len(self._lines) and self._lines[self._at].startswith(" " * (indent + 1)):
            self._at += 1
        return base64.b64decode("".join(self._lines[start : self._at]))

    def _scalar(self, rest: str, indent: int) -> Any:
        """Read a scalar whose first line is `rest`; what is deeper below goes on with it."""
        lines = [rest]
        self._at += 1
        if rest[:1] in ("'", '"'):
            while not _closed(lines, rest[0]):
                lines.append(self._lines[self._at])
                self._at += 1
            return _quoted(lines, rest[0])
        while self._at < len(self._lines) and self._lines[self._at].startswith(" " * (indent + 1)):
            lines.append(self._lines[self._at])
            self._at += 1
        plain = " ".join(line.strip() for line in lines)
        return _PLAIN.get(plain, plain)


def _closed(lines: list[str], mark: str) -> bool:
    """Tell whether a quoted scalar ends with the last line; every line is looked at once."""
    last = re.sub(r"\\.", "", lines[-1]) if mark == '"' else lines[-1]
    count = last.count(mark) - (len(lines) == 1)
    return count % 2 == 1 and last.rstrip().endswith(mark)


def _quoted(lines: list[str], mark: str) -> str:
    lines = [lines[0][1:], *lines[1:]]
    lines[-1] = lines[-1].rstrip()[:-1]
    if mark == "'":
        return _folded(lines, "").replace("''", "'")
    return _ESCAPE.sub(_unescaped, _folded(lines, "\\"))


def _folded(lines: list[str], joint: str) -> str:
    """Join lines: a break is a space, an empty line is a break, a line that ends in `joint` goes on."""
    text, empty = lines[0], 0
    for number, line in enumerate(lines[1:], start=1):
        if not line.strip() and number < len(lines) - 1:
            empty += 1
            continue
        tail = len(text) - len(text.rstrip("\\"))
        if joint and tail % 2:
            text = text[:-1] + "\n" * empty + line.lstrip()
        else:
            text = text.rstrip(" ") + ("\n" * empty or " ") + line.lstrip()
        empty = 0
    return text


def _unescaped(found: re.Match[str]) -> str:
    code = found.group(1)
    if len(code) > 1:
        return chr(int(code[1:], 16))
    return _ESCAPED.get(code, code)
