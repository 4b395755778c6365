"""What must hold at the end of a walk: nothing lost, nothing twice, each day's figures right."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from recommender.domain.papers import Paper, PaperId
from recommender.ports import Store
from tests.replay.arxiv_days import Held, month_of
from tests.replay.walk import Ran

_RECENT = timedelta(days=30)
_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """The house's papers held against the store."""

    papers: int
    lost: Sequence[str]
    twice: Sequence[str | None]
    """Pages at arXiv that more than one row leads to."""
    folded: Mapping[PaperId, Sequence[str]]
    """Papers that the store holds as one work, by the id they have there."""
    strange: Sequence[PaperId]
    """Papers of the store that the house never had."""
    late: Sequence[str]
    """Papers whose `first_seen` is not a day allowed, nor early for a reason."""
    early: Sequence[str]
    """Papers that were announced, or announced again, when they had been public for over 30 days, and have an
    estimate of that for `first_seen`: OAI-PMH shows them without saying why, and a replacement is no news."""
    stale: Sequence[str]
    """Papers whose text or version is not the last one announced."""


def reckon(
    store: Store,
    held: Collection[Held],
    allowed: Mapping[date, Collection[date]],
    *,
    plain: Collection[date],
) -> Reckoning:
    """Compare; a paper announced on a day may have `first_seen` on one of that day's `allowed`.

    Only what was announced on `plain` days must have its last version: OAI-PMH does not tell versions.
    """
    with store.read() as unit:
        stored = {paper.id: paper for paper in unit.papers.all()}
        names = unit.papers.resolve([f"arxiv:{paper.number}" for paper in held])
    untimely = list(_untimely(held, stored, names, allowed))
    homes: dict[PaperId, list[str]] = {}
    for paper in held:
        if (home := names.get(f"arxiv:{paper.number}")) is not None:
            homes.setdefault(home, []).append(paper.number)
    own = {f"arxiv:{paper.number}" for paper in held}
    return Reckoning(
        papers=len(stored),
        lost=[paper.number for paper in held if f"arxiv:{paper.number}" not in names],
        twice=[url for url, count in Counter(paper.url for paper in stored.values()).items() if count > 1],
        folded={home: numbers for home, numbers in homes.items() if len(numbers) > 1},
        strange=[name for name in stored if name not in homes and name not in own],
        late=[told for aged, told in untimely if not aged],
        early=[told for aged, told in untimely if aged],
        stale=list(_stale(held, stored, plain)),
    )


def _untimely(
    held: Collection[Held],
    stored: Mapping[PaperId, Paper],
    names: Mapping[str, PaperId],
    allowed: Mapping[date, Collection[date]],
) -> Iterator[tuple[bool, str]]:
    """Yield papers with another `first_seen` than they should have, and whether it is early for a reason."""
    for paper in held:
        day = paper.texts[0].day
        found = stored.get(names.get(f"arxiv:{paper.number}", PaperId("")))
        seen = found.first_seen.date() if found and found.first_seen else None
        if found is None or not found.id.endswith(paper.number) or seen in {day, *allowed.get(day, ())}:
            continue
        public = paper.texts[0].submitted.date()
        month = month_of(paper.number)
        estimates = (max(public, month), (month + _MONTH).replace(day=1))
        aged = seen in estimates and max(paper.days) - seen > _RECENT
        yield aged, f"{paper.number}: announced {day}, first seen {seen}"


def _stale(held: Collection[Held], stored: Mapping[PaperId, Paper], plain: Collection[date]) -> Iterator[str]:
    for paper in held:
        last = paper.texts[-1]
        found = stored.get(PaperId(f"arxiv:{paper.number}"))
        if found is None:
            continue
        if last.day in plain and found.version != last.version:
            yield f"{paper.number}: version {found.version}, not {last.version}"
        if found.abstract.startswith("An earlier wording.") != last.abstract.startswith(
            "An earlier wording."
        ):
            yield f"{paper.number}: the text before its revision"


def unexplained(runs: Sequence[Ran]) -> Iterator[str]:
    """Yield failures and refusals of days on which nothing went wrong."""
    for ran in runs:
        if ran.trial is None and ran.report.failures:
            yield f"{ran.day}: {ran.told}"
