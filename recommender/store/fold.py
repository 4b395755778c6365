"""What two sightings of one work say together: a pure merge of values.

Whether they are one work is decided elsewhere (`shelf`, by the rules of `domain.identity`).
"""

import re
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from recommender.domain.identity import is_bare
from recommender.domain.papers import Paper, PaperId, PaperStatus

T = TypeVar("T")
_RANK = {"arxiv": 0, "doi": 1}
_TITLE_RANK = 2
_SCAR = re.compile(r"(?<!\\)(?:text|math)(?:bf|it|tt|sc|rm|sf|bb|cal)\{|(?<![\\$])[\^_]\{(?![^$]*\$)")
"""TeX that lost its backslash or its dollar signs."""


def rank(paper: PaperId) -> int:
    """Return how good a canonical id is: 0 arXiv, 1 DOI, 2 title key."""
    return _RANK.get(paper.split(":", 1)[0], _TITLE_RANK)


def cleaned(paper: Paper, *, seen_at: datetime) -> Paper:
    """Return a paper that every database can hold, without repeats, with `first_seen` filled in.

    PostgreSQL refuses NUL in text, and neither database takes half a surrogate pair.
    """
    return replace(
        paper,
        title=_clean(paper.title),
        abstract=_clean(paper.abstract),
        authors=tuple(_clean(name) for name in paper.authors),
        organisation=_clean(paper.organisation) if paper.organisation else None,
        venue=_clean(paper.venue) if paper.venue else None,
        comment=_clean(paper.comment) if paper.comment else None,
        summary=_clean(paper.summary) if paper.summary else None,
        submitter=_clean(paper.submitter) if paper.submitter else None,
        original_title=_clean(paper.original_title) if paper.original_title else None,
        original_abstract=_clean(paper.original_abstract) if paper.original_abstract else None,
        doi=paper.doi.lower() if paper.doi else None,
        categories=_union(paper.categories, ()),
        keywords=_union(paper.keywords, ()),
        first_seen=paper.first_seen or seen_at,
    )


def merge(known: Paper, sighting: Paper) -> Paper:
    """Return what is known of a work after one more sighting.

    The leading side's texts win where it has any: a source before a reader's library, a library before
    an id alone, the better kind of id (a listing page has none), the newer version, the later update.
    With no leader what is known stays, and the sighting fills gaps and brings what it has more of.
    `first_seen` is the earliest. Merging the same sighting twice changes nothing.
    """
    lead = _lead(known, sighting)
    first, second = (sighting, known) if lead > 0 else (known, sighting)
    settled = lead != 0
    title = _title(first, second, settled=settled)
    abstract = _longer(first.abstract, second.abstract, settled=settled)
    return replace(
        first,
        id=min(known.id, sighting.id, key=rank),
        title=title,
        abstract=abstract,
        authors=_longer(first.authors, second.authors, settled=settled),
        author_count=second.author_count if first.author_count is None else first.author_count,
        organisation=first.organisation or second.organisation,
        categories=_union(first.categories, second.categories),
        keywords=_union(first.keywords, second.keywords),
        venue=first.venue or second.venue,
        doi=_doi(first, second),
        url=first.url or second.url,
        code_url=first.code_url or second.code_url,
        published=_published(first, second, settled=settled),
        updated=max((at for at in (known.updated, sighting.updated) if at), default=None),
        first_seen=_earliest(first, second),
        version=_version(first, second),
        status=first.status if settled or _twins(first, second) else _standing(first, second),
        comment=first.comment or second.comment,
        library_only=known.library_only and sighting.library_only,
        summary=first.summary or second.summary,
        summary_by=first.summary_by if first.summary else second.summary_by,
        submitter=first.submitter or second.submitter,
        original_title=_original(first, second, title, "title"),
        original_abstract=_original(first, second, abstract, "abstract"),
    )


def _clean(text: str) -> str:
    return text.replace("\x00", "").encode(errors="replace").decode()


def _twins(known: Paper, sighting: Paper) -> bool:
    """Tell whether both have ids of one kind, and different ones: one work, two records of it."""
    return known.id != sighting.id and rank(known.id) == rank(sighting.id)


