"""Lanes that several processes keep to: pauses, rests after refusals, clocks that jump, files that lie."""

import json
import multiprocessing
import time as system_time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from recommender.domain.errors import SourceMalformed, SourceUnavailable
from recommender.runtime import SystemClock
from recommender.sources.asking import Ask
from recommender.sources.http import PoliteClient
from recommender.sources.lanes import LaneBusy, LaneFolder, Note
from recommender.sources.pacing import ARXIV, Lane, LaneClosed, Pacer, Timing
from tests.sources.replay import Answer, FakeTime, Replay, ask

NOON = datetime(2026, 4, 27, 12, tzinfo=UTC)
TOLD = SourceUnavailable("arxiv", "x", "answered 429", throttled=True)


class Wall:
    """A wall clock that goes with the seconds slept, and can be put forward and back."""

    def __init__(self, time: FakeTime) -> None:
        """Show noon now."""
        self._time = time
        self._start = time.seconds
        self.wrong = timedelta()

    def now(self) -> datetime:
        """Return what the wall shows."""
        return NOON + timedelta(seconds=self._time.seconds - self._start) + self.wrong


@pytest.fixture
def wall(time: FakeTime) -> Wall:
    """Return the clock of the machine."""
    return Wall(time)


@pytest.fixture
def process(tmp_path: Path, time: FakeTime, wall: Wall) -> Callable[[], Pacer]:
    """Return what makes the pacer of one more process of this machine."""

    def start() -> Pacer:
        folder = LaneFolder(tmp_path / "var", wall)
        return Pacer(Timing(monotonic=time.monotonic, sleep=time.sleep, folder=folder))

    return start


def refused(pacer: Pacer, error: Exception = TOLD) -> None:
    """Take a turn in which the host refuses."""
    with pytest.raises(type(error)), pacer.turn(ARXIV):
        raise error


def closed_for(pacer: Pacer) -> float:
    """Return for how many seconds nobody may ask."""
    with pytest.raises(LaneClosed) as caught, pacer.turn(ARXIV):
        pass
    return caught.value.seconds


def test_two_processes_share_one_pause(process: Callable[[], Pacer], time: FakeTime) -> None:
    """What one asked holds the other one up for the rest of the three seconds."""
    one, other = process(), process()
    with one.turn(ARXIV):
        pass
    time.seconds += 1
    with other.turn(ARXIV):
        pass
    assert time.sleeps == [2.0]


def test_lanes_without_terms_are_the_process_own(process: Callable[[], Pacer], time: FakeTime) -> None:
    """Only strict lanes are written down."""
    lane = Lane(name="example.org", seconds=1.0)
    for pacer in (process(), process()):
        with pacer.turn(lane):
            pass
    assert time.sleeps == []


def test_rests_double_up_to_half_a_day_for_everybody(process: Callable[[], Pacer], time: FakeTime) -> None:
    """Each refusal in a row, whoever got it, rests longer; one good answer and it starts anew."""
    rests = []
    for _ in range(6):
        refused(process())
        rests.append(round(closed_for(process()) / 3600))
        time.seconds += rests[-1] * 3600
    assert rests == [1, 2, 4, 8, 12, 12]
    with process().turn(ARXIV):
        pass
    time.seconds += 60
    refused(process())
    assert closed_for(process()) == 3600


@pytest.mark.parametrize("wish,seconds", [(7_200, 7_200), (600, 3_600), (10 * 86_400, 7 * 86_400)])
def test_a_host_that_names_a_longer_rest_gets_it(
    process: Callable[[], Pacer], wish: float, seconds: float
) -> None:
    """Up to a week."""
    refused(process(), SourceMalformed("arxiv", "x", "answered 403", retry_after=wish, throttled=True))
    assert closed_for(process()) == seconds


def test_a_busy_host_is_no_angry_one_unless_it_goes_on(process: Callable[[], Pacer], time: FakeTime) -> None:
    """A pause of seconds is kept as it is; the third in a row is not believed."""
    pacer = process()
    busy = SourceUnavailable("arxiv", "x", "answered 429", retry_after=20, throttled=True)
    refused(pacer, busy)
    refused(pacer, busy)
    assert time.sleeps == [20.0]
    refused(pacer, busy)
    assert closed_for(process()) == 3600


def test_a_clock_put_back_adds_nothing(process: Callable[[], Pacer], time: FakeTime, wall: Wall) -> None:
    """The rest starts again at most once, and ends."""
    refused(process())
    wall.wrong = -timedelta(days=400)
    assert closed_for(process()) == 3600
    time.seconds += 3600
    with process().turn(ARXIV):
        pass
    assert time.sleeps == []


