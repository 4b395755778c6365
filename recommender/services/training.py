"""Fitting the recommender on the store, and keeping fitted ones on a shelf."""

import shutil
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.domain.errors import ArtifactError
from recommender.domain.identity import is_bare
from recommender.domain.reports import Report
from recommender.ports import Clock, Store, UnitOfWork
from recommender.ranking.base import Corpus, RankingSettings
from recommender.services.profiles import build_profiles
from recommender.services.unlearning import Unlearning

if TYPE_CHECKING:
    from recommender.ranking.evaluation_split import Declared
    from recommender.ranking.fusion import LearnedFusion
    from recommender.ranking.hybrid import HybridRecommender

_TEN_YEARS = timedelta(days=3650)
_KEEP = 3
"""Artifacts kept on disk: the newest and two to fall back to."""


class Training:
    """Fits on a snapshot of the store and shelves the artifact."""

    def __init__(self, store: Store, clock: Clock, folder: Path, settings: RankingSettings) -> None:
        """Artifacts go to sub-folders of `folder`, named by their time."""
        self._store = store
        self._clock = clock
        self._folder = folder
        self._settings = settings

    def run(self) -> Report:
        """Fit, write the artifact, register it, and drop the oldest.

        Counts: papers, votes, readers, and whether the store's own fusion weights were adopted.
        """
        from recommender.ranking import artifacts  # noqa: PLC0415 heavy: commands that rank load it
        from recommender.ranking.atlas import Atlas  # noqa: PLC0415 see above
        from recommender.ranking.hybrid import HybridRecommender  # noqa: PLC0415 see above

        now = self._clock.now()
        name = now.strftime("%Y%m%dT%H%M%S%fZ")
        with self._store.read() as unit:
            corpus = snapshot(unit)
        fusion = self._own_fusion(corpus, now)
        recommender = HybridRecommender.fit(corpus, self._settings, fusion=fusion)
        sha256 = artifacts.save(recommender, self._folder / name)
        Atlas.of(recommender, corpus.papers).save(self._folder / name)
        with self._store.write() as unit:
            unit.artifacts.record(name, created_at=now, sha256=sha256, papers=len(corpus.papers))
            old = [known for known, _ in unit.artifacts.names()][_KEEP:]
            left = {person.id for person in unit.people.all()}
        for known in old:
            shutil.rmtree(self._folder / known, ignore_errors=True)
        if not left.issuperset(vote.subscriber for vote in corpus.votes):
            # Somebody was forgotten while this was fitted.
            Unlearning(self._store, self._folder, self._settings).forget()
        readers = len({vote.subscriber for vote in corpus.votes})
        counts = {"papers": len(corpus.papers), "votes": len(corpus.votes), "readers": readers}
        return Report(name="train", counts=counts | {"own_weights": int(fusion is not None)})

    def _own_fusion(self, corpus: Corpus, now: datetime) -> "LearnedFusion | None":
        """Return weights fitted to the store's own votes, if they may be, are enough, and surely help."""
        from recommender.ranking.adoption import adopted, held_out  # noqa: PLC0415 see `run`

        if self._settings.fit_weights == "never" or held_out(corpus, self._settings) is None:
            return None
        with self._store.read() as unit:
            signals = tuple(unit.papers.signals(now - _TEN_YEARS, now))
            declared = declared_profiles(unit)
        return adopted(replace(corpus, signals=signals), self._settings, declared)


class Shelf:
    """Gives the best recommender there is: the newest sound artifact, else one fitted on the spot.

    An artifact that cannot be used is reported in `warnings` and the one before it is tried. Threads may
    share a shelf: one loads or fits, the others wait for it and get the same.
    """

    def __init__(self, store: Store, folder: Path, settings: RankingSettings) -> None:
        """Look for artifacts in `folder`."""
        self._store = store
        self._folder = folder
        self._settings = settings
        self._held: tuple[str, HybridRecommender] | None = None
        self._lock = threading.Lock()
        self.warnings: list[str] = []

    def recommender(self) -> "HybridRecommender":
        """Return a recommender, loading or fitting it at most once per artifact."""
        with self._lock:
            found = self._shelved()
            return found[1] if found else self._fit_here()

    def shelved(self) -> "tuple[Path, HybridRecommender] | None":
        """Return the newest sound artifact and its folder; None where nothing was fitted yet."""
        with self._lock:
            found = self._shelved()
        return (self._folder / found[0], found[1]) if found else None

    def _shelved(self) -> "tuple[str, HybridRecommender] | None":
        from recommender.ranking import artifacts  # noqa: PLC0415 heavy: commands that rank load it

        with self._store.read() as unit:
            names = [name for name, _ in unit.artifacts.names()][:_KEEP]
        for name in names:
            if self._held and self._held[0] == name:
                return self._held
            try:
                loaded = artifacts.load(self._folder / name, self._settings)
            except ArtifactError as error:
                self.warnings.append(f"artifact {name} is not usable ({error}); trying the one before")
                continue
            self._held = (name, loaded)
            return self._held
        return None

    def _fit_here(self) -> "HybridRecommender":
        """Fit without shelving, again only when the number of papers or votes has changed."""
        from recommender.ranking.hybrid import HybridRecommender  # noqa: PLC0415 see `recommender`

        with self._store.read() as unit:
            state = f"{unit.papers.count()} {len(unit.people.votes())}"
            if self._held and self._held[0] == state:
                return self._held[1]
            corpus = snapshot(unit)
        self._held = (state, HybridRecommender.fit(corpus, self._settings))
        return self._held[1]


def declared_profiles(unit: UnitOfWork) -> "Declared":
    """Return what subscribers declare, without any votes, by subscriber."""
    people = [subscriber for subscriber in unit.people.all() if subscriber.interests]
    wanted = {seed for entry in people for interest in entry.interests for seed in interest.seeds}
    seeds = unit.papers.resolve(wanted)
    return {subscriber.id: build_profiles(subscriber, (), seeds)[0] for subscriber in people}


def snapshot(
    unit: UnitOfWork, *, signals_since: datetime | None = None, until: datetime | None = None
) -> Corpus:
    """Return all papers, the votes of readers who share theirs, and signals where a span is given.

    Papers of which only the id is known teach nothing and stay out, with the votes on them.
    """
    silent = {subscriber.id for subscriber in unit.people.all() if not subscriber.share}
    papers = list(unit.papers.all())
    bare = {paper.id for paper in papers if is_bare(paper)}
    votes = [vote for vote in unit.people.votes() if vote.subscriber not in silent and vote.paper not in bare]
    signals = unit.papers.signals(signals_since, until) if signals_since and until else ()
    kept = [paper for paper in papers if paper.id not in bare] if bare else papers
    return Corpus(papers=kept, votes=votes, signals=signals)
