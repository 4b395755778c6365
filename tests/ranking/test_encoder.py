"""Directions of texts."""

import numpy as np
import pytest
from scipy import sparse

from recommender.ranking.background import Background
from recommender.ranking.base import SparseMatrix
from recommender.ranking.contrast import Lessons
from recommender.ranking.encoder import WIDTH, Encoder
from recommender.ranking.text import FEATURES, TextSpace, paper_fields, words
from tests.ranking import world


def a_small_one() -> Encoder:
    """Return an encoder of three words in two dimensions."""
    vectors = np.asarray([[1, 0], [0, 1], [1, 1]], dtype=np.float32)
    return Encoder(np.asarray([2, 5, 9]), vectors, np.zeros(2, np.float32))


def row(**weights: float) -> SparseMatrix:
    """Return one content row of features f2=…, f5=…."""
    cells = [(0, int(name[1:]), weight) for name, weight in weights.items()]
    rows, columns, values = zip(*cells, strict=True)
    return sparse.csr_matrix((values, (rows, columns)), shape=(1, FEATURES), dtype=np.float32)


def test_a_direction_is_the_sum_of_its_words() -> None:
    """Weighted, made unit; unknown words add nothing."""
    found = a_small_one().dense(row(f2=3, f5=4, f100=50))
    np.testing.assert_allclose(found, [[0.6, 0.8]], rtol=1e-6)


def test_the_mean_direction_is_taken_off() -> None:
    """Off the unit direction, after which it is unit again."""
    own = a_small_one()
    centred = Encoder(own.columns, own.vectors, np.asarray([0.6, 0.0], np.float32))
    np.testing.assert_allclose(centred.dense(row(f2=3, f5=4)), [[0, 1]], atol=1e-6)


def test_texts_without_a_known_word_have_no_direction() -> None:
    """Zero rows, also where a centre is taken off; neighbours in the block keep theirs."""
    own = a_small_one()
    centred = Encoder(own.columns, own.vectors, np.asarray([0.5, 0.1], np.float32))
    found = centred.dense(sparse.vstack([row(f3=1), row(f2=1), row(f99=2)], format="csr"))
    assert not found[[0, 2]].any()
    assert np.linalg.norm(found[1]) == pytest.approx(1)


def test_the_blank_one_knows_nothing(space: TextSpace) -> None:
    """It gives zero rows of one number."""
    rows = space.paper_rows(paper_fields(paper) for paper in world.papers()[:3])
    assert Encoder.blank().dense(rows).tolist() == [[0], [0], [0]]
    assert Encoder.blank().knows(rows) == 0


def test_what_it_knows_is_a_part_of_the_weight() -> None:
    """Squared weight on known words, over all."""
    assert a_small_one().knows(row(f2=3, f100=4)) == pytest.approx(9 / 25)
    assert a_small_one().knows(row(f2=3, f9=4)) == pytest.approx(1)
    assert a_small_one().knows(row(f1=1, f100=4)) == 0
    assert a_small_one().knows(sparse.csr_matrix((2, FEATURES), dtype=np.float32)) == 0


def test_the_shipped_one_is_the_backgrounds(space: TextSpace) -> None:
    """Both read a text alike."""
    texts = ("graph neural networks", "differential privacy noise", "")
    rows = space.rows([(words(text),) for text in texts])
    expected = Background.shipped().dense(rows)
    np.testing.assert_allclose(Encoder.shipped().dense(rows), expected, atol=1e-5)
    assert np.linalg.norm(expected, axis=1) == pytest.approx([1, 1, 0], abs=1e-5)


def test_many_rows_are_read_in_blocks() -> None:
    """Blocks change nothing."""
    rows = sparse.vstack([row(f2=1), row(f5=2), row(f100=1)] * 1500, format="csr")
    found = a_small_one().dense(rows)
    np.testing.assert_array_equal(found, np.tile([[1, 0], [0, 1], [0, 0]], (1500, 1)))


TOPICS = 60


def many_topics(count: int) -> SparseMatrix:
    """Return papers that take three of their topic's ten words."""
    random = np.random.default_rng(0)
    cells = [
        np.sort(random.choice(10, size=3, replace=False)) + 10 * (paper % TOPICS) for paper in range(count)
    ]
    data = np.full(3 * count, 3**-0.5, np.float32)
    return sparse.csr_matrix((data, np.concatenate(cells), 3 * np.arange(count + 1)), shape=(count, FEATURES))


def test_a_store_teaches_words_of_its_own() -> None:
    """Papers on one topic meet though they share no word; the same seed gives the same numbers."""
    rows = many_topics(1200)
    encoder = Encoder.read(rows, 0)
    assert encoder.vectors.shape == (len(encoder.columns), WIDTH)
    np.testing.assert_array_equal(encoder.vectors, Encoder.read(rows, 0).vectors)
    cosines = encoder.dense(rows) @ encoder.dense(rows).T
    apart = (rows @ rows.T).toarray() == 0
    alike = np.equal.outer(np.arange(1200) % TOPICS, np.arange(1200) % TOPICS)
    assert cosines[apart & alike].mean() > 0.04
    assert abs(cosines[apart & ~alike].mean()) < 0.02
    assert encoder.knows(rows) > 0.99


def test_a_small_store_teaches_none() -> None:
    """Fewer than a thousand papers: a blank one."""
    assert len(Encoder.read(many_topics(999), 0).columns) == 0


def test_likes_change_vectors_and_nothing_else(space: TextSpace) -> None:
    """The words and the centre stay, and the one taught is left as it was."""
    rows = space.paper_rows(paper_fields(paper) for paper in world.papers())
    columns = np.unique(rows.indices).astype(np.int64)
    start = np.random.default_rng(1).normal(size=(len(columns), 8)).astype(np.float32)
    encoder = Encoder(columns, start.copy(), np.zeros(8, np.float32))
    random = np.random.default_rng(0)
    votes = sparse.csr_matrix((random.random((12, rows.shape[0])) < 0.1).astype(np.float32))
    taught = encoder.taught(votes, rows, Lessons(epochs=1, lot=16), 0)
    np.testing.assert_array_equal(encoder.vectors, start)
    assert taught.columns is encoder.columns
    assert (taught.vectors != start).any()
