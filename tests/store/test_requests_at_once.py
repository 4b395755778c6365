"""Requests pressed twice, erasures, bounces and letters: each counts once, whoever comes in between."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from recommender.digest.links import LinkClaim
from recommender.digest.traces import Traces
from recommender.domain.bounces import BOUNCED
from recommender.domain.editions import DeliveryState, Settlement
from recommender.domain.errors import LinkExpired, UnknownSubscriber
from recommender.domain.requests import End, Request, RequestKind
from recommender.domain.retention import Limits
from recommender.domain.subscribers import Subscriber, SubscriberState
from recommender.services.bouncing import Bouncing
from recommender.services.confirming import Confirming, Result
from recommender.services.preferences import Edit, Preferences
from recommender.services.privacy import ERASED, rekey
from recommender.services.requests import Asked, Requesting, told
from recommender.services.subscriptions import Subscriptions
from recommender.services.unsubscribing import OWN_WISH, Unsubscribing
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_declaration, a_paper
from tests.conformance.outbox import SHA, an_edition
from tests.fakes.mailer import FakeMailer
from tests.services.clerk import JOINER, NEW, Clerk, a_joiner
from tests.services.estate import KEYS, Estate
from tests.services.mailroom import Hands
from tests.store.household import ANA as HOUSED
from tests.store.meeting import Meeting, Work

LEASE = timedelta(minutes=5)
ANA = a_declaration(key="ana")
CLOCK = Hands(NOON)


@pytest.fixture
def meeting(new_store: Callable[[], SqlStore]) -> Meeting:
    """Give two stores on one database."""
    return Meeting(new_store)


def asked(store: SqlStore, kind: RequestKind, end: End, **fields: Any) -> LinkClaim:
    """Store a request and return the claim of the link to one end."""
    made = Request(public_id=f"{kind.value}{fields}", kind=kind, at=NOON, **fields)
    with store.write() as unit:
        request = unit.requests.add(made, [end])
    return claim_to(request, end)


def claim_to(request: Request, end: End) -> LinkClaim:
    """Return what the link in a letter says."""
    return LinkClaim(
        purpose="confirm",
        public_id=request.public_id,
        row=request.id,
        value=end.value,
        epoch=0,
        issued=NOON,
    )


def added(store: SqlStore) -> Subscriber:
    """Store a reader of the file."""
    with store.write() as unit:
        return unit.people.add(ANA, state=SubscriberState.ACTIVE, at=NOON)


def confirms(claim: LinkClaim) -> Work:
    """Return a press of the button behind a link."""
    return lambda own: Confirming(store=own, clock=CLOCK).confirm(claim).result


def joins(store: SqlStore, number: int = 1) -> LinkClaim:
    """Return the claim of a letter to somebody who joins."""
    wanted = a_joiner()
    details = told(wanted) | {"name": f"Joe {number}"}
    return asked(store, RequestKind.JOIN, End.NEW, email=wanted.email, details=details)


def everybody(store: SqlStore) -> list[str]:
    """Return the addresses of all readers."""
    with store.read() as unit:
        return [person.email for person in unit.people.all()]


def test_a_sign_up_pressed_twice(store: SqlStore, meeting: Meeting) -> None:
    """One subscriber, and the second press is told that it was done."""
    claim = joins(store)
    assert meeting.of(confirms(claim), confirms(claim), after=1) == (Result.JOINED, Result.OVER)
    assert everybody(store) == [JOINER]


def test_two_sign_ups_with_one_address(store: SqlStore, meeting: Meeting) -> None:
    """Whoever comes second is known."""
    ends = meeting.of(confirms(joins(store, 1)), confirms(joins(store, 2)), after=2)
    assert ends == (Result.JOINED, Result.KNOWN)
    assert everybody(store) == [JOINER]


@pytest.mark.parametrize("join_first", [True, False])
def test_a_sign_up_meets_the_file(store: SqlStore, meeting: Meeting, *, join_first: bool) -> None:
    """That declares the same address just then: one subscriber, and no reload fails."""
    works = [
        confirms(joins(store)),
        lambda own: Subscriptions(own, CLOCK).run([a_declaration(JOINER)]).partial,
    ]
    ends = meeting.of(*(works if join_first else works[::-1]), after=3 if join_first else 0)
    assert list(ends) == ([Result.JOINED, False] if join_first else [False, Result.KNOWN])
    assert everybody(store) == [JOINER]


def test_both_ends_of_a_move_at_once(store: SqlStore, meeting: Meeting) -> None:
    """It is done once, with one way back."""
    ana = added(store)
    own = asked(store, RequestKind.ADDRESS, End.OWN, subscriber=ana.id, email=NEW)
    assert meeting.of(confirms(own), confirms(replace(own, value=End.NEW.value))) == (
        Result.HALF,
        Result.MOVED,
    )
    assert back(store, ana) == ([NEW], 1)


def test_the_last_end_of_a_move_pressed_twice(store: SqlStore, meeting: Meeting) -> None:
    """The way back of the first press is not called off by the second."""
    ana = added(store)
    own = asked(store, RequestKind.ADDRESS, End.OWN, subscriber=ana.id, email=NEW)
    confirms(own)(store)
    new = replace(own, value=End.NEW.value)
    assert meeting.of(confirms(new), confirms(new), after=1) == (Result.MOVED, Result.OVER)
    assert back(store, ana) == ([NEW], 1)


def back(store: SqlStore, reader: Subscriber) -> tuple[list[str], int]:
    """Return the addresses, and how many requests of a reader are open."""
    with store.read() as unit:
        return everybody(store), sum(own.done_at is None for own in unit.requests.of(reader.id))


@pytest.mark.parametrize("move_first", [True, False])
def test_a_move_meets_a_page(store: SqlStore, meeting: Meeting, *, move_first: bool) -> None:
    """Address and page are both kept, also as wishes."""
    ana = added(store)
    own = asked(store, RequestKind.ADDRESS, End.OWN, subscriber=ana.id, email=NEW)
    confirms(own)(store)
    works: list[Work] = [
        confirms(replace(own, value=End.NEW.value)),
        lambda own: Preferences(own, CLOCK).change(ana, [Edit(field="papers", value=5)]),
    ]
    meeting.of(*(works if move_first else works[::-1]))
    with store.read() as unit:
        stored = unit.people.find(NEW)
        assert stored.papers == 5
        assert {wish.field for wish in unit.people.wishes([ana.id])[ana.id]} == {"email", "papers"}


def test_a_move_to_an_address_that_joins(store: SqlStore, meeting: Meeting) -> None:
    """The address is one reader's."""
    ana = added(store)
    own = asked(store, RequestKind.ADDRESS, End.OWN, subscriber=ana.id, email=JOINER)
    confirms(own)(store)
    ends = meeting.of(confirms(joins(store)), confirms(replace(own, value=End.NEW.value)), after=3)
    assert ends == (Result.JOINED, Result.UNUSABLE)
    assert sorted(everybody(store)) == ["ana@example.org", JOINER]


