"""What every Requests does, whatever keeps them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from recommender.domain.errors import UnknownSubscriber
from recommender.domain.requests import FORGET_AFTER, End, LetterState, Request, RequestKind
from recommender.domain.retention import Keeping, limits
from recommender.ports import Store
from tests.builders import NOON
from tests.conformance.people import joined

HOUR = timedelta(hours=1)
MOVE = Request(public_id="r-1", kind=RequestKind.ADDRESS, at=NOON, email="Ana@New.example.org")


class RequestsConformance:
    """Subclass it and give a fixture `store` with an empty store."""

    def test_a_request_comes_back_as_made(self, store: Store) -> None:
        """Under its public id, with its number."""
        ana = joined(store)
        wanted = replace(MOVE, subscriber=ana.id, details={"zone": "Europe/Berlin"})
        with store.write() as unit:
            made = unit.requests.add(wanted, [End.OWN, End.NEW])
        with store.read() as unit:
            assert unit.requests.find("r-1") == made == replace(wanted, id=made.id)
            assert unit.requests.find("r-2") is None
            assert list(unit.requests.of(ana.id)) == [made]

    def test_a_letter_goes_to_its_end_as_it_is_now(self, store: Store) -> None:
        """The subscriber's own address, or the one that was asked for."""
        ana = joined(store)
        with store.write() as unit:
            unit.requests.add(replace(MOVE, subscriber=ana.id), [End.OWN, End.NEW])
            letters = unit.requests.letters(now=NOON, limit=9)
        assert [(letter.to, letter.email) for letter in letters] == [
            (End.OWN, "ana@example.org"),
            (End.NEW, "Ana@New.example.org"),
        ]

    def test_each_end_confirms_once(self, store: Store) -> None:
        """The first time counts, and what was asked for is done once."""
        with store.write() as unit:
            number = unit.requests.add(MOVE, []).id
            unit.requests.confirm(number, End.NEW, at=NOON + HOUR)
            again = unit.requests.confirm(number, End.NEW, at=NOON + 2 * HOUR)
            assert again.confirmed == {End.NEW: NOON + HOUR}
            assert [unit.requests.finish(number, at=NOON + n * HOUR) for n in (3, 4)] == [True, False]
        with store.read() as unit:
            found = unit.requests.find("r-1")
            assert found is not None
            assert (found.done_at, found.open(NOON)) == (NOON + 3 * HOUR, False)

    def test_a_request_becomes_that_of_who_came_of_it(self, store: Store) -> None:
        """And goes when they are erased."""
        ana = joined(store)
        with store.write() as unit:
            number = unit.requests.add(replace(MOVE, kind=RequestKind.JOIN), []).id
            assert unit.requests.finish(number, at=NOON, subscriber=ana.id)
            assert [request.id for request in unit.requests.of(ana.id)] == [number]
            unit.people.erase(ana.id)
            assert unit.requests.find("r-1") is None

    def test_a_letter_is_marked_once(self, store: Store) -> None:
        """So of two who send, one does; who surely failed may try again later."""
        with store.write() as unit:
            unit.requests.add(MOVE, [End.NEW])
            (letter,) = unit.requests.letters(now=NOON, limit=9)
            assert unit.requests.mark(letter.id, LetterState.SENT)
            assert not unit.requests.mark(letter.id, LetterState.SENT)
            assert not unit.requests.letters(now=NOON, limit=9)
            unit.requests.wait(letter.id, next_attempt_at=NOON + HOUR, reply="450 later")
            assert not unit.requests.letters(now=NOON, limit=9)
            (waiting,) = unit.requests.letters(now=NOON + HOUR, limit=9)
            assert (waiting.attempts, waiting.reply) == (1, "450 later")

    def test_requests_are_counted_by_address_and_by_subscriber(self, store: Store) -> None:
        """In either case of the address; what is too old does not count."""
        ana = joined(store)
        with store.write() as unit:
            unit.requests.add(replace(MOVE, subscriber=ana.id), [])
            kind, early = RequestKind.ADDRESS, NOON - HOUR
            assert unit.requests.since(early, kind=kind, email="ana@new.EXAMPLE.org") == 1
            assert unit.requests.since(early, kind=kind, subscriber=ana.id) == 1
            assert unit.requests.since(NOON, kind=kind, subscriber=ana.id) == 0
            assert unit.requests.since(early, kind=RequestKind.JOIN, subscriber=ana.id) == 0

    def test_what_is_old_goes_with_its_letters(self, store: Store) -> None:
        """And what is not stays."""
        with store.write() as unit:
            unit.requests.add(MOVE, [End.NEW])
            unit.requests.add(replace(MOVE, public_id="r-2", at=NOON + HOUR), [End.NEW])
            assert unit.holdings.clear(limits(Keeping(), NOON + HOUR + FORGET_AFTER))["requests"] == 1
            assert [letter.request.public_id for letter in unit.requests.letters(now=NOON, limit=9)] == [
                "r-2"
            ]

    def test_erasing_a_subscriber_takes_requests_and_letters_along(self, store: Store) -> None:
        """And a request of nobody that is known is refused."""
        ana = joined(store)
        with store.write() as unit:
            unit.requests.add(replace(MOVE, subscriber=ana.id), [End.OWN])
            unit.people.erase(ana.id)
            assert (unit.requests.find("r-1"), unit.requests.letters(now=NOON, limit=9)) == (None, [])
            with pytest.raises(UnknownSubscriber):
                unit.requests.add(replace(MOVE, subscriber=ana.id), [])
