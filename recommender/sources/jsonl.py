"""Papers as JSON lines, plain or gzipped: our own sample, arXiv rows, daily-paper rows.

All three are one superset of optional keys. Keys about who submitted a paper are never read.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice

from recommender.domain.errors import SourceMalformed
from recommender.domain.identity import arxiv_id, canonical_id, normal_doi
from recommender.domain.papers import Paper, PaperPage, Refused, Signal
from recommender.sources.daily_papers import SIGNALS, count
from recommender.sources.moments import day_of, midnight, moment, noon
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


def parse_jsonl(lines: Iterable[bytes], *, place: str) -> Iterator[PaperPage]:
    """Read rows in pages of 1,000, without holding more than a page.

    A bad line is refused as `place:line`. Raises SourceMalformed at the end where no line was a paper.
    """
    numbered = enumerate(lines, start=1)
    good = 0
    first: Refused | None = None
    while batch := list(islice(numbered, PAGE)):
        page = _page(batch, place)
        good += len(page.papers)
        first = first or next(iter(page.refused), None)
        yield page
    if first and not good:
        raise SourceMalformed(_SOURCE, place, f"no line of it is a paper; the first: {first.reason}")


def _page(batch: Iterable[tuple[int, bytes]], place: str) -> PaperPage:
    papers: list[Paper] = []
    signals: list[Signal] = []
    refused: list[Refused] = []
    for number, line in batch:
        if not line.strip(b" \t\r\n\x00\xef\xbb\xbf"):
            continue
        row = _row(line)
        paper = _paper(row) if isinstance(row, dict) else None
        if isinstance(row, dict) and paper:
            papers.append(paper)
            signals.extend(_signals(row, paper))
        else:
            reason = row if isinstance(row, str) else "no title, or neither id nor abstract"
            refused.append(Refused(place=f"{place}:{number}", reason=reason))
    return PaperPage(papers=papers, signals=signals, refused=refused, place=place)


def _row(line: bytes) -> dict[str, object] | str:
    """Return the row, or the reason why there is none."""
    if len(line) > LONGEST_LINE:
        return "the line is longer than 4 MiB"
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return "the line is not JSON"
    return row if isinstance(row, dict) else "the line is not a JSON object"


def _paper(row: Mapping[str, object]) -> Paper | None:
    """Build a paper from whatever known keys a row has; None where it names no paper."""
    title = clean_title(_string(row, "title"))
    written = _string(row, "id")
    number, doi = arxiv_id(written), normal_doi(_string(row, "doi") or written)
    abstract = clean_abstract(_string(row, "abstract"))
    if not title or not (number or doi or abstract):
        return None
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