def test_a_clock_put_forward_ends_no_rest_of_this_process(process: Callable[[], Pacer], wall: Wall) -> None:
    """It knows by its own clock; another one cannot."""
    pacer = process()
    refused(pacer)
    wall.wrong = timedelta(days=400)
    assert closed_for(pacer) == 3600


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00" * 300,
        b"{}",
        b"[1]",
        b'{"free_at": "x"}',
        json.dumps({"free_at": 9e99, "noted_at": 0, "strikes": 0}).encode(),
        json.dumps({"free_at": float("inf"), "noted_at": float("nan"), "strikes": 0}).encode(),
        b"[" * 4000,
    ],
)
def test_a_damaged_file_closes_nothing(
    process: Callable[[], Pacer], tmp_path: Path, time: FakeTime, body: bytes
) -> None:
    """It says nothing."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "arxiv.org.lane").write_bytes(body)
    with process().turn(ARXIV):
        pass
    assert (time.sleeps, process().left(ARXIV)) == ([], 3.0)


def test_a_folder_that_cannot_be_made_costs_nothing(tmp_path: Path, time: FakeTime, wall: Wall) -> None:
    """Then each process keeps its own pace."""
    (tmp_path / "file").write_bytes(b"")
    folder = LaneFolder(tmp_path / "file" / "var", wall)
    pacer = Pacer(Timing(monotonic=time.monotonic, sleep=time.sleep, folder=folder))
    for _ in range(2):
        with pacer.turn(ARXIV):
            pass
    assert time.sleeps == [3.0]


def test_a_process_that_stands_still_is_not_waited_for_for_ever(
    process: Callable[[], Pacer], time: FakeTime
) -> None:
    """Three minutes, and then the visit fails."""
    with process().turn(ARXIV), pytest.raises(LaneBusy), process().turn(ARXIV):
        pass
    assert sum(time.sleeps) == pytest.approx(180, abs=1)


def test_a_process_that_dies_while_it_asks_has_said_so(process: Callable[[], Pacer], time: FakeTime) -> None:
    """The pause after its question is on the disk before the question is out."""
    one, other = process(), process()
    with one.turn(ARXIV):
        assert other.left(ARXIV) == 3.0
        time.seconds += 1
        assert other.left(ARXIV) == 2.0


def test_errors_say_until_when(replay: Replay, time: FakeTime, wall: Wall, tmp_path: Path) -> None:
    """In the words of a clock, where there is one; the next process does not even ask."""
    timing = Timing(monotonic=time.monotonic, sleep=time.sleep, folder=LaneFolder(tmp_path, wall))
    url = replay.says("/a", Answer(status=403))
    for expected in (SourceMalformed, SourceUnavailable):
        client = PoliteClient(contact="x", allow_hosts=[replay.host], timing=timing)
        with pytest.raises(expected, match="left alone until 2026-04-27 13:00 UTC") as caught:
            client.get(_arxiv(url))
        assert (caught.value.throttled, caught.value.retry_after) == (True, 3600)
    assert len(replay.asked) == 1


def test_two_real_processes(replay: Replay, tmp_path: Path) -> None:
    """Four questions of two processes never overlap, and keep their distance."""
    url = replay.says("/a", Answer(body=b"x"))
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_asks, args=(url, replay.host, tmp_path)) for _ in range(2)]
    for one in processes:
        one.start()
    for one in processes:
        one.join(30)
    spans = sorted(
        tuple(map(float, line.split()))
        for file in tmp_path.glob("*.asked")
        for line in file.read_text().splitlines()
    )
    assert [one.exitcode for one in processes] == [0, 0]
    assert len(spans) == len(replay.asked) == 4
    assert all(later[0] - earlier[1] >= 0.04 for earlier, later in pairwise(spans))


def _asks(url: str, host: str, folder: Path) -> None:
    """Be one of two processes; write down when each turn was had."""
    pacer = Pacer(Timing(folder=LaneFolder(folder, SystemClock())))
    lane = Lane(name="arxiv.org", seconds=0.05, strict=True)
    client = PoliteClient(contact="x", allow_hosts=[host])
    name = multiprocessing.current_process().name
    for _ in range(2):
        with pacer.turn(lane), (folder / f"{name}.asked").open("a") as file:
            start = system_time.monotonic()
            client.get(ask(url))
            file.write(f"{start} {system_time.monotonic()}\n")


def _arxiv(url: str) -> Ask:
    return replace(ask(url), lane=ARXIV)


def test_notes_never_close_longer_than_they_say() -> None:
    """The earlier of both limits holds."""
    note = Note(free_at=1_000.0, noted_at=900.0)
    assert [note.left(now) for now in (900.0, 950.0, 1_000.0, 2_000.0, 0.0)] == [100.0, 50.0, 0.0, 0.0, 100.0]
