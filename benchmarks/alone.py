"""Ranks for each reader alone: papers teach what words are worth, and of readers only the own row counts.

The recommender is fitted once, on the papers and nobody's votes; each reader then folds in with a
request of their own. Papers carry no dates here, so all votes are equally old.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from benchmarks import product_text
from benchmarks.alone_data import BrokenInput, LoneReader, read_papers, read_readers
from benchmarks.baselines import TEXT_BASELINES, Case, Counts, Space, order
from recommender.domain.feedback import Vote
from recommender.domain.papers import Paper, PaperId

_NOW = datetime(2026, 1, 1, 6, tzinfo=UTC)
"""Any moment: nothing here has a date."""
_VOTED = _NOW - timedelta(days=1)
Rankings = list[tuple[PaperId, ...]]


def main(args: argparse.Namespace) -> int:
    """Run `--papers FILE --readers FILE [--out FILE] [--json FILE]`; return 1 where an input is broken."""
    try:
        papers = read_papers(Path(args.papers))
        readers = read_readers(Path(args.readers), papers)
    except (BrokenInput, OSError, EOFError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - errors go where a shell expects them
        return 1
    started = perf_counter()
    ranked = rank(papers, readers)
    seconds = perf_counter() - started
    if args.out:
        write(readers, ranked, Path(args.out))
    report = {
        "papers": len(papers),
        "readers": len(readers),
        "candidates": sum(len(reader.candidates) for reader in readers),
        "likes": sum(len(reader.liked) for reader in readers),
        "dislikes": sum(len(reader.disliked) for reader in readers),
        "seconds": round(seconds, 3),
    }
    for name, value in report.items():
        print(f"{name:12} {value:>12,}")  # noqa: T201 - the table is what the command is for
    if args.json:
        Path(args.json).write_text(json.dumps(report, indent=1), encoding="utf-8")
    return 0


def rank(papers: Mapping[PaperId, Paper], readers: Sequence[LoneReader]) -> Rankings:
    """Return the product's ranking of each reader's candidates, all of them, best first."""
    recommender = product_text.fit(list(papers.values()))
    rankings: Rankings = []
    for number, reader in enumerate(readers, start=1):
        morning = product_text.Morning(
            papers=[papers[paper] for paper in reader.candidates],
            known={paper: papers[paper] for paper in (*reader.liked, *reader.disliked)},
            now=_NOW,
        )
        rankings += product_text.rank_pool(recommender, [_known_as(number, reader)], morning)
    return rankings


def baseline(name: str, counts: Counts, space: Space, readers: Sequence[LoneReader]) -> Rankings:
    """Return one baseline's rankings; a reader's words are no part of any of them."""
    method = TEXT_BASELINES[name]
    rankings: Rankings = []
    for reader in readers:
        likes, dislikes, candidates = (
            counts.at(own) for own in (reader.liked, reader.disliked, reader.candidates)
        )
        case = Case(likes=likes, dislikes=dislikes, candidates=candidates)
        rankings.append(order(reader.candidates, method(space, case)))
    return rankings


def write(readers: Sequence[LoneReader], rankings: Rankings, path: Path) -> None:
    """Write `{"reader", "ranking"}` lines in the order of the readers."""
    with path.open("w", encoding="utf-8") as out:
        for reader, ranking in zip(readers, rankings, strict=True):
            out.write(json.dumps({"reader": reader.name, "ranking": ranking}, ensure_ascii=False) + "\n")


def _known_as(number: int, reader: LoneReader) -> product_text.Reader:
    votes = (
        Vote(subscriber=number, paper=paper, up=up, at=_VOTED)
        for own, up in ((reader.liked, True), (reader.disliked, False))
        for paper in own
    )
    return product_text.Reader(number=number, votes=tuple(votes), words=reader.words)
