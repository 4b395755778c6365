"""Fitting fusion weights to lists: which of many papers did a reader take?

The loss is the listwise softmax cross-entropy of ListNet (Cao et al., ICML 2007) with the papers taken as
an even target, found by L-BFGS. Of the papers not taken, the hardest and a random few stand in a list;
the random ones carry the log of how many they stand for, so that the loss is that of the whole list.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from recommender.ranking.base import FloatMatrix
from recommender.ranking.fusion import EVIDENCE, FORMS, LIKES, LearnedFusion, Weights, gates

RIDGE = 3e-4
"""Pull towards zero of weights, on columns scaled to deviation 1."""
PULL = 10.0
"""Pull towards the weights that `refit` starts from, over the number of lists: fewer move them less."""
_STEPS = 150
_LEAST_SPREAD = 1e-6
"""A column that differs less than this over all lists teaches nothing."""
_SHARPEST = float(np.log(30))
_LEAST_KEPT = 0.1
"""Part of a plain weight that is left of it at least, where it may not point down."""
_PER_SCORER = len(EVIDENCE) * len(LIKES) * len(FORMS)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Example:
    """One reader's list of k papers: `z` (k, scorers) standardised, NaN where a scorer abstains.

    `readers` (k,) of the papers; `few` 1 / (1 + likes); `log_count` (k,) of what each paper stands for;
    `taken` (k,) bool.
    """

    z: FloatMatrix
    readers: npt.NDArray[np.float32]
    few: float
    log_count: npt.NDArray[np.float32]
    taken: npt.NDArray[np.bool_]


@cache
def shipped() -> LearnedFusion:
    """Return the fusion that comes with the package; `benchmarks.fusion` made its numbers."""
    told = json.loads(resources.files(__package__).joinpath("fusion.json").read_text(encoding="utf-8"))
    return LearnedFusion(alone=Weights.parse(told["alone"]), shared=Weights.parse(told["shared"]))


def columns(example: Example) -> FloatMatrix:
    """Return the design (k, 12 scorers + 4): a column for every weight, in the order of `Weights`."""
    z = np.nan_to_num(example.z, nan=0.0)
    forms = np.stack([z, np.log1p(np.maximum(z, 0))], axis=-1)
    kinds = np.stack(gates(example.readers), axis=-1)
    likes = np.asarray([1.0, example.few], dtype=np.float32)
    own = np.einsum("ksf,ke,l->kself", forms, kinds, likes).reshape(len(z), -1)
    papers = np.stack([kinds[:, 0], np.log1p(example.readers)], axis=-1)
    return np.hstack([own, np.einsum("kp,l->kpl", papers, likes).reshape(len(z), 4)]).astype(np.float32)


def fit(
    names: Sequence[str], examples: Sequence[Example], *, upward: frozenset[str] = frozenset()
) -> Weights:
    """Return the weights of scorers `names` that fit the lists best; those of `upward` are at least 0."""
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import

    design = np.concatenate([columns(example) for example in examples])
    scale = design.std(axis=0) + np.float32(1e-9)
    problem = _Problem(design / scale, examples)
    floors = [0.0 if name in upward else None for name in names for _ in range(_PER_SCORER)] + [None] * 4
    found = minimize(
        problem.loss,
        np.zeros(design.shape[1]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(floor, None) for floor in floors],
        options={"maxiter": _STEPS},
    )
    return unpacked(names, (found.x / scale).astype(np.float32))


def refit(
    start: Weights,
    names: Sequence[str],
    examples: Sequence[Example],
    *,
    upward: frozenset[str] = frozenset(),
    lone: bool = False,
) -> Weights:
    """Return `start` moved to where the lists of scorers `names` are fitted best, and kept near it.

    First one factor on all of `start` is found that fits the lists; weights are then pulled towards that,
    and divided by it at the end, so that what the lists are silent on keeps its proportion to the rest.
    Weights of `upward` stay at least 0, and a plain one at least a tenth of what it was. `lone` keeps
    fresh and read papers alike: one weight for both, none for how few read a paper, none for papers.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import

    ties = _ties(len(names), lone=lone)
    design = np.concatenate([columns(example) @ ties for example in examples])
    spread = design.std(axis=0)
    live = spread > _LEAST_SPREAD
    before = (packed(names, start) @ ties / ties.sum(axis=0)).astype(np.float64)
    origin = (before * spread)[live]
    problem = _Problem(design[:, live] / spread[live], examples, 0.0)
    sharp = _sharpness(problem, origin)
    problem = _Problem(design[:, live] / spread[live], examples, PULL / len(examples), sharp * origin)
    floors = _floors(names, before, upward, lone=lone)[live] * spread[live] * sharp
    found = minimize(
        problem.loss,
        np.maximum(sharp * origin, floors),
        jac=True,
        method="L-BFGS-B",
        bounds=[(floor if np.isfinite(floor) else None, None) for floor in floors],
        options={"maxiter": _STEPS},
    )
    before[live] = found.x / spread[live] / sharp
    moved = unpacked(names, (ties @ before).astype(np.float32))
    return Weights(scorers={**start.scorers, **moved.scorers}, papers=moved.papers)


