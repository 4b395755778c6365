"""Bounces, complaints and refusals: whom they concern, and when a reader is not mailed any more."""

import pytest

from recommender.domain.editions import DeliveryState
from recommender.domain.errors import InputError
from recommender.domain.reports import Report
from recommender.domain.subscribers import SubscriberState
from recommender.services.diagnosis import Diagnosis
from recommender.services.unsubscribing import COMPLAINED, OWN_WISH, Unsubscribing
from tests.mail.bounces.complaints import arf
from tests.mail.bounces.sample import message, original
from tests.mail.bounces.status import block, dsn
from tests.services.post import KEYS, READER, Post

GONE = block("failed", "5.1.1", "smtp; 550 5.1.1 no such user", READER)
FULL = block("failed", "5.2.2", "smtp; 552 5.2.2 mailbox full", READER)
BLOCKED = block("failed", "5.7.1", "smtp; 550 5.7.1 blocked by policy", READER)
NULL_MX = block("failed", "5.1.10", "smtp; 556 5.1.10 null MX", READER)
LATE = block("delayed", "4.4.1", "smtp; connection timed out", READER)


def bounce(post: Post, day: int, fields: str) -> dict[str, int]:
    """Let the edition of a day come back and read it."""
    post.edition(day)
    post.arrive(
        dsn(fields, returned=original(f"<2026-02-{day:02d}@example.org>"), Message_ID=f"<b{day}@mx.example>")
    )
    return post.read()


def test_a_second_hard_bounce_in_a_row_ends_the_mail(post: Post) -> None:
    """The first may be a mistake of an hour; the reason is told in words, without the address."""
    assert bounce(post, 1, GONE) == {"hard_bounces": 1}
    assert (post.reason(), post.who().state) == (None, SubscriberState.ACTIVE)
    assert bounce(post, 2, GONE) == {"hard_bounces": 1}
    assert post.reason() == "bounced: 2 editions in a row found no such mailbox (5.1.1)"
    assert post.who().state is SubscriberState.ACTIVE
    assert (post.unread(), post.answers()) == (0, [])


def test_an_edition_that_arrives_in_between_starts_the_count_anew(post: Post) -> None:
    """Somebody has mended the mailbox."""
    bounce(post, 1, GONE)
    post.edition(2)
    bounce(post, 3, GONE)
    assert post.reason() is None


def test_hard_bounces_far_apart_do_not_add_up(post: Post) -> None:
    """More than thirty days."""
    bounce(post, 1, GONE)
    post.clock.wait(31 * 86_400)
    bounce(post, 2, GONE)
    assert post.reason() is None


def test_a_domain_that_takes_no_mail_ends_it_at_once(post: Post) -> None:
    """It says so itself."""
    bounce(post, 1, NULL_MX)
    assert post.reason() == "bounced: the domain takes no mail (5.1.10)"


def test_soft_bounces_need_five_and_a_fortnight(post: Post) -> None:
    """A full mailbox of a week is no reason."""
    for day in range(1, 7):
        assert bounce(post, day, FULL) == {"soft_bounces": 1}
    assert post.reason() is None
    post.clock.wait(9 * 86_400)
    bounce(post, 7, FULL)
    assert post.reason() == "bounced: 7 editions in 15 days could not be delivered"


@pytest.mark.parametrize("fields", [BLOCKED, LATE])
def test_what_speaks_of_us_or_is_only_late_never_ends_the_mail(post: Post, fields: str) -> None:
    """A block of our server says nothing of its readers."""
    for day in range(1, 28, 4):
        assert bounce(post, day, fields) == {"soft_bounces": 1}
        post.clock.wait(3 * 86_400)
    assert post.reason() is None


def test_a_bounce_read_twice_counts_once(post: Post) -> None:
    """A copy of it is no second bounce."""
    bounce(post, 1, GONE)
    content = dsn(GONE, returned=original("<2026-02-01@example.org>"), Message_ID="<b1@mx.example>")
    post.arrive(b"Received: again\r\n" + content)
    assert (post.read(), post.unread(), post.reason()) == ({}, 0, None)


