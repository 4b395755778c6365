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
_STEPS = 150
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


def unpacked(names: Sequence[str], flat: npt.NDArray[np.float32]) -> Weights:
    """Return weights from the order of `columns`."""
    shape = (len(names), len(EVIDENCE), len(LIKES), len(FORMS))
    own = flat[:-4].reshape(shape)
    return Weights(scorers=dict(zip(names, own, strict=True)), papers=flat[-4:].reshape(2, 2))


class _Problem:
    """The loss of all lists at once and its slope."""

    def __init__(self, design: FloatMatrix, examples: Sequence[Example]) -> None:
        self._design = design
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
        return loss + RIDGE * float(weights @ weights), slope.astype(np.float64) + 2 * RIDGE * weights