def test_what_is_called_off_is_not_done(store: SqlStore, meeting: Meeting) -> None:
    """Not even by who pressed at the same moment."""
    claim = joins(store)

    def call_off(own: SqlStore) -> bool:
        return Confirming(store=own, clock=CLOCK).call_off(claim).over

    _, late = meeting.of(call_off, confirms(claim), after=1)
    assert (late, everybody(store)) == (Result.OVER, [])


def test_nobody_asks_more_often_than_they_may(store: SqlStore, meeting: Meeting) -> None:
    """Two tabs at the limit, and two sign-ups of one address."""
    ana = added(store)

    def ask(own: SqlStore) -> Asked:
        return Requesting(store=own, clock=CLOCK).ask(ana, RequestKind.EXPORT)

    ask(store)
    assert meeting.of(ask, ask) == (Asked.TAKEN_DOWN, Asked.LATER)


def test_an_address_signs_up_once_an_hour(store: SqlStore, meeting: Meeting) -> None:
    """However many forms are sent at once."""
    join: Work = lambda own: Requesting(store=own, clock=CLOCK).join(a_joiner())  # noqa: E731
    meeting.of(join, join)
    with store.read() as unit:
        assert len(unit.requests.letters(now=NOON, limit=9)) == 1


@pytest.fixture
def estate(store: SqlStore, tmp_path: Path) -> Estate:
    """Give two readers of whom everything is held."""
    return Estate(store, tmp_path)


