"""Saved text pages of a daily listing: title, abstract, and sometimes a block of figures per paper.

The pages have no ids, no links and no author names, so papers get title ids; the store folds them
into what better sources say. TeX remnants stay as they are.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from recommender.domain.errors import SourceMalformed
from recommender.domain.identity import canonical_id
from recommender.domain.papers import Paper, PaperPage, Refused, Signal
from recommender.sources.moments import english_date, month_number
from recommender.sources.text import clean_abstract, clean_title, decode, with_originals

SIGNALS = "listing"
_HEADER = frozenset(
    {
        "new",
        "get trending papers in your email inbox!",
        "subscribe",
        "daily papers",
        "byak and the research community",
        "by ak and the research community",
    }
)
_SURE_SIGNS = ("get trending papers in your email inbox!", "and the research community")
_PAGE_DATE = re.compile(r"([A-Za-z]{3,9})\.? \d{1,2}")
_AUTHOR_COUNT = re.compile(r"[•*·-]?\s*([\d,]{1,9})\s+authors?", re.IGNORECASE)
_DATED = re.compile(r"([A-Za-z]{3,9}\.? \d{1,2}, \d{4})(?:\s+([\d,]{1,9}))?")
_DOT = "·"
_LONGEST_TITLE = 400
"""Longer lines are abstracts whose title is missing."""


@dataclass(slots=True)
class _Draft:
    """A paper as far as it has been read."""

    line: int
    title: str
    abstract: str = ""
    facts: list[str] = field(default_factory=list)


def is_listing(text: str) -> bool:
    """Tell whether the start of a text is a listing's header."""
    start = text[:600].casefold()
    return any(sign in start for sign in _SURE_SIGNS)


def parse_listing(body: bytes, *, place: str, now: datetime) -> PaperPage:
    """Read one saved page; comment counts become signals taken at `now`.

    Raises SourceMalformed where the bytes are not such a page.
    """
    text = decode(body)
    if not is_listing(text):
        reason = "this is no saved listing page: `Get trending papers in your email inbox!` is not at its top"
        raise SourceMalformed(SIGNALS, place, reason)
    papers: list[Paper] = []
    signals: list[Signal] = []
    refused: list[Refused] = []
    for draft in _drafts(text.splitlines()):
        if problem := _problem(draft):
            refused.append(Refused(place=f"{place}:{draft.line}", reason=problem))
            continue
        paper, comments = _finished(draft)
        papers.append(paper)
        if comments is not None:
            signals.append(Signal(paper=paper.id, source=SIGNALS, taken_at=now, comments=comments))
    return PaperPage(papers=papers, signals=signals, refused=refused, place=place)


def _drafts(lines: Sequence[str]) -> Iterator[_Draft]:
    """Group the lines of a page into papers."""
    draft: _Draft | None = None
    for number, block in _blocks(lines):
        words, facts = _split(block)
        if words and _is_header(words, started=draft is not None):
            continue
        if words and draft and not draft.abstract and not draft.facts and len(draft.title) <= _LONGEST_TITLE:
            draft.abstract = words
        elif words:
            if draft:
                yield draft
            draft = _Draft(line=number, title=words)
        if facts and draft:
            draft.facts = facts
    if draft:
        yield draft


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, lines) of what stands between blank lines.

    In a page that lost its blank lines each line begins a block, except figures, which end one.
    """
    spaced = any(not line.strip() for line in lines)
    start, block = 0, list[str]()
    for number, line in enumerate(map(str.strip, lines), start=1):
        ends = not line if spaced else not _is_fact(line)
        if block and ends:
            yield start, block
            block = []
        if line:
            start = start if block else number
            block.append(line)
    if block:
        yield start, block


def _split(block: Sequence[str]) -> tuple[str, list[str]]:
    """Divide a block into its text (wrapped lines joined) and its lines of figures."""
    marks = [place for place, line in enumerate(block) if _is_fact(line)]
    if not marks:
        return " ".join(block), []
    first = marks[0]
    if first > 0 and block[first] == _DOT:
        first -= 1  # an organisation stands where the author count would
    return " ".join(block[:first]), list(block[first:])


def _is_fact(line: str) -> bool:
    return line == _DOT or bool(_AUTHOR_COUNT.fullmatch(line) or _DATED.fullmatch(line))


def _is_header(words: str, *, started: bool) -> bool:
    """Tell a header line; a page date is only one before the first paper (or after a second header)."""
    if words.casefold() in _HEADER:
        return True
    dated = _PAGE_DATE.fullmatch(words)
    return bool(dated and month_number(dated.group(1))) and (not started or len(words) <= len("Sept 30"))


def _problem(draft: _Draft) -> str | None:
    if len(draft.title) > _LONGEST_TITLE:
        return "an abstract without a title before it"
    if not draft.abstract:
        return "a title without an abstract after it"
    return None if clean_title(draft.title) else "an empty title"


def _finished(draft: _Draft) -> tuple[Paper, int | None]:
    """Turn a complete draft into a paper and its comment count."""
    authors = published = comments = organisation = None
    for line in draft.facts:
        if counted := _AUTHOR_COUNT.fullmatch(line):
            authors = _number(counted.group(1))
        elif dated := _DATED.fullmatch(line):
            published = english_date(dated.group(1))
            comments = _number(dated.group(2)) if dated.group(2) else None
        elif line != _DOT:
            organisation = _organisation(line)
    title = clean_title(draft.title)
    paper = Paper(
        id=canonical_id(title=title),
        title=title,
        abstract=clean_abstract(draft.abstract),
        author_count=authors,
        organisation=organisation,
        published=published,
    )
    return with_originals(paper, title=draft.title, abstract=draft.abstract), comments


def _number(digits: str) -> int | None:
    plain = digits.replace(",", "")
    return int(plain) if plain else None


def _organisation(line: str) -> str:
    """Drop the text of the logo, one word, that saved pages put before the name."""
    _, _, name = line.partition(" ")
    return clean_title(name or line)
