"""Where the papers of a store stand by what they say: one direction a paper, so that near ones are found.

Made when the recommender is fitted and kept in its artifact's folder; papers that came since are added in
memory. A direction is kept in 8 bits a number with one scale a paper, which turns no cosine by more than
about 0.01. Losing the file costs nothing but a search by words alone.
"""

import os
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from recommender.domain.papers import Paper, PaperId
from recommender.ranking.base import FloatMatrix
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.matrices import small_product
from recommender.ranking.text import paper_fields, words

FILE = "atlas.npz"
_FORMAT = 1
_STEPS = 127
_CHUNK = 2048
"""Papers read or compared at once; bounds memory."""
_WORDS_WEIGHT = 2.0
"""What shared words count for beside direction; measured in docs/pages.md."""
_FAULTS = (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, MemoryError)
Near = list[tuple[PaperId, float]]


@dataclass(frozen=True, slots=True, eq=False)
class Atlas:
    """Directions of papers: `steps` int8 (n, d) times `scale` float32 (n,) are unit rows, or zero."""

    ids: tuple[PaperId, ...]
    steps: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float32]

    @classmethod
    def of(cls, recommender: HybridRecommender, papers: Iterable[Paper]) -> Self:
        """Read papers as the recommender does; each must be given once."""
        ids: list[PaperId] = []
        blocks = [np.zeros((0, recommender.width), dtype=np.float32)]
        for chunk in _chunks(papers):
            ids += [paper.id for paper in chunk]
            blocks.append(_directions(recommender, chunk))
        dense = np.vstack(blocks)
        scale = np.abs(dense).max(axis=1, initial=0).astype(np.float32) / np.float32(_STEPS)
        steps = np.rint(dense / np.where(scale > 0, scale, 1)[:, None]).astype(np.int8)
        return cls(tuple(ids), steps, scale)

    def joined(self, other: "Atlas") -> "Atlas":
        """Return an atlas of both; they must share no paper."""
        return Atlas(
            (*self.ids, *other.ids),
            np.vstack([self.steps, other.steps]),
            np.concatenate([self.scale, other.scale]),
        )

    def rows(self, papers: Iterable[PaperId]) -> tuple[list[PaperId], FloatMatrix]:
        """Return those of `papers` that are here and have a direction, and their unit rows (n, d)."""
        index = {paper: place for place, paper in enumerate(self.ids)}
        held = [index[paper] for paper in dict.fromkeys(papers) if paper in index]
        places = [place for place in held if self.scale[place] > 0]
        dense: FloatMatrix = self.steps[places].astype(np.float32) * self.scale[places][:, None]
        return [self.ids[place] for place in places], dense

    def nearest(self, direction: FloatMatrix, limit: int) -> Near:
        """Return up to `limit` papers by cosine with a unit direction (d,), best first; none below 0."""
        cosines = np.concatenate(
            [np.zeros(0, np.float32)]
            + [
                self.steps[start : start + _CHUNK].astype(np.float32) @ direction
                for start in range(0, len(self.ids), _CHUNK)
            ]
        )
        cosines *= self.scale
        best = np.argsort(-cosines, kind="stable")[:limit].tolist()
        return [(self.ids[place], float(cosines[place])) for place in best if cosines[place] > 0]

    def save(self, folder: Path) -> None:
        """Write the atlas into an artifact's folder, aside first."""
        names = np.frombuffer("\n".join(self.ids).encode(), dtype=np.uint8)
        aside = folder / f".{FILE}.{os.getpid()}.npz"
        with aside.open("wb") as file:
            np.savez(
                file,
                allow_pickle=False,
                format=np.int64(_FORMAT),
                ids=names,
                steps=self.steps,
                scale=self.scale,
            )
        aside.replace(folder / FILE)

    @classmethod
    def load(cls, folder: Path, width: int) -> Self | None:
        """Read what `save` wrote; None where it is missing, damaged, or of another width than `width`."""
        try:
            with (folder / FILE).open("rb") as file, np.load(file, allow_pickle=False) as archive:
                if int(archive["format"]) != _FORMAT:
                    return None
                told = bytes(archive["ids"]).decode()
                ids = tuple(PaperId(name) for name in told.split("\n")) if told else ()
                steps, scale = archive["steps"], archive["scale"]
        except _FAULTS:
            return None
        fits = steps.shape == (len(ids), width) and scale.shape == (len(ids),)
        sound = steps.dtype == np.int8 and scale.dtype == np.float32 and bool(np.isfinite(scale).all())
        return cls(ids, steps, scale) if fits and sound else None


def query_direction(recommender: HybridRecommender, query: str) -> FloatMatrix:
    """Return the unit direction (d,) of words; zero where none is known."""
    lens = recommender.fitted.lens
    direction: FloatMatrix = lens.encoder.dense(lens.space.rows([(words(query),)]))[0]
    return direction


def paper_direction(recommender: HybridRecommender, paper: Paper) -> FloatMatrix:
    """Return the unit direction (d,) of a paper; zero where no word of it is known."""
    direction: FloatMatrix = _directions(recommender, [paper])[0]
    return direction


def by_query(recommender: HybridRecommender, query: str, papers: Sequence[Paper]) -> Near:
    """Return papers with their nearness to words, 0 to 1: the part of shared words and that of direction."""
    return _by_nearness(recommender, [(words(query),)], papers)


def by_paper(recommender: HybridRecommender, paper: Paper, papers: Sequence[Paper]) -> Near:
    """Return papers with their nearness to one, 0 to 1; itself left out."""
    title, abstract = paper_fields(paper)
    others = [other for other in papers if other.id != paper.id]
    return _by_nearness(recommender, [(title, title, abstract)], others)


def _by_nearness(
    recommender: HybridRecommender, texts: Sequence[Collection[tuple[str, ...]]], papers: Sequence[Paper]
) -> Near:
    if not papers:
        return []
    lens = recommender.fitted.lens
    rows = lens.space.paper_rows(paper_fields(paper) for paper in papers)
    own = lens.space.rows(tuple(text) for text in texts)
    shared = small_product(own, rows)[0]
    alike = (lens.encoder.dense(own) @ lens.encoder.dense(rows).T)[0]
    nearness = (_WORDS_WEIGHT * shared + alike) / (_WORDS_WEIGHT + 1)
    found = [(paper.id, float(value)) for paper, value in zip(papers, nearness, strict=True) if value > 0]
    return sorted(found, key=lambda entry: (-entry[1], entry[0]))


def _directions(recommender: HybridRecommender, papers: Sequence[Paper]) -> FloatMatrix:
    lens = recommender.fitted.lens
    return lens.encoder.dense(lens.space.paper_rows(paper_fields(paper) for paper in papers))


def _chunks(papers: Iterable[Paper]) -> Iterator[list[Paper]]:
    iterator = iter(papers)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
