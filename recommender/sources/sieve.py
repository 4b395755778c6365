"""Between a parser and its page: a bad entry costs that entry and nothing else, and a page stays small.

Every parser hands its entries through here one by one. What comes out can be stored and shown, whatever
came in: an entry that raises, or that gives a paper which no store could hold, is refused with its bytes.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime
from itertools import islice
from sys import getsizeof

from recommender.domain.papers import Paper, PaperPage, Refused
from recommender.sources.characters import UNWANTED, is_plain
from recommender.sources.text import clean, safe_link

MOST_ENTRIES = 10_000
MOST_AUTHORS = 500
"""Names that are kept; a longer list is known by its true number."""
MOST_LABELS = 100
_LONGEST = {"title": 1_000, "abstract": 20_000, "original_title": 20_000, "original_abstract": 20_000}
_LONG = 2_000
_TEXT = 24 * 1024 * 1024
"""Bytes in memory that all the text of one page may take."""
_REASON = 300
_KEPT_BODY = 64 * 1024
_KEPT_BODIES = 1_000
_FIELDS = tuple(field.name for field in fields(Paper))
_YEARS = range(1800, 3000)
_MOST_VERSIONS = 10_000
_NUMBER = 1 << 31


class Unusable(ValueError):
    """One entry cannot become a paper; the message is the reason."""


class PassedOver(Exception):
    """One entry is no paper and means to be none: nothing is said of it."""


class Sieve:
    """Collects the papers of one page, and what was refused of it."""

    def __init__(self, place: str) -> None:
        """`place` is the URL or file of the page."""
        self.place = place
        self.papers: list[Paper] = []
        self.refused: list[Refused] = []
        self.full = False
        """True once nothing more is taken: the rest of the page need not be read."""
        self._number = 0
        self._text = 0

    def take(
        self, read: Callable[[], Paper], body: Callable[[], bytes], *, where: str | None = None
    ) -> Paper | None:
        """Keep the paper of the next entry and return it, or refuse the entry and return None.

        `body` gives the entry's bytes and is asked only where they are kept; `where` names the entry
        (by default its number).
        """
        self._number += 1
        where = where or f"{self.place}: entry {self._number}"
        if self.full or self._is_over(where):
            return None
        try:
            paper = storable(read())
        except PassedOver:
            return None
        except Unusable as error:
            self._refuse(where, str(error), body)
            return None
        except Exception as error:  # noqa: BLE001 whatever an entry does to its parser, the others go on
            self._refuse(where, f"it cannot be read ({type(error).__name__})", body)
            return None
        self._text += _size(paper)
        self.papers.append(paper)
        return paper

    def page(self) -> PaperPage:
        """Return what was collected."""
        return PaperPage(papers=self.papers, refused=self.refused, place=self.place)

    def _is_over(self, where: str) -> bool:
        if self._number > MOST_ENTRIES:
            reason = f"there are more than {MOST_ENTRIES:,} entries; the rest was not read"
        elif self._text > _TEXT:
            reason = "there is more text than is read at once; the rest was not read"
        else:
            return False
        self.full = True
        self.refused.append(Refused(place=where, reason=reason))
        return True

    def _refuse(self, where: str, reason: str, body: Callable[[], bytes]) -> None:
        kept = None
        if len(self.refused) < _KEPT_BODIES:
            try:
                kept = bytes(body()[:_KEPT_BODY]) or None
            except (ValueError, TypeError, RecursionError):
                kept = None
            self._text += len(kept or b"")
        self.refused.append(Refused(place=where, reason=clean(reason, _REASON), body=kept))


def storable(paper: Paper) -> Paper:
    """Return the paper within its bounds; raise Unusable where it breaks a rule of `Paper`.

    Of long lists of authors the first 500 are kept and the true number beside them. What was sent is
    kept as it was, but for characters that no database holds.
    """
    count = max(paper.author_count or 0, len(paper.authors))
    bounded = replace(
        paper,
        authors=paper.authors[:MOST_AUTHORS],
        author_count=count if len(paper.authors) > MOST_AUTHORS else paper.author_count,
        keywords=paper.keywords[:MOST_LABELS],
        categories=paper.categories[:MOST_LABELS],
        original_title=_holdable(paper.original_title),
        original_abstract=_holdable(paper.original_abstract),
    )
    if fault := fault_of(bounded):
        raise Unusable(fault)
    return bounded


def fault_of(paper: Paper) -> str:
    """Say what is wrong with a paper; empty where it can be stored, ranked and shown."""
    if not paper.title.strip():
        return "it has no title"
    for name in _FIELDS:
        if fault := _fault(name, getattr(paper, name)):
            return f"its {name.replace('_', ' ')} {fault}"
    return ""


def _fault(name: str, value: object) -> str:
    """Judge one field by its kind."""
    if isinstance(value, str):
        return _fault_of_text(name, value)
    if isinstance(value, datetime):
        return "" if value.tzinfo and value.year in _YEARS else "is no date that a paper has"
    if isinstance(value, int):
        most = _MOST_VERSIONS if name == "version" else _NUMBER
        return "" if 0 <= value < most else "is no number that a paper has"
    if isinstance(value, tuple):
        for part in value:
            if fault := _fault(name, part):
                return fault
    return ""


def _fault_of_text(name: str, text: str) -> str:
    if len(text) > _LONGEST.get(name, _LONG):
        return "is too long"
    if not is_plain(text) and not name.startswith("original_") and UNWANTED.search(text):
        return "holds characters that cannot be shown"
    if name in ("url", "code_url") and safe_link(text) is None:
        return "is no link that can be followed"
    return ""


def _holdable(text: str | None) -> str | None:
    if text is None or (text.isascii() and "\0" not in text):
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8") or None


def _size(paper: Paper) -> int:
    """Return the bytes that a paper's text takes in memory."""
    return sum(_size_of(getattr(paper, name)) for name in _FIELDS)


def _size_of(value: object) -> int:
    if isinstance(value, tuple):
        return getsizeof(value) + sum(map(getsizeof, islice(value, MOST_AUTHORS)))
    return getsizeof(value) if isinstance(value, str) else 0