def test_two_reports_of_one_edition_count_as_one(post: Post) -> None:
    """Late first, then gone, then gone once more."""
    post.edition(1)
    for number, fields in enumerate((LATE, GONE, GONE)):
        post.arrive(
            dsn(fields, returned=original("<2026-02-01@example.org>"), Message_ID=f"<r{number}@mx.example>")
        )
    assert post.read() == {"soft_bounces": 1, "hard_bounces": 2}
    assert post.reason() is None


def test_a_notice_of_delay_after_a_failure_does_not_hide_it(post: Post) -> None:
    """A server that lags behind tells of its tries when all is over."""
    bounce(post, 1, GONE)
    for day in (1, 2):
        returned = original("<2026-02-01@example.org>")
        post.arrive(dsn(LATE, returned=returned, Message_ID=f"<late{day}@mx.example>"))
    assert post.read() == {"soft_bounces": 2}
    bounce(post, 2, GONE)
    assert post.reason() is not None


def test_the_tag_of_the_return_address_names_the_delivery(post: Post) -> None:
    """However mangled the rest; also one made with an older key, and in capitals."""
    for day, change in ((1, str), (2, str.upper)):
        address = post.paths.address(post.edition(day))
        post.arrive(message("550 5.1.1 user unknown\n", To=change(address), Message_ID=f"<{day}@mx.example>"))
    assert post.read() == {"hard_bounces": 2}
    assert post.reason() is not None


def test_forged_and_foreign_reports_change_nothing(post: Post) -> None:
    """A guessed tag, a guessed name, an address in the report: nobody is suppressed, nothing is marked."""
    number = post.edition(1)
    tag = post.paths.address(number)
    stranger = type(post.paths)(["a-key-of-somebody-else-0123456789abcdef"], "digest@example.org")
    for count, (to, returned) in enumerate(
        (
            (tag.replace("+b-", "+b-1"), ""),
            (stranger.address(number), ""),
            ("digest@example.org", original("<2026-02-09@example.org>")),
            ("digest@example.org", original(None)),
        )
    ):
        for fields in (GONE, NULL_MX):
            post.arrive(
                dsn(fields, returned=returned, To=to, Message_ID=f"<{count}{len(fields)}@mx.example>")
            )
    post.arrive(arf("abuse", original(None, List_Unsubscribe="<https://papers.example.org/u/x.y>")))
    assert post.read() == {"unknown": 9}
    assert (post.reason(), post.unread()) == (None, 9)


@pytest.mark.parametrize("way", ["message-id", "link", "mail", "envelope"])
def test_a_complaint_ends_the_mail_at_once(post: Post, way: str) -> None:
    """By whatever it names the mail; it is not answered."""
    number = post.edition(1)
    link = post.links.unsubscribe(post.desk.ana.public_id, 0, post.clock.now())
    mailto = post.by_mail.unsubscribe(post.desk.ana.public_id, 0, post.clock.now())
    post.arrive(
        {
            "message-id": arf("abuse", original("<2026-02-01@example.org>")),
            "link": arf("abuse", original(None, List_Unsubscribe=f"<{link}>")),
            "mail": arf("abuse", original(None, List_Unsubscribe=f"<{mailto}>")),
            "envelope": arf("abuse", "", Original_Mail_From=f"<{post.paths.address(number)}>"),
        }[way]
    )
    assert post.read() == {"complaints": 1}
    assert (post.reason(), post.unread(), post.answers()) == (COMPLAINED, 0, [])
    assert post.who().state is SubscriberState.UNSUBSCRIBED


def judged(post: Post, day: int, reply: str) -> Report:
    """Let the relay refuse the edition of a day, and judge it as the delivery does afterwards."""
    post.edition(day, DeliveryState.FAILED, reply)
    return post.bouncing.run(since=post.clock.now())


