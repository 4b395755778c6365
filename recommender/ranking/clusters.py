"""What a reader's liked papers fall into: clusters of directions, as many as hold together best.

Average linkage over cosines (Sokal & Michener 1958); the number of clusters is the one with the highest
mean silhouette (Rousseeuw 1987), one where no division is clear.
"""

import numpy as np
import numpy.typing as npt

from recommender.ranking.base import FloatMatrix

LEAST = 4
"""Fewer papers than this are no interest."""
MOST = 8
"""Clusters that a division may have, at most."""
_CLEAR = 0.08
"""Mean silhouette from which a division is clear."""

Labels = npt.NDArray[np.int64]


def clusters(dense: FloatMatrix) -> list[list[int]]:
    """Return the places of each cluster of `LEAST` papers or more, the most central paper first.

    `dense` (n, d) are unit directions; papers with a zero row belong nowhere. Larger clusters come first.
    Papers that fit no cluster are left out.
    """
    held = np.flatnonzero(dense.any(axis=1))
    if len(held) < LEAST:
        return []
    own = dense[held].astype(np.float64)
    labels = _divide(own)
    found = [_central(own, np.flatnonzero(labels == label)) for label in np.unique(labels)]
    large = [held[places].tolist() for places in found if len(places) >= LEAST]
    return sorted(large, key=lambda places: (-len(places), places))


def _divide(own: npt.NDArray[np.float64]) -> Labels:
    """Return the label of each row; all are 0 where no division is clear."""
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415 - slow to import
    from scipy.spatial.distance import squareform  # noqa: PLC0415 - slow to import

    distances = np.clip(1 - own @ own.T, 0, 2)
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), method="average")
    best, labels = _CLEAR, np.zeros(len(own), dtype=np.int64)
    for count in range(2, min(MOST, len(own) // 2) + 1):
        cut = fcluster(tree, count, criterion="maxclust")
        sizes = np.bincount(cut)
        if (sizes >= LEAST).sum() < 2:
            # One cluster and stragglers: no division of the reader's taste.
            continue
        told = _silhouette(distances, cut)
        if told > best:
            best, labels = told, cut
    return labels


def _silhouette(distances: npt.NDArray[np.float64], labels: Labels) -> float:
    """Return the mean over papers of (b - a) / max(a, b): own cluster's mean distance a, the next one's b.

    A paper alone in its cluster counts 0.
    """
    members = (labels[:, None] == np.unique(labels)).astype(np.float64)
    sizes = members.sum(axis=0)
    sums = distances @ members
    own = members.astype(np.bool_)
    count = sizes[own.argmax(axis=1)]
    inside = sums[own] / np.maximum(count - 1, 1)
    outside = np.where(own, np.inf, sums / sizes).min(axis=1)
    most = np.maximum(np.maximum(inside, outside), 1e-12)
    return float(np.where(count > 1, (outside - inside) / most, 0).mean())


def _central(own: npt.NDArray[np.float64], places: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Order places by cosine with their mean, highest first."""
    return places[np.argsort(-(own[places] @ own[places].sum(axis=0)), kind="stable")]
