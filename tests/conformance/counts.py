"""What every Counts does: numbers over many rows, told apart by what they are."""

from datetime import UTC, date, datetime, timedelta, timezone

from recommender.domain.editions import DeliveryState, Settlement
from recommender.domain.feedback import Act, Feedback
from recommender.domain.inbound import InboundKind
from recommender.domain.requests import End, LetterState, Request, RequestKind
from recommender.domain.subscribers import SubscriberState
from recommender.ports import Store
from tests.builders import NOON, a_declaration
from tests.conformance.inbound import a_bounce
from tests.conformance.outbox import stored
from tests.conformance.people import PAPER, joined

HOUR = timedelta(hours=1)


class CountsConformance:
    """Subclass it and give a fixture `store` with an empty store."""

    def test_an_empty_store_counts_nothing(self, store: Store) -> None:
        """What there is none of is absent."""
        with store.read() as unit:
            assert (unit.counts.acts(NOON), unit.counts.inbound(NOON)) == ({}, {})
            assert (unit.counts.subscribers(), unit.counts.suppressed()) == ({}, 0)
            assert (unit.counts.requests(NOON), unit.counts.letters()) == ({}, {})

    def test_acts_are_counted_by_utc_day_act_and_suspicion(self, store: Store) -> None:
        """Whatever zone an act was written in; those before `since` do not count, one just then does."""
        ana = joined(store)
        auckland = timezone(timedelta(hours=13))
        times = (
            datetime(2026, 1, 31, 12, 59, 59, 999999, tzinfo=auckland),
            datetime(2026, 1, 31, 13, tzinfo=auckland),
            datetime(2026, 1, 31, 23, 59, 59, 999999, tzinfo=UTC),
        )
        since = NOON - HOUR
        with store.write() as unit:
            unit.people.record(
                [
                    *(Feedback(subscriber=ana.id, paper=PAPER, act=Act.UP, at=at) for at in times),
                    Feedback(subscriber=ana.id, paper=PAPER, act=Act.DOWN, at=since),
                    Feedback(subscriber=ana.id, paper=PAPER, act=Act.UP, at=since, suspect=True),
                    Feedback(subscriber=ana.id, paper=PAPER, act=Act.DOWN, at=since - HOUR),
                ]
            )
        with store.read() as unit:
            found = unit.counts.acts(since)
        assert found == {
            (date(2026, 1, 30), Act.UP, False): 1,
            (date(2026, 1, 31), Act.UP, False): 2,
            (date(2026, 1, 30), Act.DOWN, False): 1,
            (date(2026, 1, 30), Act.UP, True): 1,
        }

    def test_mail_that_came_back_is_counted_by_kind(self, store: Store) -> None:
        """From a time on."""
        ana = stored(store).subscriber
        with store.write() as unit:
            for hours in range(3):
                unit.inbound.record(a_bounce(f"h{hours}", ana, hours=hours))
            unit.inbound.record(a_bounce("v", ana, hours=1, kind=InboundKind.VOTE))
            unit.inbound.record(a_bounce("u", None, hours=2, kind=InboundKind.UNKNOWN))
            found = unit.counts.inbound(NOON + HOUR)
        assert found == {InboundKind.HARD_BOUNCE: 2, InboundKind.VOTE: 1, InboundKind.UNKNOWN: 1}

    def test_requests_and_their_letters_are_counted(self, store: Store) -> None:
        """Requests that are neither done nor older, by kind; letters by state."""
        ana = joined(store)
        with store.write() as unit:
            for number, (kind, hours) in enumerate(
                (
                    (RequestKind.EXPORT, 0),
                    (RequestKind.EXPORT, 1),
                    (RequestKind.ERASE, 0),
                    (RequestKind.JOIN, -1),
                )
            ):
                at = NOON + hours * HOUR
                asked = Request(public_id=f"r{number}", kind=kind, at=at, subscriber=ana.id)
                stored_one = unit.requests.add(asked, [End.OWN])
                if kind is RequestKind.ERASE:
                    unit.requests.finish(stored_one.id, at=NOON)
            first, second, *_ = unit.requests.letters(now=NOON + 2 * HOUR, limit=9)
            unit.requests.mark(first.id, LetterState.SENT)
            unit.requests.mark(second.id, LetterState.FAILED)
            assert unit.counts.requests(NOON) == {RequestKind.EXPORT: 2}
            found = unit.counts.letters()
        assert found == {LetterState.SENT: 1, LetterState.FAILED: 1, LetterState.WAITING: 2}

    def test_subscribers_are_counted_by_state(self, store: Store) -> None:
        """And suppressed addresses, whoever's they are."""
        joined(store)
        with store.write() as unit:
            for number, state in enumerate(SubscriberState):
                unit.people.add(a_declaration(f"reader{number}@example.org"), state=state, at=NOON)
            unit.people.suppress("Reader1@example.org", reason="unsubscribed by the reader", at=NOON)
            unit.people.suppress("nobody@example.org", reason="erased", at=NOON)
            found = unit.counts.subscribers()
            assert found == dict.fromkeys(SubscriberState, 1) | {SubscriberState.ACTIVE: 2}
            assert unit.counts.suppressed() == 2

    def test_deliveries_can_be_had_page_by_page(self, store: Store) -> None:
        """Newest first, those of one state or all, each once."""
        for day in range(1, 6):
            stored(store, f"2026-02-0{day}")
        with store.write() as unit:
            first = unit.outbox.claim(worker="one", now=NOON, lease=HOUR, limit=1)[0]
            unit.outbox.settle(first, Settlement(state=DeliveryState.FAILED), now=NOON)
        with store.read() as unit:
            rows = unit.outbox.deliveries()
            assert unit.outbox.deliveries(limit=2) == rows[:2]
            assert unit.outbox.deliveries(before=rows[1].id, limit=2) == rows[2:4]
            assert unit.outbox.deliveries(DeliveryState.FAILED, limit=9) == [rows[-1]]
            assert not unit.outbox.deliveries(DeliveryState.FAILED, before=rows[-1].id)
