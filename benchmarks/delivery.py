"""How fast the outbox empties: the product's delivery, durable, against bare smtplib to the same server.

Every message is claimed, rendered, checked, marked in doubt and settled by the service that ships, on a
SQLite file with `synchronous=FULL` (or `--store URL`), to a real aiosmtpd server in a process of its own.
The bare loop hands the same messages to the same server with `SMTP.sendmail` and records nothing; "with 2
commits" writes a line to a SQLite file before and after each, as durably, which is the least that any
sender does that knows after a crash what it may have sent. All take turns in one run, so that whatever
else the machine does meets them alike.
"""

import argparse
import json
import smtplib
import sqlite3
import statistics
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter

from benchmarks.delivery_house import SENDER, House, Watch, prepared
from benchmarks.delivery_sink import Sink, sink
from benchmarks.report import peak_megabytes
from recommender.store.sql_store import SqlStore

_CONNECTIONS = (1, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One method on so many connections: messages a second, and what it is of the bare loop's."""

    method: str
    connections: int
    median: float
    lowest: float
    highest: float
    ratio: float
    """Median over repeats of this method's rate by the bare loop's of the same turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is measured: a house with `messages` readers, the message for the bare loop, the server."""

    house: House
    message: bytes
    messages: int
    server: Sink
    folder: Path

    def product(self, connections: int) -> float:
        """Deliver one edition to every reader; return messages a second. Raise RuntimeError if any stayed."""
        self.house.publish()
        service = self.house.service(self.server.port, connections)
        started = perf_counter()
        report = service.run()
        seconds = perf_counter() - started
        if report.counts["sent"] != self.messages:
            raise RuntimeError(f"not everything was sent: {report}")
        return self.messages / seconds

    def bare(self, connections: int) -> float:
        """Hand over as many messages by smtplib alone; return messages a second."""
        return self._together(connections, self._loop)

    def _together(self, connections: int, work: Callable[[int], None]) -> float:
        """Share the messages among threads; return how many a second they made."""
        shares = [len(range(place, self.messages, connections)) for place in range(connections)]
        threads = [threading.Thread(target=work, args=(share,)) for share in shares]
        started = perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.messages / (perf_counter() - started)

    def recorded(self, connections: int) -> float:
        """Hand them over by smtplib with a durable commit before and after each; return messages a second.

        That is the least any sender writes down that knows after a crash what it may have sent.
        """
        ledger = self.folder / "ledger.db"
        with closing(sqlite3.connect(ledger)) as made:
            made.executescript("DROP TABLE IF EXISTS sent; CREATE TABLE sent (id INTEGER PRIMARY KEY, state)")
        return self._together(connections, lambda count: self._loop_recorded(ledger, count))

    def _loop_recorded(self, ledger: Path, count: int) -> None:
        with (
            smtplib.SMTP("127.0.0.1", self.server.port) as connection,
            closing(sqlite3.connect(ledger, timeout=60, isolation_level=None)) as store,
        ):
            store.execute("PRAGMA journal_mode = WAL")
            store.execute("PRAGMA synchronous = FULL")
            for number in range(count):
                row = store.execute("INSERT INTO sent (state) VALUES ('in doubt')").lastrowid
                connection.sendmail(SENDER, [f"reader{number}@example.org"], self.message)
                store.execute("UPDATE sent SET state = 'sent' WHERE id = ?", (row,))

    def _loop(self, count: int) -> None:
        with smtplib.SMTP("127.0.0.1", self.server.port) as connection:
            for number in range(count):
                connection.sendmail(SENDER, [f"reader{number}@example.org"], self.message)

    def split(self) -> dict[str, float]:
        """Return milliseconds a message by part, on one connection."""
        self.house.publish()
        watch = Watch()
        service = self.house.service(self.server.port, 1, watch)
        started = perf_counter()
        service.run()
        whole = perf_counter() - started
        seconds = watch.seconds | {"rest": whole - sum(watch.seconds.values())}
        return {name: 1000 * value / self.messages for name, value in seconds.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; see `--help`."""
    args = _arguments(arguments)
    with tempfile.TemporaryDirectory(dir=args.folder, prefix="delivery-") as folder:
        store = SqlStore(args.store or f"sqlite:///{Path(folder) / 'store.db'}")
        store.upgrade()
        message = prepared(args.kilobytes, args.seed)
        house = House(store, args.messages, papers=args.render, message=message)
        with sink() as server:
            trial = Trial(
                house=house, message=message, messages=args.messages, server=server, folder=Path(folder)
            )
            if args.render:
                trial.product(1)
                message = house.sample()
                trial = replace(trial, message=message)
            lines, split = measure(trial, args.repeats)
        kind = "PostgreSQL" if args.store else "SQLite, synchronous=FULL"
        store.close()
    sizes = {
        "messages": args.messages,
        "bytes": len(message),
        "repeats": args.repeats,
        "seed": args.seed,
        "papers_rendered": args.render,
        "accepted": server.accepted,
        "peak_megabytes": round(peak_megabytes(), 1),
    }
    print(f"{kind}; " + ", ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in sizes.items()))  # noqa: T201
    print(table(lines))  # noqa: T201 - the table is what the command is for
    print("ms a message: " + ", ".join(f"{name} {value:.2f}" for name, value in split.items()))  # noqa: T201
    if args.json:
        said = sizes | {"store": kind, "lines": [asdict(line) for line in lines], "split_ms": split}
        args.json.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    return 0


def measure(trial: Trial, repeats: int) -> tuple[list[Line], dict[str, float]]:
    """Return a line for each method and number of connections, in turns, after a first turn that counts
    for nothing; and where the time goes.
    """
    methods: dict[str, Callable[[int], float]] = {
        "bare smtplib": trial.bare,
        "with 2 commits": trial.recorded,
        "product": trial.product,
    }
    rates: dict[tuple[str, int], list[float]] = {
        (name, connections): [] for connections in _CONNECTIONS for name in methods
    }
    for turn in range(repeats + 1):
        for (name, connections), found in rates.items():
            rate = methods[name](connections)
            if turn:
                found.append(rate)
    lines = []
    for (name, connections), found in rates.items():
        bare = rates["bare smtplib", connections]
        lines.append(
            Line(
                method=name,
                connections=connections,
                median=statistics.median(found),
                lowest=min(found),
                highest=max(found),
                ratio=statistics.median(own / other for own, other in zip(found, bare, strict=True)),
            )
        )
    return lines, trial.split()


def table(lines: Sequence[Line]) -> str:
    """Return the lines as a table: messages a second and the share of the bare loop."""
    head = f"{'method':16}{'connections':>12}{'median/s':>10}{'lowest':>9}{'highest':>9}{'of bare':>9}"
    rows = [
        f"{line.method:16}{line.connections:>12}{line.median:>10.1f}{line.lowest:>9.1f}{line.highest:>9.1f}"
        f"{line.ratio:>9.2f}"
        for line in lines
    ]
    return "\n".join([head, *rows])


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.delivery", description=__doc__)
    parser.add_argument("--messages", type=int, default=400, help="messages in each turn")
    parser.add_argument("--repeats", type=int, default=5, help="turns that count")
    parser.add_argument("--kilobytes", type=int, default=60, help="size of the prepared message")
    parser.add_argument(
        "--render", type=int, default=0, metavar="N", help="render digests of N papers instead"
    )
    parser.add_argument("--store", help="an empty PostgreSQL database instead of a SQLite file")
    parser.add_argument("--folder", type=Path, help="where the SQLite file is made; a disk, not memory")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
