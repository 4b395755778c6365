"""Paper-to-paper regression against the plain formula."""

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from recommender.ranking import ease as module
from recommender.ranking.base import FloatMatrix
from recommender.ranking.ease import CONTENT, RIDGE, RIDGE_READER, ContentEase
from recommender.ranking.encoder import directions

READERS, PAPERS, UNREAD, WIDTH = 9, 14, 6, 5
Wide = npt.NDArray[np.float64]


def world(seed: int) -> tuple[FloatMatrix, FloatMatrix, FloatMatrix]:
    """Return dense votes (R, I), content (I, d) and unread content (M, d)."""
    random = np.random.default_rng(seed)
    votes = (random.random((READERS, PAPERS)) < 0.4).astype(np.float32)
    content, unread = (
        directions(random.normal(size=(count, WIDTH)).astype(np.float32)) for count in (PAPERS, UNREAD)
    )
    return votes, content, unread


def fitted(votes: FloatMatrix, content: FloatMatrix, unread: FloatMatrix) -> ContentEase:
    """Fit on dense votes."""
    return ContentEase.fit(sparse.csr_matrix(votes), content, unread)


def plain(votes: FloatMatrix, content: FloatMatrix, unread: FloatMatrix) -> Wide:
    """Return B = I - P / diag(P), P = (Y'Y + diag(lambda))^-1, over all papers at once, read or not."""
    everything = np.vstack([content, unread]).astype(np.float64)
    padded = np.hstack([votes, np.zeros((len(votes), len(unread)))])
    stacked = np.vstack([padded, CONTENT * everything.T])
    inverse = np.linalg.inv(stacked.T @ stacked + np.diag(RIDGE + RIDGE_READER * padded.sum(axis=0)))
    weights = -inverse / np.diag(inverse)[None, :]
    np.fill_diagonal(weights, 0)
    return np.asarray(weights)


def off_diagonal(weights: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Return weights with a zero diagonal: a paper's own weight is never used."""
    own = weights.copy()
    np.fill_diagonal(own, 0)
    return own


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("chunk", [1000, 5])
def test_weights_are_those_of_the_plain_formula(
    seed: int, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dual form is the primal one, whatever the blocks; small ridges make every term count."""
    monkeypatch.setattr(module, "_CHUNK", chunk)
    votes, content, unread = world(seed)
    model = fitted(votes, content, unread)
    found = CONTENT * (model.pulls @ content.T) * model.gain + model.links.toarray()
    expected = plain(votes, content, unread)[:PAPERS, :PAPERS]
    np.testing.assert_allclose(off_diagonal(found), expected, atol=2e-6)
    assert np.abs(expected).max() > 0.005


@pytest.mark.parametrize("seed", range(4))
def test_unread_papers_of_the_fit_get_the_weights_of_the_plain_formula(seed: int) -> None:
    """What was there at fitting without a vote is reached through the kernel, exactly."""
    votes, content, unread = world(seed)
    model = fitted(votes, content, unread)
    found = CONTENT * (model.taste(sparse.identity(PAPERS), np.zeros((1, WIDTH), np.float32)) @ unread.T)
    expected = plain(votes, content, unread)
    np.testing.assert_allclose(found * model.fresh_gain(unread), expected[:PAPERS, PAPERS:], atol=2e-6)
    nothing = sparse.csr_matrix((UNREAD, PAPERS), dtype=np.float32)
    among = CONTENT * (model.taste(nothing, unread) @ unread.T) * model.fresh_gain(unread)
    np.testing.assert_allclose(off_diagonal(among), expected[PAPERS:, PAPERS:], atol=2e-6)


@pytest.mark.parametrize("seed", range(4))
def test_a_newcomer_scores_as_if_it_had_been_there_but_for_its_gain(seed: int) -> None:
    """By the matrix inversion lemma a paper added without votes divides its pull by what its gain multiplies.

    So the pull alone is exact for a newcomer; the gain, which is for papers of the fit, adds a share a of it,
    with 1 + a = 1 / (1 - c'Kc) and c'Kc at most CONTENT^2 / RIDGE.
    """
    votes, content, unread = world(seed)
    newcomer = unread[-1:]
    model = fitted(votes, content, unread[:-1])
    pull = CONTENT * (model.pulls @ newcomer.T)[:, 0]
    np.testing.assert_allclose(pull, plain(votes, content, unread)[:PAPERS, -1], atol=2e-6)
    gain = float(model.fresh_gain(newcomer)[0])
    assert 1 < gain <= 1 / (1 - CONTENT**2 / RIDGE) + 1e-6


def test_only_the_strongest_links_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """By size, of each paper; none to itself."""
    votes, content, unread = world(0)
    whole = fitted(votes, content, unread).links.toarray()
    monkeypatch.setattr(module, "_LINKS", 3)
    model = fitted(votes, content, unread)
    kept = model.links.toarray()
    assert ((kept != 0).sum(axis=1) == 3).all()
    assert not np.diag(whole).any()
    np.testing.assert_array_equal(kept[kept != 0], whole[kept != 0])
    before_gain = np.abs(whole / model.gain)
    for row, own in zip(before_gain, kept, strict=True):
        assert row[own != 0].min() >= np.sort(row)[-3]


def test_readers_of_two_papers_link_them() -> None:
    """Papers that the same readers like pull each other; others do not, when no content tells."""
    votes = np.asarray([[1, 1, 0], [1, 1, 0], [1, 1, 0], [0, 0, 1]], dtype=np.float32)
    blank = np.zeros((3, 2), dtype=np.float32)
    model = fitted(votes, blank, blank[:0])
    links = model.links.toarray()
    assert links[0, 1] > 0.01
    assert links[0, 2] == pytest.approx(0, abs=1e-7)
