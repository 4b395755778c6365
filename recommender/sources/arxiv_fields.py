"""What all of arXiv's formats have in common: ids, names, categories, withdrawals, and how old a paper is."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from recommender.domain.identity import arxiv_id, arxiv_version, canonical_id
from recommender.domain.papers import NEWS, Paper, PaperId, PaperStatus
from recommender.sources.sieve import Unusable
from recommender.sources.text import clean_title

_WITHDRAWN = re.compile(
    r"^\W*withdrawn\b"
    r"|\b(?:papers?|article|manuscript|submission|preprint|work)\s+(?:(?:has|is|was)\s+)?(?:been\s+)?withdrawn",
    re.IGNORECASE,
)
_ID_MONTH = re.compile(r"[:/](\d\d)(0[1-9]|1[0-2])")
_FIRST_YEAR = 90
"""Two-digit years above are of the last century; arXiv began in 1991."""
_NAME_ENDINGS = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})


def named(name: str, title: str) -> Paper:
    """Start a paper from its arXiv id as written (with a version or not); raise Unusable."""
    number = arxiv_id(name)
    title = clean_title(title)
    if number is None:
        raise Unusable(f"no arXiv id in {name.strip()[:80]!r}")
    if not title:
        raise Unusable(f"arXiv:{number} has no title")
    return Paper(
        id=canonical_id(title=title, arxiv=number),
        title=title,
        url=f"https://arxiv.org/abs/{number}",
        version=arxiv_version(name),
    )


def paper_id(name: str) -> PaperId | None:
    """Return our id for an arXiv id as written, or None."""
    number = arxiv_id(name)
    return PaperId(f"arxiv:{number}") if number else None


def split_names(joined: str) -> Sequence[str]:
    """Split `A. One, B. Two` at commas outside brackets and braces; `Jr.` stays with its name."""
    names: list[str] = []
    depth, start = 0, 0
    for place, letter in enumerate(f"{joined},"):
        depth = max(0, depth + (letter in "({[") - (letter in ")}]"))
        if letter == "," and (depth == 0 or place == len(joined)):
            name = joined[start:place].strip()
            start = place + 1
            if names and name.lower() in _NAME_ENDINGS:
                names[-1] = f"{names[-1]} {name}"
            else:
                names.append(name)
    return names


def status_of(comment: str | None) -> PaperStatus:
    """Tell from an author's comment whether the work was withdrawn."""
    return PaperStatus.WITHDRAWN if comment and _WITHDRAWN.search(comment) else PaperStatus.ACTIVE


def id_month(paper: PaperId) -> datetime | None:
    """Return the start of the month in an arXiv id: the paper was announced in it, whenever submitted."""
    digits = _ID_MONTH.search(paper)
    if digits is None:
        return None
    short, month = int(digits.group(1)), int(digits.group(2))
    return datetime((1900 if short > _FIRST_YEAR else 2000) + short, month, 1, tzinfo=UTC)


def long_public(paper: PaperId, when: datetime) -> datetime | None:
    """Return the first day after the month in a paper's arXiv id, if that was over 30 days before `when`."""
    month = id_month(paper)
    if month is None:
        return None
    public = (month + timedelta(days=31)).replace(day=1)
    return public if when - public > NEWS else None


def dated(paper: Paper, when: datetime) -> Paper:
    """Give a paper that became public over 30 days before `when` an early `first_seen`.

    It was public on the day of its first version at the earliest, and not before the month in its id
    began: moderators hold some back. For roads that do not say why they show a paper now.
    """
    month = id_month(paper.id)
    known = [moment for moment in (paper.published, month) if moment]
    public = max(known, default=None)
    return replace(paper, first_seen=public) if public and when - public > NEWS else paper
