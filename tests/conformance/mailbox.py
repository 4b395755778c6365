"""What every Mailbox does: it looks without touching, and marks only what it is told to."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime

import pytest

from recommender.domain.inbound import Fetched
from recommender.ports import Mailbox
from recommender.runtime import FixedClock

CLOCK = FixedClock(datetime(2026, 11, 21, 7, 0, tzinfo=UTC))


def wanted(content: bytes) -> bool:
    """Take what has the mark of a token, and reports."""
    head = content.partition(b"\r\n\r\n")[0]
    return b"[pr" in head or b"MAILER-DAEMON" in head


def a_mail(subject: str = "[pr:v:x]", body: str = "hello", sender: str = "ana@example.org") -> bytes:
    """Build a small message."""
    head = f"From: {sender}\r\nTo: digest@example.org\r\nSubject: {subject}\r\n"
    return f"{head}Message-ID: <{abs(hash((subject, body)))}@example.org>\r\n\r\n{body}\r\n".encode()


class Box(ABC):
    """A mailbox to test, and a way to look at it from the other side."""

    mailbox: Mailbox

    @abstractmethod
    def put(self, content: bytes) -> None:
        """Let a message arrive."""

    @abstractmethod
    def put_read(self, content: bytes, *, days_ago: int) -> None:
        """Let a message have arrived some days ago, and be read by its owner."""

    @abstractmethod
    def unread(self) -> int:
        """Return how many messages are unread."""

    @abstractmethod
    def contents(self) -> list[bytes]:
        """Return every message there is."""

    @abstractmethod
    def anew(self) -> Mailbox:
        """Return another object for the same mailbox, as the next process would make one."""

    def look(self) -> list[Fetched]:
        """Fetch everything in one opening."""
        with self.mailbox.open() as session:
            return list(session.fetch())


class MailboxConformance:
    """Subclass it and give a fixture `box`; its mailbox takes at most five `wanted` messages."""

    def test_an_empty_mailbox_is_no_fault(self, box: Box) -> None:
        """Nothing comes."""
        assert box.look() == []

    def test_messages_come_whole_and_in_order(self, box: Box) -> None:
        """With the time they arrived, and unmarked."""
        mails = [a_mail(body=str(number)) for number in range(3)]
        for mail in mails:
            box.put(mail)
        found = box.look()
        assert [fetched.content for fetched in found] == mails
        assert all(fetched.arrived is not None and fetched.arrived.tzinfo for fetched in found)
        assert box.unread() == 3

    def test_what_is_done_is_read_and_nothing_else(self, box: Box) -> None:
        """Also for the next process, and not a byte of anything has changed."""
        mails = [a_mail(body=str(number)) for number in range(3)]
        for mail in mails:
            box.put(mail)
        with box.mailbox.open() as session:
            for fetched in session.fetch():
                if fetched.content == mails[1]:
                    session.done(fetched.handle)
        assert box.unread() == 2
        assert sorted(box.contents()) == sorted(mails)
        with box.anew().open() as session:
            assert [(fetched.content, fetched.read) for fetched in session.fetch()] == [
                (mails[0], False),
                (mails[1], True),
                (mails[2], False),
            ]

    def test_what_somebody_else_has_read_is_looked_at_for_a_while(self, box: Box) -> None:
        """Their mail program was faster; what is older than a week is over."""
        mails = [a_mail(body=str(number)) for number in range(3)]
        for mail, days in zip(mails, (9, 2, 0), strict=True):
            box.put_read(mail, days_ago=days)
        found = box.look()
        assert [(fetched.content, fetched.read) for fetched in found] == [(mails[1], True), (mails[2], True)]

    def test_read_mail_does_not_crowd_out_the_unread(self, box: Box) -> None:
        """Each have a limit of their own."""
        for number in range(7):
            box.put_read(a_mail(body=str(number)), days_ago=0)
        box.put(a_mail(body="new"))
        found = box.look()
        assert [fetched.read for fetched in found] == [True] * 5 + [False]
        assert found[-1].content == a_mail(body="new")

    def test_others_mail_is_left_alone(self, box: Box) -> None:
        """It is neither fetched nor marked."""
        box.put(a_mail(subject="Lunch on Friday?"))
        assert box.look() == []
        assert box.unread() == 1

    def test_a_message_is_looked_at_once_by_one_object(self, box: Box) -> None:
        """Unless it could not be dealt with."""
        box.put(a_mail())
        (first,) = box.look()
        assert box.look() == []
        with box.mailbox.open() as session:
            session.again(first.handle)
        assert [fetched.content for fetched in box.look()] == [first.content]

    def test_an_opening_yields_so_many_at_most(self, box: Box) -> None:
        """The rest comes at the next one."""
        for number in range(7):
            box.put(a_mail(body=str(number)))
        assert (len(box.look()), len(box.look()), len(box.look())) == (5, 2, 0)

    def test_what_stays_unread_does_not_stand_before_what_comes(self, box: Box) -> None:
        """Each pass may be a process of its own: the newest are yielded, oldest first."""
        for number in range(8):
            box.put(a_mail(body=str(number)))
        with box.anew().open() as session:
            found = [fetched.content for fetched in session.fetch()]
        assert found == [a_mail(body=str(number)) for number in range(3, 8)]

    def test_an_act_goes_before_newer_mail_that_only_may_be_ours(self, box: Box) -> None:
        """A flood of reports holds up no vote."""
        box.put(a_mail(body="vote"))
        for number in range(7):
            box.put(a_mail(subject=f"Undelivered {number}", body="[pr:v:x]", sender="MAILER-DAEMON@x"))
        with box.anew().open() as session:
            found = [fetched.content for fetched in session.fetch()]
        assert len(found) == 5
        assert found[0] == a_mail(body="vote")

    def test_a_large_message_is_fetched_in_part(self, box: Box) -> None:
        """Its beginning."""
        large = a_mail(body="x" * 1_000_000)
        box.put(large)
        (fetched,) = box.look()
        assert len(fetched.content) == 256 * 1024
        assert large.startswith(fetched.content)

    def test_marking_twice_is_marking_once(self, box: Box) -> None:
        """No fault."""
        box.put(a_mail())
        with box.mailbox.open() as session:
            (fetched,) = session.fetch()
            session.done(fetched.handle)
            session.done(fetched.handle)
        assert box.unread() == 0

    @pytest.mark.parametrize("content", [b"", b"\0" * 50, b"Subject: [pr\r\n", b"\xff\xfe [pr:"])
    def test_odd_bytes_are_no_fault(self, box: Box, content: bytes) -> None:
        """They are somebody else's affair."""
        box.put(content)
        assert len(box.look()) <= 1
        assert box.unread() == 1