def test_a_refusal_while_the_relay_listens_counts_as_a_bounce_does(post: Post) -> None:
    """Also one of each kind."""
    assert not judged(post, 1, "550 5.1.1 <ana@example.org> user unknown").warnings
    report = judged(post, 2, "550 5.1.1 <ana@example.org> user unknown")
    assert report.counts == {"suppressed": 1}
    assert READER not in report.warnings[0]
    assert post.reason() == "bounced: 2 editions in a row found no such mailbox (5.1.1)"


@pytest.mark.parametrize(
    "reply",
    [
        "cannot be rendered: KeyError: 'x'",
        "wire guard: headers: missing To",
        "554 5.7.1 spam",
        "set aside: 3",
    ],
)
def test_failures_of_ours_are_nobody_s_bounce(post: Post, reply: str) -> None:
    """However many there are."""
    for day in range(1, 9):
        judged(post, day, reply)
        post.clock.wait(2 * 86_400)
    assert post.reason() is None


def test_lifting_lets_mail_out_until_the_next_bounce(post: Post) -> None:
    """Old bounces alone do nothing; the next one is judged with them."""
    bounce(post, 1, GONE)
    bounce(post, 2, GONE)
    unsubscribing = Unsubscribing(post.store, post.clock)
    assert unsubscribing.lift(READER).state is SubscriberState.ACTIVE
    assert post.bouncing.run(since=post.clock.now()).counts == {"suppressed": 0}
    assert post.reason() is None
    with pytest.raises(InputError, match="is not suppressed"):
        unsubscribing.lift(READER)
    bounce(post, 3, GONE)
    assert post.reason() is not None


@pytest.mark.parametrize("complained", [False, True])
def test_a_reader_s_own_wish_is_not_lifted_unasked(post: Post, complained: bool) -> None:  # noqa: FBT001 - a case
    """Only they can come back."""
    if complained:
        post.arrive(arf("abuse", original("<1@example.org>")))
        post.read()
    else:
        Unsubscribing(post.store, post.clock).unsubscribe(post.who())
    unsubscribing = Unsubscribing(post.store, post.clock)
    with pytest.raises(InputError, match="--asked"):
        unsubscribing.lift(READER)
    assert unsubscribing.lift(READER, asked=True).state is SubscriberState.ACTIVE


def test_who_leaves_after_a_bounce_is_not_lifted_unasked_either(post: Post) -> None:
    """The wish goes before the bounce."""
    bounce(post, 1, NULL_MX)
    post.act("unsubscribe")
    post.read()
    assert (post.reason(), post.answers()) == (OWN_WISH, [])
    with pytest.raises(InputError, match="--asked"):
        Unsubscribing(post.store, post.clock).lift(READER)


def test_doctor_names_who_bounced_and_the_way_back(post: Post) -> None:
    """Nobody else."""
    bounce(post, 1, NULL_MX)
    findings = Diagnosis(post.store, post.clock, (), ()).run()
    (found,) = [finding for finding in findings if finding.check == "bounced"]
    assert "takes no mail" in found.detail
    assert found.fix.endswith(f"paperroute subscribers lift {READER}")


def test_tags_are_short_enough_and_survive_new_keys() -> None:
    """Sixty-four octets before the @ hold a name of thirty and any row number."""
    from recommender.digest.return_path import ReturnPaths  # noqa: PLC0415 - only here

    paths = ReturnPaths(KEYS, f"{'a' * 30}@example.org")
    for number in (0, 1, 31, 32, 12_345, 2**31 - 1, 2**63 - 1):
        address = paths.address(number)
        assert len(address.partition("@")[0]) <= 64
        assert paths.delivery(address) == paths.delivery(address.upper()) == number
        assert ReturnPaths(KEYS[1:], "x@example.org").delivery(address) is None
        assert (
            ReturnPaths(("a-new-key-0123456789abcdef012345", *KEYS), "x@example.org").delivery(address)
            == number
        )
