"""Papers as JSON lines, plain or gzipped: our own sample, arXiv rows, daily-paper rows.

All three are one superset of optional keys. Keys about who submitted a paper are never read.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import islice

from recommender.domain.errors import SourceMalformed
from recommender.domain.identity import arxiv_id, canonical_id, normal_doi
from recommender.domain.papers import Paper, PaperPage, Refused, Signal
from recommender.sources.daily_papers import SIGNALS, count
from recommender.sources.jsontree import excess
from recommender.sources.moments import day_of, midnight, moment, noon
from recommender.sources.sieve import Sieve, Unusable
from recommender.sources.text import (
    author_names,
    category_codes,
    clean_abstract,
    clean_names,
    clean_title,
    optional,
    safe_link,
    with_originals,
)

PAGE = 1_000
LONGEST_LINE = 4 * 1024 * 1024
_SOURCE = "jsonl"
_PAGE_BYTES = 8 * 1024 * 1024
_KEPT = 64 * 1024


def parse_jsonl(lines: Iterable[bytes], *, place: str) -> Iterator[PaperPage]:
    """Read rows in pages of 1,000, without holding more than a page.

    A bad line is refused as `place:line`. Raises SourceMalformed at the end where no line was a paper.
    """
    numbered = enumerate(lines, start=1)
    good = 0
    first: Refused | None = None
    while (page := _page(numbered, place)) is not None:
        good += len(page.papers)
        first = first or next(iter(page.refused), None)
        yield page
    if first and not good:
        raise SourceMalformed(_SOURCE, place, f"no line of it is a paper; the first: {first.reason}")


def _page(numbered: Iterator[tuple[int, bytes]], place: str) -> PaperPage | None:
    """Read the next lines, 1,000 of them or fewer where they are long; None after the last."""
    sieve = Sieve(place)
    signals: list[Signal] = []
    lines = size = 0
    for number, line in islice(numbered, PAGE):
        lines += 1
        size += len(line)
        if line.strip(b" \t\r\n\x00\xef\xbb\xbf"):
            row: dict[str, object] = {}
            read, kept = partial(_read, line, row), partial(bytes, line[:_KEPT])
            if (paper := sieve.take(read, kept, where=f"{place}:{number}")) is not None:
                signals.extend(_signals(row, paper))
        if size > _PAGE_BYTES:
            break
    return replace(sieve.page(), signals=signals) if lines else None


def _read(line: bytes, row: dict[str, object]) -> Paper:
    """Turn a line into a paper and fill `row` with what it says; raise Unusable."""
    if len(line) > LONGEST_LINE:
        raise Unusable("the line is longer than 4 MiB")
    if fault := excess(line):
        raise Unusable(fault)
    try:
        said = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Unusable("the line is not JSON") from error
    if not isinstance(said, dict):
        raise Unusable("the line is not a JSON object")
    row.update(said)
    return _paper(row)


def _paper(row: Mapping[str, object]) -> Paper:
    """Build a paper from whatever known keys a row has; raise Unusable where it names no paper."""
    title = clean_title(_string(row, "title"))
    written = _string(row, "id")
    number, doi = arxiv_id(written), normal_doi(_string(row, "doi") or written)
    abstract = clean_abstract(_string(row, "abstract"))
    if not title or not (number or doi or abstract):
        raise Unusable("no title, or neither id nor abstract")
    shown = day_of(row.get("first_seen")) or day_of(row.get("day"))
    paper = Paper(
        id=canonical_id(title=title, arxiv=number, doi=doi),
        title=title,
        abstract=abstract,
        authors=author_names(_list(row, "authors")),
        organisation=_organisation(row.get("organization")),
        categories=category_codes(_list(row, "categories")),
        keywords=clean_names(_list(row, "ai_keywords")),
        doi=doi,
        url=f"https://arxiv.org/abs/{number}" if number else safe_link(row.get("url")),
        code_url=safe_link(row.get("github_repo")),
        published=moment(row.get("published_at")),
        updated=moment(row.get("revised_on")),
        first_seen=midnight(shown) if shown else None,
        comment=optional(row.get("comment")),
    )
    return with_originals(paper, title=_string(row, "title"), abstract=_string(row, "abstract"))


def _signals(row: Mapping[str, object], paper: Paper) -> Iterator[Signal]:
    """Yield the counts of a row that has any and a day on which they were taken."""
    day: date | None = day_of(row.get("day")) or day_of(row.get("first_seen"))
    counts = [count(row.get(key)) for key in ("upvotes", "comments", "github_stars")]
    if day is None or all(value is None for value in counts):
        return
    upvotes, comments, stars = counts
    yield Signal(
        paper=paper.id, source=SIGNALS, taken_at=noon(day), upvotes=upvotes, comments=comments, stars=stars
    )


def _string(row: Mapping[str, object], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _list(row: Mapping[str, object], key: str) -> list[object]:
    value = row.get(key)
    return value if isinstance(value, list) else []


def _organisation(value: object) -> str | None:
    if isinstance(value, dict):
        return optional(value.get("fullname")) or optional(value.get("name"))
    return optional(value)
