"""How fast papers come in: parse, fold, and fold again, against plain parsing of the same bytes.

Papers are made (`ingest_papers`) and written to files first. Plain parsing is `json.loads` a line, or
`ElementTree.iterparse` of each page with every entry thrown away: what the machine can do with these bytes.
feedparser is how the peers read Atom. Each step runs in a process of its own, which also tells its memory:
the peak less what it held before its first byte. All steps take turns in one run, so that whatever else the
machine does meets them alike; ratios are of the same turn.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import text

from benchmarks.ingest_papers import FORMATS, PAGE, write
from recommender.store.schema import METADATA
from recommender.store.sql_store import SqlStore

_STEPS = ("plain", "feedparser", "parse", "store", "again")
_WARM = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One step once: seconds, papers, and bytes of memory beyond what the process began with."""

    seconds: float
    papers: int
    extra: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One step on one format at one size: medians over the turns."""

    kind: str
    step: str
    papers: int
    megabytes: float
    per_second: float
    lowest: float
    highest: float
    times_plain: float
    """Median over turns of this step's time for a paper by plain parsing's of the same turn."""
    extra_megabytes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where things are made and stored; `server` is an empty PostgreSQL database instead of SQLite files."""

    folder: Path
    server: str
    seed: int

    def turn(self, kind: str, files: Sequence[Path], warm: Sequence[Path]) -> Iterator[tuple[str, Run]]:
        """Run each step once, the store's two on one store that is empty at first."""
        url = self.empty_store()
        for step in _STEPS:
            if step == "feedparser" and kind != "atom":
                continue
            own = files[:1] if step == "feedparser" else files
            ahead = [] if step in ("store", "again") else warm
            task = {
                "step": step,
                "kind": kind,
                "files": [str(file) for file in own],
                "warm": [str(file) for file in ahead],
                "url": url,
            }
            yield step, _run(task)

    def empty_store(self) -> str:
        """Empty the store and return its URL."""
        path = self.folder / "store.db"
        for old in self.folder.glob("store.db*"):
            old.unlink()
        url = self.server or f"sqlite:///{path}"
        store = SqlStore(url)
        store.upgrade()
        if self.server:
            with store._engine.begin() as connection:  # noqa: SLF001 - only a benchmark empties a store
                connection.execute(text(f"TRUNCATE {', '.join(METADATA.tables)} RESTART IDENTITY CASCADE"))
        store.close()
        return url


def _run(task: Mapping[str, object]) -> Run:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.ingest_work"],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).resolve().parents[1],
    )
    if done.returncode:
        raise RuntimeError(f"{task['step']} of {task['kind']} failed:\n{done.stderr}")
    return Run(**json.loads(done.stdout))


def measure(bench: Bench, kind: str, papers: int, turns: int) -> list[Line]:
    """Return a line for each step of one format; raises RuntimeError where a step lost a paper."""
    files = write(bench.folder, kind, papers, bench.seed)
    warm = write(bench.folder, kind, _WARM, bench.seed)
    size = sum(file.stat().st_size for file in files)
    runs: dict[str, list[Run]] = {}
    for _ in range(turns):
        for step, run in bench.turn(kind, files, warm):
            runs.setdefault(step, []).append(run)
            wanted = min(papers, PAGE) if step == "feedparser" else papers
            if run.papers != wanted:
                raise RuntimeError(f"{step} of {kind} found {run.papers} of {wanted} papers")
    for file in (*files, *warm):
        file.unlink()
    return [_line(kind, step, found, runs["plain"], size) for step, found in runs.items()]


def _line(kind: str, step: str, found: Sequence[Run], plain: Sequence[Run], size: int) -> Line:
    rates = [run.papers / run.seconds for run in found]
    pairs = zip(found, plain, strict=True)
    return Line(
        kind=kind,
        step=step,
        papers=found[0].papers,
        megabytes=size / 1e6 * found[0].papers / plain[0].papers,
        per_second=statistics.median(rates),
        lowest=min(rates),
        highest=max(rates),
        times_plain=statistics.median(
            (own.seconds / own.papers) / (bare.seconds / bare.papers) for own, bare in pairs
        ),
        extra_megabytes=statistics.median(run.extra for run in found) / 1e6,
    )


def table(lines: Sequence[Line]) -> str:
    """Return the lines as a table."""
    head = (
        f"{'format':7}{'step':12}{'papers':>9}{'papers/s':>10}{'lowest':>9}{'highest':>9}{'MB/s':>8}"
        f"{'x plain':>9}{'extra MB':>10}"
    )
    rows = [
        f"{line.kind:7}{line.step:12}{line.papers:>9,}{line.per_second:>10,.0f}{line.lowest:>9,.0f}"
        f"{line.highest:>9,.0f}{line.per_second * line.megabytes / line.papers:>8.1f}"
        f"{line.times_plain:>9.1f}{line.extra_megabytes:>10.1f}"
        for line in lines
    ]
    return "\n".join([head, *rows])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; see `--help`."""
    args = _arguments(arguments)
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(dir=args.folder, prefix="ingest-") as folder:
        bench = Bench(folder=Path(folder), server=_checked(args.postgres), seed=args.seed)
        for kind in args.formats:
            lines += measure(bench, kind, args.papers, args.repeats)
            if args.larger:
                lines += measure(bench, kind, args.larger, 1)
        bench.empty_store()
    store = "PostgreSQL" if args.postgres else "SQLite"
    sizes = {"papers": args.papers, "larger": args.larger, "repeats": args.repeats, "seed": args.seed}
    print(f"{store}; " + ", ".join(f"{name} {value:,}" for name, value in sizes.items()))  # noqa: T201
    print(table(lines))  # noqa: T201 - the table is what the command is for
    if args.json:
        said = sizes | {"store": store, "lines": [asdict(line) for line in lines]}
        args.json.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    return 0


def _checked(url: str) -> str:
    """Return the URL of a database that holds no paper; anything else is not emptied for a benchmark."""
    if url:
        store = SqlStore(url)
        store.upgrade()
        with store.read() as unit:
            held = unit.papers.count()
        store.close()
        if held:
            raise SystemExit(f"--postgres: that database holds {held} papers; name an empty one")
    return url


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest", description=__doc__)
    parser.add_argument("--papers", type=int, default=20_000)
    parser.add_argument("--larger", type=int, default=0, metavar="N", help="once more with N, for its memory")
    parser.add_argument("--repeats", type=int, default=5, help="turns")
    parser.add_argument("--formats", nargs="+", choices=list(FORMATS), default=list(FORMATS))
    parser.add_argument(
        "--postgres", default="", metavar="URL", help="an empty database; it is emptied after"
    )
    parser.add_argument("--folder", type=Path, help="where files and stores are made; a disk, not memory")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
