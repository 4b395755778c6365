"""Makes readers with held-out answers from shared data, and scores rankings of them beside baselines.

    python -m benchmarks.readers make --from citeulike DATA_DIR --likes 5 --into DIR [--dislikes 5]
    python -m benchmarks.readers make --from submitters HF_DAILY SUBMITTERS --likes 5 --into DIR
    python -m benchmarks.relevance --papers DIR/papers.jsonl --readers DIR/readers.jsonl --out R.jsonl
    python -m benchmarks.readers score DIR R.jsonl

No data set at hand has real dislikes: they are simulated by likes of a far reader, and others of that
reader's likes are among the candidates. `readers-likes.jsonl` holds the same readers without their
dislikes. Bags of words stand as text, word by word in a drawn order.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.alone import Rankings, baseline
from benchmarks.alone_data import LoneReader, read_papers, read_readers
from benchmarks.baselines import TEXT_BASELINES, Counts, Space
from benchmarks.lists import Mean, auc, mean, ndcg, reciprocal_rank
from benchmarks.readers_made import Made, Shape, from_citeulike, from_submitters

_FIGURES = ("nDCG@10", "MRR", "AUC")
_RANKED = "the ranking"
_LINE = "{:24} {:>5} {:>22} {:>22} {:>22} {:>24} {:>24}"
Answers = Mapping[str, frozenset[str]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; see the head of this module."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readers")
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="write papers.jsonl, readers.jsonl and key.jsonl")
    make.add_argument("--from", dest="kind", choices=("citeulike", "submitters"), required=True)
    make.add_argument("source", nargs="+", type=Path)
    make.add_argument("--into", type=Path, required=True)
    make.add_argument("--likes", type=int, default=5)
    make.add_argument("--dislikes", type=int, default=0)
    make.add_argument("--readers", type=int, default=150)
    make.add_argument("--others", type=int, default=300, help="candidates that nobody is known to want")
    make.add_argument("--seed", type=int, default=0)
    score = commands.add_parser("score", help="score rankings beside the baselines")
    score.add_argument("folder", type=Path)
    score.add_argument("ranking", type=Path)
    score.add_argument("--readers", default="readers.jsonl", help="which file of readers was ranked")
    score.add_argument("--json", type=Path)
    args = parser.parse_args(arguments)
    if args.command == "make":
        shape = Shape(
            likes=args.likes,
            dislikes=args.dislikes,
            readers=args.readers,
            others=args.others,
            seed=args.seed,
        )
        maker = from_citeulike if args.kind == "citeulike" else from_submitters
        write(maker(args.source, shape), args.into)
        return 0
    rows = scored(args.folder, args.readers, args.ranking)
    for line in _table(rows):
        print(line)  # noqa: T201 - the table is what the command is for
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return 0


def write(made: Made, folder: Path) -> None:
    """Write the files; answers stand in `key.jsonl` alone."""
    folder.mkdir(parents=True, exist_ok=True)
    likes = [row | {"disliked": []} for row in made.readers]
    files = {"papers": made.papers, "readers": made.readers, "readers-likes": likes, "key": made.key}
    for name, rows in files.items():
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")


def scored(folder: Path, name: str, ranking: Path) -> list[dict[str, Any]]:
    """Return figures over readers for a file of rankings and for each baseline, ranked in this run.

    `gain` is the ranking's figure less the method's, paired. A second set of rows counts only answers that
    share no author with the likes, where the key tells them (`apart`).
    """
    papers = read_papers(folder / "papers.jsonl")
    readers = read_readers(folder / name, papers)
    found = {row["reader"]: tuple(row["ranking"]) for row in _lines(ranking)}
    methods: dict[str, Rankings] = {_RANKED: [found[reader.name] for reader in readers]}
    counts = Counts.of(list(papers.values()))
    space = Space.learn(counts, np.arange(len(papers)))
    methods |= {own: baseline(own, counts, space, readers) for own in TEXT_BASELINES}
    key = list(_lines(folder / "key.jsonl"))
    wanted = {row["reader"]: frozenset(row["relevant"]) for row in key}
    rows = _figures(readers, methods, wanted, {})
    apart = {row["reader"]: frozenset(row["apart"]) for row in key if row.get("apart")}
    if apart:
        known = {reader: wanted[reader] - own for reader, own in apart.items()}
        rows += _figures(readers, methods, apart, known)
    return rows


def _figures(
    readers: Sequence[LoneReader], methods: Mapping[str, Rankings], wanted: Answers, dropped: Answers
) -> list[dict[str, Any]]:
    """Return a row for each method over the readers in `wanted`; `dropped` answers are taken from lists."""
    series = {}
    for name, rankings in methods.items():
        values = []
        for reader, ranking in zip(readers, rankings, strict=True):
            if own := wanted.get(reader.name):
                left = [paper for paper in ranking if paper not in dropped.get(reader.name, ())]
                values.append((ndcg(left, own), reciprocal_rank(left, own), auc(left, own)))
        series[name] = np.asarray(values, dtype=np.float64)
    return [
        {
            "method": name,
            "answers": "without a shared author" if dropped else "all",
            "cases": sum(len(own) for own in wanted.values()),
            **{figure: asdict(mean(own[:, place])) for place, figure in enumerate(_FIGURES)},
            "nDCG@10 gain": asdict(mean(series[_RANKED][:, 0] - own[:, 0])),
            "AUC gain": asdict(mean(series[_RANKED][:, 2] - own[:, 2])),
        }
        for name, own in series.items()
    ]


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    lines: list[str] = []
    answers = None
    for row in rows:
        if row["answers"] != answers:
            answers = row["answers"]
            lines.append(f"answers: {answers}, {row['cases']} in all")
            lines.append(
                _LINE.format("method", "n", *_FIGURES, "ranking less it, nDCG", "ranking less it, AUC")
            )
        means = [Mean(**row[key]) for key in (*_FIGURES, "nDCG@10 gain", "AUC gain")]
        lines.append(_LINE.format(str(row["method"]), means[0].n, *map(str, means)))
    return lines


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    raise SystemExit(main())
