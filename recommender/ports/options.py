"""The words in which a kind of source says what a `[[source]]` table may hold.

A source declares its options as a frozen dataclass; whoever reads the configuration checks a table
against it. The two do not know each other, so what both must understand stands here: forms of text,
bounds, and faults that only several values together have.

An option is a `bool`, `int`, `float`, `str`, a `Literal`, or a `tuple[…, ...]` of these. A plain `str` is
one line. An option without a default must be given; a list without one must hold something. The string
below an option is its description in the manual and in editors.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Protocol


class Form(StrEnum):
    """What a text is; the reader of the configuration knows how each is checked."""

    LINE = "line"
    WORDS = "words"
    WEB_URL = "web-url"
    FEED_URL = "feed-url"
    HOST = "host"
    CATEGORY = "category"
    READER = "reader"
    SECRET = "secret"  # noqa: S105 the name of a form


@dataclass(frozen=True, slots=True)
class Between:
    """Bounds of a number, both included."""

    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A regular expression that all of a text must match, and what is said where it does not."""

    expression: str
    wrong: str
    """Follows the text that was given: `is not a library of Zotero`."""
    fix: str


@dataclass(frozen=True, slots=True)
class Key:
    """The name of an option in the file, where that is a word of Python."""

    name: str


@dataclass(frozen=True, slots=True)
class Example:
    """A value as it stands in the file, shown where the option is missing."""

    toml: str


Line = Annotated[str, Form.LINE]
"""One line of text, may be empty."""
Words = Annotated[str, Form.WORDS]
"""One line of text, not empty."""
WebUrl = Annotated[str, Form.WEB_URL]
"""An http or https address without a query; comes without a closing slash."""
FeedUrl = Annotated[str, Form.FEED_URL]
"""An http or https address that may have a query."""
Host = Annotated[str, Form.HOST]
"""A host name or IP address, of which all ports are meant or the one that follows."""
Category = Annotated[str, Form.CATEGORY]
"""An arXiv category code."""
Reader = Annotated[str, Form.READER]
"""Address or id of a subscriber; the file must declare them."""
Secret = Annotated[str, Form.SECRET]
"""Never shown. `<key>_file` is a key too, for a file whose first line is the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with several options together, what to do, and the key that is to blame."""

    message: str
    fix: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """What all sources share; every kind adds its own, and a `base_url` for mirrors and replays."""

    name: Line = ""
    """Name in reports; the type when empty. Two sources need two names."""
    allow_hosts: tuple[Host, ...] = ()
    """Hosts that may be asked although they are on this machine or the local network (a mirror, a replay)."""

    def faults(self) -> Iterable[Fault]:
        """Return what no single option shows; each value by itself is sound already."""
        return ()


class Kind(Protocol):
    """One kind of source, as far as the reader of the configuration must know it."""

    @property
    def word(self) -> str:
        """Return its name in the file: what `type` says."""
        ...

    @property
    def options(self) -> type[SourceOptions]:
        """Return what its table may hold."""
        ...
