"""Offline evaluation on the store's own votes."""

from dataclasses import dataclass
from datetime import timedelta

from recommender.ports import Clock, Store
from recommender.ranking.base import RankingSettings
from recommender.ranking.evaluation import Evaluation, evaluate
from recommender.services.profiles import build_profiles
from recommender.services.training import snapshot

_TEN_YEARS = timedelta(days=3650)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluating:
    """Measures each scorer alone and the fusion against baselines."""

    store: Store
    clock: Clock
    settings: RankingSettings

    def run(self) -> Evaluation:
        """Evaluate on a temporal split of the standing up-votes; changes nothing."""
        now = self.clock.now()
        with self.store.read() as unit:
            corpus = snapshot(unit, signals_since=now - _TEN_YEARS, until=now)
            people = [subscriber for subscriber in unit.people.all() if subscriber.interests]
            seeds = unit.papers.resolve(
                {seed for entry in people for interest in entry.interests for seed in interest.seeds}
            )
        declared = {subscriber.id: build_profiles(subscriber, (), seeds)[0] for subscriber in people}
        return evaluate(corpus, self.settings, declared, seed=self.settings.seed)
