"""What every Inbound does: each message once, and a reader's bounces in order."""

from datetime import timedelta

import pytest

from recommender.domain.editions import DeliveryState, Settlement, address_hash
from recommender.domain.inbound import InboundKind, InboundMail
from recommender.ports import Store
from tests.builders import NOON, a_declaration
from tests.conformance.outbox import SHA, claimed, present, stored

HOUR = timedelta(hours=1)
ANA = "ana@example.org"


def a_bounce(key: str, subscriber: int | None, *, hours: int = 0, **fields: object) -> InboundMail:
    """Build a hard bounce some hours after noon."""
    values: dict[str, object] = {
        "key": key,
        "at": NOON + hours * HOUR,
        "kind": InboundKind.HARD_BOUNCE,
        "subscriber": subscriber,
    }
    return InboundMail(**(values | fields))  # type: ignore[arg-type]  # a builder takes any field by name


class InboundConformance:
    """Subclass it and give a fixture `store` with an empty store."""

    def test_a_message_read_twice_is_recorded_once(self, store: Store) -> None:
        """And the first record stays."""
        ana = stored(store).subscriber
        with store.write() as unit:
            assert unit.inbound.record(a_bounce("k", ana, detail="first"))
            assert not unit.inbound.record(a_bounce("k", ana, detail="second"))
        with store.write() as unit:
            assert not unit.inbound.record(a_bounce("k", None, kind=InboundKind.UNKNOWN))
            (found,) = unit.inbound.bounces(ana, since=NOON - HOUR)
        assert found.detail == "first"

    def test_a_record_comes_back_as_it_was(self, store: Store) -> None:
        """With the delivery that it speaks of."""
        ana = stored(store).subscriber
        mail = a_bounce("k", ana, delivery=present(store).id, detail="5.1.1", kind=InboundKind.SOFT_BOUNCE)
        with store.write() as unit:
            unit.inbound.record(mail)
        with store.read() as unit:
            assert unit.inbound.bounces(ana, since=NOON - HOUR) == [mail]

    def test_bounces_are_one_reader_s_since_a_time_oldest_first(self, store: Store) -> None:
        """What is no bounce, or another's, is not among them."""
        ana = stored(store).subscriber
        with store.write() as unit:
            for key, hours in (("c", 3), ("a", 1), ("b", 2)):
                unit.inbound.record(a_bounce(key, ana, hours=hours))
            unit.inbound.record(a_bounce("d", None, hours=4))
            unit.inbound.record(a_bounce("e", ana, hours=4, kind=InboundKind.VOTE))
            found = unit.inbound.bounces(ana, since=NOON + HOUR)
        assert [mail.key for mail in found] == ["b", "c"]

    def test_the_newest_of_some_kinds_come_first(self, store: Store) -> None:
        """At most as many as wanted, of whomever."""
        ana = stored(store).subscriber
        kinds = (InboundKind.HARD_BOUNCE, InboundKind.VOTE, InboundKind.SOFT_BOUNCE, InboundKind.COMPLAINT)
        with store.write() as unit:
            for hours, kind in enumerate(kinds):
                unit.inbound.record(a_bounce(f"k{hours}", (ana, None)[hours % 2], hours=hours, kind=kind))
            wanted = set(kinds) - {InboundKind.VOTE}
            assert [mail.key for mail in unit.inbound.newest(wanted, limit=9)] == ["k3", "k2", "k0"]
            assert [mail.key for mail in unit.inbound.newest(wanted, limit=2)] == ["k3", "k2"]
            assert not unit.inbound.newest([], limit=9)

    @pytest.mark.parametrize("kind", list(InboundKind))
    def test_every_kind_can_be_recorded(self, store: Store, kind: InboundKind) -> None:
        """Also of nobody."""
        with store.write() as unit:
            assert unit.inbound.record(a_bounce("k", None, kind=kind))

    def test_a_reader_s_deliveries_and_late_failures_are_found(self, store: Store) -> None:
        """What the policy of bounces asks the outbox."""
        ana = stored(store).subscriber
        stored(store, "2026-01-31")
        with store.write() as unit:
            row = unit.outbox.claim(worker="one", now=NOON, lease=HOUR, limit=1)[0]
            unit.outbox.settle(row, Settlement(state=DeliveryState.FAILED, reply="550 5.1.1"), now=NOON)
            made = unit.outbox.made_for(ana, since=NOON - HOUR)
            assert [row.edition_key for row in made] == ["2026-01-30", "2026-01-31"]
            assert not unit.outbox.made_for(ana, since=NOON)
            assert not unit.outbox.made_for(ana + 1, since=NOON - HOUR)
            assert [found.reply for found in unit.outbox.failed_since(NOON)] == ["550 5.1.1"]
            assert not unit.outbox.failed_since(NOON + HOUR)

    def test_a_delivery_remembers_for_which_address_it_was_offered(self, store: Store) -> None:
        """Once its body is about to go, and whatever the address becomes after that."""
        delivery = claimed(store)
        assert (present(store).sent_to, present(store).to_present_address) == ("", False)
        with store.write() as unit:
            unit.outbox.mark_in_doubt(delivery, now=NOON, body_sha256=SHA)
        assert (present(store).sent_to, present(store).to_present_address) == (address_hash(ANA), True)
        with store.write() as unit:
            unit.people.change(delivery.subscriber, a_declaration("new@example.org"))
        assert (present(store).sent_to, present(store).to_present_address) == (address_hash(ANA), False)

    def test_a_recipient_refused_before_the_body_is_remembered_too(self, store: Store) -> None:
        """Under the address of the claim, though another is declared by now."""
        delivery = claimed(store)
        with store.write() as unit:
            unit.people.change(delivery.subscriber, a_declaration("new@example.org"))
            unit.outbox.settle(delivery, Settlement(state=DeliveryState.FAILED), now=NOON)
        assert (present(store).email, present(store).sent_to) == ("new@example.org", address_hash(ANA))
