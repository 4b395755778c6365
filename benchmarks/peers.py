"""Other people's methods, fitted on the same library and asked the same questions.

Each is a function from a library to a ranker. Content methods read words only, whatever the product
reads. Settings were picked on validation pairs, never on test ones. Library similarity in the way of
zotero-arxiv-daily, the mean cosine of a candidate with the saved papers, orders by the same number as
the tf-idf profile where nothing is known of when a paper was saved, so the two share a row. LightFM is
not run: the project does not depend on it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from benchmarks.library import NAMES, Library
from benchmarks.metrics import IntArray
from benchmarks.peers_shared import als, ease, item_knn, popularity, reader_knn, rp3beta
from benchmarks.ranker import Ranker, Shown
from recommender.ranking.base import FloatMatrix, SparseMatrix

_NARROW = 300
_WIDE = 1000
_RIDGE = 30.0
_SVM_C = 0.01
_SVM_SAMPLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A method: its name in tables, how it is fitted, and what it can be asked."""

    name: str
    fit: Callable[[Library], Ranker]
    protocols: tuple[str, ...]
    """What it can answer: who saved what says nothing of fresh papers, nor of readers with words alone."""
    sample: int | None = None
    """Too slow for everybody: only so many readers of a protocol are asked."""


def tfidf(library: Library) -> SparseMatrix:
    """Return (papers, words) unit rows: 1 + ln tf times 1 + ln((n + 1) / (df + 1))."""
    return normalize(_weighted(library.text, library))


def keyword_rows(library: Library, keywords: IntArray) -> SparseMatrix:
    """Return (n, words) unit rows of readers whose (n, k) keyword columns count once each."""
    rows = np.repeat(np.arange(len(keywords)), keywords.shape[1])
    cells = (np.ones(keywords.size, dtype=np.float32), (rows, keywords.ravel()))
    counts = sparse.csr_matrix(cells, shape=(len(keywords), library.text.shape[1]))
    return normalize(_weighted(counts, library))


def tfidf_profile(library: Library) -> Ranker:
    """Cosine of the sum of the liked papers' tf-idf rows and of the keywords with each candidate."""
    rows = tfidf(library)

    def rank(shown: Shown, candidates: IntArray) -> FloatMatrix:
        profile = normalize(shown.liked @ rows + keyword_rows(library, shown.keywords))
        return np.asarray((profile @ rows[candidates].T).toarray(), dtype=np.float32)

    return rank


def keywords_by_readers(library: Library) -> Ranker:
    """Cosine of the keywords times the logarithm of the candidate's readers."""
    cosines = tfidf_profile(library)
    readers = np.log1p(np.asarray(library.saved.sum(axis=0), dtype=np.float32).ravel())

    def rank(shown: Shown, candidates: IntArray) -> FloatMatrix:
        scores: FloatMatrix = cosines(shown, candidates) * readers[candidates]
        return scores

    return rank


def lsa_profile(library: Library) -> Ranker:
    """Cosine of the sum of the liked papers with each candidate in the space of a truncated SVD.

    Latent semantic analysis (Deerwester et al. 1990).
    """
    dense = _lsa(library, _NARROW)

    def rank(shown: Shown, candidates: IntArray) -> FloatMatrix:
        return np.asarray(normalize(shown.liked @ dense) @ dense[candidates].T, dtype=np.float32)

    return rank


def lsa_ridge(library: Library) -> Ranker:
    """Ridge regression of each reader's row on the dense rows of papers that anybody has."""
    dense = _lsa(library, _WIDE)
    known = dense[_known(library)]
    gram = known.T @ known + np.float32(_RIDGE) * np.eye(dense.shape[1], dtype=np.float32)
    inverse = np.linalg.inv(gram)

    def rank(shown: Shown, candidates: IntArray) -> FloatMatrix:
        return np.asarray((shown.liked @ dense) @ inverse @ dense[candidates].T, dtype=np.float32)

    return rank


def reader_svm(library: Library) -> Ranker:
    """Fit a linear SVM for each reader, liked papers against all others that anybody has.

    The way of arxiv-sanity-lite: tf-idf rows, C = 0.01, classes balanced, fitted when asked.
    """
    rows = tfidf(library)
    known = _known(library)

    def rank(shown: Shown, candidates: IntArray) -> FloatMatrix:
        scores = np.zeros((shown.liked.shape[0], len(candidates)), dtype=np.float32)
        for place in np.flatnonzero(np.diff(shown.liked.indptr)):
            own = shown.liked[place].indices
            # A reader may show a paper that nobody else has.
            learned = np.union1d(known, own)
            model = LinearSVC(C=_SVM_C, class_weight="balanced", max_iter=10000, random_state=0)
            model.fit(rows[learned], np.isin(learned, own))
            scores[place] = model.decision_function(rows[candidates])
        return scores

    return rank


def _weighted(counts: SparseMatrix, library: Library) -> SparseMatrix:
    """Return counts as sublinear tf times the library's idf, float32."""
    frequency = np.bincount(library.text.indices, minlength=library.text.shape[1])
    idf = 1 + np.log((library.text.shape[0] + 1) / (frequency + 1))
    weighted = sparse.csr_matrix(counts, dtype=np.float32, copy=True)
    weighted.data = ((1 + np.log(weighted.data)) * idf[weighted.indices]).astype(np.float32)
    return weighted


def _lsa(library: Library, width: int) -> FloatMatrix:
    """Return (papers, width) unit rows; the SVD sees the words of fresh papers too."""
    dense = TruncatedSVD(n_components=width, random_state=0).fit_transform(tfidf(library))
    return np.asarray(normalize(dense), dtype=np.float32)


def _known(library: Library) -> IntArray:
    """Return the papers that anybody has."""
    return np.unique(library.saved.indices).astype(np.int64)


_SHOWN = tuple(name for name in NAMES if name != "N0")
_WARM = tuple(name for name in _SHOWN if name != "C")

PEERS = (
    Peer(name="popularity", fit=popularity, protocols=("N0", *_WARM)),
    Peer(name="tf-idf profile", fit=tfidf_profile, protocols=NAMES),
    Peer(name="keywords by readers", fit=keywords_by_readers, protocols=("N0",)),
    Peer(name="LSA-300 profile", fit=lsa_profile, protocols=_SHOWN),
    Peer(name="ridge on LSA-1000", fit=lsa_ridge, protocols=_SHOWN),
    Peer(name="item-kNN (BM25)", fit=item_knn, protocols=_WARM),
    Peer(name="RP3beta", fit=rp3beta, protocols=_WARM),
    Peer(name="reader-kNN", fit=reader_knn, protocols=_WARM),
    Peer(name="ALS, tuned", fit=als, protocols=_WARM),
    Peer(name="EASE", fit=ease, protocols=_WARM),
    Peer(name="SVM per reader", fit=reader_svm, protocols=_SHOWN, sample=_SVM_SAMPLE),
)
"""In the order of the table."""
