"""What a service says of a paper that is known already, and what of it is believed: pure.

A sighting never carries a text of the paper: title, abstract, authors and version stay what the source
said. Citations are believed where the id is the same; all else only where the title is, too, because
these services join records by machine and sometimes join two works. A DOI that a preprint claims is no
id of it: authors name that of the whole proceedings.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from recommender.domain.identity import normal_doi, title_key
from recommender.domain.papers import Paper, PaperPage, PaperStatus, Signal
from recommender.sources.asking import Fetched
from recommender.sources.jsontree import parse_json
from recommender.sources.text import clean, optional

_SUMMARY = 1_000
_WORDS = 200
_ARXIV = "10.48550/arxiv."
_RETRACTED = re.compile(r"^\W*(retracted|withdrawn)(\s+(article|paper))?\W+", re.IGNORECASE)
_SERVERS = re.compile(
    r"arxiv|corr\b|[a-z]+rxiv\b|preprint|ssrn|research square|zenodo|figshare|\bhal\b|osf|openreview",
    re.IGNORECASE,
)
"""Where papers wait to be published is no venue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Which service is asked, where, and with whose key."""

    name: str
    base_url: str
    api_key: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)
    """Address of the operator, for services that are kinder to those who give one."""

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"{self.base_url.rstrip('/')}{path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a service says of one paper; nothing is cleaned or judged yet."""

    paper: Paper
    """The paper as it was asked for."""
    title: object = None
    citations: object = None
    claimed: bool = False
    """It was asked for by a DOI that is not its id: that of a whole volume, it may be."""
    venue: object = None
    doi: object = None
    """Of the published version, where the service names exactly one."""
    summary: object = None
    retracted: bool = False


def page_of(
    found: Iterable[Found], *, source: str, place: str, now: datetime, summaries: str = ""
) -> PaperPage:
    """Return sightings and citation counts, each paper once; `summaries` says whose the summaries are."""
    once = {entry.paper.id: entry for entry in found}
    surely = (
        entry for entry in once.values() if not entry.claimed or _same_title(entry.paper.title, entry.title)
    )
    counts = {entry.paper.id: count(entry.citations) for entry in surely}
    return PaperPage(
        papers=[completed(entry, by=summaries) for entry in once.values()],
        signals=[
            Signal(paper=name, source=source, taken_at=now, citations=number)
            for name, number in counts.items()
            if number is not None
        ],
        place=place,
    )


def completed(found: Found, *, by: str) -> Paper:
    """Return a sighting of a known paper with nothing but what was gained; `by` is whose summary it is."""
    known = found.paper
    bare = replace(known, abstract="", authors=(), original_title=None, original_abstract=None)
    if not _same_title(known.title, found.title):
        return bare
    venue, doi = optional(found.venue), _published(known, found.doi)
    if venue and not known.venue and not _SERVERS.search(venue):
        bare = replace(bare, venue=venue)
    if doi:
        bare = replace(bare, doi=doi)
    if found.retracted:
        bare = replace(bare, status=PaperStatus.WITHDRAWN)
    summary = optional(found.summary, _SUMMARY)
    return replace(bare, summary=summary, summary_by=by) if summary and not known.summary else bare


def own_doi(paper: Paper) -> str | None:
    """Return the DOI by which a paper can be asked for, if it has one that is not arXiv's."""
    doi = paper.id.removeprefix("doi:") if paper.id.startswith("doi:") else paper.doi
    return doi if doi and not doi.startswith(_ARXIV) else None


def is_claimed(paper: Paper, doi: str) -> bool:
    """Tell whether a DOI by which a paper is asked for is neither its id nor the one arXiv gave it."""
    return paper.id != f"doi:{doi}" and not doi.startswith(_ARXIV)


def arxiv_number(paper: Paper) -> str | None:
    """Return the arXiv id without its scheme, if it has one."""
    return paper.id.removeprefix("arxiv:") if paper.id.startswith("arxiv:") else None


def doi_of(value: object) -> str | None:
    """Return the DOI in a value, in small letters, or None."""
    return normal_doi(value) if isinstance(value, str) else None


def count(value: object) -> int | None:
    """Return a number of things, or None for what is no count."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 31 else None


def decoded(answer: Fetched, source: str) -> object:
    """Return an answer's JSON; raise SourceMalformed where it is none."""
    return parse_json(answer.body, source=source, place=answer.url)


def table(value: object) -> Mapping[str, object]:
    """Return an object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> Sequence[Mapping[str, object]]:
    """Return the objects of a list; other things in it are passed over."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def words(value: object) -> str:
    """Return a server's words, fit to be shown."""
    return clean(value, _WORDS) if isinstance(value, str) else ""


def by_doi(papers: Iterable[Paper], name: Callable[[Paper], str | None], unfit: str) -> dict[str, Paper]:
    """Return papers by the DOI they are asked by; without one, or with a sign of `unfit` in it, none is."""
    named = ((name(paper), paper) for paper in papers)
    return {doi: paper for doi, paper in named if doi and not any(sign in doi for sign in unfit)}


def _same_title(known: str, told: object) -> bool:
    """Tell whether two titles are one; publishers write a retraction in front of it."""
    if not isinstance(told, str):
        return False
    keys = {title_key(told), title_key(_RETRACTED.sub("", told))} - {""}
    return title_key(known) in keys


def _published(known: Paper, told: object) -> str | None:
    """Return the DOI of the published version where it is news."""
    doi = doi_of(told)
    mine = (known.doi, known.id.removeprefix("doi:"))
    if doi is None or doi in mine or doi.startswith(_ARXIV):
        return None
    settled = known.id.startswith("arxiv:") and own_doi(known)
    return None if settled else doi
