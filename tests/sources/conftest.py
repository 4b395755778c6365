"""Fixtures of the tests of sources."""

from collections.abc import Iterator

import pytest

from recommender.sources.http import PoliteClient
from tests.sources.replay import FakeTime, Replay, client_for, replaying


@pytest.fixture
def replay() -> Iterator[Replay]:
    """Run a scripted web server."""
    with replaying() as server:
        yield server


@pytest.fixture
def time() -> FakeTime:
    """Return a clock that only moves when slept on."""
    return FakeTime()


@pytest.fixture
def client(replay: Replay, time: FakeTime) -> PoliteClient:
    """Return a client for the scripted server."""
    return client_for(replay, time)
