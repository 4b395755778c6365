"""Answers that would fill the memory or take forever, each read in a process of its own and weighed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.bomb import Bomb
from tests.hostile.full import only_full
from tests.hostile.json_bombs import JSON
from tests.hostile.scales import Scales, Weight, scales
from tests.hostile.wire_bombs import WIRE
from tests.hostile.xml_bombs import LARGE, MARKUP
from tests.sources.replay import Replay, replaying

MOST_MIB = 64
MOST_SECONDS = 30
NAMED = ("SourceMalformed", "SourceUnavailable")


@pytest.fixture(scope="module")
def weigh() -> Iterator[Scales]:
    """Run the process that reads."""
    with scales() as running:
        yield running


@pytest.fixture(scope="module")
def server() -> Iterator[Replay]:
    """Run the server that sends."""
    with replaying() as running:
        yield running


def note(bomb: Bomb, weight: Weight) -> None:
    """Add a line to a table of all weights, where one is asked for."""
    if table := os.environ.get("PAPERROUTE_HOSTILE_TABLE"):
        with Path(table).open("a", encoding="utf-8") as file:
            came = f"{weight.error or weight.papers}: {weight.reason[:60]}"
            file.write(f"{weight.mib:6.1f} MiB {weight.seconds:6.2f} s  {bomb.name:40} {came}\n")


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(bomb, id=bomb.name, marks=[only_full] if bomb.slow else [])
        for bomb in [*WIRE, *MARKUP, *LARGE, *JSON]
    ],
)
def test_weight(bomb: Bomb, weigh: Scales, server: Replay) -> None:
    """Little memory, little time, and an error with a name or the papers that are in it."""
    url = server.says("/bomb", bomb.answer())
    weight = weigh.weigh(url, bomb.reader, total=bomb.total)
    note(bomb, weight)
    assert (weight.mib < MOST_MIB, weight.seconds < MOST_SECONDS) == (True, True), weight
    if bomb.expected:
        assert weight.error in NAMED, weight
        assert bomb.expected in weight.reason, weight
    else:
        assert not weight.error.startswith(("escaped", "died")), weight
        assert weight.papers == bomb.papers or (bomb.papers < 0 < weight.papers), weight
