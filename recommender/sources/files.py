"""Saved files of any kind this product reads, told apart by what is in them.

The name of a file only decides where the content leaves it open. Files are read once, in pieces,
packed ones too, and never further than a bound.
"""

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path

from recommender.domain.errors import SourceMalformed
from recommender.domain.papers import PaperPage
from recommender.sources.arxiv_abs import is_abs, parse_abs
from recommender.sources.arxiv_parse import parse_announcements, parse_oai, parse_query
from recommender.sources.bibliography import is_bibliography, parse_bibliography
from recommender.sources.biorxiv_parse import is_details, parse_details
from recommender.sources.daily_papers import Sheet, daily_papers
from recommender.sources.feed import parse_feed
from recommender.sources.inflate import Damaged, TooLarge, bounded, inflated
from recommender.sources.json_feed import is_json_feed, json_feed
from recommender.sources.jsonl import LONGEST_LINE, parse_jsonl
from recommender.sources.listing import is_listing, parse_listing
from recommender.sources.text import decode
from recommender.sources.zotero import is_library, library_json

ACCEPTED = (
    "saved listing pages (.txt), daily-papers JSON, answers of bioRxiv, arXiv Atom, RSS and OAI-PMH XML, "
    "arXiv metadata (.abs), RSS, Atom and JSON feeds, JSON lines (.jsonl, .jsonl.gz), BibTeX, RIS, EndNote, "
    "PubMed, Web of Science, Zotero and CSL JSON"
)
_SOURCE = "file"
_PIECE = 1024 * 1024
_HEAD = 8 * 1024
_WHOLE_LIMIT = 64 * 1024 * 1024
"""Bytes of formats that must be read as a whole."""
_STREAM_LIMIT = 4 * 1024 * 1024 * 1024
"""Unpacked bytes of formats that are read line by line."""
_LINE_SUFFIXES = frozenset({".jsonl", ".ndjson"})
_Reader = Callable[[bytes, str, datetime], PaperPage]


def read_file(path: Path, now: datetime, *, bare: bool = False) -> Iterator[PaperPage]:
    """Yield the papers of one file; `now` is when counts without a date were taken.

    With `bare` an id without a title, in a library or a plain list, is a paper too. Raises
    SourceMalformed that names the file and what to do: it is missing, unreadable, damaged, too large,
    or of no format in ACCEPTED.
    """
    place = str(path)
    if not path.exists():
        raise SourceMalformed(_SOURCE, place, "there is no such file; check the path")
    if path.is_dir():
        raise SourceMalformed(_SOURCE, place, "this is a folder; name the files in it")
    try:
        with closing(_pieces(path)) as pieces:
            yield from _pages(pieces, path, now, bare=bare)
    except OSError as error:
        reason = f"it cannot be read ({error.strerror or error}); check its permissions"
        raise SourceMalformed(_SOURCE, place, reason) from error
    except Damaged as error:
        raise SourceMalformed(_SOURCE, place, f"{error}; fetch the file again") from error
    except TooLarge as error:
        raise SourceMalformed(_SOURCE, place, "it is larger than this program reads; split it") from error


def _pieces(path: Path) -> Generator[bytes, None, None]:
    """Yield the content, unpacked if it is gzip whatever the name says."""
    with path.open("rb") as file:  # closed with the generator
        first = file.read(_PIECE)
        packed = chain([first], iter(lambda: file.read(_PIECE), b""))
        yield from bounded(inflated(packed) if first.startswith(b"\x1f\x8b") else packed, _STREAM_LIMIT)


def _pages(pieces: Iterator[bytes], path: Path, now: datetime, *, bare: bool) -> Iterator[PaperPage]:
    """Look at the start, then choose between reading line by line and reading as a whole."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= _HEAD:
            break
    place = str(path)
    if _is_lines(head, path):
        yield from parse_jsonl(_lines(chain([head], pieces)), place=place)
        return
    body = b"".join(bounded(chain([head], pieces), _WHOLE_LIMIT))
    yield _reader(decode(head[:_HEAD]).lstrip(), body, place, bare=bare)(body, place, now)


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Split into lines; of an endless line only so much is kept that it is seen to be too long."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        rest = rest[: LONGEST_LINE + 1]
        yield from lines
    if rest:
        yield rest


def _is_lines(head: bytes, path: Path) -> bool:
    """Tell JSON lines: by name, or by a first line that is a JSON object with another one below."""
    suffixes = {suffix.lower() for suffix in path.suffixes[-2:]}
    if suffixes & _LINE_SUFFIXES:
        return True
    first, _, following = head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    if not first.startswith(b"{") or not following.lstrip().startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _reader(start: str, body: bytes, place: str, *, bare: bool) -> _Reader:
    """Choose the parser by the first characters; raise SourceMalformed where none fits."""
    if start.startswith("<"):
        return _xml_reader(start)
    if start[:1] in ("[", "{") and start:
        return partial(_read_json, bare=bare)
    if is_abs(start):
        return lambda body, place, _now: parse_abs(body, place=place)
    if is_listing(start):
        return lambda body, place, now: parse_listing(body, place=place, now=now)
    if is_bibliography(body):
        return lambda body, place, _now: parse_bibliography(body, place=place, bare=bare)
    reason = "it is empty" if not decode(body).strip() else "its format is not known"
    raise SourceMalformed(_SOURCE, place, f"{reason}; what can be read: {ACCEPTED}")


def _xml_reader(start: str) -> _Reader:
    """Tell arXiv's own XML from any other feed; raise SourceMalformed for a library written as XML."""
    if "zotero.org/namespaces/export" in start:
        return _refuse_rdf
    if "<OAI-PMH" in start or "http://arxiv.org/OAI/" in start:
        return lambda body, place, _now: parse_oai(body, source="arxiv", place=place)
    if "announce_type" in start or "rss.arxiv.org" in start or "updates on arXiv.org" in start:
        return lambda body, place, _now: parse_announcements(body, source="arxiv", place=place)
    if "http://arxiv.org/schemas/atom" in start or "arxiv.org/api/" in start:
        return lambda body, place, _now: parse_query(body, source="arxiv", place=place).page
    return lambda body, place, _now: parse_feed(body, place=place)


def _refuse_rdf(_body: bytes, place: str, _now: datetime) -> PaperPage:
    raise SourceMalformed(_SOURCE, place, "this is Zotero RDF; export the library as BibTeX, RIS or CSL JSON")


def _read_json(body: bytes, place: str, now: datetime, *, bare: bool) -> PaperPage:
    """Tell daily papers, feeds and libraries apart."""
    try:
        decoded = json.loads(decode(body))
    except (ValueError, RecursionError) as error:
        raise SourceMalformed(_SOURCE, place, "it looks like JSON but cannot be read as JSON") from error
    rows = decoded if isinstance(decoded, list) else [{}]
    if not rows or any(isinstance(row, dict) and "paper" in row for row in rows):
        return daily_papers(decoded, Sheet(place=place, now=now))
    if is_json_feed(decoded):
        return json_feed(decoded, place=place)
    if is_details(decoded):
        return parse_details(body, source=_SOURCE, place=place).page(frozenset())
    if is_library(decoded):
        return library_json(decoded, place=place).page(place, bare=bare)
    raise SourceMalformed(_SOURCE, place, f"this JSON is of no known kind; what can be read: {ACCEPTED}")
