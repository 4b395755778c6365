"""Leaving, pausing and coming back."""

from pathlib import Path

import pytest

from recommender.domain.subscribers import Subscriber, SubscriberState
from recommender.services.unsubscribing import Unsubscribing
from tests.builders import NOON
from tests.services.desk import Desk
from tests.stores import sqlite_store


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a fresh desk."""
    return Desk(sqlite_store(tmp_path))


def subscriber(desk: Desk) -> Subscriber:
    """Return the subscriber as stored."""
    with desk.store.read() as uow:
        return uow.people.find(desk.ana.public_id)


def suppressed(desk: Desk) -> frozenset[str]:
    """Return the suppressed addresses."""
    with desk.store.read() as uow:
        return uow.people.suppressed()


def test_unsubscribing_suppresses_and_undo_lifts_both(desk: Desk) -> None:
    """State and suppression move together, however often."""
    leaving = Unsubscribing(desk.store, desk.clock)
    for _ in range(2):
        assert leaving.unsubscribe(desk.ana).state is SubscriberState.UNSUBSCRIBED
    assert suppressed(desk) == {"ana@example.org"}
    assert leaving.undo(desk.ana).state is SubscriberState.ACTIVE
    assert suppressed(desk) == frozenset()


def test_undo_returns_to_paused(desk: Desk) -> None:
    """Who had paused before unsubscribing is paused after the undo."""
    leaving = Unsubscribing(desk.store, desk.clock)
    leaving.pause(desk.ana)
    leaving.unsubscribe(desk.ana)
    assert leaving.undo(desk.ana, paused=True).state is SubscriberState.PAUSED
    assert leaving.resume(desk.ana).state is SubscriberState.ACTIVE


@pytest.mark.parametrize("state", [SubscriberState.REMOVED, SubscriberState.READER])
def test_readers_without_mail_are_suppressed_and_keep_their_state(desk: Desk, state: SubscriberState) -> None:
    """An old link of a removed reader works, and its undo does not bring them back into the file."""
    with desk.store.write() as uow:
        uow.people.set_state(desk.ana.id, state, at=NOON)
    leaving = Unsubscribing(desk.store, desk.clock)
    assert leaving.unsubscribe(desk.ana).state is state
    assert suppressed(desk) == {"ana@example.org"}
    assert leaving.undo(desk.ana).state is state


def test_an_unsubscribed_reader_cannot_pause_or_resume(desk: Desk) -> None:
    """Only the way back of the unsubscribe page leads back."""
    leaving = Unsubscribing(desk.store, desk.clock)
    leaving.unsubscribe(desk.ana)
    leaving.resume(desk.ana)
    leaving.pause(desk.ana)
    assert subscriber(desk).state is SubscriberState.UNSUBSCRIBED
