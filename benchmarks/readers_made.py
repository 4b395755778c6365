"""Lone readers with held-out answers, drawn from CiteULike libraries or from accounts of a daily listing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer

from benchmarks.baselines import Counts, Places, Rows, Space
from benchmarks.stream_data import read_accounts, read_authors, read_listings

Texts: TypeAlias = dict[int, dict[str, object]]
"""Rows of papers by place."""
_FAR = 50
"""A far reader is the least alike of so many drawn ones."""
_LEAST_ANSWERS, _MOST_ANSWERS = 3, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How many readers to make, and how many likes, dislikes and candidates beside the answers each has."""

    likes: int
    dislikes: int
    readers: int
    others: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Rows of the three files: papers, readers, and the answers by reader."""

    papers: list[dict[str, object]]
    readers: list[dict[str, object]]
    key: list[dict[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _World:
    """Unit tf-idf rows of all papers, and the places of each reader's, oldest first where that is known."""

    rows: Rows
    libraries: Mapping[str, Places]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Drawn:
    """One reader: places of papers by what they are to them."""

    name: str
    liked: Places
    disliked: Places
    wanted: Places
    shown: Places


def from_citeulike(source: Sequence[Path], shape: Shape) -> Made:
    """Make readers of training libraries in `source[0]` with `likes` + 3 papers or more; likes are drawn."""
    rng = np.random.default_rng(shape.seed)
    content, libraries = _citeulike(source[0])
    world = _World(rows=TfidfTransformer(sublinear_tf=True).fit_transform(content), libraries=libraries)
    drawn = []
    for name in _able(world, shape, _LEAST_ANSWERS, rng):
        own = rng.permutation(libraries[name])
        others = rng.choice(content.shape[0], shape.others, replace=False)
        drawn.append(_draw(world, shape, (name, own, others), rng))
    vocabulary = (source[0] / "vocabulary.txt").read_text(encoding="utf-8").splitlines()
    papers: Texts = {place: _bag(place, content, vocabulary, rng) for place in _used(drawn)}
    return _made(drawn, papers, {})


def from_submitters(source: Sequence[Path], shape: Shape) -> Made:
    """Make readers of accounts with `likes` + 1 papers or more, the three largest left out; text alone.

    `source` is the folder of listings and the file of accounts. The earliest papers are the likes, later
    ones the answers, and the candidates beside them were listed later than the last like.
    """
    rng = np.random.default_rng(shape.seed)
    listings = read_listings(source[0], text_only=True)
    papers = [paper for listing in listings for paper in listing.papers]
    days = np.asarray([listing.day.toordinal() for listing in listings for _ in listing.papers])
    places = {paper.id: place for place, paper in enumerate(papers)}
    accounts = read_accounts(source[1])
    libraries = {
        user: np.asarray([places[paper] for _, paper in brought if paper in places], dtype=np.int64)
        for user, brought in accounts.items()
    }
    rows = Space.learn(Counts.of(papers), np.arange(len(papers))).rows
    world = _World(rows=rows, libraries=libraries)
    drawn = []
    for name in _able(world, shape, 1, rng):
        own = libraries[name]
        later = np.flatnonzero(days > days[own[: shape.likes]].max())
        others = rng.permutation(later)[: shape.others]
        drawn.append(_draw(world, shape, (name, own, others), rng))
    texts: Texts = {
        place: {"id": papers[place].id, "title": papers[place].title, "abstract": papers[place].abstract}
        for place in _used(drawn)
    }
    authors = read_authors(source[0])
    return _made(drawn, texts, {place: authors[paper] for paper, place in places.items()})


def _able(world: _World, shape: Shape, answers: int, rng: np.random.Generator) -> list[str]:
    able = sorted(name for name, own in world.libraries.items() if len(own) >= shape.likes + answers)
    return [able[place] for place in rng.permutation(len(able))[: shape.readers]]


def _draw(world: _World, shape: Shape, own: tuple[str, Places, Places], rng: np.random.Generator) -> _Drawn:
    """Split one reader's papers. At most half of the far reader's are dislikes, 20 others candidates."""
    name, library, others = own
    liked, wanted = library[: shape.likes], library[shape.likes :][:_MOST_ANSWERS]
    far = rng.permutation(world.libraries[_far(world, name, rng)])
    given = min(shape.dislikes, (len(far) + 1) // 2)
    disliked, decoys = far[:given], far[given:][:_MOST_ANSWERS]
    more = np.setdiff1d(np.concatenate([decoys, others]), np.concatenate([library, disliked]))
    shown = np.union1d(wanted, more)
    return _Drawn(name=name, liked=liked, disliked=disliked, wanted=wanted, shown=shown)


def _far(world: _World, name: str, rng: np.random.Generator) -> str:
    """Return of some drawn readers with no paper in common the one whose mean row is least alike."""
    own = world.libraries[name]
    profile = np.asarray(world.rows[own].mean(axis=0)).ravel()
    names = sorted(other for other, papers in world.libraries.items() if not np.isin(papers, own).any())
    names = [names[place] for place in rng.permutation(len(names))[:_FAR]]
    alike = [float((world.rows[world.libraries[other]] @ profile).mean()) for other in names]
    return names[int(np.argmin(alike))]


def _used(drawn: Sequence[_Drawn]) -> list[int]:
    groups = [group for own in drawn for group in (own.liked, own.disliked, own.shown)]
    return [int(place) for place in np.unique(np.concatenate(groups))]


def _made(
    drawn: Sequence[_Drawn],
    papers: Texts,
    authors: Mapping[int, frozenset[str]],
) -> Made:
    readers: list[dict[str, object]] = []
    key: list[dict[str, object]] = []
    for own in drawn:

        def ids(places: Places) -> list[object]:
            return [papers[place]["id"] for place in places.tolist()]

        groups = {"liked": own.liked, "disliked": own.disliked, "candidates": own.shown}
        readers.append({"reader": own.name, **{name: ids(places) for name, places in groups.items()}})
        answers: dict[str, object] = {"reader": own.name, "relevant": ids(own.wanted)}
        if authors:
            known = frozenset().union(*(authors[place] for place in own.liked.tolist()))
            apart = [place for place in own.wanted.tolist() if not known & authors[place]]
            answers["apart"] = ids(np.asarray(apart, dtype=np.int64))
        key.append(answers)
    return Made(papers=list(papers.values()), readers=readers, key=key)


def _citeulike(folder: Path) -> tuple[Rows, dict[str, Places]]:
    """Return the bag of words (papers, words) and the training library of each reader."""
    with np.load(folder / "content.npz") as own:
        parts = (own["data"].astype(np.float64), own["indices"], own["indptr"])
        content = sparse.csr_matrix(parts, shape=tuple(own["shape"]))
    with np.load(folder / "train.npz") as own:
        pairs = own["pairs"]
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    users, starts = np.unique(pairs[:, 0], return_index=True)
    libraries = np.split(pairs[:, 1].astype(np.int64), starts[1:])
    return content, {f"c{user}": own for user, own in zip(users.tolist(), libraries, strict=True)}


def _bag(place: int, content: Rows, vocabulary: Sequence[str], rng: np.random.Generator) -> dict[str, object]:
    """Return a paper whose abstract is its bag: each word as often as counted, in a drawn order."""
    row = slice(content.indptr[place], content.indptr[place + 1])
    words = np.repeat(content.indices[row], content.data[row].astype(np.int64))
    text = " . ".join(vocabulary[word] for word in rng.permutation(words).tolist())
    return {"id": f"p{place}", "title": "", "abstract": text or "."}
