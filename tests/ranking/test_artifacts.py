"""Artifacts: an exact round trip, and nothing in them that need not be."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recommender.domain.errors import ArtifactError
from recommender.ranking.artifacts import MANIFEST, load, save
from recommender.ranking.base import Corpus, RankingSettings
from recommender.ranking.encoder import Encoder
from recommender.ranking.fusion import LearnedFusion, Weights
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.learning import shipped
from recommender.ranking.votes import VoteModel
from tests.ranking import world

REQUESTS = [
    world.ask(world.liking(world.of("editing")[:4], 100, about="dark matter"), slots=True),
    world.ask(world.a_profile(3, keywords=("protein folding",), authors=("Ada Robots1",))),
]


def npz(folder: Path) -> Path:
    """Return the arrays' file."""
    return next(folder.glob("arrays-*.npz"))


def test_the_round_trip_is_exact(recommender: HybridRecommender, folder: Path) -> None:
    """The same recommendations to the bit, evidence included; and the same bytes when saved again."""
    again = load(folder)
    assert again.recommend(REQUESTS, world.a_pool()) == recommender.recommend(REQUESTS, world.a_pool())
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    save(again, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_packages_own_numbers_are_not_kept(recommender: HybridRecommender, folder: Path) -> None:
    """Word vectors and weights that come with the package are named, not copied."""
    assert load(folder).fitted.fusion is shipped()
    with np.load(npz(folder), allow_pickle=False) as archive:
        assert "vectors" not in archive.files
    assert recommender.fitted.lens.encoder.vectors is Encoder.shipped().vectors


def own_words(recommender: HybridRecommender) -> HybridRecommender:
    """Return a recommender of other word vectors, without a vote model."""
    random = np.random.default_rng(0)
    columns = np.unique(recommender.fitted.reference.rows.indices).astype(np.int64)
    vectors = random.normal(size=(len(columns), 12)).astype(np.float32)
    lens = replace(
        recommender.fitted.lens,
        encoder=Encoder(columns, vectors, (random.normal(size=12) / 9).astype(np.float32)),
        model=VoteModel.empty(12),
        space=replace(recommender.fitted.lens.space, pairs=False),
    )
    rows = recommender.fitted.reference.rows
    reference = lens.numbers(rows, np.full(rows.shape[0], -1))
    return HybridRecommender(fitted=replace(recommender.fitted, lens=lens, reference=reference))


def test_a_stores_own_word_vectors_are_kept(recommender: HybridRecommender, tmp_path: Path) -> None:
    """To the bit, with how the store's texts are read."""
    own = own_words(recommender)
    save(own, tmp_path)
    again = load(tmp_path)
    assert again.recommend(REQUESTS, world.a_pool()) == own.recommend(REQUESTS, world.a_pool())
    assert again.recommend(REQUESTS, world.a_pool()) != recommender.recommend(REQUESTS, world.a_pool())
    assert again.fitted.lens.space.pairs is False


def test_a_stores_own_weights_are_kept(recommender: HybridRecommender, tmp_path: Path) -> None:
    """To the bit; the ranking is theirs."""
    random = np.random.default_rng(0)
    turned = {
        name: (own * random.uniform(0.1, 3, own.shape)).astype(np.float32)
        for name, own in shipped().alone.scorers.items()
    }
    alone = Weights(scorers=turned, papers=shipped().alone.papers)
    fusion = LearnedFusion(alone=alone, shared=shipped().shared)
    own = HybridRecommender(fitted=replace(recommender.fitted, fusion=fusion))
    save(own, tmp_path)
    again = load(tmp_path)
    for name, weights in again.fitted.fusion.alone.scorers.items():
        np.testing.assert_array_equal(weights, turned[name])
    assert again.recommend(REQUESTS, world.a_pool()) == own.recommend(REQUESTS, world.a_pool())


def test_the_digest_is_that_of_the_manifest(recommender: HybridRecommender, tmp_path: Path) -> None:
    """What `save` returns can be checked from outside."""
    digest = save(recommender, tmp_path)
    assert digest == hashlib.sha256((tmp_path / MANIFEST).read_bytes()).hexdigest()


def test_an_empty_recommender_can_be_kept(tmp_path: Path) -> None:
    """No papers, no votes: the first day's artifact."""
    save(HybridRecommender.fit(Corpus(papers=()), RankingSettings()), tmp_path)
    assert load(tmp_path).recommend(REQUESTS, world.a_pool())[1]


def test_a_new_artifact_replaces_the_old(folder: Path) -> None:
    """One file of arrays stays, and nothing that was written aside."""
    save(HybridRecommender.fit(Corpus(papers=world.of("robots")), RankingSettings()), folder)
    assert sorted(path.name for path in folder.iterdir()) == [npz(folder).name, MANIFEST]
    assert load(folder).fitted.lens.space.documents == world.PER_SUBJECT


def test_it_can_be_read_under_other_settings(folder: Path) -> None:
    """Weights are the installation's, not the artifact's."""
    assert load(folder, RankingSettings(weight_trending=0)).fitted.settings.weight_trending == 0
    assert load(folder).fitted.settings == world.SETTINGS


def test_it_holds_no_text(folder: Path) -> None:
    """Neither titles nor names nor words of readers are in the files."""
    with np.load(npz(folder), allow_pickle=False) as archive:
        kinds = {key: archive[key].dtype.kind for key in archive.files}
        assert [key for key, kind in kinds.items() if kind not in "fi"] == ["items"]
        assert all(str(item).startswith("arxiv:") for item in archive["items"])
    assert "quasar" not in (folder / MANIFEST).read_text()


def test_a_missing_artifact_is_named(tmp_path: Path) -> None:
    """The message says which file and what to do."""
    with pytest.raises(ArtifactError, match=r"manifest\.json.*run `train`"):
        load(tmp_path / "nowhere")
