"""Tests of deliveries when something dies, sleeps, jumps, refuses or is poison."""

import pytest

from recommender.domain.editions import Delivery, DeliveryState, Envelope
from recommender.domain.errors import MailDeferred, MailInDoubt, MailRejected
from recommender.mail.guard import check_wire
from recommender.ports import UnitOfWork
from recommender.services.delivery_policy import DeliveryPolicy
from tests.builders import a_declaration
from tests.fakes.mailer import FakeMailer
from tests.mail.messages import SENDER
from tests.mail.relays import CLOSE, ScriptedRelay
from tests.services.mailroom import ANA, BOB, CLEO, Mailroom, render, smtp_mailer, without_zeros


def test_a_worker_that_slept_beyond_its_lease_sends_nothing(room: Mailroom) -> None:
    """The mark of a zombie is refused, and the row belongs to whoever claimed it since."""
    mine, theirs = FakeMailer(), FakeMailer()
    other = room.service(theirs)

    def sleep(_envelope: Envelope) -> None:
        room.clock.move(minutes=3)
        other.run()

    mine.before_mark = sleep
    report = room.service(mine).run()
    assert mine.sent == []
    assert theirs.recipients() == [ANA, BOB, CLEO]
    assert report.warnings == ("delivery 1 (2026-11-21) was taken over by another worker",)
    assert without_zeros(report.counts) == {}


def test_a_lease_that_ends_in_the_middle_of_a_batch_is_noticed(room: Mailroom) -> None:
    """Rows whose lease ran out while others were sent are given back and claimed anew."""
    mailer = FakeMailer()
    room.service(mailer).run(progress=lambda _how, _done: room.clock.move(minutes=3))
    assert mailer.recipients() == [ANA, BOB, CLEO]


def test_a_poisoned_row_fails_alone(room: Mailroom) -> None:
    """A row that cannot be rendered is kept with the reason; the others go out."""

    def poisoned(unit: UnitOfWork, row: Delivery) -> tuple[Envelope, bytes]:
        if row.email == BOB:
            raise ZeroDivisionError("bad\ntemplate")
        return render(unit, row)

    mailer = FakeMailer()
    report = room.service(mailer, render=poisoned).run()
    assert mailer.recipients() == [ANA, CLEO]
    assert room.rows()[BOB].reply == "cannot be rendered: ZeroDivisionError: bad template"
    assert report.partial
    assert [failure.place for failure in report.failures] == ["delivery 2 (2026-11-21)"]


def test_the_guard_stops_a_message_before_the_relay_sees_it(room: Mailroom) -> None:
    """A message with a smuggled header fails, and nothing of it is spoken."""

    def smuggling(unit: UnitOfWork, row: Delivery) -> tuple[Envelope, bytes]:
        envelope, message = render(unit, row)
        extra = b"Bcc: spy@example.net\r\n" if row.email == ANA else b""
        return envelope, extra + message

    mailer = FakeMailer()
    room.service(
        mailer, render=smuggling, guard=lambda envelope, message: check_wire(message, envelope, SENDER)
    ).run()
    assert mailer.recipients() == [BOB, CLEO]
    assert room.states()[ANA] is DeliveryState.FAILED
    assert "unexpected Bcc" in room.rows()[ANA].reply


def test_a_row_without_an_answer_is_held_with_the_reason(room: Mailroom) -> None:
    """Nobody knows whether it arrived: it is listed with what happened and never sent again by itself."""
    mailer = FakeMailer(script={ANA: [MailInDoubt("line lost")]})
    service = room.service(mailer)
    report = service.run()
    assert without_zeros(report.counts) == {"sent": 2, "held": 1}
    assert report.partial
    room.clock.move(hours=12)
    service.run()
    assert service.recover() == 0
    row = room.rows()[ANA]
    assert (row.state, row.reply, row.doubts) == (DeliveryState.HELD, "in doubt: line lost", 1)
    assert mailer.recipients() == [BOB, CLEO]


def test_a_row_without_an_answer_goes_once_more_where_that_was_asked_for(room: Mailroom) -> None:
    """With `retry_in_doubt = 1` there is one resend; a second silence holds the row."""
    mailer = FakeMailer(script={ANA: [MailInDoubt("line lost"), MailInDoubt("again")]})
    service = room.service(mailer, policy=DeliveryPolicy(jitter=0.0, retry_in_doubt=1))
    assert without_zeros(service.run().counts) == {"sent": 2, "deferred": 1}
    room.clock.move(minutes=15)
    assert without_zeros(service.run().counts) == {"held": 1}
    assert room.rows()[ANA].doubts == 2
    room.clock.move(hours=12)
    assert without_zeros(service.run().counts) == {}


