"""Tests of the delivery service on a real store: once each, in order, and nothing lost without a word."""

from recommender.domain.discretion import MASK
from recommender.domain.editions import DeliveryState, Envelope
from recommender.domain.errors import MailDeferred, MailRejected
from recommender.services.delivery_policy import DeliveryPolicy
from tests.fakes.mailer import FakeMailer
from tests.mail.messages import a_message
from tests.mail.relays import Relay, ScriptedRelay
from tests.services.mailroom import ANA, BOB, CLEO, Mailroom, smtp_mailer, without_zeros


def test_each_row_reaches_a_real_relay_once(room: Mailroom) -> None:
    """Three ready rows are three messages to a real server; a second run sends nothing."""
    with Relay() as relay:
        service = room.service(smtp_mailer(relay.port))
        assert without_zeros(service.run().counts) == {"sent": 3}
        assert without_zeros(service.run().counts) == {}
        assert [rcpt for _, rcpt, _ in relay.received.messages] == [(ANA,), (BOB,), (CLEO,)]
    row = room.rows()[ANA]
    assert row.state is DeliveryState.SENT
    assert row.reply == "250 queued as 4711"
    assert row.body_sha256 is not None


def test_two_workers_on_one_store_send_one_each(room: Mailroom) -> None:
    """While one worker is at its message the other gets the rest; nobody gets two."""
    mine, theirs = FakeMailer(), FakeMailer()
    other = room.service(theirs, policy=DeliveryPolicy(worker="theirs"))
    mine.before_mark = lambda _envelope: None if theirs.opened else _ignore(other.run())
    room.service(mine, policy=DeliveryPolicy(worker="mine", batch=1)).run()
    assert mine.recipients() == [ANA]
    assert theirs.recipients() == [BOB, CLEO]
    assert set(room.states().values()) == {DeliveryState.SENT}


def _ignore(_report: object) -> None:
    """Drop a report."""


def test_unsubscribing_between_claim_and_body_stops_the_mail(room: Mailroom) -> None:
    """An unsubscribe that came before the mark wins, though the relay was already waiting for the body."""
    mailer = FakeMailer()

    def unsubscribe(envelope: Envelope) -> None:
        if envelope.rcpt_to == BOB:
            with room.store.write() as unit:
                unit.people.suppress(BOB, reason="unsubscribed", at=room.clock.now())

    mailer.before_mark = unsubscribe
    report = room.service(mailer).run()
    assert mailer.recipients() == [ANA, CLEO]
    assert room.states()[BOB] is DeliveryState.SUPPRESSED
    assert without_zeros(report.counts) == {"sent": 2, "suppressed": 1}
    assert not report.partial


def test_unsubscribing_before_the_run_costs_no_conversation(room: Mailroom) -> None:
    """A row nobody wants any more is settled without talking to the relay about it."""
    with room.store.write() as unit:
        unit.people.suppress(BOB, reason="unsubscribed", at=room.clock.now())
    with ScriptedRelay() as relay:
        room.service(smtp_mailer(relay.port)).run()
        assert not [command for command in relay.commands if BOB in command]
    assert room.states()[BOB] is DeliveryState.SUPPRESSED


def test_a_refused_row_waits_and_doubles(room: Mailroom) -> None:
    """15 minutes, then 30, then an hour: each later than the last, then it goes."""
    mailer = FakeMailer(script={ANA: [MailDeferred("450 later") for _ in range(3)]})
    service = room.service(mailer)
    for minutes in (15, 30, 60):
        service.run()
        row = room.rows()[ANA]
        assert row.state is DeliveryState.DEFERRED
        assert row.reply == "450 later"
        assert row.next_attempt_at is not None
        assert (row.next_attempt_at - room.clock.now()).total_seconds() == minutes * 60
        room.clock.move(minutes=minutes - 1)
        service.run()
        assert room.rows()[ANA].state is DeliveryState.DEFERRED
        room.clock.move(minutes=1)
    service.run()
    assert mailer.recipients() == [BOB, CLEO, ANA]