def forgets(estate: Estate, reader: Subscriber) -> Work:
    """Return an erasure with a store of its own."""

    def work(own: SqlStore) -> Any:
        privacy = estate.privacy()
        return replace(privacy, store=own).forget(reader)

    return work


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_reader_is_forgotten_twice_at_once(estate: Estate, meeting: Meeting, after: int) -> None:
    """Nothing fails but that there is nobody."""
    ends = meeting.of(forgets(estate, estate.ana), forgets(estate, estate.ana), after=after)
    failures = [type(end) for end in ends if isinstance(end, Exception)]
    assert failures == [UnknownSubscriber]


@pytest.mark.parametrize("after", [0, 1])
def test_a_move_meets_an_erasure(estate: Estate, meeting: Meeting, after: int) -> None:
    """Both addresses are forgotten, or the link is over."""
    ana, store = estate.ana, estate.store
    with store.write() as unit:
        unit.people.lift(HOUSED)
        (request,) = unit.requests.of(ana.id)
    own = claim_to(request, End.OWN)
    confirms(own)(store)
    works = [confirms(replace(own, value=End.NEW.value)), forgets(estate, ana)]
    ends = meeting.of(*works[:: 1 if after else -1], after=after)
    assert not [end for end in ends if isinstance(end, Exception) and not isinstance(end, LinkExpired)]
    with store.read() as unit:
        assert len(unit.people.all()) == 1
        assert not unit.holdings.mentions([HOUSED, f"new.{HOUSED}"])
        assert sum(reason == ERASED for reason in unit.people.suppressions().values()) >= 1


def test_a_bounce_meets_an_unsubscribe(store: SqlStore, meeting: Meeting) -> None:
    """What the reader wished is what is remembered: a bounce would be lifted unasked."""
    ana = added(store)
    with store.write() as unit:
        unit.papers.fold([a_paper(1), a_paper(2)], seen_at=NOON)
        unit.outbox.put(an_edition(ana.id), message_id="<1@example.org>", date=NOON)
        (row,) = unit.outbox.claim(worker="one", now=NOON, lease=LEASE, limit=1)
        assert unit.outbox.mark_in_doubt(row, now=NOON, body_sha256=SHA)
        reply = Settlement(state=DeliveryState.FAILED, reply="556 5.1.10 null MX")
        assert unit.outbox.settle(row, reply, now=NOON)
    ends = meeting.of(
        lambda own: Bouncing(own, CLOCK).run(since=NOON - LEASE),
        lambda own: Unsubscribing(own, CLOCK).unsubscribe(ana),
    )
    assert not [end for end in ends if isinstance(end, Exception)]
    with store.read() as unit:
        assert unit.people.suppressions() == {ana.email: OWN_WISH}


def test_an_unsubscribe_meets_a_bounce(store: SqlStore, meeting: Meeting) -> None:
    """The other way round."""
    ana = added(store)

    def bounce(own: SqlStore) -> None:
        with own.write() as unit:
            unit.people.hold(ana.id)
            if ana.email not in unit.people.suppressed():
                unit.people.suppress(ana.email, reason=BOUNCED, at=NOON)

    meeting.of(lambda own: Unsubscribing(own, CLOCK).unsubscribe(ana), bounce)
    with store.read() as unit:
        assert unit.people.suppressions() == {ana.email: OWN_WISH}


