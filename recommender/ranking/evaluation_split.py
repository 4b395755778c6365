"""A temporal split of a store's own votes: what was known at one moment, and what was liked after it.

One moment for all readers, so that nothing any reader did later is known (Meng et al., "Exploring data
splitting strategies", RecSys 2020, call it a global temporal split).
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from recommender.domain.feedback import Vote
from recommender.domain.papers import Paper, PaperId, PaperStatus
from recommender.domain.profiles import InterestProfile, WeightedPaper
from recommender.ranking.base import Corpus, Request

LEAST_READERS = 5
LEAST_VOTES = 20
"""Fewer readers or later up-votes than these are not evaluated."""
MOST_READERS = 1_000
"""Of more readers a seeded sample is asked; all are learned from."""
_TRAIN_SHARE = 0.8
Declared = Mapping[int, Sequence[InterestProfile]]
Profiles = tuple[InterestProfile, ...]
Assign = Callable[[Profiles, Sequence[Vote]], Profiles]
"""Gives votes from nowhere to the interests they fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The votes before `moment`, and for every reader that is asked what was liked from then on."""

    moment: datetime
    before: tuple[Vote, ...]
    liked_next: Mapping[int, frozenset[PaperId]]
    papers: tuple[Paper, ...]
    """Candidates, by id."""

    @property
    def readers(self) -> list[int]:
        """Readers that are asked, in the order of every matrix of the evaluation."""
        return sorted(self.liked_next)


def split_votes(corpus: Corpus, window: timedelta, *, seed: int) -> Split | None:
    """Split at the time by which 80 % of up-votes were cast; None where too little is left.

    Candidates are the papers first seen from `window` before that moment on, and all that were liked next.
    """
    usable = {
        paper.id: paper
        for paper in corpus.papers
        if paper.status is PaperStatus.ACTIVE and not paper.library_only
    }
    ups = sorted(
        (vote for vote in corpus.votes if vote.up and vote.paper in usable),
        key=lambda vote: (vote.at, vote.subscriber, vote.paper),
    )
    if not ups:
        return None
    moment = ups[min(len(ups) - 1, int(len(ups) * _TRAIN_SHARE))].at
    before = tuple(vote for vote in corpus.votes if vote.at < moment)
    held = _held(ups, before, moment)
    if len(held) < LEAST_READERS or sum(map(len, held.values())) < LEAST_VOTES:
        return None
    wanted: set[PaperId] = set().union(*held.values())
    papers = tuple(
        usable[paper] for paper in sorted(usable) if paper in wanted or _since(usable[paper], moment - window)
    )
    return Split(moment=moment, before=before, liked_next=_some(held, seed), papers=papers)


def requests(split: Split, declared: Declared, assign: Assign) -> list[Request]:
    """Return what each reader would have asked at the moment, in the order of `split.readers`.

    `declared` gives interests as the file has them; votes in them are replaced by those before the split,
    and seeds that are answers are left out. Readers without any are known by their votes alone.
    """
    own: dict[int, list[Vote]] = defaultdict(list)
    for vote in split.before:
        own[vote.subscriber].append(vote)
    asked = []
    for reader in split.readers:
        bare = declared.get(reader) or (InterestProfile(subscriber=reader, interest="", name=""),)
        answers = split.liked_next[reader]
        fair = [
            replace(profile, seeds=tuple(seed for seed in profile.seeds if seed not in answers))
            for profile in bare
        ]
        asked.append(_request(own[reader], fair, assign))
    return asked


def _held(ups: Sequence[Vote], before: Sequence[Vote], moment: datetime) -> dict[int, frozenset[PaperId]]:
    """Return the papers first voted on from the moment on, for readers with an up-vote before it."""
    early = {vote.subscriber for vote in before if vote.up}
    own = {(vote.subscriber, vote.paper) for vote in before}
    held: dict[int, set[PaperId]] = defaultdict(set)
    for vote in ups:
        if vote.at >= moment and vote.subscriber in early and (vote.subscriber, vote.paper) not in own:
            held[vote.subscriber].add(vote.paper)
    return {reader: frozenset(papers) for reader, papers in held.items()}


def _some(held: Mapping[int, frozenset[PaperId]], seed: int) -> dict[int, frozenset[PaperId]]:
    readers = sorted(held)
    random = np.random.default_rng(seed)
    chosen = random.choice(len(readers), size=min(len(readers), MOST_READERS), replace=False)
    return {readers[place]: held[readers[place]] for place in np.sort(chosen)}


def _since(paper: Paper, first: datetime) -> bool:
    return paper.first_seen is not None and paper.first_seen >= first


def _request(votes: Sequence[Vote], bare: Sequence[InterestProfile], assign: Assign) -> Request:
    only = bare[0].interest if len(bare) == 1 else None
    held: dict[str | None, list[Vote]] = defaultdict(list)
    for vote in votes:
        held[vote.interest if only is None else only].append(vote)
    profiles = tuple(_with_votes(profile, held.pop(profile.interest, ())) for profile in bare)
    loose = [vote for own in held.values() for vote in own]
    seen = frozenset(vote.paper for vote in votes)
    return Request(subscriber=bare[0].subscriber, profiles=assign(profiles, loose), seen=seen)


def _with_votes(profile: InterestProfile, votes: Sequence[Vote]) -> InterestProfile:
    return replace(
        profile,
        up=tuple(WeightedPaper(paper=vote.paper, at=vote.at) for vote in votes if vote.up),
        down=tuple(WeightedPaper(paper=vote.paper, at=vote.at) for vote in votes if not vote.up),
    )