def test_a_row_refused_for_good_is_final(room: Mailroom) -> None:
    """A 550 fails the row with the relay's words and is not tried again."""
    mailer = FakeMailer(script={ANA: [MailRejected("550 nobody here")]})
    service = room.service(mailer)
    report = service.run()
    room.clock.move(days=1)
    service.run()
    assert mailer.recipients() == [BOB, CLEO]
    assert room.rows()[ANA].reply == "550 nobody here"
    assert report.failures[0].reason == "failed: 550 nobody here"


def test_a_dry_run_lists_and_changes_nothing(room: Mailroom) -> None:
    """It names what would go to whom now, without rows that wait, are unwanted, or are gone."""
    mailer = FakeMailer(script={ANA: [MailDeferred("450 later")]})
    service = room.service(mailer)
    with room.store.write() as unit:
        unit.people.suppress(CLEO, reason="unsubscribed", at=room.clock.now())
    assert [row.email for row in service.dry_run()] == [ANA, BOB]
    assert set(room.states().values()) == {DeliveryState.READY}
    assert mailer.opened == 0
    service.run()
    assert service.dry_run() == []


def test_a_stop_is_heard_between_messages(room: Mailroom) -> None:
    """When asked to end, the run finishes its message and gives the rest back for the next one."""
    mailer = FakeMailer()
    room.service(mailer).run(stopping=lambda: len(mailer.sent) == 1)
    assert mailer.recipients() == [ANA]
    assert room.states()[BOB] is room.states()[CLEO] is DeliveryState.READY


def test_progress_tells_each_row(room: Mailroom) -> None:
    """Progress names how each row ended and counts up, without addresses."""
    told: list[tuple[str, int]] = []
    mailer = FakeMailer(script={BOB: [MailRejected("550 no")]})
    room.service(mailer).run(progress=lambda how, done: told.append((how, done)))
    assert told == [("sent", 1), ("failed", 2), ("sent", 3)]


def test_a_resend_is_the_same_to_the_byte(room: Mailroom) -> None:
    """What was refused once goes out later with the same Message-ID and bytes."""
    with ScriptedRelay(dot=["451 later", "250 ok"]) as relay:
        service = room.service(smtp_mailer(relay.port))
        service.run()
        first = room.rows()[ANA].body_sha256
        room.clock.move(minutes=15)
        service.run()
        assert relay.accepted[-1] == a_message(To=ANA, Message_ID=room.rows()[ANA].message_id)
    assert room.rows()[ANA].state is DeliveryState.SENT
    assert room.rows()[ANA].body_sha256 == first


def test_nothing_to_send_opens_no_connection(room: Mailroom) -> None:
    """An idle tick does not bother the relay."""
    mailer = FakeMailer()
    service = room.service(mailer)
    service.run()
    service.run()
    assert mailer.opened == 1


def test_large_outboxes_go_in_batches(room: Mailroom) -> None:
    """More rows than a batch are claimed again and again until none is left."""
    readers = [f"reader{number}@example.org" for number in range(25)]
    room.subscribe(*readers)
    room.publish(*readers)
    mailer = FakeMailer()
    report = room.service(mailer, policy=DeliveryPolicy(batch=4)).run()
    assert report.counts["sent"] == 28
    assert len(set(mailer.recipients())) == 28


def test_what_there_is_to_say_of_the_messages_is_in_the_report(room: Mailroom) -> None:
    """Asked for once a run, after the messages were made."""
    mailer = FakeMailer()
    service = room.service(mailer)
    service.notices = lambda: [f"{len(mailer.recipients())} made, the first for {ANA}"]
    assert service.run().warnings == (f"3 made, the first for {MASK}",)
    assert service.run().warnings == (f"3 made, the first for {MASK}",)
