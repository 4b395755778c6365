"""Confirmed requests: each does what it is for, once, and no link does more."""

from datetime import timedelta

import pytest

from recommender.digest.links import NEW as NEW_END
from recommender.digest.links import OWN as OWN_END
from recommender.digest.links import claim_of
from recommender.domain.bounces import BOUNCED
from recommender.domain.errors import LinkExpired, LinkInvalid
from recommender.domain.feedback import Act, Feedback
from recommender.domain.requests import RequestKind
from recommender.domain.subscribers import Origin, Subscriber, SubscriberState
from recommender.domain.wishes import Wish
from recommender.services.confirming import Result
from recommender.services.requests import Asked
from recommender.services.subscriptions import Subscriptions
from recommender.services.unsubscribing import COMPLAINED, OWN_WISH, Unsubscribing
from tests.builders import a_declaration, a_paper
from tests.services.clerk import JOINER, NEW, Clerk, a_joiner, tokens

ANA = "ana@example.org"


def joining(clerk: Clerk) -> Result:
    """Sign up, get the letter, confirm it."""
    clerk.requesting.join(a_joiner())
    clerk.send()
    return clerk.confirming.confirm(clerk.claim(JOINER)).result


def moving(clerk: Clerk, to: str = NEW, **fields: object) -> Subscriber:
    """Let Ana ask for another address, and send both letters."""
    ana = clerk.add(ANA, **fields)
    clerk.requesting.move(ana, to)
    clerk.send()
    return ana


def test_who_confirms_is_a_subscriber_of_the_page(clerk: Clerk) -> None:
    """As they filled it in; the file's next reload leaves them alone."""
    assert joining(clerk) is Result.JOINED
    joe = clerk.who(JOINER)
    assert (joe.name, joe.papers, joe.state, joe.origin) == ("Joe", 7, SubscriberState.ACTIVE, Origin.PAGE)
    assert joe.joined == clerk.clock.now()
    assert [interest.keywords for interest in joe.interests] == [("unlearning", "edits")]
    Subscriptions(clerk.store, clerk.clock).run([a_declaration(ANA)])
    assert clerk.who(JOINER) == joe


def test_a_confirmation_counts_once(clerk: Clerk) -> None:
    """Whoever presses again, or later, changes nothing."""
    joining(clerk)
    joe, claim = clerk.who(JOINER), clerk.claim(JOINER)
    Unsubscribing(clerk.store, clerk.clock).unsubscribe(joe)
    outcome = clerk.confirming.confirm(claim)
    assert (outcome.result, clerk.who(JOINER).state) == (Result.OVER, SubscriberState.UNSUBSCRIBED)


def test_a_look_changes_nothing(clerk: Clerk) -> None:
    """However often."""
    clerk.requesting.join(a_joiner())
    clerk.send()
    for _ in range(3):
        assert not clerk.confirming.look(clerk.claim(JOINER)).over
    with clerk.store.read() as unit:
        assert list(unit.people.all()) == []


def test_who_unsubscribed_may_return_by_their_own_wish(clerk: Clerk) -> None:
    """With interests and votes as they left them; the suppression is lifted."""
    joe = clerk.add(JOINER)
    Unsubscribing(clerk.store, clerk.clock).unsubscribe(joe)
    assert joining(clerk) is Result.AGAIN
    back = clerk.who(JOINER)
    assert (back.id, back.state, back.interests) == (joe.id, SubscriberState.ACTIVE, joe.interests)
    with clerk.store.read() as unit:
        assert unit.people.suppressed() == frozenset()


def test_who_was_forgotten_may_return_by_their_own_wish(clerk: Clerk) -> None:
    """The trace goes with the confirmation, not before."""
    clerk.suppress(clerk.traces.of(JOINER)[0], "erased")
    assert joining(clerk) is Result.JOINED
    with clerk.store.read() as unit:
        assert unit.people.suppressed() == frozenset()


@pytest.mark.parametrize("state", [SubscriberState.REMOVED, SubscriberState.READER])
def test_who_is_known_and_not_mailed_joins_anew(clerk: Clerk, state: SubscriberState) -> None:
    """Under the same number, so their votes are theirs again."""
    joe = clerk.add(JOINER, key="joe")
    with clerk.store.write() as unit:
        unit.people.set_state(joe.id, state, at=clerk.clock.now())
    assert joining(clerk) is Result.JOINED
    now = clerk.who(JOINER)
    assert (now.id, now.key, now.papers, now.origin) == (joe.id, "joe", 7, Origin.PAGE)


def test_who_was_subscribed_meanwhile_is_left_alone(clerk: Clerk) -> None:
    """The operator's file may have been quicker."""
    clerk.requesting.join(a_joiner())
    clerk.send()
    joe = clerk.add(JOINER)
    assert clerk.confirming.confirm(clerk.claim(JOINER)).result is Result.KNOWN
    assert clerk.who(JOINER) == joe


