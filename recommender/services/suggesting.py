"""Interests that a subscriber's votes suggest, and the words that would declare them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recommender.domain.identity import is_bare
from recommender.domain.papers import Paper, PaperId
from recommender.ports import Clock, Store
from recommender.services.profiles import build_profiles, interest_names

if TYPE_CHECKING:
    from recommender.ranking.hybrid import HybridRecommender


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """An interest that up-votes point to."""

    name: str
    papers: Sequence[Paper]
    """The voted papers behind it, the most central first."""
    covered_by: str | None
    """Name of the declared interest that finds such papers already."""


class Suggesting:
    """Reads votes, suggests interests; changes nothing."""

    def __init__(self, store: Store, clock: Clock, recommender: "Callable[[], HybridRecommender]") -> None:
        """`recommender` gives the current one."""
        self._store = store
        self._clock = clock
        self._recommender = recommender

    def run(self, reference: str) -> list[Suggested]:
        """Return what the up-votes of a subscriber fall into; votes for a paused interest rest with it.

        Raises UnknownSubscriber.
        """
        from recommender.ranking.suggestions import suggest  # noqa: PLC0415 heavy: loaded when asked for

        recommender = self._recommender()
        with self._store.read() as unit:
            subscriber = unit.people.find(reference)
            seeds = unit.papers.resolve({seed for own in subscriber.interests for seed in own.seeds})
            votes, levers = unit.people.votes([subscriber.id]), unit.people.levers([subscriber.id])
            profiles, loose = build_profiles(subscriber, votes, seeds, levers)
            liked: list[PaperId] = [vote.paper for profile in profiles for vote in profile.up]
            liked += [vote.paper for vote in loose if vote.up]
            papers = unit.papers.get([*liked, *seeds.values()])
        names = interest_names(subscriber)
        voted = [papers[paper] for paper in liked if paper in papers and not is_bare(papers[paper])]
        found = suggest(recommender.fitted, voted, profiles, papers, self._clock.now())
        return [
            Suggested(
                name=", ".join(own.terms) or own.papers[0].title,
                papers=own.papers,
                covered_by=None if own.covered is None else names.get(own.covered, own.covered),
            )
            for own in found
        ]
