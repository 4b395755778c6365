"""What a feed of unknown origin may be before feedparser sees it: no DOCTYPE, no depth, no masses.

feedparser takes whatever it gets, in memory and in time; so its input is bounded, and so are its encodings:
in some of them the bytes of a tag do not look like one.
"""

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.parsers.expat import ExpatError, ParserCreate  # nosec: it only counts depth, entities are refused before

from recommender.domain.errors import SourceMalformed
from recommender.domain.papers import Refused
from recommender.sources.markup import excess, narrowed
from recommender.sources.sieve import MOST_ENTRIES

_LARGEST = 4 * 1024 * 1024
_TAGS = 300_000
_REFERENCES = 400_000
_DEPTH = 64
_OPEN = 20_000
_STEP = re.compile(rb"</|/>|<[A-Za-z_:\x80-\xff]")
_DECLARATION = re.compile(rb"<!\s*(?:doctype|entity)", re.IGNORECASE)
_WEB_PAGE = re.compile(rb"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_ENTRY = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)(?=[\s>])")
_END = re.compile(rb"</(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)\s*>")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([^"']{1,60})["']""", re.IGNORECASE)
_EBCDIC = "<?xm".encode("cp037")
_SOUND = re.compile(
    "ascii|utf-8(-sig)?|utf-(16|32)(-[bl]e)?|iso8859-\\d+|latin-1|cp125\\d|cp(437|850|852|866|874|932|949|950)"
    "|koi8-[rtu]|gb2312|gbk|gb18030|big5(hkscs)?|shift_jis|euc_(jp|kr)|johab|mac-[a-z-]+|tis-620|kz1048|ptcp154"
)
"""Python's names of encodings in which ASCII is ASCII (or every other byte of it)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedBytes:
    """A feed that may be parsed."""

    body: bytes
    left: Sequence[Refused] = ()
    """Says so where the end of the feed was left out."""

    def entries(self) -> Sequence[bytes]:
        """Return the bytes of the entries, as far as they can be told apart."""
        starts = [match.start() for match in _ENTRY.finditer(self.body)]
        return [self._entry(start, end) for start, end in zip(starts, [*starts[1:], None], strict=True)]

    def _entry(self, start: int, end: int | None) -> bytes:
        closed = _END.search(self.body, start, len(self.body) if end is None else end)
        return self.body[start : closed.end() if closed else end]


def checked(body: bytes, source: str, place: str) -> FeedBytes:
    """Return what of a feed is read; raise SourceMalformed where nothing of it may be.

    UTF-16 and UTF-32 are looked through by dropping NULs.
    """
    narrow = narrowed(body)
    if fault := _fault(narrow):
        raise SourceMalformed(source, place, fault)
    cut = _cut(narrow)
    if cut is None:
        return FeedBytes(body=body)
    if not cut or narrow is not body:
        raise SourceMalformed(source, place, f"it is larger than {_LARGEST // 1024 // 1024} MiB")
    reason = f"only the first {MOST_ENTRIES:,} entries and {_LARGEST // 1024 // 1024} MiB of a feed are read"
    return FeedBytes(body=body[:cut], left=[Refused(place=place, reason=reason)])


def _fault(narrow: bytes) -> str:
    """Say why a feed must not reach the parser; empty where it may."""
    if not narrow.strip():
        return "this is empty, not a feed"
    if _WEB_PAGE.search(narrow[:2_000]):
        return "this is a web page, not a feed; use the address of the feed itself"
    if _DECLARATION.search(narrow):
        return "it declares a document type or entities, which is not read"
    return _fault_of_encoding(narrow) or excess(narrow, tags=_TAGS) or _fault_of_shape(narrow)


def _fault_of_shape(narrow: bytes) -> str:
    """Refuse what would cost feedparser too much."""
    if narrow.count(b"&") > _REFERENCES:
        return f"it has more than {_REFERENCES:,} references to characters"
    if max(_depth(narrow, "utf-8"), _depth(narrow, "iso-8859-1")) > _DEPTH:
        return f"its elements are nested deeper than {_DEPTH}"
    return f"more than {_OPEN:,} of its tags are never closed" if _open(narrow) > _OPEN else ""


def _fault_of_encoding(narrow: bytes) -> str:
    """Refuse encodings that can hide markup; one that does not exist is left to the parser's guess.

    feedparser believes the last encoding named on the first line, however long that line is.
    """
    if narrow.startswith(_EBCDIC):
        return "its encoding is not read"
    for declared in _ENCODING.finditer(narrow.partition(b"\n")[0]):
        shown = declared.group(1).decode("latin-1")
        try:
            name = codecs.lookup(shown.strip()).name
        except (LookupError, ValueError):
            continue
        if not _SOUND.fullmatch(name):
            return f"its encoding {shown!r} is not read"
    return ""


def _cut(narrow: bytes) -> int | None:
    """Return where to end a feed that is too long, None for one that is not; 0 where it has no such place."""
    last = 0
    for number, match in enumerate(_ENTRY.finditer(narrow)):
        if number >= MOST_ENTRIES or match.start() > _LARGEST:
            return last if match.start() > _LARGEST else match.start()
        last = match.start()
    return None if len(narrow) <= _LARGEST else last


def _open(narrow: bytes) -> int:
    """Return how many tags are open at once at most, in a feed that may be no XML at all."""
    deepest = depth = 0
    if narrow.count(b"<") > _OPEN:
        for tag in _STEP.finditer(narrow):
            depth += 1 if tag[0][1:] not in (b"/", b">") else -1
            deepest = max(deepest, depth)
    return deepest


def _depth(narrow: bytes, encoding: str) -> int:
    """Return how deep the elements go, as far as the XML is sound; stops counting past the limit."""
    deepest = depth = 0

    def opened(_tag: str, _attributes: Mapping[str, str]) -> None:
        nonlocal deepest, depth
        depth += 1
        deepest = max(deepest, depth)
        if deepest > _DEPTH:
            raise RecursionError

    def closed(_tag: str) -> None:
        nonlocal depth
        depth -= 1

    parser = ParserCreate(encoding)
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    try:
        parser.Parse(narrow, True)
    except (ExpatError, RecursionError, ValueError):
        return deepest
    return deepest
