"""How often the key sentence is one that labellers chose.

    python -m benchmarks.sentences --data DIR [--interests N] [--fit] [--json FILE]

DIR holds `papers-*.jsonl.gz`. Figures are of the test half of the labelled abstracts, with 95 % bootstrap
intervals; weights were fitted on the other half. `--fit` fits them anew and prints the table of
`recommender/ranking/sentence_weights.py`.

With `--interests N` each abstract is also read by N made readers: papers near to it, whose strongest shared
terms speak for it as in an edition. That must not make the choice worse.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time

import numpy as np

from benchmarks.background import papers as read_rows
from benchmarks.lists import Mean, mean
from benchmarks.sentences_fit import cross_validated, fit
from benchmarks.sentences_labels import SHIPPED, Labelled, labelled, texts
from benchmarks.sentences_readers import shared_terms
from recommender.ranking.sentences import FEATURES, features, read

_ALWAYS = "9999"
_SEED = 0
Picker = Callable[[Labelled], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How often a choice was the best sentence of either labeller, and one that would do."""

    method: str
    best: Mean
    fine_one: Mean
    fine_other: Mean
    fine: Mean


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; see the head of this module."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sentences")
    parser.add_argument("--data", type=Path, required=True, help="folder of papers-*.jsonl.gz")
    parser.add_argument("--labels", type=Path, default=SHIPPED)
    parser.add_argument("--interests", type=int, default=0, help="made readers of each abstract")
    parser.add_argument("--fit", action="store_true", help="fit the weights and print them")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    args = parser.parse_args(arguments)
    known = labelled(args.labels, texts(args.data, args.labels))
    if not known:
        print(f"{args.data}: none of the labelled abstracts is in papers-*.jsonl.gz there", file=sys.stderr)  # noqa: T201 - its output
        return 2
    lines = _fitted(known) if args.fit else _measured(known, args)
    for line in lines:
        print(line)  # noqa: T201 - its output
    return 0


def agreement(known: Sequence[Labelled]) -> dict[str, float]:
    """Return how far the two labellers agree: what a picker can be expected to reach.

    `kappa` is the agreement on the best sentence, corrected for what two blind choices among the sentences
    of each abstract would share.
    """
    pairs = [own.marks for own in known]
    same = float(np.mean([one.best == other.best for one, other in pairs]))
    chance = float(np.mean([1 / len(own.sentences) for own in known]))
    return {
        "same_best": same,
        "best_of_one_fine_for_other": float(np.mean([one.best in other.fine for one, other in pairs])),
        "best_of_other_fine_for_one": float(np.mean([other.best in one.fine for one, other in pairs])),
        "kappa": (same - chance) / (1 - chance),
    }


def score(method: str, known: Sequence[Labelled], picked: Sequence[int]) -> Score:
    """Judge one choice for each abstract."""
    pairs = list(zip(known, picked, strict=True))
    return Score(
        method=method,
        best=_part([place in own.best for own, place in pairs]),
        fine_one=_part([place in own.marks[0].fine for own, place in pairs]),
        fine_other=_part([place in own.marks[1].fine for own, place in pairs]),
        fine=_part([place in own.fine for own, place in pairs]),
    )


def baselines() -> dict[str, Picker]:
    """Return the choices to beat."""
    random = np.random.default_rng(_SEED)
    column = {name: place for place, name in enumerate(FEATURES)}

    def most(name: str) -> Picker:
        return lambda own: int(np.argmax(features(own.title, own.sentences)[:, column[name]]))

    return {
        "first sentence": lambda own: 0,  # noqa: ARG005 - a picker takes the abstract
        "last sentence": lambda own: len(own.sentences) - 1,
        "first proposal": most("proposal"),
        "most central": most("central"),
        "longest": lambda own: int(np.argmax([len(text) for text in own.sentences])),
        "random": lambda own: int(random.integers(len(own.sentences))),
    }


def chosen(own: Labelled) -> int:
    """Return the product's choice, whoever reads."""
    return read(own.title, own.sentences).pick()


def _measured(known: Sequence[Labelled], args: argparse.Namespace) -> list[str]:
    test = [own for own in known if not own.development]
    scores = [score(name, test, [pick(own) for own in test]) for name, pick in baselines().items()]
    scores.append(score("product", test, [chosen(own) for own in test]))
    liked = read_rows([args.data], _ALWAYS) if args.interests else ()
    for number, terms in enumerate(shared_terms(test, liked, args.interests, _SEED)):
        picked = [read(own.title, own.sentences).pick(said) for own, said in zip(test, terms, strict=True)]
        scores.append(score(f"product, made reader {number + 1}", test, picked))
    agreed, seconds = agreement(known), _seconds(known)
    if args.json:
        told = {"agreement": agreed, "scores": [asdict(own) for own in scores], "seconds": seconds}
        args.json.write_text(json.dumps(told, indent=1), encoding="utf-8")
    return [
        f"{len(known)} abstracts, {len(test)} of them the test",
        "the two labellers: " + ", ".join(f"{name} {value:.3f}" for name, value in agreed.items()),
        f"{'method':26}{'best':24}{'fine for one':24}{'fine for the other':24}fine for either",
        *(
            f"{own.method:26}{own.best!s:24}{own.fine_one!s:24}{own.fine_other!s:24}{own.fine}"
            for own in scores
        ),
        f"{seconds['paper'] * 1e6:.0f} µs a paper, {seconds['item'] * 1e6:.1f} µs an item, of one processor",
    ]


def _fitted(known: Sequence[Labelled]) -> list[str]:
    development = [own for own in known if own.development]
    best, fine = cross_validated(development)
    return [
        f"# {len(development)} abstracts; cross-validated: best {best:.3f}, fine {fine:.3f}",
        *(f'    "{name}": {weight:.2f},' for name, weight in fit(development).items()),
    ]


def _seconds(known: Sequence[Labelled]) -> dict[str, float]:
    """Return the processor time for reading a paper once, and for choosing for one item of it."""
    start = process_time()
    own = [read(entry.title, entry.sentences) for entry in known]
    between = process_time()
    for entry in own:
        entry.pick(("language model", "editing", "facts", "rank"))
    return {"paper": (between - start) / len(known), "item": (process_time() - between) / len(known)}


def _part(values: Sequence[bool]) -> Mean:
    return mean([float(value) for value in values], seed=_SEED)


if __name__ == "__main__":
    sys.exit(main())
