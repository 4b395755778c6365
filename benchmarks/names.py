"""How often a learned author is probably another person of the same name, for the commonest names.

    python -m benchmarks.names --data DIR [--names 50] [--taught 10] [--json FILE]

DIR holds `papers-*.jsonl.gz`. A reader likes one paper of a name; all other papers of that name are
candidates. Nobody knows who is who: a candidate is taken for a stranger's if it shares no other author
with the liked paper and has another primary category. Namesakes within a category are missed by that,
and a person who changed both co-authors and field is a stranger by it; `apart` counts whoever shares no
other author, whatever the category, which errs to the other side.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.background import papers as read_rows
from benchmarks.lists import Mean, mean
from recommender.domain.papers import Paper, PaperId
from recommender.domain.profiles import InterestProfile, WeightedPaper
from recommender.ranking.authors import AuthorScorer
from recommender.ranking.base import Corpus, Pool, RankingSettings
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.names import Bylines, Name, NameSet, parse
from recommender.ranking.vectors import Known, Lens, batch

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""One moment for all: age plays no part here."""
_ALWAYS = "9999"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Pairs of a liked paper and another one of the same name, and how many the scorer counts."""

    name: str
    papers: int
    pairs: int
    counted: int
    strangers: int
    strangers_counted: int
    apart: int
    apart_counted: int

    @property
    def without(self) -> float:
        """Part of what would count without a second match that is a stranger's."""
        return self.strangers / self.pairs

    @property
    def within(self) -> float:
        """Part of what counts with a second match that is a stranger's; 0 where nothing counts."""
        return self.strangers_counted / max(1, self.counted)

    @property
    def followed(self) -> float:
        """Part of the strangers' papers that count all the same; 0 without strangers."""
        return self.strangers_counted / max(1, self.strangers)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; see the head of this module."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.names")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--names", type=int, default=50)
    parser.add_argument("--taught", type=int, default=10, help="liked papers drawn for each name")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args(arguments)
    known = read(args.data)
    lens = HybridRecommender.fit(Corpus(papers=known), RankingSettings()).fitted.lens
    tallies = measure(lens, known, names=args.names, taught=args.taught, seed=args.seed)
    for line in table(tallies):
        print(line)  # noqa: T201 - the table is what the command is for
    if args.json:
        args.json.write_text(json.dumps([asdict(own) for own in tallies], indent=1), encoding="utf-8")
    return 0


def read(folder: Path) -> list[Paper]:
    """Return the papers of a folder."""
    return [
        Paper(
            id=PaperId(f"arxiv:{row['id']}"),
            title=row["title"],
            abstract=row["abstract"],
            authors=tuple(row["authors"] or ()),
            categories=tuple(row.get("categories") or ()),
        )
        for row in read_rows([folder], _ALWAYS)
    ]


def commonest(papers: Sequence[Paper], count: int) -> list[Name]:
    """Return the names on most papers, with a given name that is no initial, most papers first."""
    names = Counter(name for paper in papers for name in {parse(written) for written in paper.authors})
    whole = [(name, papers) for name, papers in names.items() if name.given and len(name.given[0]) > 1]
    return [name for name, _ in sorted(whole, key=lambda entry: (-entry[1], entry[0]))[:count]]


def measure(lens: Lens, papers: Sequence[Paper], *, names: int, taught: int, seed: int) -> list[Tally]:
    """Return a tally for each of the commonest names with another paper, by `taught` drawn likes each."""
    bylines = Bylines(paper.authors for paper in papers)
    random = np.random.default_rng(seed)
    tallies = []
    for name in commonest(papers, names):
        own = [papers[place] for place in bylines.papers(name)]
        liked = np.sort(random.permutation(len(own))[:taught]).tolist()
        if len(own) > 1:
            tallies.append(_tally(lens, name, own, liked))
    return tallies


def _tally(lens: Lens, name: Name, own: Sequence[Paper], liked: Sequence[int]) -> Tally:
    pool = Pool(papers=own, now=_NOW)
    profiles = [
        InterestProfile(subscriber=1, interest="", name="", up=(WeightedPaper(paper=own[place].id),))
        for place in liked
    ]
    readers = batch(lens, profiles, Known.gather(lens, pool, profiles))
    scores = AuthorScorer().score(readers, lens.candidates(pool, own))
    counted = ~np.isnan(scores)
    apart = np.asarray([[not _together(name, own[place], other) for other in own] for place in liked])
    fields = np.asarray([[_field(own[place]) != _field(other) for other in own] for place in liked])
    pairs = np.ones_like(counted)
    pairs[np.arange(len(liked)), liked] = False
    strangers = pairs & apart & fields
    return Tally(
        name=" ".join((*name.given, name.family)),
        papers=len(own),
        pairs=int(pairs.sum()),
        counted=int((pairs & counted).sum()),
        strangers=int(strangers.sum()),
        strangers_counted=int((strangers & counted).sum()),
        apart=int((pairs & apart).sum()),
        apart_counted=int((pairs & apart & counted).sum()),
    )


def _together(name: Name, one: Paper, other: Paper) -> bool:
    """Tell whether two papers share an author besides `name`."""
    beside = NameSet(own for written in one.authors if (own := parse(written)) != name)
    return beside.first([written for written in other.authors if parse(written) != name]) is not None


def _field(paper: Paper) -> str:
    return paper.categories[0] if paper.categories else ""


def table(tallies: Sequence[Tally]) -> list[str]:
    """Return a line for each name and the means over names."""
    heads = ("name", "papers", "pairs", "strangers", "counted", "of those strangers'", "strangers let in")
    lines = ["{:22} {:>6} {:>6} {:>9} {:>8} {:>20} {:>17}".format(*heads)]
    lines += [
        f"{own.name:22} {own.papers:>6} {own.pairs:>6} {own.without:>9.1%} {own.counted:>8} "
        f"{own.within:>20.1%} {own.followed:>17.1%}"
        for own in tallies
    ]
    pairs, counted = (sum(getattr(own, key) for own in tallies) for key in ("pairs", "counted"))
    apart, kept = (sum(getattr(own, key) for own in tallies) for key in ("apart", "apart_counted"))
    figures: dict[str, Mean] = {
        "strangers' part without a second match": mean([own.without for own in tallies]),
        "strangers' part with it": mean([own.within for own in tallies]),
        "strangers let in": mean([own.followed for own in tallies]),
    }
    lines += [f"{label}, mean over names: {value} (n = {value.n})" for label, value in figures.items()]
    lines.append(f"pairs without another shared author: {apart} of {pairs}; {kept} of {counted} that count")
    return lines


if __name__ == "__main__":
    raise SystemExit(main())
