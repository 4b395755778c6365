"""Ranks the split libraries of one folder: the product and its peers, protocol by protocol.

At stage "test" nothing is known of the answers: only the product's lists are written.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import product
from benchmarks.library import Library, Protocol, Stage, chosen, load, part
from benchmarks.metrics import Figures, IntArray, interval, measure, paired
from benchmarks.peers import PEERS, Peer
from benchmarks.ranker import lists
from benchmarks.report import FIRST, Row, as_json, peak_megabytes, sizes, tables

PRODUCT = "product"
_SEED = 0
"""Starts the draw of slow methods' readers and of the bootstrap."""


def main(args: argparse.Namespace) -> int:
    """Rank, print, write. Return 2 with a message on stderr where the options or files do not fit."""
    stage: Stage = args.stage or "val"
    if stage == "test" and args.out is None:
        return _refuse("--stage test has no answers to measure against: give --out")
    if stage == "test" and args.json is not None:
        return _refuse("--stage test has no figures to write: leave --json out")
    try:
        library = load(args.data, stage)
        protocols = chosen(library, args.only.split(",") if args.only else list(library.protocols))
        with threadpool_limits(1):
            _run(library, protocols, args)
    except (FileNotFoundError, ValueError) as fault:
        return _refuse(str(fault))
    return 0


def _run(library: Library, protocols: Sequence[Protocol], args: argparse.Namespace) -> None:
    _say(sizes(library, protocols))
    started = perf_counter()
    read = product.cited(library) if args.content == "citations" else library
    recommender = product.fit(read)
    fitted = perf_counter() - started

    def rank(protocol: Protocol) -> IntArray:
        return product.rank(read, protocol, recommender)

    found = [(protocol, *_timed(rank, protocol)) for protocol in protocols]
    if args.out is not None:
        write(args.out, [(protocol, rankings) for protocol, rankings, _ in found])
    if library.stage == "test":
        _say(f"fit {fitted:.1f} s, peak memory {peak_megabytes():.0f} MB")
        for protocol, _, ms in found:
            _say(f"{protocol.name}: {ms:.2f} ms a reader")
        return
    ours = {protocol.name: measured(rankings, protocol) for protocol, rankings, _ in found}
    rows = [
        _row((PRODUCT, protocol.name), ours[protocol.name], None, (fitted, ms)) for protocol, _, ms in found
    ]
    for peer in () if args.no_peers else PEERS:
        rows += peer_rows(peer, library, protocols, ours)
    _say(tables(protocols, rows))
    _say(f"peak memory {peak_megabytes():.0f} MB")
    if args.json is not None:
        args.json.write_text(as_json(library, protocols, rows), encoding="utf-8")


def peer_rows(
    peer: Peer, library: Library, protocols: Sequence[Protocol], ours: dict[str, Figures]
) -> Iterator[Row]:
    """Fit one peer and yield its row in each protocol it can answer.

    `ours` holds the product's figures by protocol, for the paired difference; it may be empty.
    """
    mine = [protocol for protocol in protocols if protocol.name in peer.protocols]
    if not mine:
        return
    started = perf_counter()
    ranker = peer.fit(library)
    fitted = perf_counter() - started
    for whole in mine:
        rows = _drawn(whole, peer.sample)
        protocol = part(whole, rows)
        rankings, ms = _timed(lambda asked: lists(ranker, asked), protocol)
        product_figures = ours.get(whole.name)
        same = None if product_figures is None else product_figures.of(rows)
        yield _row((peer.name, whole.name), measured(rankings, protocol), same, (fitted, ms))


def measured(rankings: IntArray, protocol: Protocol) -> Figures:
    """Return the figures of a protocol's lists. Raise ValueError where its answers are not known."""
    if protocol.relevant is None:
        raise ValueError(f"the answers of {protocol.name} are not known")
    return measure(rankings, protocol.relevant, protocol.candidates)


def write(path: Path, found: Sequence[tuple[Protocol, IntArray]]) -> None:
    """Write `<P>_users` (n,) and `<P>_items` (n, 300) int32 of each protocol as npz."""
    arrays = {f"{protocol.name}_users": protocol.readers.astype(np.int32) for protocol, _ in found}
    arrays |= {f"{protocol.name}_items": rankings.astype(np.int32) for protocol, rankings in found}
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def _drawn(protocol: Protocol, count: int | None) -> IntArray:
    """Return all rows, or a sorted draw of `count` of them."""
    readers = len(protocol.readers)
    if count is None or count >= readers:
        return np.arange(readers)
    rng = np.random.default_rng(_SEED)
    return np.sort(rng.choice(readers, size=count, replace=False))


def _timed(rank: Callable[[Protocol], IntArray], protocol: Protocol) -> tuple[IntArray, float]:
    """Return the lists and the milliseconds a reader."""
    started = perf_counter()
    rankings = rank(protocol)
    return rankings, (perf_counter() - started) / len(protocol.readers) * 1000


def _row(names: tuple[str, str], figures: Figures, ours: Figures | None, costs: tuple[float, float]) -> Row:
    """Build a row from (method, protocol), its figures, the product's, and (fit s, ms a reader)."""
    method, protocol = names
    own = figures.per_reader[FIRST[protocol]]
    return Row(
        protocol=protocol,
        method=method,
        figures=figures,
        first=interval(own, seed=_SEED),
        ahead=None if ours is None else paired(ours.per_reader[FIRST[protocol]], own, seed=_SEED),
        fit_seconds=costs[0],
        milliseconds=costs[1],
    )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _refuse(reason: str) -> int:
    sys.stderr.write(f"benchmarks.relevance: {reason}\n")
    return 2