@pytest.mark.parametrize("reason", [f"{BOUNCED}: x", COMPLAINED])
def test_a_bounce_or_complaint_is_not_confirmed_away(clerk: Clerk, reason: str) -> None:
    """The suppression came after the letter."""
    clerk.requesting.join(a_joiner())
    clerk.send()
    clerk.suppress(JOINER, reason)
    assert clerk.confirming.confirm(clerk.claim(JOINER)).result is Result.UNUSABLE
    with clerk.store.read() as unit:
        assert (list(unit.people.all()), unit.people.suppressions()) == ([], {JOINER: reason})


@pytest.mark.parametrize("first, second", [(ANA, NEW), (NEW, ANA)])
def test_an_address_changes_when_both_ends_agreed(clerk: Clerk, first: str, second: str) -> None:
    """In either order; votes stay, old links die, the file's reload does not undo it."""
    ana = moving(clerk)
    with clerk.store.write() as unit:
        unit.papers.fold([a_paper()], seen_at=clerk.clock.now())
        vote = Feedback(subscriber=ana.id, paper=a_paper().id, act=Act.UP, at=clerk.clock.now())
        unit.people.record([vote])
    claims = {email: clerk.claim(email) for email in (first, second)}
    assert clerk.confirming.confirm(claims[first]).result is Result.HALF
    assert clerk.confirming.confirm(claims[first]).result is Result.HALF
    assert clerk.who(ana.public_id).email == ANA
    assert clerk.confirming.confirm(claims[second]).result is Result.MOVED
    moved = clerk.who(ana.public_id)
    assert (moved.id, moved.email, moved.epoch, moved.state) == (ana.id, NEW, 1, SubscriberState.ACTIVE)
    with clerk.store.read() as unit:
        assert len(unit.people.votes([ana.id])) == 1
        (wish,) = unit.people.wishes([ana.id])[ana.id]
    assert wish == Wish(field="email", value=NEW, declared=ANA, at=clerk.clock.now())
    Subscriptions(clerk.store, clerk.clock).run([a_declaration(ANA)])
    assert clerk.who(ana.public_id) == moved
    assert clerk.confirming.confirm(claims[second]).result is Result.OVER


def test_a_stranger_with_a_forwarded_digest_moves_nothing(clerk: Clerk) -> None:
    """The present address is asked, and can call it off."""
    ana = moving(clerk)
    claims = {email: clerk.claim(email) for email in (ANA, NEW)}
    assert clerk.confirming.confirm(claims[NEW]).result is Result.HALF
    clerk.confirming.call_off(claims[ANA])
    for claim in claims.values():
        assert clerk.confirming.confirm(claim).result is Result.OVER
    assert clerk.who(ana.public_id) == ana


def test_the_old_address_can_take_the_change_back(clerk: Clerk) -> None:
    """For two days, and once; that raises the epoch again and asks nobody else."""
    ana = moving(clerk)
    for email in (ANA, NEW):
        clerk.confirming.confirm(clerk.claim(email))
    clerk.send()
    letter = clerk.mails(ANA)[-1]
    assert letter["Subject"] == "Your digest goes to another address now"
    assert NEW not in letter.as_string()
    assert "do nothing" not in letter.as_string()
    claim = clerk.claim(ANA)
    assert clerk.confirming.look(claim).back
    assert clerk.confirming.confirm(claim).result is Result.MOVED
    back = clerk.who(ana.public_id)
    assert (back.email, back.epoch) == (ANA, 2)
    with clerk.store.read() as unit:
        assert unit.people.wishes([ana.id]) == {}
    assert clerk.send() == {}
    assert clerk.confirming.confirm(claim).result is Result.OVER


def test_what_the_old_address_may_still_open_is_void_after_a_change(clerk: Clerk) -> None:
    """A letter that lies there must not lead to the reader's data."""
    ana = moving(clerk)
    clerk.requesting.ask(ana, RequestKind.EXPORT)
    clerk.requesting.ask(ana, RequestKind.ERASE)
    ends = {email: clerk.claim(email) for email in (ANA, NEW)}
    clerk.send()
    export = clerk.links.read("confirm", tokens(clerk.mails(ANA)[1])["c"], clerk.clock.now())
    for claim in ends.values():
        clerk.confirming.confirm(claim)
    assert clerk.confirming.confirm(export).result is Result.OVER
    assert clerk.confirming.confirm(clerk.claim(ANA)).result is Result.OVER
    assert (clerk.shredder.exported, clerk.shredder.forgotten) == ([], [])