@pytest.mark.parametrize("what", [SubscriberState.PAUSED, SubscriberState.UNSUBSCRIBED, None])
@pytest.mark.parametrize("reader_first", [True, False])
def test_an_edition_made_just_then_is_not_sent(
    store: SqlStore, meeting: Meeting, what: SubscriberState | None, *, reader_first: bool
) -> None:
    """To a reader who pauses, unsubscribes or is erased meanwhile."""
    ana = added(store)
    with store.write() as unit:
        unit.papers.fold([a_paper(1), a_paper(2)], seen_at=NOON)

    def put(own: SqlStore) -> bool:
        with own.write() as unit:
            return unit.outbox.put(an_edition(ana.id), message_id="<1@example.org>", date=NOON)

    def leave(own: SqlStore) -> None:
        if what is SubscriberState.PAUSED:
            Unsubscribing(own, CLOCK).pause(ana)
        elif what is SubscriberState.UNSUBSCRIBED:
            Unsubscribing(own, CLOCK).unsubscribe(ana)
        else:
            with own.write() as unit:
                unit.people.erase(ana.id)

    works: list[Work] = [leave, put]
    ends = meeting.of(*(works if reader_first else works[::-1]))
    assert not [end for end in ends if isinstance(end, Exception)]
    with store.write() as unit:
        for row in unit.outbox.claim(worker="one", now=NOON, lease=LEASE, limit=9):
            assert not unit.outbox.mark_in_doubt(row, now=NOON, body_sha256=SHA)
        assert len(unit.outbox.deliveries()) == (0 if what is None else 1)


def test_two_senders_send_a_letter_once(store: SqlStore, meeting: Meeting) -> None:
    """Both have read it before either marks it."""
    clerk = Clerk(store, Hands(NOON))
    clerk.requesting.join(a_joiner())
    mailers = [FakeMailer(), FakeMailer()]

    def sends(number: int) -> Work:
        def work(own: SqlStore) -> dict[str, int]:
            return dict(replace(clerk.letters(mailers[number]), store=own).run().counts)

        return work

    counts = meeting.of(sends(0), sends(1))
    assert sum(own["sent"] for own in counts) == 1
    assert sum(len(mailer.sent) for mailer in mailers) == 1


def test_who_is_let_in_again_stays_in(store: SqlStore, meeting: Meeting) -> None:
    """Also while traces are kept under another key."""
    old, both = Traces(KEYS[:1]), Traces(KEYS[1::-1])
    with store.write() as unit:
        unit.people.suppress(old.of(JOINER)[0], reason=ERASED, at=NOON)
    ends = meeting.of(
        lambda own: Unsubscribing(own, CLOCK).readmit(both.of(JOINER), asked=True),
        lambda own: rekey(own, CLOCK, both.of, [JOINER]),
    )
    assert not [end for end in ends if isinstance(end, Exception)]
    with store.read() as unit:
        assert unit.people.suppressed() == frozenset()


def test_an_edition_that_is_tried_again_is_not_cleared_away(store: SqlStore, meeting: Meeting) -> None:
    """An operator sends an old one once more while old ones go."""
    ana = added(store)
    with store.write() as unit:
        unit.papers.fold([a_paper(1), a_paper(2)], seen_at=NOON)
        for day in (1, 2):
            unit.outbox.put(an_edition(ana.id, f"2026-01-0{day}"), message_id=f"<{day}>", date=NOON)
        for row in unit.outbox.claim(worker="one", now=NOON, lease=LEASE, limit=9):
            unit.outbox.mark_in_doubt(row, now=NOON, body_sha256=SHA)
            unit.outbox.settle(row, Settlement(state=DeliveryState.FAILED, reply="550"), now=NOON)
        first = min(row.id for row in unit.outbox.deliveries())

    def again(own: SqlStore) -> bool:
        with own.write() as unit:
            return unit.outbox.retry(first, now=NOON) is not None

    def clear(own: SqlStore) -> int:
        later = NOON + timedelta(days=400)
        with own.write() as unit:
            cleared = unit.holdings.clear(
                Limits(outbox=None, editions=later, inbound=None, quarantine=None, requests=NOON)
            )
        return cleared["editions"]

    assert meeting.of(again, clear, after=1) == (True, 0)
    with store.read() as unit:
        assert len(unit.outbox.deliveries()) == 2
