"""The benchmark of votes runs, finds every vote it was answered, and counts what goes wrong."""

import json
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from benchmarks.votes import Books, Trial, _books, main
from benchmarks.votes_house import House, Slip, build_house
from benchmarks.votes_load import Answer, Load, request


def test_a_small_run_measures_both_ways_and_loses_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line for each way and question; every vote was recorded and is in the store."""
    said = tmp_path / "said.json"
    small = ["--readers", "12", "--papers", "4", "--rate", "40", "--gets", "10", "--seconds", "0.5"]
    short = ["--burst", "0.1", "--repeats", "0", "--connections", "4", "--folder", str(tmp_path)]
    assert main([*small, *short, "--json", str(said)]) == 0
    figures = json.loads(said.read_text(encoding="utf-8"))
    lines = [line for turn in figures["turns"] for line in turn["lines"]]
    assert [(line["way"], line["what"], line["asked"]) for line in lines] == [
        (way, *what) for way in ("grouped", "plain") for what in (("vote", 40.0), ("sheet", 10.0))
    ]
    assert [line["good"] for line in lines] == [20, 5, 20, 5]
    assert all(line["errors"] == 0 for line in lines)
    assert all(0 < line["p50"] <= line["p95"] <= line["p99"] <= line["highest"] for line in lines)
    assert (figures["answered"], figures["lost"], figures["strange"]) == (40, 0, 0)
    assert "commit each" in capsys.readouterr().out


def test_as_fast_as_it_is_answered(tmp_path: Path) -> None:
    """The next vote goes out with the answer; each is counted and kept."""
    house = build_house(tmp_path, 100, 4)
    trial = Trial(house=house, rate=0, gets=0, seconds=0, burst=0.1, connections=4)
    turn = trial.eager("grouped", "vote")
    (line,) = turn.lines
    assert line.rate > 0
    assert turn.books == Books(answered=line.good, lost=0, strange=0)
    assert (line.errors, line.asked) == (0, 0)


def test_lost_and_strange_votes_are_counted(tmp_path: Path) -> None:
    """One answered and not there, one there and never asked for; a suspect one counts for nothing."""
    slips = tuple(Slip(reader=1, paper=paper, up="", down="") for paper in "abc")
    house = House(file=tmp_path / "h.db", slips=slips, sheets=())
    rows = [(1, "a", 0), (1, "b", 0), (1, "b", 0), (1, "c", 1)]
    with closing(sqlite3.connect(house.file)) as store:
        store.execute("CREATE TABLE feedback (subscriber_id, paper_id, suspect)")
        store.executemany("INSERT INTO feedback VALUES (?, ?, ?)", rows)
        store.commit()
    answers = [Answer("vote", mark, 0.1, 200, good=True) for mark in (0, 1, 2)]
    found = _books(house.file, house, [*answers, Answer("vote", 0, 0.1, 0, good=False)])
    assert (found.answered, found.lost, found.strange) == (3, 1, 1)


@contextmanager
def slow_server(pause: float) -> Iterator[int]:
    """Serve one connection: the first answer takes a while, the others are at once."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            served, _ = listening.accept()
            with served:
                first = True
                while served.recv(1 << 16):
                    if first:
                        threading.Event().wait(pause)
                    first = False
                    served.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(listening.getsockname()[1])
        thread.join(5)


def test_time_counts_from_the_moment_a_request_was_due() -> None:
    """A stall shows in every request that was due meanwhile, not in the one that met it alone."""
    with slow_server(0.05) as port:
        load = Load(port, 1)
        load.steady([(number / 100, request("x", ("GET", "/"), wanted=b"ok")) for number in range(4)])
        load.close()
    assert [answer.good for answer in load.answers] == [True] * 4
    assert [answer.seconds for answer in load.answers] >= [0.05, 0.04, 0.03, 0.02]
    assert all(answer.seconds >= 0.05 - 0.01 * place for place, answer in enumerate(load.answers))


def test_a_server_that_goes_leaves_requests_without_an_answer() -> None:
    """They count as bad, with no status, and the client ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        load = Load(port, 1)
        served, _ = listening.accept()
        threading.Timer(0.02, listening.close).start()
        threading.Timer(0.03, served.close).start()
        load.eager([request("x", ("GET", "/"))] * 3, 5.0)
        load.close()
    assert load.gone
    assert [(answer.status, answer.good) for answer in load.answers] == [(0, False)]
