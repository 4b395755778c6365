"""Readers alone: all candidates come back, nobody else's row counts, and broken lines are named."""

import argparse
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import alone, readers
from benchmarks.alone_data import read_papers, read_readers
from benchmarks.baselines import TEXT_BASELINES, Case, Counts, Places, Space, centred_profile, mean_of_likes
from benchmarks.lists import auc, ndcg, reciprocal_rank
from recommender.domain.papers import Paper, PaperId

PAPERS: list[dict[str, Any]] = [
    {"id": "bird1", "title": "Stork migration over wetlands", "abstract": "Radar counts of storks."},
    {"id": "bird2", "title": "Warbler migration", "abstract": "Radar and ringing of warblers over wetlands."},
    {
        "id": "bird3",
        "title": "Wetlands and storks",
        "abstract": "Migration seen by radar.",
        "authors": ["A B"],
    },
    {"id": "steel1", "title": "Fatigue of bridge girders", "abstract": "Cracks in welded steel."},
    {
        "id": "steel2",
        "title": "Welded girders",
        "abstract": "Fatigue cracks of steel.",
        "categories": ["eess.SY"],
    },
    {"id": "cheese", "title": "Raw milk cheese", "abstract": None},
    {"id": "blank"},
]
READERS: list[dict[str, Any]] = [
    {
        "reader": "birds",
        "liked": ["bird1", "bird2"],
        "disliked": [],
        "candidates": ["steel1", "blank", "bird3", "cheese", "bird3"],
    },
    {
        "reader": "steel",
        "liked": ["steel1"],
        "disliked": ["bird1"],
        "candidates": ["bird3", "steel2", "cheese"],
    },
    {
        "reader": "words",
        "liked": [],
        "words": "cheese made of raw milk",
        "candidates": ["bird1", "cheese", "steel1"],
    },
    {"reader": "nobody", "liked": None, "disliked": None, "words": None, "candidates": ["steel1", "bird1"]},
    {"reader": "idle", "liked": ["bird1"], "candidates": []},
]


