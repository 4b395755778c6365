"""How fast votes are recorded: the product's pages over one commit for many, against a commit for each.

A real server process with the product's pages and a SQLite file with `synchronous=FULL`; readers who each
have an edition; links as a digest carries them; a client in this process that posts votes at a constant
rate over connections that stay open, while others open rating sheets, and then as fast as it is answered.
Both ways of keeping votes take turns in one run, each on a fresh copy of the same store, and afterwards
every vote that was answered is looked for in it. Beside them what the machine can do at most: the same
server with one line of text and no store, and how often the disk flushes.
"""

import argparse
import json
import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from benchmarks.votes_house import House, build_house, serving
from benchmarks.votes_load import Answer, Load, Request, request

_FASTEST = 3_000
"""Requests a second that nobody answers here; so many are made ready."""
_RECORDED = b"<h1>Recorded</h1>"
_SHEET = b"Record my marks"
WAYS = ("grouped", "plain")
_CALLED = {"grouped": "ours", "plain": "commit each", "bare": "bare server"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the table; times in ms, from the moment a request was due."""

    way: str
    what: str
    asked: float
    """Requests a second that were sent; 0 for as many as were answered."""
    rate: float
    """Good answers a second."""
    good: int
    errors: int
    p50: float
    p95: float
    p99: float
    highest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the store holds of the votes that were answered."""

    answered: int
    lost: int
    """Answered and not in the store."""
    strange: int
    """In the store and never asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One server's turn: its lines, what was kept, and what it cost."""

    lines: tuple[Line, ...]
    books: Books
    cpu_ms: float
    """Of the server, a good answer."""
    longest_wait: float
    """ms that another writer of the same process waited at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is measured and how much of it."""

    house: House
    rate: float
    gets: float
    seconds: float
    burst: float
    """Seconds of asking as fast as it is answered."""
    connections: int

    def steady(self, way: str) -> Turn:
        """Post votes at the rate, and open sheets beside it."""
        votes, sheets = _votes(self.house, int(self.rate * self.seconds)), _sheets(self.house)
        due = [(number / self.rate, vote) for number, vote in enumerate(votes)]
        opened = range(int(self.gets * self.seconds))
        due += [(number / self.gets, sheets[number % len(sheets)]) for number in opened]

        def work(load: Load) -> float:
            load.steady(sorted(due, key=lambda pair: pair[0]))
            return self.seconds

        return self._turn(way, work, {"vote": self.rate} | ({"sheet": self.gets} if self.gets else {}))

    def eager(self, way: str, what: str) -> Turn:
        """Ask as fast as it is answered: for votes, for sheets, or for one line of a bare server."""
        most = int(_FASTEST * self.burst)
        if what == "vote":
            wanted = _votes(self.house, most)
        elif what == "sheet":
            wanted = _sheets(self.house) * (1 + most // len(self.house.sheets))
        else:
            wanted = [request("line", ("POST", "/v/token"))] * most
        return self._turn(way, lambda load: load.eager(wanted, self.burst), {what: 0.0})

    def _turn(self, way: str, work: Callable[[Load], float], asked: dict[str, float]) -> Turn:
        """Let a fresh server do some work; count what it answered and what it kept."""
        file = Path(shutil.copy(self.house.file, self.house.file.with_name(f"{way}.db")))
        with serving(file, way) as served:
            warm = Load(served.port, 2)
            slip, sheet = self.house.slips[-1], self.house.sheets[-1]
            warm.eager([request("", ("GET", sheet)), request("", ("POST", slip.up), body="undo=1")] * 5, 5.0)
            warm.close()
            served.begin()
            load = Load(served.port, self.connections)
            took = work(load)
            load.close()
        lines = tuple(_line((way, what), rate, load.answers, took) for what, rate in asked.items())
        found = Turn(
            lines=lines,
            books=_books(file, self.house, load.answers),
            cpu_ms=1000 * served.cpu_seconds / max(sum(line.good for line in lines), 1),
            longest_wait=1000 * served.longest_wait,
        )
        for rest in file.parent.glob(f"{file.name}*"):
            rest.unlink()
        return found


def _votes(house: House, count: int) -> list[Request]:
    """Return votes that each change something: every reader's first paper, then the second, up, then down."""
    found = []
    for number in range(count):
        turn, place = divmod(number, len(house.slips))
        slip = house.slips[place]
        path = slip.down if turn % 2 else slip.up
        found.append(request("vote", ("POST", path), wanted=_RECORDED, mark=place))
    return found


def _sheets(house: House) -> list[Request]:
    return [request("sheet", ("GET", path), wanted=_SHEET) for path in house.sheets]


def _line(who: tuple[str, str], asked: float, answers: Sequence[Answer], took: float) -> Line:
    way, what = who
    own = [answer for answer in answers if answer.kind == what]
    times = sorted(1000 * answer.seconds for answer in own) or [0.0]
    good = sum(answer.good for answer in own)

    def share(part: float) -> float:
        return times[min(len(times) - 1, int(part * len(times)))]

    return Line(
        way=way,
        what=what,
        asked=asked,
        rate=good / took,
        good=good,
        errors=len(own) - good,
        p50=share(0.5),
        p95=share(0.95),
        p99=share(0.99),
        highest=times[-1],
    )


def _books(file: Path, house: House, answers: Sequence[Answer]) -> Books:
    """Hold what was answered against the rows of the store, reader by reader and paper by paper."""
    query = "SELECT subscriber_id, paper_id, count(*) FROM feedback WHERE NOT suspect GROUP BY 1, 2"
    with closing(sqlite3.connect(file)) as store:
        rows = {(reader, paper): count for reader, paper, count in store.execute(query)}
    votes = [answer for answer in answers if answer.kind == "vote"]
    answered = Counter(_whose(house, answer) for answer in votes if answer.good)
    asked = Counter(_whose(house, answer) for answer in votes)
    return Books(
        answered=answered.total(),
        lost=sum(max(0, count - rows.get(whose, 0)) for whose, count in answered.items()),
        strange=sum(max(0, count - asked[whose]) for whose, count in rows.items()),
    )


def _whose(house: House, answer: Answer) -> tuple[int, str]:
    slip = house.slips[answer.mark]
    return slip.reader, slip.paper


def flushes(folder: Path, seconds: float) -> float:
    """Return how often a second 4 KiB can be written and flushed to a folder's disk, one after another."""
    with (folder / "flushed").open("wb", buffering=0) as file:
        count, start = 0, perf_counter()
        while perf_counter() - start < seconds:
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            count += 1
        return count / (perf_counter() - start)


def measure(trial: Trial, repeats: int) -> list[Turn]:
    """Take turns: both ways at the rate; then each as fast as it goes, so many times, the bare server too."""
    turns = [trial.steady(way) for way in WAYS] if trial.rate else []
    for _ in range(repeats):
        turns += [trial.eager(way, "vote") for way in WAYS]
        turns += [trial.eager("grouped", "sheet"), trial.eager("bare", "line")]
    return turns


def table(turns: Sequence[Turn]) -> str:
    """Return the turns as a table; what was asked as fast as it went has no rate that was asked for."""
    heads = ("asked/s", "good/s", "errors", "p50 ms", "p95", "p99", "max", "CPU ms", "other waits")
    rows = [f"{'way':13}{'what':7}" + "".join(f"{head:>12}" for head in heads)]
    for turn in turns:
        for line in turn.lines:
            asked = f"{line.asked:.0f}" if line.asked else "all it can"
            times = (line.p50, line.p95, line.p99, line.highest, turn.cpu_ms, turn.longest_wait)
            cells = [asked, f"{line.rate:.1f}", f"{line.errors}", *(f"{time:.2f}" for time in times)]
            rows.append(f"{_CALLED[line.way]:13}{line.what:7}" + "".join(f"{cell:>12}" for cell in cells))
    return "\n".join(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; see `--help`. Return 1 if a vote that was answered is not in the store."""
    args = _arguments(arguments)
    with tempfile.TemporaryDirectory(dir=args.folder, prefix="votes-") as folder:
        house = build_house(Path(folder), args.readers, args.papers)
        trial = Trial(
            house=house,
            rate=args.rate,
            gets=args.gets,
            seconds=args.seconds,
            burst=args.burst,
            connections=args.connections,
        )
        disk = flushes(Path(folder), min(1.0, args.burst))
        turns = measure(trial, args.repeats)
    lost, strange = (sum(getattr(turn.books, name) for turn in turns) for name in ("lost", "strange"))
    answered = sum(turn.books.answered for turn in turns)
    sizes = f"{args.readers:,} readers with {args.papers} papers; {disk:,.0f} flushes/s"
    print(f"SQLite, synchronous=FULL; {sizes}")  # noqa: T201 - what the command is for
    print(table(turns))  # noqa: T201 - the table is what the command is for
    print(f"votes answered {answered:,}, lost {lost:,}, never asked for {strange:,}")  # noqa: T201 - see above
    if args.json:
        said = {"readers": args.readers, "papers": args.papers, "flushes": disk, "answered": answered}
        said |= {"lost": lost, "strange": strange, "turns": [asdict(turn) for turn in turns]}
        args.json.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    return 1 if lost or strange else 0


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.votes", description=__doc__)
    parser.add_argument("--rate", type=float, default=500, help="votes a second")
    parser.add_argument("--gets", type=float, default=5, help="rating sheets a second beside them")
    parser.add_argument("--seconds", type=float, default=60, help="for how long, each way")
    parser.add_argument("--burst", type=float, default=10, help="seconds of asking as fast as it is answered")
    parser.add_argument("--repeats", type=int, default=3, help="turns of that")
    parser.add_argument("--readers", type=int, default=2_000)
    parser.add_argument("--papers", type=int, default=10, help="papers in an edition")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--folder", type=Path, help="where the stores are made; a disk, not memory")
    parser.add_argument("--json", type=Path)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
