"""Replays daily listings in time order: could a reader's next paper have been told from the past?

Before each day everything earlier trains: papers as the corpus, what accounts brought as their
up-votes. Then the day's whole listing is ranked for every account that brought one of its papers.
A day's own counts (up-votes, comments) come after a paper was brought, so the product does not see
them; rows that do are marked. Without `--text-only` papers carry authors, organisation and keywords.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import product_text
from benchmarks.baselines import TEXT_BASELINES, Case, Counts, Space, order
from benchmarks.lists import Mean, mean
from benchmarks.stream_data import (
    Listing,
    Visit,
    folded,
    read_accounts,
    read_authors,
    read_listings,
    visits,
    votes_before,
)
from recommender.domain.feedback import Vote
from recommender.domain.papers import Paper, PaperId, Signal
from recommender.ranking.hybrid import HybridRecommender

PRODUCT = "product"
SEES_DAY = "product + the day's counts"
TEXTS, PLAIN = "texts", "plain"
"""Baselines by text; by shared authors and by the day's counts."""
FIT_DAYS = 1
"""A fit is used for so many days; with more than one, papers and votes since then only fold in."""
FIGURES = ("reciprocal rank", "nDCG", "hit@3")
_LINE = "{:30} {:>21} {:>6} {:>6} {:>23} {:>22} {:>23}"
Orders = list[tuple[PaperId, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known on one morning: papers by day of listing, and all attention counted before."""

    papers: tuple[Paper, ...]
    signals: tuple[Signal, ...]
    known: Mapping[PaperId, Paper]


@dataclass(slots=True)
class Replay:
    """What a replay made: the visits in order, each method's ranking for each, and seconds by step."""

    visits: list[Visit] = field(default_factory=list)
    orders: dict[str, Orders] = field(default_factory=lambda: defaultdict(list))
    fitted: tuple[date, HybridRecommender] | None = None
    """The latest fit of the product and its day."""
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))


def main(args: argparse.Namespace) -> int:
    """Run `--stream DIR --submitters FILE --cut DATE [--text-only] [--no-peers] [--out] [--json]`."""
    folder = Path(args.stream)
    try:
        cut = date.fromisoformat(args.cut)
        listings = read_listings(folder, text_only=bool(args.text_only))
        accounts = read_accounts(Path(args.submitters))
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - errors go where a shell expects them
        return 1
    methods = () if args.no_peers else (TEXTS,) if args.text_only else (TEXTS, PLAIN)
    replayed = replay(listings, accounts, cut, methods)
    if args.out:
        write(replayed, Path(args.out))
    rows = figures(replayed, read_authors(folder))
    for line in table(replayed, rows):
        print(line)  # noqa: T201 - the table is what the command is for
    if args.json:
        Path(args.json).write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return 0


def replay(
    listings: Sequence[Listing],
    accounts: Mapping[str, Sequence[tuple[date, PaperId]]],
    cut: date,
    baselines: Sequence[str] = (),
) -> Replay:
    """Rank every day's listing for whoever brought one of its papers, fitting anew for each day.

    `baselines` are any of `TEXTS` and `PLAIN`.
    """
    made = Replay()
    every = [paper for listing in listings for paper in listing.papers]
    counts = Counts.of(every) if TEXTS in baselines else None
    by_day = visits(listings, accounts, cut)
    for number, listing in enumerate(listings):
        own = by_day.get(listing.day)
        if not own:
            continue
        before = listings[:number]
        papers = tuple(paper for earlier in before for paper in earlier.papers)
        signals = tuple(signal for earlier in before for signal in earlier.signals)
        past = Past(papers=papers, signals=signals, known={paper.id: paper for paper in papers})
        own = [_of_the_past(visit, past) for visit in own]
        made.visits += own
        _rank_product(made, listing, own, past, votes_before(accounts, listing.day))
        if counts:
            _rank_texts(made, listing, own, past, counts)
        if PLAIN in baselines:
            _rank_plain(made, listing, own, past)
    return made


def _of_the_past(visit: Visit, past: Past) -> Visit:
    return replace(visit, past=tuple(vote for vote in visit.past if vote.paper in past.known))


def _rank_product(
    made: Replay, listing: Listing, own: Sequence[Visit], past: Past, votes: Sequence[Vote]
) -> None:
    if made.fitted is None or (listing.day - made.fitted[0]).days >= FIT_DAYS:
        started = perf_counter()
        shared = [vote for vote in votes if vote.paper in past.known]
        made.fitted = (listing.day, product_text.fit(past.papers, shared, past.signals))
        made.seconds["product fit"] += perf_counter() - started
    recommender = made.fitted[1]
    readers = [product_text.Reader(number=visit.number, votes=visit.past) for visit in own]
    morning = product_text.Morning(
        papers=listing.papers, known=past.known, now=listing.morning, signals=past.signals
    )
    started = perf_counter()
    made.orders[PRODUCT] += product_text.rank_pool(recommender, readers, morning)
    made.seconds["product rank"] += perf_counter() - started
    if listing.signals:
        today = tuple(replace(signal, taken_at=listing.morning) for signal in listing.signals)
        seeing = replace(morning, signals=(*past.signals, *today))
        made.orders[SEES_DAY] += product_text.rank_pool(recommender, readers, seeing)


