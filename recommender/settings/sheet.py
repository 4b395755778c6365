"""Changes single values in a TOML file and leaves every other byte of it alone.

The places come from the syntax tree. An array over several lines keeps its comments: what stays is
moved with the comments above it and behind it, what goes takes the one behind it along.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from tree_sitter import Node

from recommender.settings.positions import Path, index_of
from recommender.settings.toml_values import Value, inline, line, written

_INDENT = b" \t"


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Bytes from `start` to `end` become `text`."""

    start: int
    end: int
    text: bytes


def carried_out(source: bytes, edits: Iterable[Edit]) -> bytes:
    """Return the text after those edits that do not overlap an earlier one; the others are left out."""
    parts: list[bytes] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start >= done:
            parts += [source[done : edit.start], edit.text]
            done = edit.end
    return b"".join([*parts, source[done:]])


class Sheet:
    """One text of TOML, UTF-8 without a byte order mark; every method returns what to change in it."""

    def __init__(self, source: bytes) -> None:
        """Index `source`, which must be valid TOML."""
        self.source = source
        self._index = index_of(source)
        self._newline = b"\r\n" if b"\r\n" in source else b"\n"

    def set(self, table: Path, key: str, value: Value) -> Edit:
        """Return the edit that gives a table's key a value; a new key comes last among its keys."""
        node = self._index.values.get((*table, key))
        if node is None:
            return self._new_pair(table, line(key, value))
        if node.type == "array" and not isinstance(value, bool | int | float | str):
            return self._array(node, _kept(self._entries(node), list(value)))
        return Edit(node.start_byte, node.end_byte, written(value).encode())

    def add(self, array: Path, values: Mapping[str, Value]) -> Edit:
        """Return the edit that adds a table to an array of tables, in the way its others are written.

        `array` ends in the name of the array; the table around it must exist.
        """
        node = self._index.values.get(array)
        if node is not None:
            return self._array(node, [*range(len(_elements(node))), inline(values)])
        if self._header(array[:-1]) is None:
            return self._new_pair(array[:-1], f"{array[-1]} = [{inline(values)}]")
        return self._block(array, values)

    def holds(self, array: Path) -> bool:
        """Tell whether an array is written as a value, not as tables of their own."""
        return array in self._index.values

    def append(self, text: str) -> Edit:
        """Return the edit that adds lines at the end, behind a blank one."""
        blank = [b""] if self.source.strip() else []
        lines = text.rstrip("\n").split("\n")
        return self._lines(len(self.source), [*blank, *(entry.encode() for entry in lines)])

    def remove(self, table: Path) -> Edit:
        """Return the edit that takes a table out of its array; comments outside of it stay."""
        header = self._header(table)
        if header is None:
            node = self._index.values[table[:-1]]
            return self._array(node, [at for at in range(len(_elements(node))) if at != table[-1]])
        start = self._line_start(header.start_byte)
        end = self._line_end(_last(header).end_byte)
        # Of two blank lines around what goes, one is enough.
        before = self._line_start(max(0, start - 1))
        if start and not self.source[before:start].strip() and not self._following(end).strip():
            start = before
        return Edit(start, end, b"")

    def _header(self, table: Path) -> Node | None:
        """Return the table that a header of its own opens."""
        node = self._index.keys.get(table)
        return node if node is not None and node.type in ("table", "table_array_element") else None

    def _new_pair(self, table: Path, text: str) -> Edit:
        header = self._header(table)
        if header is None:
            pair = self._index.values[table].named_children[-1]
            return Edit(pair.end_byte, pair.end_byte, f", {text}".encode())
        last = _last(header)
        indent = self._indent(last.start_byte)
        return self._lines(self._line_end(last.end_byte), [indent + text.encode()])

    def _block(self, array: Path, values: Mapping[str, Value]) -> Edit:
        """Add `[[array]]` behind the last table of the one around it."""
        owner, size = array[:-1], len(array)
        mine = [
            node
            for path, node in self._index.keys.items()
            if path[: len(owner)] == owner and node.type == "table_array_element"
        ]
        siblings = [
            node for path, node in self._index.keys.items() if path[:size] == array and len(path) == size + 1
        ]
        end = self._line_end(max(_last(node).end_byte for node in mine))
        indent = self._indent((siblings or mine)[-1].start_byte)
        name = ".".join(str(part) for part in array if isinstance(part, str))
        lines = [f"[[{name}]]", *(line(key, value) for key, value in values.items())]
        return self._lines(end, [b"", *(indent + text.encode() for text in lines)])

    def _lines(self, at: int, lines: Sequence[bytes]) -> Edit:
        """Insert whole lines where one begins, or at the end of a file that ends within a line."""
        if at and not self.source[:at].endswith(b"\n"):
            return Edit(at, at, b"".join(self._newline + text for text in lines))
        return Edit(at, at, b"".join(text + self._newline for text in lines))

    def _array(self, node: Node, wanted: Sequence[int | str]) -> Edit:
        """Make an array hold some of its elements, by number, and new ones, as TOML text."""
        texts = [bytes(element.text or b"") for element in _elements(node)]
        new = [texts[entry] if isinstance(entry, int) else entry.encode() for entry in wanted]
        if b"\n" not in bytes(node.text or b""):
            inside = bytes(node.text or b"")[1:-1]
            pad = b" " if new and inside.strip() and inside[:1] in (b" ", b"\t") else b""
            return Edit(node.start_byte, node.end_byte, b"[" + pad + b", ".join(new) + pad + b"]")
        rows = self._rows(node)
        indent = self._element_indent(node)
        kept = [entry for entry in wanted if isinstance(entry, int)]
        parts = [b"[" + rows.head + self._newline]
        told = 0
        for entry, text in zip(wanted, new, strict=True):
            tail = b""
            if isinstance(entry, int):
                parts += self._comments(rows.above[told : entry + 1], indent)
                told, tail = entry + 1, rows.behind.get(entry, b"")
            else:  # what is new comes in the place of what went
                stays = min((old for old in kept if old >= told), default=len(texts))
                parts += self._comments(rows.above[told:stays], indent)
                told = stays
            parts.append(indent + text + b"," + tail + self._newline)
        parts += self._comments(rows.above[told:], indent)
        parts.append(self._indent(node.start_byte) + b"]")
        return Edit(node.start_byte, node.end_byte, b"".join(parts))

    def _comments(self, groups: Iterable[Sequence[bytes]], indent: bytes) -> list[bytes]:
        return [indent + comment + self._newline for group in groups for comment in group]

    def _rows(self, node: Node) -> "_Rows":
        """Return the comments of an array: behind an element on its line, else above the next element."""
        rows = _Rows(above=[[]])
        last_line = node.start_point[0]
        for child in node.named_children:
            if child.type != "comment":
                rows.above.append([])
                last_line = child.end_point[0]
                continue
            text = self._with_gap(child)
            count = len(rows.above) - 1
            if child.start_point[0] != last_line:
                rows.above[-1].append(text.strip())
            elif count:
                rows.behind[count - 1] = text
            else:
                rows.head = text
        return rows

    def _with_gap(self, comment: Node) -> bytes:
        """Return a comment with the blanks before it."""
        line = self.source[self._line_start(comment.start_byte) : comment.start_byte]
        return line[len(line.rstrip(_INDENT)) :] + bytes(comment.text or b"")

    def _element_indent(self, node: Node) -> bytes:
        """Return the indent of the first element that begins a line."""
        for element in _elements(node):
            start = self._line_start(element.start_byte)
            if not self.source[start : element.start_byte].strip():
                return self.source[start : element.start_byte]
        return self._indent(node.start_byte) + b"  "

    def _entries(self, node: Node) -> list[object]:
        """Return the values of an array's elements."""
        return [_value(bytes(element.text or b"")) for element in _elements(node)]

    def _indent(self, at: int) -> bytes:
        text = self.source[self._line_start(at) : at]
        return text[: len(text) - len(text.lstrip(_INDENT))]

    def _line_start(self, at: int) -> int:
        return self.source.rfind(b"\n", 0, at) + 1

    def _line_end(self, at: int) -> int:
        """Return where the next line begins, or where the file ends."""
        return self.source.find(b"\n", at) + 1 or len(self.source)

    def _following(self, at: int) -> bytes:
        return self.source[at : self._line_end(at)]


@dataclass(slots=True)
class _Rows:
    """Comments of an array: those above each element and above its end, and those behind one."""

    above: list[list[bytes]]
    behind: dict[int, bytes] = field(default_factory=dict)
    head: bytes = b""


def _last(header: Node) -> Node:
    """Return the last pair of a table, or its header line."""
    pairs = [child for child in header.named_children if child.type == "pair"]
    return pairs[-1] if pairs else header.named_children[0]


def _elements(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"]


def _value(text: bytes) -> object:
    return tomllib.loads(f"v = {text.decode()}")["v"]


def _kept(old: Sequence[object], new: Sequence[str]) -> list[int | str]:
    """Return a new list in terms of the old one: the number of what stays, the text of what is new."""
    plan: list[int | str] = []
    keys = [repr(entry) for entry in old]
    for act, start, end, first, last in SequenceMatcher(
        None, keys, list(map(repr, new)), False
    ).get_opcodes():
        plan += range(start, end) if act == "equal" else [written(entry) for entry in new[first:last]]
    return plan
