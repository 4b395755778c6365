"""Lanes beside other processes, and beside other users of the machine."""

import os
from pathlib import Path

import pytest

from recommender.domain.errors import SourceUnavailable
from recommender.sources.asking import Ask
from recommender.sources.http import PoliteClient
from recommender.sources.lanes import LaneBusy, LaneFolder
from recommender.sources.pacing import ARXIV, Pacer, Timing
from tests.sources.replay import Answer, FakeTime, Replay
from tests.sources.test_lanes import Wall, closed_for, refused


@pytest.fixture
def folder(tmp_path: Path, time: FakeTime) -> LaneFolder:
    """Return a folder of lanes by the machine's clock."""
    return LaneFolder(tmp_path, Wall(time))


@pytest.fixture
def timing(time: FakeTime, folder: LaneFolder) -> Timing:
    """Return the clocks of one process, which keeps its lanes there."""
    return Timing(monotonic=time.monotonic, sleep=time.sleep, folder=folder)


def test_a_busy_lane_is_waited_for_once(
    replay: Replay, time: FakeTime, folder: LaneFolder, timing: Timing
) -> None:
    """Who waited three minutes for another process does not wait three times."""
    client = PoliteClient(contact="x", allow_hosts=[replay.host], timing=timing)
    asked = Ask(source="arxiv", url=replay.says("/a", Answer(body=b"x")), lane=ARXIV)
    started = time.seconds
    with folder.held(ARXIV.name, 3.0, time.sleep), pytest.raises(SourceUnavailable, match="another process"):
        client.get(asked)
    assert time.seconds - started < 200
    assert replay.asked == []


def test_a_lane_of_another_user_is_kept_to(
    time: FakeTime, folder: LaneFolder, timing: Timing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may read the file and not write it waits for its lock and keeps to its note."""
    refused(Pacer(timing))
    opened = os.open

    def reading_only(path: Path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_RDWR:
            raise PermissionError(13, "not yours")
        return opened(path, flags, mode)

    monkeypatch.setattr(os, "open", reading_only)
    assert closed_for(Pacer(timing)) == 3600
    one, other = (folder.held(ARXIV.name, 3.0, time.sleep) for _ in range(2))
    with one, pytest.raises(LaneBusy), other:
        pass


def test_the_umask_says_who_may_use_a_lane(tmp_path: Path, folder: LaneFolder, time: FakeTime) -> None:
    """Two users of one group share a lane where they share the folder."""
    before = os.umask(0o002)
    try:
        with folder.held(ARXIV.name, 3.0, time.sleep):
            pass
    finally:
        os.umask(before)
    assert (tmp_path / f"{ARXIV.name}.lane").stat().st_mode & 0o777 == 0o664


def test_who_waits_holds_nobody_up(time: FakeTime, folder: LaneFolder, timing: Timing) -> None:
    """A process with many questions lets another one ask in between."""
    other = Pacer(timing)
    asked: list[str] = []

    def sleep(seconds: float) -> None:
        time.sleep(seconds)
        if "other" not in asked:
            asked.append("other")
            with other.turn(ARXIV):
                pass

    one = Pacer(Timing(monotonic=time.monotonic, sleep=sleep, folder=folder))
    for _ in range(2):
        with one.turn(ARXIV):
            asked.append("one")
    assert asked == ["one", "other", "one"]
    assert time.sleeps == [3.0, 3.0]
