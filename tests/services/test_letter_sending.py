"""Letters on their way: at most once, again where they surely did not go, in step with the digests."""

from dataclasses import replace
from datetime import timedelta

import pytest

from recommender.domain.editions import Envelope
from recommender.domain.errors import MailDeferred, MailInDoubt, MailRejected
from recommender.domain.requests import End, LetterState, Request, RequestKind
from recommender.services.delivery_policy import DeliveryPolicy
from recommender.services.delivery_run import RelayHealth
from recommender.services.letters import LetterPolicy
from recommender.services.unsubscribing import Unsubscribing
from tests.builders import a_declaration
from tests.fakes.mailer import FakeMailer
from tests.services.clerk import JOINER, NEW, Clerk, a_joiner


def replies(clerk: Clerk) -> list[tuple[LetterState, int, str]]:
    """Return where the letters stand that are not waiting for their time."""
    with clerk.store.read() as unit:
        rows = unit.requests.letters(now=clerk.clock.now() + timedelta(days=1), limit=9)
        return [(row.state, row.attempts, row.reply) for row in rows]


def test_a_letter_whose_request_is_over_is_dropped(clerk: Clerk) -> None:
    """Called off, or two days old."""
    email = clerk.asked()
    clerk.requesting.ask(clerk.who(email), RequestKind.ERASE)
    with clerk.store.write() as unit:
        unit.requests.finish(clerk.requests(clerk.who(email))[0].id, at=clerk.clock.now())
    clerk.clock.move(hours=47)
    assert clerk.send() == {"sent": 1, "dropped": 1}
    clerk.requesting.ask(clerk.who(email), RequestKind.EXPORT)
    clerk.clock.move(hours=49)
    assert clerk.send() == {"dropped": 1}


def test_what_the_relay_refuses_for_now_is_tried_again(clerk: Clerk) -> None:
    """After 2, 4, 8 and 16 minutes; the fifth refusal gives it up, and who wants it asks again."""
    email = clerk.asked()
    clerk.mailer.script[email] = [MailDeferred("450 later") for _ in range(9)]
    tried, letters = [], clerk.letters()
    for minute in range(70):
        if any(letters.run().counts.values()):
            tried.append(minute)
        clerk.clock.move(minutes=1)
    assert tried == [0, 2, 6, 14, 30]
    assert clerk.mailer.opened == LetterPolicy().attempts
    assert replies(clerk) == []


def test_a_relay_that_is_down_costs_no_attempt_and_rests(clerk: Clerk) -> None:
    """The letter goes as soon as it is back."""
    email = clerk.asked()
    relay = RelayHealth(DeliveryPolicy())
    letters = clerk.letters(relay=relay)
    clerk.mailer.down = MailDeferred("cannot connect to ana@example.org", relay=True)
    report = letters.run()
    assert [failure.place for failure in report.failures] == ["mail relay"]
    assert "ana@" not in report.failures[0].reason
    assert relay.rests_until(clerk.clock.now())
    assert letters.run().failures == ()
    assert replies(clerk) == [(LetterState.WAITING, 0, "")]
    clerk.mailer.down = None
    clerk.clock.move(minutes=2)
    letters.run()
    assert clerk.mailer.recipients() == [email]


@pytest.mark.parametrize("error", [MailRejected("550 no such user"), MailInDoubt("no answer")])
def test_what_is_refused_or_in_doubt_is_not_sent_again(clerk: Clerk, error: Exception) -> None:
    """A refusal is final; of a doubt nobody can know the end."""
    email = clerk.asked()
    clerk.mailer.script[email] = [error]
    report = clerk.letters().run()
    assert report.partial
    clerk.clock.move(days=1)
    assert clerk.send() == {}
    assert clerk.mailer.recipients() == []


@pytest.mark.parametrize("error", [MailInDoubt("no answer"), MailDeferred("lost", silent=True)])
def test_a_silent_relay_is_left_alone_for_this_run(clerk: Clerk, error: Exception) -> None:
    """Each silence lasts minutes; digests wait behind it. After three in a row the relay rests."""
    email, relay = clerk.asked(), RelayHealth(DeliveryPolicy())
    for number in range(3):
        clerk.requesting.join(a_joiner(f"j{number}@example.org"))
        clerk.mailer.script[f"j{number}@example.org"] = [error]
    clerk.mailer.script[email] = [error]
    letters = clerk.letters(relay=relay)
    assert [sum(letters.run().counts.values()) for _ in range(5)] == [1, 1, 1, 0, 0]
    assert relay.rests_until(clerk.clock.now())


