"""One answer of Hugging Face's daily papers, of whatever year, as a page.

The rows have grown since 2024 and kept their names on the way; what a row lacks is left out. Of who
submitted a paper only the public name is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby

from recommender.domain.errors import SourceMalformed
from recommender.domain.identity import arxiv_id, canonical_id
from recommender.domain.papers import Announced, Paper, PaperId, PaperPage, Signal
from recommender.sources.jsontree import parse_json, written
from recommender.sources.moments import midnight, moment, noon
from recommender.sources.sieve import Sieve, Unusable
from recommender.sources.text import (
    author_names,
    clean_abstract,
    clean_names,
    clean_title,
    optional,
    safe_link,
    with_originals,
)

SIGNALS = "huggingface"
_WHO = "Hugging Face"
_SUMMARY_LIMIT = 2_000
_NAME_LIMIT = 100
_TO_THE_END = timedelta(hours=23, minutes=59, seconds=59)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Where rows come from and when: what decides how new their papers are."""

    place: str
    now: datetime
    day: date | None = None
    """The day whose list was asked for."""
    live: bool = False
    """Whether the rows come from the server: then each paper is as old as its list. Papers of a saved
    file are as new as its import."""


def parse_daily_papers(body: bytes, sheet: Sheet) -> PaperPage:
    """Read a JSON array of daily papers; raise SourceMalformed where the bytes are no such array."""
    return daily_papers(decoded(body, sheet.place), sheet)


def decoded(body: bytes, place: str) -> list[object]:
    """Return the rows of an answer as they are; raise SourceMalformed where it is no list."""
    return _listed(parse_json(body, source=SIGNALS, place=place), place)


def daily_papers(rows: object, sheet: Sheet) -> PaperPage:
    """Turn decoded JSON into a page with signals of `sheet.now`, and what it announces where it is live.

    Raises SourceMalformed where it is no list of daily papers.
    """
    sieve = Sieve(sheet.place)
    signals: list[Signal] = []
    named: list[tuple[date, PaperId]] = []
    for row in _listed(rows, sheet.place):
        paper = sieve.take(partial(_read, row, sheet, named), partial(_kept, row, sheet))
        if paper is not None and isinstance(row, dict):
            signals.append(_signal(row, row["paper"], paper, sheet.now))
            if since := _on_list(row, sheet):  # nobody counted then, but attention is as old as the list
                signals.append(Signal(paper=paper.id, source=SIGNALS, taken_at=since))
        if sieve.full:
            break
    return replace(sieve.page(), signals=signals, announced=_announced(named))


def listed_at(row: object) -> datetime | None:
    """Return when a row came on its list, or None where it does not tell.

    Rows say so since March 2025. The outer date of older ones is that moment; that of newer ones
    is the paper's own in another zone, and earlier.
    """
    inner = row.get("paper") if isinstance(row, dict) else None
    if not isinstance(row, dict) or not isinstance(inner, dict):
        return None
    if said := moment(inner.get("submittedOnDailyAt")):
        return said
    outer, own = moment(row.get("publishedAt")), moment(inner.get("publishedAt"))
    return outer if outer and own and outer > own else None


def count(value: object) -> int | None:
    """Return a number of things, or None for what is no count."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 31 else None


def _listed(rows: object, place: str) -> list[object]:
    if not isinstance(rows, list):
        raise SourceMalformed(SIGNALS, place, "this is JSON, but not a list of daily papers")
    return rows


def _on_list(row: object, sheet: Sheet) -> datetime | None:
    """Return when the list had the paper, for lists of days before today."""
    said = listed_at(row)
    if sheet.day and (said is None or said.date() != sheet.day):
        said = noon(sheet.day)
    return said if sheet.live and said and said.date() < sheet.now.date() else None


def _read(row: object, sheet: Sheet, named: list[tuple[date, PaperId]]) -> Paper:
    """Turn one row into a paper, and note what it names; raise Unusable."""
    inner = row.get("paper") if isinstance(row, dict) else None
    if not isinstance(inner, dict) or not isinstance(row, dict):
        raise Unusable("no `paper` object in it")
    day = since.date() if (since := _on_list(row, sheet)) else None
    if sheet.live and (name := arxiv_id(str(inner.get("id", "")))):
        named.append((day or sheet.now.date(), canonical_id(title="", arxiv=name)))
    # The end of its day: no later than that, and no earlier than when a run of that day stored it.
    return _paper(row, inner, midnight(day) + _TO_THE_END if day else None)


def _paper(row: Mapping[str, object], inner: Mapping[str, object], seen: datetime | None) -> Paper:
    """Join the outer and the inner object; raise Unusable without an arXiv id and a title."""
    number = arxiv_id(str(inner.get("id", "")))
    sent = _string(inner.get("title")) or _string(row.get("title"))
    told = _string(inner.get("summary")) or _string(row.get("summary"))
    title = clean_title(sent)
    if number is None or not title:
        raise Unusable("no arXiv id or no title")
    keywords, people = inner.get("ai_keywords"), _people(inner.get("authors"))
    summary = optional(inner.get("ai_summary"), _SUMMARY_LIMIT)
    paper = Paper(
        id=canonical_id(title=title, arxiv=number),
        title=title,
        abstract=clean_abstract(told),
        authors=author_names(entry.get("name") for entry in people if not entry.get("hidden")),
        author_count=len(people) if any(entry.get("hidden") for entry in people) else None,
        organisation=_organisation(inner.get("organization")) or _organisation(row.get("organization")),
        keywords=clean_names(keywords if isinstance(keywords, list) else ()),
        url=f"https://arxiv.org/abs/{number}",
        code_url=safe_link(inner.get("githubRepo")),
        published=moment(inner.get("publishedAt")),
        first_seen=seen,
        summary=summary,
        summary_by=_author_of_summary(inner) if summary else None,
        submitter=_public_name(row.get("submittedBy")) or _public_name(inner.get("submittedOnDailyBy")),
    )
    return with_originals(paper, title=sent, abstract=told)


def _signal(
    row: Mapping[str, object], inner: Mapping[str, object], paper: Paper, taken_at: datetime
) -> Signal:
    return Signal(
        paper=paper.id,
        source=SIGNALS,
        taken_at=taken_at,
        upvotes=count(inner.get("upvotes")),
        comments=count(row.get("numComments")),
        stars=count(inner.get("githubStars")),
    )


def _announced(named: Sequence[tuple[date, PaperId]]) -> list[Announced]:
    """Group what the lists named by day."""
    days = groupby(sorted(set(named)), key=lambda pair: pair[0])
    return [Announced(day=day, papers=[paper for _, paper in pairs]) for day, pairs in days]


def _kept(row: object, sheet: Sheet) -> bytes:
    return written(row) if sheet.live else b""


def _people(authors: object) -> list[dict[str, object]]:
    """Return the entries of all authors; hidden ones are counted and not named."""
    return [entry for entry in authors if isinstance(entry, dict)] if isinstance(authors, list) else []


def _author_of_summary(inner: Mapping[str, object]) -> str:
    model = optional(inner.get("ai_summary_model"), _NAME_LIMIT)
    return f"{_WHO} ({model})" if model else _WHO


def _public_name(account: object) -> str | None:
    """Return the name an account shows; its user name is `name` in one place and `user` in the other."""
    if not isinstance(account, dict):
        return None
    names = (optional(account.get(key), _NAME_LIMIT) for key in ("fullname", "name", "user"))
    return next((name for name in names if name), None)


def _organisation(value: object) -> str | None:
    if isinstance(value, dict):
        return optional(value.get("fullname")) or optional(value.get("name"))
    return optional(value)


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
