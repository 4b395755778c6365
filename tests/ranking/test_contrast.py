"""Teaching word vectors by likes."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from recommender.ranking.base import FloatMatrix, SparseMatrix
from recommender.ranking.contrast import Classroom, Lesson, Lessons, slope
from recommender.ranking.encoder import directions
from recommender.ranking.text import TextSpace, paper_fields
from tests.ranking import world

Wide = npt.NDArray[np.float64]
TEMPERATURE = 0.3
QUICK = Lessons(epochs=40, lot=48, temperature=0.2, rate=0.01, dropped=0.3)


def loss(vectors: Wide, lesson: Lesson) -> float:
    """Return the symmetric InfoNCE loss as its papers write it, in double precision."""
    left, right = (np.asarray(rows.astype(np.float64) @ vectors) for rows in (lesson.liked, lesson.held))
    left /= np.linalg.norm(left, axis=1, keepdims=True)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    chances = np.where(lesson.same, 0.0, np.exp(left @ right.T / TEMPERATURE))
    own = np.diag(chances)
    return float(-(np.log(own / chances.sum(axis=1)) + np.log(own / chances.sum(axis=0))).mean() / 2)


def a_lesson(random: np.random.Generator) -> Lesson:
    """Return a lot of six pairs over fifteen words, two of which are no contrast."""
    liked, held = (
        sparse.csr_matrix(random.random((6, 15)) * (random.random((6, 15)) < 0.5), dtype=np.float32)
        for _ in range(2)
    )
    same = np.zeros((6, 6), dtype=np.bool_)
    same[0, 1] = same[4, 2] = True
    return Lesson(liked=liked, held=held, same=same)


@pytest.mark.parametrize("seed", range(5))
def test_the_slope_is_that_of_the_loss(seed: int) -> None:
    """Central differences of every number agree with the analytic gradient."""
    random = np.random.default_rng(seed)
    lesson = a_lesson(random)
    vectors = random.normal(size=(15, 4))
    expected = np.zeros_like(vectors)
    for place in np.ndindex(vectors.shape):
        step = np.zeros_like(vectors)
        step[place] = 1e-5
        expected[place] = (loss(vectors + step, lesson) - loss(vectors - step, lesson)) / 2e-5
    found = slope(vectors.astype(np.float32), lesson, TEMPERATURE)
    np.testing.assert_allclose(found, expected, atol=2e-4)
    assert np.abs(expected).max() > 0.02


def a_school(space: TextSpace, readers: int) -> tuple[SparseMatrix, SparseMatrix]:
    """Return votes and rows of readers who like two subjects that share no words of their own."""
    random = np.random.default_rng(3)
    rows = space.paper_rows(paper_fields(paper) for paper in world.papers())
    rows = rows[:, np.unique(rows.indices)]
    tastes = [(0, 1), (2, 3), (4, 5), (6, 7)]
    cells = [
        (reader, subject * world.PER_SUBJECT + int(place))
        for reader in range(readers)
        for subject in tastes[reader % 4]
        for place in random.choice(world.PER_SUBJECT, size=4, replace=False)
    ]
    votes = sparse.csr_matrix(
        (np.ones(len(cells), np.float32), tuple(zip(*cells, strict=True))), shape=(readers, rows.shape[0])
    )
    return votes, rows


def margins(votes: SparseMatrix, rows: SparseMatrix, vectors: FloatMatrix) -> float:
    """Return how much nearer a reader's last liked paper is to the first four than papers are, on average."""
    papers = directions(np.asarray(rows @ vectors))
    found = []
    for reader in range(votes.shape[0]):
        *first, last = votes[reader].indices[[0, 1, 2, 3, 7]]
        taste = directions(papers[first].sum(axis=0, keepdims=True))[0]
        found.append(papers[last] @ taste - (papers @ taste).mean())
    return float(np.mean(found))


def test_what_readers_like_moves_together(space: TextSpace) -> None:
    """Readers who were not in the lessons find their other subject nearer than before."""
    votes, rows = a_school(space, 80)
    start = np.random.default_rng(0).normal(size=(rows.shape[1], 16)).astype(np.float32)
    taught = Classroom.gather(votes[:48], rows).teach(start, QUICK, 0)
    assert margins(votes[48:], rows, start) < 0.1
    assert margins(votes[48:], rows, taught) > 0.4


def test_the_same_seed_teaches_the_same(space: TextSpace) -> None:
    """Equal to the bit, and another seed is another course."""
    votes, rows = a_school(space, 24)
    start = np.random.default_rng(0).normal(size=(rows.shape[1], 8)).astype(np.float32)
    room, short = Classroom.gather(votes, rows), replace(QUICK, epochs=2)
    np.testing.assert_array_equal(room.teach(start, short, 5), room.teach(start, short, 5))
    assert (room.teach(start, short, 5) != room.teach(start, short, 6)).any()


def test_the_pupil_stays_as_it_was(space: TextSpace) -> None:
    """Vectors given are not changed; without a pair there is nothing to learn."""
    votes, rows = a_school(space, 24)
    start = np.ones((rows.shape[1], 3), dtype=np.float32)
    start[::2, 1] = 2
    before = start.copy()
    taught = Classroom.gather(votes, rows).teach(start, replace(QUICK, epochs=1), 0)
    np.testing.assert_array_equal(start, before)
    assert (taught != before).any()
    single = sparse.csr_matrix(np.eye(3, rows.shape[0], dtype=np.float32))
    np.testing.assert_array_equal(Classroom.gather(single, rows).teach(start, QUICK, 0), before)


def test_a_reader_of_both_papers_is_no_contrast(space: TextSpace) -> None:
    """A paper the reader likes too is never pushed away, and what is held back is not among the liked."""
    votes, rows = a_school(space, 4)
    papers = votes[0].indices[:2]
    room = Classroom.gather(votes, rows)
    lesson = room.lesson(np.asarray([[0, papers[0]], [0, papers[1]]]), 0.0, np.random.default_rng(0))
    assert lesson.same.tolist() == [[False, True], [True, False]]
    rest = room.sums[0] - rows[papers[0]]
    expected = (rest / sparse.linalg.norm(rest)).toarray()
    np.testing.assert_allclose(lesson.liked[0].toarray(), expected, atol=1e-5)