@pytest.mark.parametrize("how", ["taken", "suppressed", "forgotten"])
def test_an_address_that_became_unusable_is_not_moved_to(clerk: Clerk, how: str) -> None:
    """Nothing changes, not even by half."""
    ana = moving(clerk)
    clerk.confirming.confirm(clerk.claim(ANA))
    if how == "taken":
        clerk.add(NEW)
    else:
        clerk.suppress(NEW if how == "suppressed" else clerk.traces.of(NEW)[0], OWN_WISH)
    assert clerk.confirming.confirm(clerk.claim(NEW)).result is Result.UNUSABLE
    assert clerk.who(ana.public_id) == ana
    with clerk.store.read() as unit:
        assert unit.people.wishes([ana.id]) == {}


def test_an_address_that_the_file_keeps_is_not_moved(clerk: Clerk) -> None:
    """Neither asked for, nor confirmed where it was locked meanwhile."""
    locked = clerk.add("ben@example.org", locked=("email",))
    assert clerk.requesting.move(locked, NEW) is Asked.LOCKED
    assert clerk.requests(locked) == []
    ana = moving(clerk)
    with clerk.store.write() as unit:
        unit.people.change(ana.id, a_declaration(ANA, locked=("email",)))
    results = [clerk.confirming.confirm(clerk.claim(email)).result for email in (ANA, NEW)]
    assert results == [Result.HALF, Result.UNUSABLE]
    assert clerk.who(ana.public_id).email == ANA


def test_a_bounce_of_the_old_address_stays_there(clerk: Clerk) -> None:
    """It says nothing of the new one."""
    ana = moving(clerk)
    clerk.confirming.confirm(clerk.claim(ANA))
    clerk.suppress(ANA, f"{BOUNCED}: x")
    clerk.confirming.confirm(clerk.claim(NEW))
    moved = clerk.who(ana.public_id)
    with clerk.store.read() as unit:
        assert (moved.email, moved.mailable, unit.people.suppressed()) == (NEW, True, frozenset({ANA}))


def test_who_left_moves_and_stays_away(clerk: Clerk) -> None:
    """An unsubscribe is the reader's wish, not the address's."""
    ana = clerk.add(ANA)
    Unsubscribing(clerk.store, clerk.clock).unsubscribe(ana)
    clerk.requesting.move(ana, NEW)
    clerk.send()
    for email in (ANA, NEW):
        clerk.confirming.confirm(clerk.claim(email))
    moved = clerk.who(ana.public_id)
    assert (moved.email, moved.state) == (NEW, SubscriberState.UNSUBSCRIBED)


def test_an_export_may_be_fetched_again_while_its_letter_is_young(clerk: Clerk) -> None:
    """A download may break off; after two days the link is dead."""
    ana = clerk.add(ANA)
    clerk.requesting.ask(ana, RequestKind.EXPORT)
    clerk.send()
    claim = clerk.claim(ANA)
    for _ in range(2):
        outcome = clerk.confirming.confirm(claim)
        assert (outcome.result, outcome.data) == (Result.EXPORTED, b"PK a zip file")
        clerk.clock.move(hours=24)
    clerk.clock.move(minutes=1)
    with pytest.raises(LinkExpired):
        clerk.confirming.confirm(claim)


def test_an_erasure_erases_and_leaves_no_link(clerk: Clerk) -> None:
    """The request goes with its subscriber."""
    ana = clerk.add(ANA)
    clerk.requesting.ask(ana, RequestKind.ERASE)
    clerk.send()
    assert clerk.confirming.confirm(clerk.claim(ANA)).result is Result.ERASED
    assert clerk.shredder.forgotten == [ana.id]
    with pytest.raises(LinkExpired):
        clerk.confirming.confirm(clerk.claim(ANA))


def test_a_link_is_for_its_request_and_its_end(clerk: Clerk) -> None:
    """Genuine tokens that no letter has are refused."""
    ana = clerk.add(ANA)
    clerk.requesting.ask(ana, RequestKind.EXPORT)
    clerk.requesting.ask(ana, RequestKind.LINKS)
    clerk.requesting.join(a_joiner())
    clerk.send()
    export, links = clerk.requests(ana)
    joins = clerk.claim(JOINER)
    for public_id, row, end in (
        (export.public_id, export.id, NEW_END),
        (export.public_id, export.id, ""),
        (export.public_id, links.id, OWN_END),
        (links.public_id, links.id, OWN_END),
        (joins.public_id, joins.row, OWN_END),
    ):
        with pytest.raises(LinkInvalid):
            clerk.confirming.look(claim_of("confirm", (public_id, 0, row), clerk.clock.now(), end))
    with pytest.raises(LinkExpired):
        clerk.confirming.look(claim_of("confirm", ("nobody", 0, 1), clerk.clock.now(), OWN_END))


def test_two_days_are_the_limit(clerk: Clerk) -> None:
    """To the second, though a token counts in days."""
    moving(clerk)
    claim = clerk.claim(ANA)
    clerk.clock.move(hours=48)
    assert clerk.confirming.look(claim).request.open(clerk.clock.now())
    clerk.clock.instant += timedelta(seconds=1)
    with pytest.raises(LinkExpired):
        clerk.confirming.confirm(claim)
