"""A reader gets another address: what the old one did says nothing of it."""

from dataclasses import replace

from recommender.domain.editions import DeliveryState
from recommender.domain.subscribers import SubscriberState
from recommender.services.subscriptions import Subscriptions
from tests.builders import a_declaration
from tests.mail.bounces.sample import original
from tests.mail.bounces.status import dsn
from tests.services.post import READER, Post
from tests.services.test_bouncing import GONE, NULL_MX, bounce


def moved(post: Post, email: str) -> None:
    """Let the file give the reader another address."""
    with post.store.write() as unit:
        unit.people.change(post.desk.ana.id, a_declaration(email))


def suppressed(post: Post) -> frozenset[str]:
    """Return who is suppressed."""
    with post.store.read() as unit:
        return unit.people.suppressed()


def test_a_late_bounce_of_the_old_address_says_nothing_of_the_new_one(post: Post) -> None:
    """Its editions do not count; those of the new address do."""
    post.edition(1)
    bounce(post, 2, GONE)
    moved(post, "ana@new.example")
    post.arrive(dsn(GONE, returned=original("<2026-02-01@example.org>"), Message_ID="<old@mx.example>"))
    assert post.read() == {"hard_bounces": 1}
    assert post.bouncing.run(since=post.clock.now()).counts == {"suppressed": 0}
    bounce(post, 3, GONE)
    assert not suppressed(post)
    bounce(post, 4, GONE)
    assert suppressed(post) == {"ana@new.example"}


def test_a_refusal_of_the_old_address_says_nothing_of_the_new_one(post: Post) -> None:
    """However many there were; a change of case is none."""
    since = post.clock.now()
    for day in (1, 2):
        post.edition(day, DeliveryState.FAILED, "550 5.1.1 user unknown")
    moved(post, "ana@new.example")
    assert post.bouncing.run(since=since).counts == {"suppressed": 0}
    moved(post, READER.upper())
    assert post.bouncing.run(since=since).counts == {"suppressed": 1}
    assert suppressed(post) == {READER}


def test_the_file_gives_a_bounced_reader_another_address(post: Post) -> None:
    """Loading it ends nothing: mail goes to the new address, and none to the old."""
    here = replace(a_declaration(), key="ana")
    subscriptions = Subscriptions(post.store, post.clock)
    subscriptions.run([here])
    bounce(post, 1, NULL_MX)
    assert subscriptions.run([here]).counts["stopped"] == 0
    subscriptions.run([replace(here, email="ana@new.example")])
    with post.store.read() as unit:
        ana = unit.people.find("ana@new.example")
    assert (ana.id, ana.state) == (post.desk.ana.id, SubscriberState.ACTIVE)
    assert suppressed(post) == {READER}