def test_a_relay_that_answers_nobody_is_left_alone(room: Mailroom) -> None:
    """Three messages in a row without an answer stop the run; the other rows are not spent on it."""
    readers = [f"reader{number}@example.org" for number in range(5)]
    room.subscribe(*readers)
    room.publish(*readers)
    mailer = FakeMailer(script={email: [MailInDoubt("line lost")] for email in (ANA, BOB, CLEO)})
    service = room.service(mailer)
    report = service.run()
    assert without_zeros(report.counts) == {"held": 3}
    assert report.failures[-1].place == "mail relay"
    assert mailer.sent == []
    room.clock.move(minutes=1)
    assert without_zeros(service.run().counts) == {"sent": 5}


def test_a_relay_that_refuses_everybody_is_left_alone(room: Mailroom) -> None:
    """Five refusals for good in a row are no readers' affair; the other rows wait for a better day."""
    readers = [f"reader{number}@example.org" for number in range(6)]
    room.subscribe(*readers)
    room.publish(*readers)
    script: dict[str, list[Exception]] = {
        email: [MailRejected("554 5.7.1 relaying denied")] for email in (ANA, BOB, CLEO, *readers)
    }
    mailer = FakeMailer(script=script)
    service = room.service(mailer)
    assert without_zeros(service.run().counts) == {"failed": 5}
    assert service.run().warnings
    script.clear()
    room.clock.move(minutes=1)
    assert without_zeros(service.run().counts) == {"sent": 4}


def test_a_row_that_kills_its_workers_is_set_aside(room: Mailroom) -> None:
    """The others go out first; after three deaths in a row it fails, and a person may try it again."""

    def deadly(unit: UnitOfWork, row: Delivery) -> tuple[Envelope, bytes]:
        if row.email == ANA:
            raise Killed
        return render(unit, row)

    mailer = FakeMailer()
    for _life in range(3):
        with pytest.raises(Killed):
            room.service(mailer, render=deadly).run()
        room.clock.move(minutes=2)
    assert mailer.recipients() == [BOB, CLEO]
    report = room.service(mailer, render=deadly).run()
    assert without_zeros(report.counts) == {"failed": 1}
    row = room.rows()[ANA]
    assert "paperroute retry 1" in row.reply
    with room.store.write() as unit:
        again = unit.outbox.retry(row.id, now=room.clock.now())
    assert again is not None
    assert (again.state, again.losses) == (DeliveryState.READY, 0)
    assert without_zeros(room.service(mailer).run().counts) == {"sent": 1}


def test_a_new_address_between_claim_and_body_gets_the_mail(room: Mailroom) -> None:
    """The message to the old address is called off, and the row is made again for the new one."""
    mailer = FakeMailer()

    def move(envelope: Envelope) -> None:
        if envelope.rcpt_to == ANA:
            with room.store.write() as unit:
                unit.people.change(unit.people.find(ANA).id, a_declaration("new@example.org"))

    mailer.before_mark = move
    report = room.service(mailer).run()
    assert sorted(mailer.recipients()) == [BOB, CLEO, "new@example.org"]
    assert without_zeros(report.counts) == {"sent": 3}


class Killed(BaseException):
    """Stands for the end of the process."""


def test_a_process_that_dies_after_the_mark_sends_no_second_copy(room: Mailroom) -> None:
    """Death between acceptance and settling: the next process holds that row and sends the others."""
    mailer = FakeMailer()
    accept = mailer.send

    def die(envelope: Envelope, message: bytes, on_in_doubt: object) -> str:
        accept(envelope, message, on_in_doubt)  # type: ignore[arg-type]  # passed on as it came
        raise Killed

    mailer.send = die  # type: ignore[method-assign]  # this one life only
    with pytest.raises(Killed):
        room.service(mailer).run()
    assert room.states()[ANA] is DeliveryState.IN_DOUBT
    reborn = FakeMailer()
    room.clock.move(minutes=2)
    successor = room.service(reborn)
    assert successor.recover() == 1
    successor.run()
    assert mailer.recipients() == [ANA]
    assert reborn.recipients() == [BOB, CLEO]


