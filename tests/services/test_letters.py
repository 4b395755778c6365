"""Letters: what each says to whom, and who gets none."""

import re

import pytest

from recommender.domain.bounces import BOUNCED
from recommender.domain.requests import RequestKind
from recommender.domain.subscribers import Origin, SubscriberState
from recommender.services.confirming import Result
from recommender.services.unsubscribing import COMPLAINED, OWN_WISH
from tests.mail.relays import Relay
from tests.services.clerk import JOINER, NEW, SITE, Clerk, a_joiner, parsed, text_of, tokens
from tests.services.mailroom import smtp_mailer


def test_a_letter_goes_through_a_real_relay(clerk: Clerk) -> None:
    """Once, with the headers of a machine's mail; a second run sends nothing."""
    email = clerk.asked()
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


def test_an_address_that_is_only_somebodys_id_leads_to_nobodys_pages(clerk: Clerk) -> None:
    """Whoever has the mailbox that a reader left behind is a stranger, in the letter and after it."""
    ana = clerk.add("ana@example.org", key=JOINER)
    clerk.requesting.join(a_joiner())
    clerk.send()
    outcome = clerk.confirming.confirm(clerk.claim(JOINER))
    assert (outcome.result, outcome.subscriber and outcome.subscriber.origin) == (Result.JOINED, Origin.PAGE)
    assert outcome.subscriber != ana
    assert clerk.who(ana.public_id) == ana


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
    email = clerk.asked(RequestKind.LINKS)
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
