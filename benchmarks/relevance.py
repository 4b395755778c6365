"""`python -m benchmarks.relevance`: how well the product ranks, beside other people's methods.

Three ways to ask, by the options given: `--data` ranks the split libraries of one folder, `--stream`
replays daily papers in time order, `--papers` with `--readers` ranks for each reader alone.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

_WAYS = {
    "data": ("data",),
    "stream": ("stream", "submitters", "cut"),
    "alone": ("papers", "readers"),
}
"""The options that each way needs; no option of one may stand beside those of another."""
_OWN = {
    "stage": ("data",),
    "content": ("data",),
    "only": ("data",),
    "text_only": ("stream",),
    "no_peers": ("data", "stream"),
}
"""Other options and the ways that know them; `--out` and `--json` go with all."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one way and return its exit code; a wrong combination ends with code 2 and says why."""
    parser = _parser()
    args = parser.parse_args(arguments)
    way = _way(parser, args)
    if way == "data":
        from benchmarks import split  # noqa: PLC0415 - each way loads only what it needs

        return split.main(args)
    if way == "stream":
        from benchmarks import stream  # noqa: PLC0415

        return stream.main(args)
    from benchmarks import alone  # noqa: PLC0415

    return alone.main(args)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.relevance", description=__doc__)
    split = parser.add_argument_group("split libraries")
    split.add_argument("--data", type=Path, metavar="DIR", help="folder with train, validation, content")
    split.add_argument("--stage", choices=("val", "test"), help="default val; test writes lists only")
    split.add_argument(
        "--content", choices=("text", "citations"), help="what the product reads; default text"
    )
    split.add_argument("--only", metavar="W,C,…", help="these protocols alone")
    stream = parser.add_argument_group("daily stream")
    stream.add_argument("--stream", type=Path, metavar="DIR", help="folder with daily papers")
    stream.add_argument("--submitters", type=Path, metavar="FILE", help="who brought which paper")
    stream.add_argument("--cut", metavar="DATE", help="first day to rank")
    stream.add_argument("--text-only", action="store_true", help="title and abstract alone")
    alone = parser.add_argument_group("readers alone")
    alone.add_argument("--papers", type=Path, metavar="FILE", help="papers, one JSON object a line")
    alone.add_argument("--readers", type=Path, metavar="FILE", help="readers, one JSON object a line")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the product's lists")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    parser.add_argument("--no-peers", action="store_true", help="the product alone")
    return parser


def _way(parser: argparse.ArgumentParser, args: argparse.Namespace) -> str:
    """Return the way the options ask for. Exit with code 2 where they do not go together."""
    given = {name for name, value in vars(args).items() if value not in (None, False)}
    asked = [way for way, needed in _WAYS.items() if given & set(needed)]
    if len(asked) != 1:
        parser.error("give --data, or --stream with --submitters and --cut, or --papers with --readers")
    way = asked[0]
    missing = [name for name in _WAYS[way] if name not in given]
    if missing:
        parser.error(f"{_options(_WAYS[way][:1])} also needs {_options(missing)}")
    strange = sorted(name for name in given & set(_OWN) if way not in _OWN[name])
    if strange:
        parser.error(f"{_options(strange)} does not go with {_options(_WAYS[way][:1])}")
    return way


def _options(names: Sequence[str]) -> str:
    return ", ".join("--" + name.replace("_", "-") for name in names)


if __name__ == "__main__":
    sys.exit(main())
