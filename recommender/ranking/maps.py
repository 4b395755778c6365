"""A map of a reader's interests: recent papers and votes in the plane in which the interests differ most.

The plane is that of the two main axes (Pearson 1901) of the interests, of the papers nearest to each and of
the votes; other papers are laid into it. Same papers, same votes, same map.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.domain.papers import PaperId
from recommender.domain.profiles import InterestProfile
from recommender.ranking.atlas import Atlas
from recommender.ranking.base import FloatMatrix, Pool
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.vectors import Known, batch

EACH = 15
"""Papers shown of each interest, the nearest ones."""
OTHERS = 60
"""Papers shown that are of none of these, taken evenly."""
_LEAST = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where something stands; `x` and `y` are -1 to 1, up and to the right."""

    x: float
    y: float
    paper: PaperId | None = None
    """None for an interest."""
    interest: str | None = None
    """Key of the interest, or of that which the paper is near; None for another paper."""
    nearness: float = 0.0
    """Cosine of directions with that interest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestMap:
    """What is drawn. Papers of an interest stand nearest first."""

    interests: tuple[Spot, ...]
    papers: tuple[Spot, ...]
    votes: tuple[Spot, ...]


def interest_map(
    view: tuple[HybridRecommender, Atlas],
    profiles: Sequence[InterestProfile],
    pool: Pool,
    voted: Iterable[PaperId],
) -> InterestMap | None:
    """Return the map of `profiles` among the papers of `pool`; None where no profile has a direction."""
    recommender, atlas = view
    lens = recommender.fitted.lens
    wanted = batch(lens, profiles, Known.gather(lens, pool, profiles)).dense
    known = [place for place, row in enumerate(wanted) if row.any()]
    if not known:
        return None
    keys, wanted = [profiles[place].interest for place in known], wanted[known]
    ids, rows = atlas.rows(paper.id for paper in pool.papers)
    votes, own_rows = atlas.rows(voted)
    cosines = wanted @ rows.T
    near = _near(cosines)
    others = _others(len(ids), {place for places in near for place in places})
    shown = [place for places in near for place in places]
    axes = _axes(np.vstack([wanted, rows[shown], own_rows]))
    owner = {place: number for number, places in enumerate(near) for place in places}
    laid = _laid(axes, (wanted, rows[shown + others], own_rows))
    return InterestMap(
        interests=tuple(Spot(x=x, y=y, interest=key) for key, (x, y) in zip(keys, laid[0], strict=True)),
        papers=tuple(
            Spot(
                x=x,
                y=y,
                paper=ids[place],
                interest=keys[owner[place]] if place in owner else None,
                nearness=float(cosines[owner[place], place]) if place in owner else 0.0,
            )
            for place, (x, y) in zip(shown + others, laid[1], strict=True)
        ),
        votes=tuple(Spot(x=x, y=y, paper=paper) for paper, (x, y) in zip(votes, laid[2], strict=True)),
    )


def _near(cosines: FloatMatrix) -> list[list[int]]:
    """Return the places of the papers nearest to each interest, each with the one it is nearest to."""
    if not cosines.shape[1]:
        return [[] for _ in cosines]
    best = cosines.argmax(axis=0)
    found = []
    for number, row in enumerate(cosines):
        order = np.argsort(-row, kind="stable")
        found.append([int(place) for place in order if best[place] == number and row[place] > 0][:EACH])
    return found


def _others(count: int, taken: set[int]) -> list[int]:
    rest = [place for place in range(count) if place not in taken]
    step = max(1, -(-len(rest) // OTHERS))
    return rest[::step]


def _axes(rows: FloatMatrix) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the mean (d,) and two axes (2, d), each pointing where its largest part is positive."""
    own = rows.astype(np.float64)
    mean = own.mean(axis=0)
    _, sizes, turned = np.linalg.svd(own - mean, full_matrices=False)
    axes = np.zeros((2, own.shape[1]))
    for place, (size, axis) in enumerate(zip(sizes[:2], turned[:2], strict=True)):
        if size > _LEAST:
            axes[place] = axis * np.sign(axis[np.abs(axis).argmax()])
    return mean, axes


def _laid(
    axes: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]], groups: Sequence[FloatMatrix]
) -> list[list[tuple[float, float]]]:
    """Return where each row of each group stands, the farthest on each axis at 1 or -1."""
    mean, turned = axes
    places = [(group.astype(np.float64) - mean) @ turned.T for group in groups]
    reach = np.abs(np.vstack(places)).max(axis=0, initial=0.0)
    reach = np.where(reach > _LEAST, reach, 1.0)
    return [[(float(x), float(y)) for x, y in group / reach] for group in places]