def test_letters_keep_the_pace_of_the_digests(clerk: Clerk) -> None:
    """One wait for each message; who is told to stop meanwhile sends no more."""
    clerk.asked()
    clerk.requesting.join(a_joiner())
    waits: list[bool] = []
    letters = replace(clerk.letters(), pace=lambda over: waits.append(over()))
    letters.run(lambda: len(waits) > 1)
    assert (waits, len(clerk.mailer.sent)) == ([False, False], 1)


def test_a_refusal_after_the_body_counts_too(clerk: Clerk) -> None:
    """The mark is taken back where the relay surely took nothing."""

    class Late(FakeMailer):
        def send(self, envelope: Envelope, message: bytes, on_in_doubt: object) -> str:
            assert callable(on_in_doubt)
            assert on_in_doubt()
            raise self.script[envelope.rcpt_to].pop(0)

    email = clerk.asked()
    late = Late(script={email: [MailDeferred("451 after the dot"), MailRejected("554 after the dot")]})
    assert clerk.letters(late).run().counts["deferred"] == 1
    assert replies(clerk) == [(LetterState.WAITING, 1, "451 after the dot")]
    clerk.clock.move(hours=1)
    assert clerk.letters(late).run().counts["failed"] == 1
    assert replies(clerk) == []


def test_two_senders_send_one(clerk: Clerk) -> None:
    """The other one comes in between writing and marking."""
    email = clerk.asked()
    other = FakeMailer()
    clerk.mailer.before_mark = lambda _envelope: None if other.opened else _run(clerk, other)
    assert clerk.send() == {}
    assert (clerk.mailer.recipients(), other.recipients()) == ([], [email])


def _run(clerk: Clerk, mailer: FakeMailer) -> None:
    clerk.letters(mailer).run()


def test_a_death_between_mark_and_body_sends_nothing_twice(clerk: Clerk) -> None:
    """The next process finds the letter sent."""
    email = clerk.asked()

    class Dies(FakeMailer):
        def send(self, envelope: Envelope, message: bytes, on_in_doubt: object) -> str:
            assert envelope.rcpt_to == email
            assert message
            assert callable(on_in_doubt)
            assert on_in_doubt()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        clerk.letters(Dies()).run()
    assert clerk.send() == {}


def test_a_letter_follows_a_reader_who_moved_meanwhile(clerk: Clerk) -> None:
    """What was written for the old address does not go there."""
    email = clerk.asked()
    ana = clerk.who(email)

    def move(envelope: Envelope) -> None:
        if envelope.rcpt_to == email:
            with clerk.store.write() as unit:
                unit.people.change(ana.id, a_declaration(NEW))

    clerk.mailer.before_mark = move
    assert clerk.send() == {"sent": 1}
    assert clerk.mailer.recipients() == [NEW]


def test_one_letter_that_cannot_be_written_stops_no_other(clerk: Clerk) -> None:
    """It fails alone, and the report has no address."""
    with clerk.store.write() as unit:
        bad = Request(public_id="x", kind=RequestKind.JOIN, at=clerk.clock.now(), email="no address")
        unit.requests.add(bad, [End.NEW])
    email = clerk.asked()
    report = clerk.letters().run()
    assert (report.counts["failed"], report.counts["sent"]) == (1, 1)
    assert clerk.mailer.recipients() == [email]


def test_mail_goes_on_after_an_unsubscribe_was_undone(clerk: Clerk) -> None:
    """The state of now counts, not that of the request."""
    joe = clerk.add(JOINER)
    leaving = Unsubscribing(clerk.store, clerk.clock)
    leaving.unsubscribe(joe)
    clerk.requesting.join(a_joiner())
    leaving.undo(joe)
    clerk.send()
    assert clerk.mails(JOINER)[0]["Subject"] == "You are subscribed already"