def _sharpness(problem: "_Problem", origin: npt.NDArray[np.float64]) -> float:
    """Return the one factor on all weights of `origin` that fits the lists best."""
    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - slow to import

    if not origin.any():
        return 1.0
    best = minimize_scalar(
        lambda log: problem.loss(np.exp(log) * origin)[0], bounds=(-_SHARPEST, _SHARPEST), method="bounded"
    )
    return float(np.exp(best.x))


def packed(names: Sequence[str], weights: Weights) -> npt.NDArray[np.float32]:
    """Return weights in the order of `columns`, zeros for scorers they do not have."""
    none = np.zeros(_PER_SCORER, np.float32)
    own = [weights.scorers[name].ravel() if name in weights.scorers else none for name in names]
    return np.concatenate([*own, weights.papers.ravel()]).astype(np.float32)


def unpacked(names: Sequence[str], flat: npt.NDArray[np.float32]) -> Weights:
    """Return weights from the order of `columns`."""
    shape = (len(names), len(EVIDENCE), len(LIKES), len(FORMS))
    own = flat[:-4].reshape(shape)
    return Weights(scorers=dict(zip(names, own, strict=True)), papers=flat[-4:].reshape(2, 2))


def _ties(scorers: int, *, lone: bool) -> FloatMatrix:
    """Return (columns, free weights) of 0 and 1: which columns of the design share a weight."""
    whole = np.eye(scorers * _PER_SCORER + 4, dtype=np.float32)
    if not lone:
        return whole
    own = whole[:, :-4].reshape(len(whole), scorers, len(EVIDENCE), -1)
    # The gates of fresh and read add up to one, so that a lone reader's weights know no difference.
    tied: FloatMatrix = (own[:, :, 0] + own[:, :, 1]).reshape(len(whole), -1)
    return tied


def _floors(
    names: Sequence[str], before: npt.NDArray[np.float64], upward: frozenset[str], *, lone: bool
) -> npt.NDArray[np.float64]:
    """Return the least value of each free weight."""
    floors = np.full(len(before), -np.inf)
    scorers = floors if lone else floors[:-4]
    own = scorers.reshape(len(names), -1, len(LIKES), len(FORMS))
    was = before[: len(scorers)].reshape(own.shape)
    bound = [place for place, name in enumerate(names) if name in upward]
    own[bound] = 0
    own[bound, :, 0, 0] = _LEAST_KEPT * was[bound, :, 0, 0]
    return floors


class _Problem:
    """The loss of all lists at once and its slope."""

    def __init__(
        self,
        design: FloatMatrix,
        examples: Sequence[Example],
        ridge: float = RIDGE,
        origin: npt.NDArray[np.float64] | float = 0.0,
    ) -> None:
        """`ridge` is the pull of weights towards `origin`."""
        self._design, self._ridge, self._origin = design, ridge, origin
        sizes = [len(example.taken) for example in examples]
        self._starts = np.cumsum([0, *sizes[:-1]])
        self._owner = np.repeat(np.arange(len(examples)), sizes)
        self._log = np.concatenate([example.log_count for example in examples])
        self._target = np.concatenate([own.taken / max(1, own.taken.sum()) for own in examples])
        self._lists = len(examples)

    def loss(self, weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        scores = self._design @ weights.astype(np.float32) + self._log
        scores -= np.maximum.reduceat(scores, self._starts)[self._owner]
        parts = np.exp(scores)
        totals = np.add.reduceat(parts, self._starts)[self._owner]
        loss = -float((self._target * (scores - np.log(totals))).sum()) / self._lists
        slope = self._design.T @ ((parts / totals - self._target) / self._lists).astype(np.float32)
        away = weights - self._origin
        return loss + self._ridge * float(away @ away), slope.astype(np.float64) + 2 * self._ridge * away
