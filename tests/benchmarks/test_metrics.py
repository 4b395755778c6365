"""Figures of ranked lists: by hand, and against the scorer of the shared data where it is at hand."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.library import Protocol, load
from benchmarks.metrics import DEPTH, NAMES, PADDING, IntArray, clean, interval, measure, paired, sets_of
from benchmarks.ranker import best
from benchmarks.split import write
from recommender.ranking.base import SparseMatrix
from tests.paths import shared_data

_PAPERS = 12
_CANDIDATES = np.arange(10, dtype=np.int64)


def _sets(lists: list[list[int]]) -> SparseMatrix:
    rows = [row for row, own in enumerate(lists) for _ in own]
    columns = [paper for own in lists for paper in own]
    return sets_of(
        np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64), (len(lists), _PAPERS)
    )


def _padded(lists: list[list[int]]) -> IntArray:
    full = np.full((len(lists), 10), PADDING, dtype=np.int64)
    for row, own in enumerate(lists):
        full[row, : len(own)] = own
    return full


def test_figures_by_hand() -> None:
    """Hits at places 1 and 3 of three, a hit at place 2 of one, and an empty list."""
    relevant = _sets([[4, 6, 9], [1], [2]])
    figures = measure(_padded([[4, 0, 6, 1], [0, 1], []]), relevant, _CANDIDATES)
    ideal = 1 + 1 / np.log2(3) + 1 / 2
    assert figures.per_reader["recall@10"] == pytest.approx([2 / 3, 1, 0])
    assert figures.per_reader["ndcg@20"] == pytest.approx([1.5 / ideal, 1 / np.log2(3), 0])
    assert figures.per_reader["precision@10"] == pytest.approx([0.2, 0.1, 0])
    assert figures.per_reader["mrr"] == pytest.approx([1, 0.5, 0])
    assert figures.coverage == pytest.approx(4 / 10)
    assert figures.readers == 3
    assert set(figures.means()) == {*NAMES, "coverage@10"}


def test_the_ideal_list_is_cut_where_the_figure_is() -> None:
    """Ten hits in ten are perfect at 10, however many more there were to find."""
    rows = np.zeros(11, dtype=np.int64)
    relevant = sets_of(rows, np.arange(11, dtype=np.int64), (1, _PAPERS))
    figures = measure(np.arange(10, dtype=np.int64)[None], relevant, _CANDIDATES)
    assert figures.per_reader["ndcg@10"] == pytest.approx([1.0])
    assert figures.per_reader["recall@10"] == pytest.approx([10 / 11])


def test_cleaning_moves_up_what_follows() -> None:
    """Repeats, strangers, what the reader has and numbers out of range are dropped; order stays."""
    rankings = _padded([[3, 3, 11, 7, 99, 2, -5, 1], [7, 2]])
    kept = clean(rankings, _CANDIDATES, _sets([[7], [2]]))
    assert kept.shape == (2, DEPTH)
    assert kept[:, :4].tolist() == [[3, 2, 1, PADDING], [7, PADDING, PADDING, PADDING]]
    assert (kept[:, 4:] == PADDING).all()


def test_a_reader_with_nothing_to_find_is_refused() -> None:
    """A mean over readers who cannot be served is not a figure."""
    with pytest.raises(ValueError, match="anything to find"):
        measure(_padded([[1], [2]]), _sets([[1], []]), _CANDIDATES)


def test_best_breaks_ties_by_column_and_leaves_out_what_is_excluded() -> None:
    """Equal numbers keep the order of candidates; an excluded column becomes padding."""
    scores = np.asarray([[1, 3, 3, 2], [0, 0, 5, 0]], dtype=np.float32)
    excluded = sets_of(np.asarray([0, 1, 1]), np.asarray([1, 0, 3]), (2, 4))
    assert best(scores, excluded, 3).tolist() == [[2, 3, 0], [2, 1, PADDING]]
    assert scores[0, 1] == 3


def test_intervals_hold_the_mean_and_shrink_with_readers() -> None:
    """The same seed gives the same interval; pairs of equal series differ by nothing at all."""
    values = np.random.default_rng(3).random(400)
    many, few = interval(values, seed=1), interval(values[:40], seed=1)
    assert many.low < many.mean < many.high
    assert many.high - many.low < few.high - few.low
    assert interval(values, seed=1) == many
    nothing = paired(values, values, seed=1)
    assert (nothing.low, nothing.mean, nothing.high) == (0, 0, 0)
    ahead = paired(values + 0.1, values, seed=1)
    assert ahead.low == pytest.approx(0.1)
    with pytest.raises(ValueError, match="readers differ"):
        paired(values, values[1:], seed=1)


def test_random_lists_score_as_the_shared_scorer_has_it(tmp_path: Path) -> None:
    """Every figure of every protocol agrees to five decimals, on lists with faults of every kind."""
    folder, scorer = shared_data("citeulike-t"), shared_data("../tools/score_rankings.py")
    rng = np.random.default_rng(11)
    library = load(folder, "val")
    found = [(protocol, _random(protocol, rng)) for protocol in library.protocols.values()]
    write(tmp_path / "lists.npz", found)
    paths = (scorer, folder, tmp_path / "lists.npz", "--json", tmp_path / "theirs.json")
    command = [sys.executable, *map(str, paths)]
    subprocess.run(command, check=True, capture_output=True)
    theirs = json.loads((tmp_path / "theirs.json").read_text(encoding="utf-8"))
    assert set(theirs) == set(library.protocols)
    for protocol, rankings in found:
        own = clean(rankings, protocol.candidates, protocol.excluded)
        figures = measure(own, protocol.relevant, protocol.candidates)
        expected = theirs[protocol.name]
        assert expected.pop("users") == figures.readers
        assert figures.means() == pytest.approx(expected, abs=6e-6), protocol.name


def _random(protocol: Protocol, rng: np.random.Generator) -> IntArray:
    """Draw lists with many hits, repeats, strangers, papers the reader has, and padding."""
    count = len(protocol.readers)
    rankings = rng.integers(PADDING, protocol.excluded.shape[1], size=(count, DEPTH))
    inside = rng.random(rankings.shape) < 0.6
    rankings[inside] = rng.choice(protocol.candidates, size=int(inside.sum()))
    for row in range(count):
        for source in (protocol.relevant, protocol.excluded):
            own = source[row].indices if source is not None else np.zeros(0, dtype=np.int64)
            places = rng.choice(40, size=min(len(own), 10), replace=False)
            rankings[row, places] = rng.permutation(own)[: len(places)]
    return rankings.astype(np.int64)
