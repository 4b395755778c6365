"""Tests of what `doctor` says of the outbox: a line for each state that needs somebody, no more."""

from datetime import timedelta

from recommender.domain.editions import DeliveryState
from recommender.domain.errors import MailDeferred, MailInDoubt, MailRejected
from recommender.domain.papers import Refused
from recommender.services.diagnosis import Diagnosis
from recommender.services.findings import Finding, Health
from tests.fakes.mailer import FakeMailer
from tests.services.mailroom import ANA, BOB, CLEO, Mailroom


def found(room: Mailroom) -> dict[str, Finding]:
    """Return the findings about the outbox and the relay."""
    findings = Diagnosis(room.store, room.clock, [], []).run()
    return {entry.check: entry for entry in findings if entry.check.startswith(("outbox", "relay"))}


def test_a_quiet_outbox_is_one_line(room: Mailroom) -> None:
    """Three rows due: no state needs anybody, and nobody has answered yet."""
    findings = found(room)
    assert list(findings) == ["outbox"]
    assert findings["outbox"].detail == "3 waiting, 3 of them due; 0 sent; the oldest was made 0 minutes ago"
    assert findings["outbox"].health is Health.OK


def test_rows_that_nobody_sends_are_warned_of(room: Mailroom) -> None:
    """Due for three hours: no daemon runs here."""
    room.clock.move(hours=3)
    outbox = found(room)["outbox"]
    assert (outbox.health, outbox.detail.endswith("3 hours ago")) == (Health.WARNING, True)
    assert "paperroute run" in outbox.fix


def test_each_state_that_needs_somebody_has_a_line_and_a_command(room: Mailroom) -> None:
    """Held, failed and deferred are counted, with their age and what to type, and without an address."""
    script: dict[str, list[Exception]] = {
        ANA: [MailInDoubt("the line was lost")],
        BOB: [MailRejected("550 nobody here")],
        CLEO: [MailDeferred("450 later")],
    }
    room.service(FakeMailer(script=script)).run()
    room.clock.move(hours=5)
    findings = found(room)
    assert set(findings) == {
        "outbox", "outbox held", "outbox failed", "outbox deferred", "relay's last words"
    }  # fmt: skip
    held = findings["outbox held"]
    assert held.detail.startswith("1 held, 1 of them in the last 7 days; they may have arrived")
    assert held.detail.endswith("the oldest was made 5 hours ago")
    assert held.fix.startswith("paperroute deliveries --state held, then paperroute retry ID")
    assert findings["outbox"].detail.startswith("1 waiting, 1 of them due")
    assert all(entry.health is Health.WARNING for name, entry in findings.items() if name[:7] == "outbox ")
    assert not any(email in entry.detail for entry in findings.values() for email in (ANA, BOB, CLEO))


def test_what_ended_long_ago_asks_for_nobody(room: Mailroom) -> None:
    """An old failure stays in the count and is no warning any more."""
    room.service(FakeMailer(script={ANA: [MailRejected("550 nobody here")]})).run()
    room.clock.move(days=8)
    failed = found(room)["outbox failed"]
    assert (failed.health, failed.fix) == (Health.OK, "")
    assert failed.detail.startswith("1 failed, 0 of them in the last 7 days")


def test_the_relays_last_words_are_the_newest(room: Mailroom) -> None:
    """What it said last counts, whatever it said to others before."""
    mailer = FakeMailer(script={ANA: [MailDeferred("450 busy")], BOB: [MailRejected("550 no")]})
    service = room.service(mailer)
    service.run()
    room.clock.move(minutes=20)
    mailer.script[ANA] = [MailDeferred("450 still busy")]
    service.run()
    assert found(room)["relay's last words"].detail == "2026-11-21 06:50 UTC: 450 still busy"


def test_expired_lately_is_told(room: Mailroom) -> None:
    """What a relay that was away for long has cost is a warning for a week."""
    room.clock.move(days=3)
    room.service(FakeMailer()).run()
    assert set(room.states().values()) == {DeliveryState.EXPIRED}
    expired = found(room)["outbox expired"]
    assert (expired.health, expired.detail.startswith("3 expired, 3 of them in")) == (Health.WARNING, True)
    room.clock.instant += timedelta(days=8)
    assert found(room)["outbox expired"].health is Health.OK


def test_entries_set_aside_are_counted_by_source(room: Mailroom) -> None:
    """None is no line."""
    asked = Diagnosis(room.store, room.clock, [], [])
    assert "quarantine" not in {entry.check for entry in asked.run()}
    bad = [Refused(place="entry 1", reason="no title", body=body) for body in (b"1", b"2")]
    with room.store.write() as unit:
        unit.intake.quarantine("seminar", bad, at=room.clock.now())
    (line,) = [entry for entry in asked.run() if entry.check == "quarantine"]
    assert line.detail == "entries that could not become papers: 2 of seminar"