def _rank_texts(made: Replay, listing: Listing, own: Sequence[Visit], past: Past, counts: Counts) -> None:
    started = perf_counter()
    space = Space.learn(counts, counts.at([paper.id for paper in past.papers]))
    made.seconds["tf-idf"] += perf_counter() - started
    ids = [paper.id for paper in listing.papers]
    candidates, none = counts.at(ids), np.empty(0, dtype=np.int64)
    for name, method in TEXT_BASELINES.items():
        started = perf_counter()
        for visit in own:
            likes = counts.at([vote.paper for vote in visit.past])
            case = Case(likes=likes, dislikes=none, candidates=candidates)
            made.orders[name].append(order(ids, method(space, case)))
        made.seconds[name] += perf_counter() - started


def _rank_plain(made: Replay, listing: Listing, own: Sequence[Visit], past: Past) -> None:
    """Rank by authors shared with the account's earlier papers, and by the day's up-votes."""
    ids = [paper.id for paper in listing.papers]
    votes = {signal.paper: float(signal.upvotes or 0) for signal in listing.signals}
    popular = order(ids, [votes.get(paper, 0.0) for paper in ids])
    bylines = [set(folded(paper.authors)) for paper in listing.papers]
    for visit in own:
        times = Counter(name for vote in visit.past for name in set(folded(past.known[vote.paper].authors)))
        made.orders["shared authors"].append(
            order(ids, [float(sum(times[name] for name in byline)) for byline in bylines])
        )
        made.orders["popularity (the day's counts)"].append(popular)


def write(replayed: Replay, path: Path) -> None:
    """Write one line for each paper brought: `{"user", "day", "target", "ranking"}`, ids as in the data."""
    with path.open("w", encoding="utf-8") as out:
        for visit, ranking in zip(replayed.visits, replayed.orders[PRODUCT], strict=True):
            for target in visit.targets:
                row = {
                    "user": visit.user,
                    "day": visit.day.isoformat(),
                    "target": _number(target),
                    "ranking": [_number(paper) for paper in ranking],
                }
                out.write(json.dumps(row) + "\n")


def figures(replayed: Replay, authors: Mapping[PaperId, frozenset[str]]) -> list[dict[str, Any]]:
    """Return for each method its figures over accounts, apart for targets by nobody the account knows.

    Each account's mean counts once. `gain` is the product's reciprocal rank less the method's, paired.
    """

    def stranger(visit: Visit, target: PaperId) -> bool:
        known = frozenset().union(*(authors.get(vote.paper, frozenset()) for vote in visit.past))
        return not known & authors.get(target, frozenset())

    everyone = {name: _per_account(replayed, name, lambda _visit, _target: True) for name in replayed.orders}
    strangers = {name: _per_account(replayed, name, stranger) for name in replayed.orders}
    cases = sum(len(visit.targets) for visit in replayed.visits)
    apart = sum(stranger(visit, target) for visit in replayed.visits for target in visit.targets)
    return [
        {
            "method": name,
            "cases": cases,
            "accounts": len({visit.user for visit in replayed.visits}),
            **{figure: asdict(mean(own[:, place])) for place, figure in enumerate(FIGURES)},
            "gain": asdict(mean(everyone[PRODUCT][:, 0] - own[:, 0])),
            "cases without a shared author": apart,
            "reciprocal rank without a shared author": asdict(mean(strangers[name][:, 0])),
            "gain without a shared author": asdict(mean(strangers[PRODUCT][:, 0] - strangers[name][:, 0])),
        }
        for name, own in everyone.items()
    ]


def _per_account(
    replayed: Replay, name: str, counted: Callable[[Visit, PaperId], bool]
) -> npt.NDArray[np.float64]:
    """Return (accounts, figures): each account's means over the targets that count, by account name."""
    found: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for visit, ranking in zip(replayed.visits, replayed.orders[name], strict=True):
        for target in visit.targets:
            if counted(visit, target):
                rank = ranking.index(target) + 1
                found[visit.user].append((1 / rank, 1 / float(np.log2(rank + 1)), float(rank <= 3)))
    means = [np.mean(found[user], axis=0) for user in sorted(found)]
    return np.vstack(means) if means else np.empty((0, len(FIGURES)))


def table(replayed: Replay, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the lines to print: figures with intervals over accounts, then what the steps cost."""
    if not rows:
        return ["nobody brought a paper from the cut on"]
    sizes = [len(ranking) for ranking in replayed.orders[PRODUCT]]
    first = rows[0]
    head = ("method", *FIGURES, "product less it", "RR, no shared author", "product less it")
    lines = [
        f"{first['cases']} papers brought by {first['accounts']} accounts, {min(sizes)}-{max(sizes)} listed",
        f"{first['cases without a shared author']} of them share no author with the account's past",
        _LINE.format(*head),
    ]
    for row in rows:
        rank, ndcg, hit, gain, apart, apart_gain = (
            Mean(**row[key])
            for key in (
                *FIGURES,
                "gain",
                "reciprocal rank without a shared author",
                "gain without a shared author",
            )
        )
        shown = (rank, f"{ndcg.mean:.3f}", f"{hit.mean:.3f}", gain, apart, apart_gain)
        lines.append(_LINE.format(str(row["method"]), *map(str, shown)))
    steps = ", ".join(f"{name} {seconds:.1f}" for name, seconds in replayed.seconds.items())
    return [*lines, f"seconds in all: {steps}"]


def _number(paper: PaperId) -> str:
    return paper.removeprefix("arxiv:")