def _lead(known: Paper, sighting: Paper) -> int:
    """Return 1 where the sighting leads, -1 where what is known does, 0 where nothing tells.

    A twin never leads: its versions and its withdrawal are its own. Versions and updates are
    compared between sightings of one id only, since those of two kinds count different things.
    """
    if _twins(known, sighting):
        return 0
    if _worth(known) != _worth(sighting):
        return 1 if _worth(sighting) > _worth(known) else -1
    if known.id != sighting.id:
        return 1 if rank(known.id) > rank(sighting.id) else -1
    later = _later(known, sighting)
    # OAI-PMH tells when a paper was revised, and not how often.
    if later and (sighting if later > 0 else known).version is None:
        return later
    if newer := (sighting.version or 0) - (known.version or 0):
        return 1 if newer > 0 else -1
    return later


def _later(known: Paper, sighting: Paper) -> int:
    """Return which side was updated later, as `_lead` does: after the other's update, or its publication.

    A side that leads because it does not say its version has the other's once they are merged; it must lead
    then too.
    """
    for one, other, lead in ((sighting, known, 1), (known, sighting, -1)):
        last = other.updated or other.published
        if one.updated and last and one.updated > last:
            return lead
    return 0


def _worth(paper: Paper) -> int:
    """Return 2 for what a source said, 1 for what a reader's library said, 0 for an id alone."""
    return 2 if not paper.library_only else int(not is_bare(paper))


def _title(first: Paper, second: Paper, *, settled: bool) -> str:
    r"""Prefer the first title unless it has lost the TeX signs that the second still has.

    What was lost on the way (`textbf{` for `\textbf{`) is no wording of anybody's, so not even the
    leading side's title stays with it.
    """
    if first.title and second.title and _scars(first.title) != _scars(second.title):
        return min(first.title, second.title, key=_scars)
    if settled and first.title:
        return first.title
    return second.title if _tex(second.title) > _tex(first.title) else first.title or second.title


def _original(first: Paper, second: Paper, text: str, name: str) -> str | None:
    """Return what was sent for the text that is kept, from the side it is kept from."""
    chosen = first if getattr(first, name) == text else second
    original: str | None = getattr(chosen, f"original_{name}")
    return original


def _scars(title: str) -> int:
    return len(_SCAR.findall(title))


def _tex(title: str) -> int:
    return title.count("$") + title.count("\\")


def _longer(first: T, second: T, *, settled: bool) -> T:
    """Prefer the first where it leads and says anything, else the longer; the first on a tie."""
    if settled:
        return first or second
    return max(first, second, key=len)  # type: ignore[arg-type]  # texts and tuples of texts have a length


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(first + second))


def _published(first: Paper, second: Paper, *, settled: bool) -> datetime | None:
    """Prefer the leading side's date; with no leader the earlier one."""
    if settled:
        return first.published or second.published
    return min((at for at in (first.published, second.published) if at), default=None)


def _earliest(one: Paper, other: Paper) -> datetime | None:
    return min((at for at in (one.first_seen, other.first_seen) if at), default=None)


def _version(first: Paper, second: Paper) -> int | None:
    """Return the highest version of one id, and of two ids that of the canonical one."""
    if first.id == second.id:
        return max((version for version in (first.version, second.version) if version), default=None)
    return min(first, second, key=lambda paper: rank(paper.id)).version


def _doi(first: Paper, second: Paper) -> str | None:
    """Prefer a DOI that says more than an id does: a preprint with its own DOI may have another's too."""
    told = [doi for doi in (first.doi, second.doi) if doi]
    more = (doi for doi in told if f"doi:{doi}" not in (first.id, second.id))
    return next(more, told[0] if told else None)


def _standing(first: Paper, second: Paper) -> PaperStatus:
    """Let a withdrawal stand where nothing tells which side is newer."""
    return PaperStatus.WITHDRAWN if PaperStatus.WITHDRAWN in (first.status, second.status) else first.status
