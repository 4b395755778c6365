"""Where papers stand: near ones are found, and the file tells the same."""

from pathlib import Path

import numpy as np
import pytest

from recommender.ranking.atlas import FILE, Atlas, by_paper, by_query, paper_direction, query_direction
from recommender.ranking.hybrid import HybridRecommender
from tests.builders import a_paper
from tests.ranking import world

PAPERS = world.corpus().papers


def test_a_paper_is_nearest_to_itself_and_near_its_kind(recommender: HybridRecommender) -> None:
    """Eight bits a number turn no cosine by more than a hundredth."""
    atlas = Atlas.of(recommender, PAPERS)
    for paper in PAPERS[:: len(PAPERS) // 7]:
        direction = paper_direction(recommender, paper)
        (first, cosine), *others = atlas.nearest(direction, 20)
        assert first == paper.id
        assert cosine == pytest.approx(1, abs=0.01)
        exact = {own.id: float(paper_direction(recommender, own) @ direction) for own in PAPERS}
        assert all(value == pytest.approx(exact[own], abs=0.01) for own, value in others)
        assert [value for _, value in others] == sorted((value for _, value in others), reverse=True)


def test_an_atlas_grows(recommender: HybridRecommender) -> None:
    """Two parts joined find what the whole does."""
    whole = Atlas.of(recommender, PAPERS)
    parts = Atlas.of(recommender, PAPERS[:9]).joined(Atlas.of(recommender, PAPERS[9:]))
    direction = paper_direction(recommender, PAPERS[3])
    assert parts.nearest(direction, 30) == whole.nearest(direction, 30)


def test_the_file_holds_it_exactly(recommender: HybridRecommender, tmp_path: Path) -> None:
    """Ids of any letters too; an empty atlas is one."""
    odd = a_paper(1, id="title:注意~0a")
    for papers in ([odd, *PAPERS], []):
        atlas = Atlas.of(recommender, papers)
        atlas.save(tmp_path)
        loaded = Atlas.load(tmp_path, recommender.width)
        assert loaded is not None
        assert loaded.ids == atlas.ids
        assert np.array_equal(loaded.steps, atlas.steps)
        assert np.array_equal(loaded.scale, atlas.scale)
        assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_file_that_is_missing_damaged_or_of_another_fit_is_none(
    recommender: HybridRecommender, tmp_path: Path
) -> None:
    """Cut anywhere, filled with other bytes, or of another width."""
    assert Atlas.load(tmp_path, recommender.width) is None
    Atlas.of(recommender, PAPERS).save(tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    assert Atlas.load(tmp_path, recommender.width + 1) is None
    for length in range(0, len(whole), len(whole) // 23):
        (tmp_path / FILE).write_bytes(whole[:length])
        assert Atlas.load(tmp_path, recommender.width) is None
    (tmp_path / FILE).write_bytes(b"PK" * 500)
    assert Atlas.load(tmp_path, recommender.width) is None


@pytest.mark.parametrize("query", ["", "   ", "zzqx wvvk", "%", "日本"])
def test_words_nobody_knows_point_nowhere(recommender: HybridRecommender, query: str) -> None:
    """And nothing is near them."""
    atlas = Atlas.of(recommender, PAPERS)
    direction = query_direction(recommender, query)
    assert not direction.any()
    assert atlas.nearest(direction, 10) == []
    assert by_query(recommender, query, PAPERS) == []


def test_nearness_is_of_words_and_direction(recommender: HybridRecommender) -> None:
    """Between 0 and 1, 1 for the same text, in order, and the paper itself is not near itself."""
    paper = PAPERS[0]
    twin = a_paper(999, title=paper.title, abstract=paper.abstract)
    found = by_paper(recommender, paper, [*PAPERS, twin])
    assert found[0][0] == twin.id
    assert found[0][1] == pytest.approx(1, abs=1e-5)
    assert paper.id not in dict(found)
    assert all(0 < value <= 1.00001 for _, value in found)
    assert by_paper(recommender, paper, []) == []
    told = by_query(recommender, paper.title, PAPERS)
    assert told[0][1] == max(value for _, value in told)
