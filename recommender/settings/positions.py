"""Where in a TOML file each key and value stands.

`tomllib` gives values without places and reports only syntax errors; this walks the syntax tree of
tree-sitter and remembers a place for every path. It trusts that `tomllib` accepted the text, and
reads no values itself.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

Path = tuple[str | int, ...]
_KEYS = ("bare_key", "quoted_key", "dotted_key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Line and column, both from 1; columns count characters, not bytes."""

    line: int
    column: int


@dataclass(slots=True)
class Index:
    """Places of keys and values by path; `lengths` counts the tables of each `[[array]]` so far."""

    keys: dict[Path, Node] = field(default_factory=dict)
    values: dict[Path, Node] = field(default_factory=dict)
    lengths: dict[Path, int] = field(default_factory=dict)


class Positions:
    """Answers where a path of keys and indexes stands in one file."""

    def __init__(self, text: str) -> None:
        """Index `text`, which must be valid TOML."""
        source = text.encode()
        self._lines = source.split(b"\n")
        self._index = index_of(source)

    def value(self, path: Sequence[str | int]) -> Place:
        """Return the place of the value at `path`, or of the nearest table around it."""
        return self._nearest(tuple(path), self._index.values)

    def key(self, path: Sequence[str | int]) -> Place:
        """Return the place of the key at `path`: where it is written, not what it holds."""
        return self._nearest(tuple(path), self._index.keys)

    def _nearest(self, path: Path, first: dict[Path, Node]) -> Place:
        for end in range(len(path), 0, -1):
            node = first.get(path[:end]) or self._index.keys.get(path[:end])
            if node is not None:
                return self._place(node)
            first = self._index.values
        return Place(line=1, column=1)

    def _place(self, node: Node) -> Place:
        row, column = node.start_point
        before = self._lines[row][:column].decode(errors="replace")
        return Place(line=row + 1, column=len(before) + 1)


def index_of(source: bytes) -> Index:
    """Return where keys and values stand in `source`, which must be valid TOML in UTF-8."""
    index = Index()
    tree = Parser(Language(tree_sitter_toml.language())).parse(source)
    for node in tree.root_node.named_children:
        _read_statement(node, index)
    return index


def _read_statement(node: Node, index: Index) -> None:
    """Index a top-level pair, a `[table]` or an `[[array of tables]]`."""
    if node.type == "pair":
        _read_pair(node, (), index)
        return
    if node.type not in ("table", "table_array_element"):
        return
    path = _read_header(node, index)
    for child in node.named_children[1:]:
        if child.type == "pair":
            _read_pair(child, path, index)


def _read_header(node: Node, index: Index) -> Path:
    """Return the path a header opens; a table of an array gets its number."""
    path: Path = ()
    for name, _ in _names(node.named_children[0]):
        path = _inside(path, index)
        path += (name,)
        index.keys.setdefault(path, node)
    if node.type == "table_array_element":
        number = index.lengths.get(path, 0)
        index.lengths[path] = number + 1
        path += (number,)
    else:
        path = _inside(path, index)
    index.keys[path] = node
    return path


def _inside(path: Path, index: Index) -> Path:
    """Step into the newest table if `path` is an array of tables."""
    count = index.lengths.get(path)
    return path if count is None else (*path, count - 1)


def _read_pair(node: Node, path: Path, index: Index) -> None:
    """Index `key = value`, dotted keys included."""
    key, value = node.named_children[:2]  # a comment behind them may be the third
    for name, place in _names(key):
        path += (name,)
        index.keys.setdefault(path, place)
    _read_value(value, path, index)


def _read_value(node: Node, path: Path, index: Index) -> None:
    index.values[path] = node
    children = [child for child in node.named_children if child.type != "comment"]
    if node.type == "array":
        for number, child in enumerate(children):
            _read_value(child, (*path, number), index)
    elif node.type == "inline_table":
        for child in children:
            _read_pair(child, path, index)


def _names(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield the parts of a key from left to right; the tree nests dotted keys to the left."""
    parts: list[Node] = []
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.type == "dotted_key":
            waiting += [child for child in current.named_children if child.type in _KEYS]
        else:
            parts.append(current)
    for part in reversed(parts):
        text = (part.text or b"").decode(errors="replace")
        yield (_unquoted(text) if part.type == "quoted_key" else text, part)


def _unquoted(text: str) -> str:
    return next(iter(tomllib.loads(f"{text} = 0")))
