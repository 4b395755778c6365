"""Letters: what each says to whom, and that none goes twice."""

import re
from datetime import timedelta

import pytest

from recommender.domain.bounces import BOUNCED
from recommender.domain.editions import Envelope
from recommender.domain.errors import MailDeferred, MailInDoubt, MailRejected
from recommender.domain.requests import End, LetterState, Request, RequestKind
from recommender.domain.subscribers import SubscriberState
from recommender.services.delivery_policy import DeliveryPolicy
from recommender.services.delivery_run import RelayHealth
from recommender.services.letters import LetterPolicy
from recommender.services.unsubscribing import COMPLAINED, OWN_WISH, Unsubscribing
from tests.builders import a_declaration
from tests.fakes.mailer import FakeMailer
from tests.mail.relays import Relay
from tests.services.clerk import JOINER, NEW, SITE, Clerk, a_joiner, parsed, text_of, tokens
from tests.services.mailroom import smtp_mailer


def asked(clerk: Clerk, kind: RequestKind = RequestKind.EXPORT) -> str:
    """Let Ana ask for something; return her address."""
    ana = clerk.add()
    clerk.requesting.ask(ana, kind)
    return ana.email


def replies(clerk: Clerk) -> list[tuple[LetterState, int, str]]:
    """Return where the letters stand that are not waiting for their time."""
    with clerk.store.read() as unit:
        rows = unit.requests.letters(now=clerk.clock.now() + timedelta(days=1), limit=9)
        return [(row.state, row.attempts, row.reply) for row in rows]


