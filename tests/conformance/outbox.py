"""What every Outbox does: the laws that keep a digest from going out twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from recommender.domain.editions import (
    FINAL_STATES,
    TRANSITIONS,
    Delivery,
    DeliveryState,
    Edition,
    EditionItem,
    Evidence,
    Lever,
    Section,
    Settlement,
    Slot,
)
from recommender.domain.errors import UnknownPaper
from recommender.domain.papers import PaperId
from recommender.domain.subscribers import SubscriberState
from recommender.ports import Store
from tests.builders import NOON, a_declaration, a_paper

LEASE = timedelta(minutes=15)
LATER = NOON + 2 * LEASE
ENDS = [state for state in DeliveryState if state not in (DeliveryState.CLAIMED, DeliveryState.IN_DOUBT)]
SHA = "0" * 64


def an_edition(subscriber: int, key: str = "2026-01-30", **fields: object) -> Edition:
    """Build an edition with two items."""
    items = tuple(
        EditionItem(
            paper=a_paper(number).id,
            section=Section.INTEREST,
            interest="Model editing",
            position=number,
            score=1.5 / number,
            match=0.75,
            reason="about editing",
            lever=Lever(act="mute", value="editing"),
            evidence=(Evidence(scorer="content", share=0.5, terms=("editing", "facts"), count=2),),
            propensity=0.125,
        )
        for number in (1, 2)
    )
    made = Edition(subscriber=subscriber, key=key, created_at=NOON, due_at=NOON, considered=2, items=items)
    made = replace(made, sources="Sources: arXiv complete.")
    return replace(made, **fields)  # type: ignore[arg-type]  # a builder takes any field by name


def stored(store: Store, key: str = "2026-01-30") -> Edition:
    """Store an edition of the first subscriber, who is added if there is none."""
    with store.write() as unit:
        unit.papers.fold([a_paper(1), a_paper(2)], seen_at=NOON)
        everybody = unit.people.all()
        ana = (
            everybody[0]
            if everybody
            else unit.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON)
        )
        edition = an_edition(ana.id, key)
        unit.outbox.put(edition, message_id=f"<{key}@example.org>", date=NOON)
    return edition


def claimed(store: Store) -> Delivery:
    """Store an edition and claim its delivery."""
    stored(store)
    with store.write() as unit:
        return unit.outbox.claim(worker="one", now=NOON, lease=LEASE, limit=1)[0]


def present(store: Store) -> Delivery:
    """Return the only delivery as it is now."""
    with store.read() as unit:
        (delivery,) = unit.outbox.deliveries()
    return delivery


def in_doubt(store: Store) -> Delivery:
    """Store an edition whose body is about to go."""
    delivery = claimed(store)
    with store.write() as unit:
        assert unit.outbox.mark_in_doubt(delivery, now=NOON, body_sha256=SHA)
    return delivery


class OutboxConformance:
    """Subclass it and give a fixture `store` with an empty store."""

    def test_an_edition_comes_back_as_it_was_put(self, store: Store) -> None:
        """Items keep order, reason, lever and evidence, and get row numbers."""
        edition = stored(store)
        with store.read() as unit:
            found = unit.outbox.edition(present(store).edition)
        assert found is not None
        assert all(item.id for item in found.items)
        bare = tuple(replace(item, id=0) for item in found.items)
        assert replace(found, id=0, items=bare) == edition

    def test_an_edition_tells_when_the_relay_took_its_mail(self, store: Store) -> None:
        """Not before it did, and of no other edition."""
        doubtful = in_doubt(store)
        with store.write() as unit:
            assert unit.outbox.sent_at(doubtful.edition) is None
            unit.outbox.settle(doubtful, Settlement(state=DeliveryState.SENT, reply="250 ok"), now=LATER)
            assert unit.outbox.sent_at(doubtful.edition) == LATER
            assert unit.outbox.sent_at(doubtful.edition + 1) is None

    def test_an_item_leads_to_its_edition_and_paper(self, store: Store) -> None:
        """By row number; a strange number leads nowhere."""
        stored(store)
        with store.read() as unit:
            edition = unit.outbox.edition(present(store).edition)
            assert edition is not None
            assert unit.outbox.item(edition.items[1].id) == (edition, a_paper(2).id)
            assert (unit.outbox.item(10**6), unit.outbox.edition(10**6)) == (None, None)

    def test_put_twice_is_once(self, store: Store) -> None:
        """The second says so and changes nothing."""
        edition = stored(store)
        with store.write() as unit:
            assert not unit.outbox.put(replace(edition, items=()), message_id="<other>", date=LATER)
            assert unit.outbox.has_edition(edition.subscriber, edition.key)
        assert present(store).message_id == "<2026-01-30@example.org>"

    def test_an_item_needs_a_paper(self, store: Store) -> None:
        """And nothing is left of an edition that was refused."""
        ana = stored(store).subscriber
        item = replace(an_edition(ana).items[0], paper=PaperId("arxiv:9999.99999"))
        with pytest.raises(UnknownPaper), store.write() as unit:
            unit.outbox.put(an_edition(ana, "2026-01-31", items=(item,)), message_id="<m>", date=NOON)
        with store.read() as unit:
            assert not unit.outbox.has_edition(ana, "2026-01-31")

    def test_the_last_edition_is_the_newest_that_was_due(self, store: Store) -> None:
        """Subscribers without an edition are absent, and so is what a wrong clock has made ahead of time."""
        ana = stored(store).subscriber
        with store.write() as unit:
            unit.outbox.put(an_edition(ana, "2026-01-31", due_at=LATER), message_id="<b>", date=NOON)
            unit.outbox.put(an_edition(ana, "2026-01-29", due_at=NOON - LEASE), message_id="<c>", date=NOON)
            early = unit.outbox.last_editions([ana, ana + 1], now=NOON)
            late = unit.outbox.last_editions([ana, ana + 1], now=LATER)
        assert {number: last.slot.key for number, last in early.items()} == {ana: "2026-01-30"}
        assert late[ana].slot == Slot(key="2026-01-31", due_at=LATER)
        assert late[ana].state is DeliveryState.READY

    def test_an_edition_that_never_left_is_no_arrival(self, store: Store) -> None:
        """The window of candidates starts at the newest edition that may have been read."""
        ana = stored(store).subscriber
        with store.write() as unit:
            unit.outbox.put(an_edition(ana, "2026-01-31", due_at=LATER), message_id="<b>", date=NOON)
            assert unit.outbox.last_arrivals([ana, ana + 1], now=LATER) == {ana: LATER}
            newest = unit.outbox.deliveries()[0]
            unit.outbox.settle(newest, Settlement(state=DeliveryState.EXPIRED), now=LATER)
            assert unit.outbox.last_arrivals([ana], now=LATER) == {ana: NOON}

    def test_a_claim_raises_fence_and_attempts(self, store: Store) -> None:
        """And says until when the row is the worker's, and where the mail goes."""
        delivery = claimed(store)
        assert (delivery.state, delivery.fence, delivery.attempts) == (DeliveryState.CLAIMED, 1, 1)
        assert (delivery.lease_until, delivery.email) == (NOON + LEASE, "ana@example.org")
        assert (delivery.edition_key, delivery.date) == ("2026-01-30", NOON)

    def test_a_claimed_row_is_not_claimed_again_inside_its_lease(self, store: Store) -> None:
        """After it, it is, with a new fence."""
        claimed(store)
        with store.write() as unit:
            assert not unit.outbox.claim(worker="two", now=NOON, lease=LEASE, limit=9)
            (again,) = unit.outbox.claim(worker="two", now=LATER, lease=LEASE, limit=9)
        assert (again.fence, again.attempts) == (2, 2)

    def test_a_claim_takes_no_more_than_its_limit(self, store: Store) -> None:
        """The oldest first."""
        for day in (28, 29, 30):
            stored(store, f"2026-01-{day}")
        with store.write() as unit:
            taken = unit.outbox.claim(worker="one", now=NOON, lease=LEASE, limit=2)
        assert [delivery.edition_key for delivery in taken] == ["2026-01-28", "2026-01-29"]

    def test_a_zombie_can_change_nothing(self, store: Store) -> None:
        """A worker whose row was taken over has an old fence."""
        zombie = claimed(store)
        with store.write() as unit:
            unit.outbox.claim(worker="two", now=LATER, lease=LEASE, limit=1)
            assert not unit.outbox.mark_in_doubt(zombie, now=LATER, body_sha256=SHA)
            assert not unit.outbox.settle(zombie, Settlement(state=DeliveryState.FAILED), now=LATER)
        assert present(store).state is DeliveryState.CLAIMED

    def test_a_lease_that_ended_sends_nothing(self, store: Store) -> None:
        """Even before anybody else took the row."""
        delivery = claimed(store)
        with store.write() as unit:
            assert not unit.outbox.mark_in_doubt(delivery, now=NOON + LEASE, body_sha256=SHA)
        assert present(store).state is DeliveryState.CLAIMED

    def test_a_row_in_doubt_is_never_claimed(self, store: Store) -> None:
        """However old it is."""
        in_doubt(store)
        with store.write() as unit:
            assert not unit.outbox.claim(worker="two", now=LATER, lease=LEASE, limit=9)
        assert present(store).body_sha256 == SHA

    def test_in_doubt_is_marked_once(self, store: Store) -> None:
        """A second body must not go."""
        delivery = in_doubt(store)
        with store.write() as unit:
            assert not unit.outbox.mark_in_doubt(delivery, now=NOON, body_sha256=SHA)
        assert present(store).state is DeliveryState.IN_DOUBT

    @pytest.mark.parametrize(
        "state", [state for state in SubscriberState if state is not SubscriberState.ACTIVE]
    )
    def test_nothing_goes_to_a_subscriber_who_is_not_active(
        self, store: Store, state: SubscriberState
    ) -> None:
        """The row becomes suppressed at the last moment."""
        delivery = claimed(store)
        with store.write() as unit:
            unit.people.set_state(delivery.subscriber, state, at=NOON)
            assert not unit.outbox.mark_in_doubt(delivery, now=NOON, body_sha256=SHA)
        assert present(store).state is DeliveryState.SUPPRESSED

    def test_a_suppression_wins(self, store: Store) -> None:
        """Over an active subscriber, in either case of the address."""
        delivery = claimed(store)
        with store.write() as unit:
            unit.people.suppress("ANA@example.org", reason="complaint", at=NOON)
        with store.write() as unit:
            assert not unit.outbox.mark_in_doubt(delivery, now=NOON, body_sha256=SHA)
        assert present(store).state is DeliveryState.SUPPRESSED

    @pytest.mark.parametrize("final", sorted(FINAL_STATES))
    def test_a_settled_delivery_is_final(self, store: Store, final: DeliveryState) -> None:
        """No state follows, and no claim."""
        delivery = _led_to(store, final)
        with store.write() as unit:
            moves = [
                unit.outbox.settle(delivery, Settlement(state=state), now=LATER) for state in DeliveryState
            ]
            assert not any(moves)
            assert not unit.outbox.claim(worker="two", now=LATER, lease=LEASE, limit=9)
        assert present(store).state is final

    @pytest.mark.parametrize("end", ENDS)
    def test_an_attempt_ends_as_the_transitions_allow(self, store: Store, end: DeliveryState) -> None:
        """From in_doubt, and nowhere else."""
        delivery = in_doubt(store)
        with store.write() as unit:
            allowed = unit.outbox.settle(delivery, Settlement(state=end, reply="250 ok"), now=NOON)
        assert allowed == (end in TRANSITIONS[DeliveryState.IN_DOUBT])
        assert present(store).state is (end if allowed else DeliveryState.IN_DOUBT)

    def test_settling_does_not_go_around_the_last_check(self, store: Store) -> None:
        """Only `mark_in_doubt` leads to in_doubt."""
        delivery = claimed(store)
        with store.write() as unit:
            assert not unit.outbox.settle(delivery, Settlement(state=DeliveryState.IN_DOUBT), now=NOON)

    def test_a_deferred_row_waits_for_its_time(self, store: Store) -> None:
        """And is claimed then."""
        delivery = in_doubt(store)
        wait = Settlement(state=DeliveryState.DEFERRED, reply="451 later", next_attempt_at=LATER)
        with store.write() as unit:
            assert unit.outbox.settle(delivery, wait, now=NOON)
            assert not unit.outbox.claim(worker="one", now=LATER - LEASE, lease=LEASE, limit=1)
            assert unit.outbox.claim(worker="one", now=LATER, lease=LEASE, limit=1)[0].reply == "451 later"

    def test_rows_left_in_doubt_are_held(self, store: Store) -> None:
        """Once, and listed as such."""
        in_doubt(store)
        with store.write() as unit:
            assert (unit.outbox.hold_in_doubt(now=LATER), unit.outbox.hold_in_doubt(now=LATER)) == (1, 0)
            assert len(unit.outbox.deliveries(DeliveryState.HELD)) == 1

    @pytest.mark.parametrize("state", [DeliveryState.FAILED, DeliveryState.EXPIRED, DeliveryState.SUPPRESSED])
    def test_papers_of_an_edition_that_never_arrived_are_not_seen(
        self, store: Store, state: DeliveryState
    ) -> None:
        """Those of any other edition are."""
        delivery = claimed(store)
        with store.write() as unit:
            assert unit.people.seen([delivery.subscriber])[delivery.subscriber] == {
                a_paper(1).id,
                a_paper(2).id,
            }
            unit.outbox.settle(delivery, Settlement(state=DeliveryState.READY), now=NOON)
        _led_to(store, state)
        with store.read() as unit:
            assert not unit.people.seen([delivery.subscriber])[delivery.subscriber]


def _led_to(store: Store, final: DeliveryState) -> Delivery:
    """Lead a delivery to a final state on an allowed way."""
    if final in (DeliveryState.SENT, DeliveryState.FAILED):
        delivery = in_doubt(store)
    else:
        stored(store)
        delivery = present(store)
    with store.write() as unit:
        assert unit.outbox.settle(delivery, Settlement(state=final), now=NOON)
    return delivery
