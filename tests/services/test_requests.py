"""Asking for what a mail has to confirm: limits, and nothing learnt of any address."""

from functools import partial

import pytest

from recommender.domain.bounces import BOUNCED
from recommender.domain.requests import RequestKind
from recommender.services.requests import Asked, declared, told
from recommender.services.unsubscribing import COMPLAINED, OWN_WISH
from tests.services.clerk import JOINER, NEW, Clerk, a_joiner
from tests.stores import statements


def test_what_was_filled_in_comes_back(clerk: Clerk) -> None:
    """After two ways through the store: as it was typed."""
    wanted = a_joiner()
    clerk.requesting.join(wanted)
    with clerk.store.read() as unit:
        (letter,) = unit.requests.letters(now=clerk.clock.now(), limit=9)
    found = declared(letter.request)
    assert told(found) == told(wanted)
    assert (found.email, found.cadence, found.papers) == (JOINER, wanted.cadence, 7)
    assert found.interests[0].keywords == ("unlearning", "edits")


def test_nothing_but_a_request_is_stored_before_it_is_confirmed(clerk: Clerk) -> None:
    """No subscriber, no suppression."""
    clerk.requesting.join(a_joiner())
    with clerk.store.read() as unit:
        assert (list(unit.people.all()), unit.people.suppressed()) == ([], frozenset())


def test_an_address_can_be_signed_up_once_an_hour_and_three_times_a_day(clerk: Clerk) -> None:
    """In either case; who asks again in time is written to again."""
    clerk.requesting.join(a_joiner())
    clerk.requesting.join(a_joiner(JOINER.upper()))
    assert clerk.waiting() == 1
    for _ in range(5):
        clerk.clock.move(hours=1, minutes=1)
        clerk.requesting.join(a_joiner())
    assert clerk.waiting() == 3
    clerk.clock.move(hours=24)
    clerk.requesting.join(a_joiner())
    assert clerk.waiting() == 4


def test_sign_ups_have_a_limit_all_together(clerk: Clerk) -> None:
    """Sixty an hour, whatever the addresses."""
    for number in range(70):
        clerk.requesting.join(a_joiner(f"reader{number}@example.org"))
    assert clerk.waiting() == 60


def test_a_subscriber_asks_twice_an_hour_and_five_times_a_day(clerk: Clerk) -> None:
    """And is told so; one kind does not count for another."""
    ana = clerk.add()
    ask = clerk.requesting.ask
    first = [ask(ana, RequestKind.LINKS) for _ in range(3)]
    assert first == [Asked.TAKEN_DOWN, Asked.TAKEN_DOWN, Asked.LATER]
    assert ask(ana, RequestKind.ERASE) is Asked.TAKEN_DOWN
    later = []
    for _ in range(4):
        clerk.clock.move(hours=1, minutes=1)
        later.append(ask(ana, RequestKind.LINKS))
    assert later == [Asked.TAKEN_DOWN] * 3 + [Asked.LATER]
    assert clerk.waiting() == 6


def test_one_address_is_named_three_times_a_day_by_whomever(clerk: Clerk) -> None:
    """The fourth who names it is told the same and nothing is stored."""
    readers = [clerk.add(f"reader{number}@example.org") for number in range(4)]
    answers = {clerk.requesting.move(reader, NEW) for reader in readers}
    assert answers == {Asked.TAKEN_DOWN}
    assert [len(clerk.requests(reader)) for reader in readers] == [1, 1, 1, 0]
    assert clerk.waiting() == 6


@pytest.mark.parametrize("reason", [f"{BOUNCED}: 2 editions in a row", COMPLAINED])
def test_where_mail_does_not_go_none_is_asked_for(clerk: Clerk, reason: str) -> None:
    """A bounce and a complaint stand; who holds the reader's link is told."""
    ana = clerk.add()
    clerk.suppress(ana.email, reason)
    assert clerk.requesting.ask(ana, RequestKind.EXPORT) is Asked.UNREACHABLE
    assert clerk.requesting.move(ana, NEW) is Asked.UNREACHABLE
    assert clerk.requests(ana) == []


def test_who_left_can_still_ask_for_their_data(clerk: Clerk) -> None:
    """They asked for no more digests, not for no answers."""
    ana = clerk.add()
    clerk.suppress(ana.email, OWN_WISH)
    assert clerk.requesting.ask(ana, RequestKind.EXPORT) is Asked.TAKEN_DOWN
    assert clerk.send() == {"sent": 1}


def test_a_kind_that_has_a_form_of_its_own_is_refused(clerk: Clerk) -> None:
    """No caller of ours does that."""
    with pytest.raises(ValueError, match="join"):
        clerk.requesting.ask(clerk.add(), RequestKind.JOIN)


def test_the_store_is_asked_the_same_for_every_address(clerk: Clerk) -> None:
    """So neither answer nor time tells a known address from others: statement by statement."""
    clerk.add("known@example.org")
    clerk.suppress("left@example.org", OWN_WISH)
    clerk.suppress("dead@example.org", f"{BOUNCED}: x")
    clerk.suppress(clerk.traces.of("gone@example.org")[0], "erased")
    found = {
        name: statements(clerk.store, partial(clerk.requesting.join, a_joiner(f"{name}@example.org")))
        for name in ("new", "known", "left", "dead", "gone")
    }
    assert len(found["new"]) > 3
    assert {name: lines == found["new"] for name, lines in found.items()} == dict.fromkeys(found, True)