def test_a_letter_goes_through_a_real_relay(clerk: Clerk) -> None:
    """Once, with the headers of a machine's mail; a second run sends nothing."""
    email = asked(clerk)
    with Relay() as relay:
        letters = clerk.letters(smtp_mailer(relay.port))
        assert [letters.run().counts["sent"] for _ in range(2)] == [1, 0]
        ((_, recipients, content),) = relay.received.messages
    message = parsed(content)
    assert recipients == (email,)
    assert (message["Auto-Submitted"], message["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.org>", str(message["Message-ID"]))
    assert not [name for name in message if name.startswith("List-")]
    assert message["Subject"] == "All that is held about you"
    assert "Sunday 22 November" not in text_of(message)
    assert "Monday 23 November at 07:30 (Europe/Berlin time)" in text_of(message)


def test_each_kind_says_what_it_is_for(clerk: Clerk) -> None:
    """One text a case, both parts with the same links."""
    ana = clerk.add()
    for kind in (RequestKind.EXPORT, RequestKind.ERASE, RequestKind.LINKS):
        clerk.requesting.ask(ana, kind)
    clerk.requesting.move(ana, NEW)
    clerk.requesting.join(a_joiner())
    assert clerk.send() == {"sent": 6}
    own = clerk.mails(ana.email)
    assert [sorted(tokens(mail)) for mail in own] == [["c"], ["c"], ["l", "p", "u"], ["c"]]
    assert NEW in text_of(own[-1])
    (new,) = clerk.mails(NEW)
    assert ana.email not in new.as_string()
    assert "a•••@e•••.org" in text_of(new)
    (joins,) = clerk.mails(JOINER)
    assert joins["Subject"] == "Confirm your subscription"
    assert "Joe" not in joins.as_string()
    assert f"by {SITE}" not in joins.as_string()
    assert SITE in text_of(joins)


def test_a_letter_speaks_the_reader_s_language(clerk: Clerk) -> None:
    """That of the subscriber's locale."""
    ana = clerk.add(locale="de-DE")
    clerk.requesting.ask(ana, RequestKind.LINKS)
    clerk.send()
    (mail,) = clerk.mails(ana.email)
    assert mail["Subject"] == "Neue Links zu deinen Seiten"
    assert 'lang="de"' in text_of(mail, "html")


def test_fresh_links_work_and_are_of_the_present_epoch(clerk: Clerk) -> None:
    """They are made when the letter goes."""
    email = asked(clerk, RequestKind.LINKS)
    with clerk.store.write() as unit:
        unit.people.raise_epoch(clerk.who(email).id)
    clerk.send()
    found = tokens(clerk.mails(email)[0])
    claim = clerk.links.read("preferences", found["p"], clerk.clock.now())
    assert (claim.public_id, claim.epoch) == (clerk.who(email).public_id, 1)


@pytest.mark.parametrize(
    "state, reason, subject",
    [
        (SubscriberState.ACTIVE, "", "You are subscribed already"),
        (SubscriberState.PAUSED, "", "You are subscribed already"),
        (SubscriberState.UNSUBSCRIBED, OWN_WISH, "Would you like your digest again?"),
        (SubscriberState.REMOVED, "", "Confirm your subscription"),
        (SubscriberState.READER, "", "Confirm your subscription"),
        (SubscriberState.ACTIVE, f"{BOUNCED}: x", None),
        (SubscriberState.UNSUBSCRIBED, COMPLAINED, None),
    ],
)
def test_who_is_known_learns_it_by_mail_alone(
    clerk: Clerk, state: SubscriberState, reason: str, subject: str | None
) -> None:
    """And where mail is not wanted or does not arrive, nothing goes."""
    joe = clerk.add(JOINER)
    with clerk.store.write() as unit:
        unit.people.set_state(joe.id, state, at=clerk.clock.now())
    if reason:
        clerk.suppress(JOINER, reason)
    clerk.requesting.join(a_joiner())
    assert clerk.send() == ({"sent": 1} if subject else {"dropped": 1})
    assert [mail["Subject"] for mail in clerk.mails(JOINER)] == ([subject] if subject else [])


@pytest.mark.parametrize("how", ["unsubscribed", "forgotten"])
def test_who_left_is_asked_once_a_day_at_most(clerk: Clerk, how: str) -> None:
    """Though somebody types the address again and again."""
    clerk.suppress(JOINER if how == "unsubscribed" else clerk.traces.of(JOINER)[0], OWN_WISH)
    sent = []
    for _ in range(4):
        clerk.requesting.join(a_joiner())
        sent.append(clerk.send().get("sent", 0))
        clerk.clock.move(hours=8, minutes=1)
    assert sent == [1, 0, 0, 1]  # at 06:30, 14:31, 22:32, and 06:33 of the next day


@pytest.mark.parametrize("how", ["suppressed", "forgotten", "present", "taken"])
def test_the_other_end_hears_nothing_it_did_not_ask_for(clerk: Clerk, how: str) -> None:
    """The present address is written to all the same, so that the page's answer is true in every case."""
    ana, wanted = clerk.add(), NEW
    if how == "suppressed":
        clerk.suppress(NEW, OWN_WISH)
    elif how == "forgotten":
        clerk.suppress(clerk.traces.of(NEW)[0], "erased")
    elif how == "taken":
        clerk.add(NEW)
    else:
        wanted = ana.email
    clerk.requesting.move(ana, wanted)
    clerk.send()
    assert len(clerk.mails(ana.email)) == 1
    found = clerk.mails(NEW)
    assert [mail["Subject"] for mail in found] == (
        ["This address has a digest of its own"] if how == "taken" else []
    )
    assert [sorted(tokens(mail)) for mail in found] == ([["p"]] if how == "taken" else [])


def test_a_letter_whose_request_is_over_is_dropped(clerk: Clerk) -> None:
    """Called off, or two days old."""
    email = asked(clerk)
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
    email = asked(clerk)
    clerk.mailer.script[email] = [MailDeferred("450 later") for _ in range(9)]
    tried = []
    for minute in range(60):
        if clerk.send():
            tried.append(minute)
        clerk.clock.move(minutes=1)
    assert tried == [0, 2, 6, 14, 30]
    assert clerk.mailer.opened == LetterPolicy().attempts
    assert replies(clerk) == []


def test_a_relay_that_is_down_costs_no_attempt_and_rests(clerk: Clerk) -> None:
    """The letter goes as soon as it is back."""
    email = asked(clerk)
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
    email = asked(clerk)
    clerk.mailer.script[email] = [error]
    report = clerk.letters().run()
    assert report.partial
    clerk.clock.move(days=1)
    assert clerk.send() == {}
    assert clerk.mailer.recipients() == []


def test_a_refusal_after_the_body_counts_too(clerk: Clerk) -> None:
    """The mark is taken back where the relay surely took nothing."""

    class Late(FakeMailer):
        def send(self, envelope: Envelope, message: bytes, on_in_doubt: object) -> str:
            assert callable(on_in_doubt)
            assert on_in_doubt()
            raise self.script[envelope.rcpt_to].pop(0)

    email = asked(clerk)
    late = Late(script={email: [MailDeferred("451 after the dot"), MailRejected("554 after the dot")]})
    assert clerk.letters(late).run().counts["deferred"] == 1
    assert replies(clerk) == [(LetterState.WAITING, 1, "451 after the dot")]
    clerk.clock.move(hours=1)
    assert clerk.letters(late).run().counts["failed"] == 1
    assert replies(clerk) == []


def test_two_senders_send_one(clerk: Clerk) -> None:
    """The other one comes in between writing and marking."""
    email = asked(clerk)
    other = FakeMailer()
    clerk.mailer.before_mark = lambda _envelope: None if other.opened else _run(clerk, other)
    assert clerk.send() == {}
    assert (clerk.mailer.recipients(), other.recipients()) == ([], [email])


def _run(clerk: Clerk, mailer: FakeMailer) -> None:
    clerk.letters(mailer).run()


def test_a_death_between_mark_and_body_sends_nothing_twice(clerk: Clerk) -> None:
    """The next process finds the letter sent."""
    email = asked(clerk)

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
    email = asked(clerk)
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
    email = asked(clerk)
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