def test_a_process_that_dies_before_the_mark_loses_nothing(room: Mailroom) -> None:
    """Death before the body: the rows go out when the lease has ended, not before."""

    def die(_envelope: Envelope) -> None:
        raise Killed

    with pytest.raises(Killed):
        room.service(FakeMailer(before_mark=die)).run()
    reborn = FakeMailer()
    successor = room.service(reborn)
    successor.recover()
    successor.run()
    assert reborn.sent == []
    room.clock.move(minutes=2)
    successor.run()
    assert reborn.recipients() == [ANA, BOB, CLEO]


def test_a_relay_that_is_down_uses_up_no_attempts(room: Mailroom) -> None:
    """No connection: no row is touched, the relay is left alone for a while, and then all goes out."""
    mailer = FakeMailer(down=MailDeferred("connection refused", relay=True))
    service = room.service(mailer)
    report = service.run()
    assert [failure.place for failure in report.failures] == ["mail relay"]
    assert {row.attempts for row in room.rows().values()} == {0}
    assert set(room.states().values()) == {DeliveryState.READY}
    assert "rests until 06:31" in service.run().warnings[0]
    assert mailer.opened == 1
    mailer.down = None
    room.clock.move(minutes=1)
    assert service.run().counts["sent"] == 3


def test_a_relay_that_shuts_down_gets_no_more_rows(room: Mailroom) -> None:
    """A 421 defers its row and gives the rest of the batch back at once."""
    with ScriptedRelay(RCPT=["421 closing", "250 ok"]) as relay:
        service = room.service(smtp_mailer(relay.port))
        report = service.run()
        assert room.states() == {
            ANA: DeliveryState.DEFERRED,
            BOB: DeliveryState.READY,
            CLEO: DeliveryState.READY,
        }
        assert len(report.failures) == 2
        assert [row.attempts for row in room.rows().values()] == [1, 0, 0]
        room.clock.move(minutes=20)
        assert service.run().counts["sent"] == 3
        assert len(relay.accepted) == 3


def test_a_line_lost_after_the_dot_does_not_stop_the_others(room: Mailroom) -> None:
    """The relay hangs up instead of answering: that row is held, the next goes on a new connection."""
    with ScriptedRelay(dot=["250 ok", CLOSE, "250 ok"]) as relay:
        room.service(smtp_mailer(relay.port)).run()
        assert relay.connections == 2
    assert room.states() == {ANA: DeliveryState.SENT, BOB: DeliveryState.HELD, CLEO: DeliveryState.SENT}


def test_a_clock_put_back_ends_the_rest_of_the_relay(room: Mailroom) -> None:
    """After a jump to 1970 the relay is not left alone for half a century."""
    mailer = FakeMailer(down=MailDeferred("refused", relay=True))
    service = room.service(mailer)
    service.run()
    mailer.down = None
    room.clock.move(days=-20_000)
    service.run()
    assert mailer.recipients() == [ANA, BOB, CLEO]


def test_a_stale_edition_expires_unsent(room: Mailroom) -> None:
    """After 48 hours of a relay that is down nobody wants the old edition; the new one goes."""
    mailer = FakeMailer(down=MailDeferred("refused", relay=True))
    service = room.service(mailer)
    service.run()
    room.clock.move(hours=48, seconds=1)
    room.publish(ANA, key="2026-11-23")
    mailer.down = None
    report = service.run()
    assert without_zeros(report.counts) == {"sent": 1, "expired": 3}
    assert mailer.recipients() == [ANA]
    assert room.states() == {
        ANA: DeliveryState.SENT,
        BOB: DeliveryState.EXPIRED,
        CLEO: DeliveryState.EXPIRED,
    }


def test_a_restored_snapshot_sends_nothing_old(room: Mailroom) -> None:
    """A store brought back after a month expires what it still had to send."""
    room.clock.move(days=30)
    mailer = FakeMailer()
    service = room.service(mailer)
    assert service.dry_run() == []
    service.run()
    assert mailer.opened == 0
    assert set(room.states().values()) == {DeliveryState.EXPIRED}


def test_a_reply_that_repeats_an_address_is_kept_without_it(room: Mailroom) -> None:
    """Neither the row nor the report, which is logged, says whom it was about or what the return path was."""
    words = f"550 5.1.1 <{ANA}>: unknown; sender bounces+tag.1@example.org, see https://example.org/550"
    report = room.service(FakeMailer(script={ANA: [MailRejected(words)]})).run()
    told = "550 5.1.1 <(address)>: unknown; sender (address), see https://example.org/550"
    assert room.rows()[ANA].reply == told
    assert report.failures[0].reason == f"failed: {told}"