def lines(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Write rows as lines, packed or with a byte order mark and a blank line at the end."""
    text = "".join(json.dumps(row) + "\n" for row in rows)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text("\ufeff" + text + "\n", encoding="utf-8")
    return path


def run(folder: Path, rows: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the rankings by reader that the command wrote."""
    args = argparse.Namespace(
        papers=lines(folder / "papers.jsonl", PAPERS),
        readers=lines(folder / "readers.jsonl.gz", rows),
        out=folder / "out.jsonl",
        json=folder / "report.json",
    )
    assert alone.main(args) == 0
    assert json.loads(args.json.read_text())["readers"] == len(rows)
    found = [json.loads(line) for line in args.out.read_text().splitlines()]
    return {row["reader"]: row["ranking"] for row in found}


def test_every_candidate_once_and_the_likeliest_first(tmp_path: Path) -> None:
    """Repeats come once, what nothing speaks for comes last by id, and text decides."""
    rankings = run(tmp_path, READERS)
    for row in READERS:
        assert sorted(rankings[row["reader"]]) == sorted(set(row["candidates"]))
    assert rankings["birds"][0] == "bird3"
    assert rankings["steel"][0] == "steel2"
    assert rankings["words"][0] == "cheese"
    assert rankings["nobody"] == ["bird1", "steel1"]


def test_each_reader_is_alone(tmp_path: Path) -> None:
    """Other readers in the file change no ranking."""
    together = run(tmp_path, READERS)
    for row in READERS:
        assert run(tmp_path, [row]) == {row["reader"]: together[row["reader"]]}


def test_liked_and_disliked_counts_as_neither(tmp_path: Path) -> None:
    """What contradicts itself says nothing."""
    papers = read_papers(lines(tmp_path / "papers.jsonl", PAPERS))
    row = {"reader": "r", "liked": ["bird1", "cheese"], "disliked": ["cheese"], "candidates": ["bird2"]}
    (reader,) = read_readers(lines(tmp_path / "readers.jsonl", [row]), papers)
    assert (reader.liked, reader.disliked) == (("bird1",), ())


@pytest.mark.parametrize(
    "line, said",
    [
        (
            '{"reader": "r", "liked": ["ghost"], "candidates": ["bird1"]}',
            "`liked` names unknown papers: ghost",
        ),
        (
            '{"reader": "r", "liked": [], "candidates": ["bird1", "ghost"]}',
            "`candidates` names unknown papers",
        ),
        ('{"reader": "r", "liked": []}', "no `candidates`"),
        ('{"reader": 7, "candidates": []}', "`reader` must be a text"),
        ('{"reader": "r", "liked": "bird1", "candidates": []}', "`liked` must be a list of texts"),
        ("[]", "not an object"),
        ("{", "not JSON"),
    ],
)
def test_broken_lines_are_named(
    tmp_path: Path, line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """File, line and reason are told, and the exit code is 1."""
    path = tmp_path / "readers.jsonl"
    path.write_text(json.dumps(READERS[0]) + "\n\n" + line + "\n", encoding="utf-8")
    papers = lines(tmp_path / "papers.jsonl", PAPERS)
    args = argparse.Namespace(papers=papers, readers=path, out=None, json=None)
    assert alone.main(args) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"{path}:3: ")
    assert said in error


def test_a_missing_file_is_no_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A path that leads nowhere is named."""
    args = argparse.Namespace(papers=tmp_path / "none.jsonl", readers=tmp_path, out=None, json=None)
    assert alone.main(args) == 1
    assert "none.jsonl" in capsys.readouterr().err


def test_figures_of_a_list() -> None:
    """Hits at places two and four of four."""
    ranking, relevant = ["a", "b", "c", "d"], {"b", "d"}
    assert reciprocal_rank(ranking, relevant) == 1 / 2
    assert ndcg(ranking, relevant) == pytest.approx((1 / np.log2(3) + 1 / np.log2(5)) / (1 + 1 / np.log2(3)))
    assert auc(ranking, relevant) == 1 / 4
    assert np.isnan(auc(["b", "d"], relevant))


def places(counts: Counts, *ids: str) -> Places:
    """Return the rows of some papers."""
    return counts.at([PaperId(own) for own in ids])


def space() -> tuple[Counts, Space]:
    """Return counts and weights of the papers."""
    papers = [
        Paper(id=PaperId(row["id"]), title=row.get("title", ""), abstract=row.get("abstract") or "")
        for row in PAPERS
    ]
    counts = Counts.of(papers)
    return counts, Space.learn(counts, np.arange(len(papers)))


@pytest.mark.parametrize("name", TEXT_BASELINES)
def test_baselines_tell_birds_from_steel(name: str) -> None:
    """Two likes on birds put the bird first."""
    counts, learned = space()
    case = Case(
        likes=places(counts, "bird1", "bird2"),
        dislikes=places(counts),
        candidates=places(counts, "steel1", "bird3", "cheese"),
    )
    scores = TEXT_BASELINES[name](learned, case)
    assert scores.argmax() == 1


def test_centred_cosine_is_the_cosine_of_centred_rows() -> None:
    """The sparse way gives what dense rows give."""
    counts, learned = space()
    case = Case(
        likes=places(counts, "bird1", "bird2"),
        dislikes=places(counts, "steel2"),
        candidates=places(counts, "steel1", "bird3", "cheese"),
    )
    rows = learned.rows.toarray() - learned.mean
    profile = rows[case.likes].mean(axis=0) - 0.5 * rows[case.dislikes].mean(axis=0)
    own = rows[case.candidates]
    expected = own @ profile / np.linalg.norm(own, axis=1) / np.linalg.norm(profile)
    assert centred_profile(learned, case) == pytest.approx(expected)


def test_the_newest_like_weighs_most() -> None:
    """The later of two likes pulls harder."""
    counts, learned = space()
    shown = places(counts, "steel2", "bird3")
    first, last = (
        mean_of_likes(learned, Case(likes=likes, dislikes=places(counts), candidates=shown))
        for likes in (places(counts, "steel1", "bird1"), places(counts, "bird1", "steel1"))
    )
    assert first[1] / first[0] > last[1] / last[0]


def test_made_readers_keep_the_answers_apart(tmp_path: Path) -> None:
    """Likes, dislikes and answers do not meet; whoever ranks them well is told so."""
    citeulike(tmp_path)
    into = tmp_path / "made"
    make = ["make", "--from", "citeulike", str(tmp_path), "--into", str(into), "--likes", "3"]
    assert readers.main([*make, "--dislikes", "2", "--readers", "4", "--others", "10"]) == 0
    rows, likes, key = (
        [json.loads(line) for line in (into / f"{name}.jsonl").read_text().splitlines()]
        for name in ("readers", "readers-likes", "key")
    )
    assert [row | {"disliked": []} for row in rows] == likes
    for row, answer in zip(rows, key, strict=True):
        assert (len(row["liked"]), len(row["disliked"]), len(answer["relevant"])) == (3, 2, 3)
        assert set(answer["relevant"]) < set(row["candidates"])
        assert not {*row["liked"], *row["disliked"]} & set(row["candidates"])
    args = argparse.Namespace(
        papers=into / "papers.jsonl", readers=into / "readers.jsonl", out=into / "out.jsonl", json=None
    )
    assert alone.main(args) == 0
    figures = into / "figures.json"
    assert readers.main(["score", str(into), str(args.out), "--json", str(figures)]) == 0
    scored = json.loads(figures.read_text())
    assert {row["method"] for row in scored} == {"the ranking", *TEXT_BASELINES}
    assert all(row["AUC"]["mean"] > 0.9 for row in scored)
    assert scored[0]["nDCG@10 gain"] == {"n": 4, "mean": 0.0, "low": 0.0, "high": 0.0}


def citeulike(folder: Path) -> None:
    """Write four readers of six papers each, every reader with ten words that nobody else meets."""
    rng = np.random.default_rng(0)
    words, papers = 10, 24
    indices = np.concatenate([paper // 6 * words + rng.permutation(words)[:5] for paper in range(papers)])
    np.savez(
        folder / "content.npz",
        data=np.ones(len(indices), dtype=np.int64),
        indices=indices,
        indptr=np.arange(papers + 1) * 5,
        shape=np.asarray([papers, 4 * words]),
    )
    pairs = np.asarray([(paper // 6, paper) for paper in range(papers)])
    np.savez(folder / "train.npz", pairs=pairs)
    letters = "abcdefghij"
    names = [f"{letters[n // 10] * 3}word{letters[n % 10] * 3}" for n in range(4 * words)]
    (folder / "vocabulary.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
