"""Reading the inbox when something is wrong: the mailbox, the relay, the store, the process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recommender.domain.errors import MailboxError, MailDeferred
from recommender.domain.feedback import Act
from recommender.domain.inbound import Fetched
from recommender.mail.inbound import may_be_ours
from recommender.mail.maildir import MaildirMailbox
from recommender.ports import MailSession
from recommender.store.sql_store import SqlStore
from tests.services.mailroom import without_zeros
from tests.services.post import READER, Post


class Unmarkable(MaildirMailbox):
    """A maildir in which nothing can be marked: the process dies after the store has it."""

    @contextmanager
    def open(self) -> Iterator["_Session"]:  # type: ignore[override]  # narrower
        """Open it."""
        with super().open() as session:
            yield _Session(session)


class _Session:
    def __init__(self, session: object) -> None:
        self._session = session

    def fetch(self) -> Iterator[Fetched]:
        """Yield what there is."""
        return self._session.fetch()  # type: ignore[attr-defined,no-any-return]  # the real one

    def done(self, handle: str) -> None:
        """Fail."""
        raise MailboxError("the connection is gone")

    def again(self, handle: str) -> None:
        """Pass it on."""


def test_a_death_between_store_and_mark_loses_nothing_and_doubles_nothing(post: Post) -> None:
    """The next pass finds the key and only marks."""
    post.act("vote", "up")
    box = Unmarkable(folder=post.maildir, may_be_ours=may_be_ours, clock=post.clock)
    report = post.inbox(box).run()
    assert (without_zeros(report.counts), report.partial) == ({"votes": 1}, True)
    assert post.unread() == 1
    post.clock.wait(600)
    post.desk.mark(1, Act.DOWN)
    assert (post.read(), post.unread(), post.desk.votes()) == ({}, 0, {1: False})
    assert len(post.answers()) == 1


def test_an_inbox_that_cannot_be_read_is_a_failure_of_the_report(post: Post, tmp_path: Path) -> None:
    """Nothing is raised."""
    box = MaildirMailbox(folder=tmp_path / "nowhere", may_be_ours=may_be_ours, clock=post.clock)
    report = post.inbox(box).run()
    assert report.partial
    assert "no maildir" in report.failures[0].reason


class Down:
    """A relay that is down."""

    def open(self) -> MailSession:
        """Fail."""
        raise MailDeferred("connection refused", relay=True)


def test_a_relay_that_is_down_costs_only_the_answer(post: Post) -> None:
    """The vote stands, and nobody is answered twice later."""
    post.act("vote", "up")
    report = post.inbox(mailer=Down).run()
    assert without_zeros(report.counts) == {"votes": 1}
    assert "not sent" in report.warnings[0]
    assert READER not in report.warnings[0]
    assert (post.read(), post.answers()) == ({}, [])


def test_answers_can_be_switched_off(post: Post) -> None:
    """Then acts count in silence."""
    post.act("vote", "up")
    assert without_zeros(post.inbox(acknowledge=False).run().counts) == {"votes": 1}
    assert post.answers() == []


def test_a_reader_whom_we_must_not_mail_is_not_answered(post: Post) -> None:
    """Their votes count."""
    with post.store.write() as unit:
        unit.people.suppress(READER, reason="bounced: gone", at=post.clock.now())
    post.act("vote", "up")
    assert (post.read(), post.answers()) == ({"votes": 1}, [])


def test_a_pass_that_is_stopped_goes_on_later(post: Post) -> None:
    """By the same object."""
    for paper in (1, 2):
        post.act("vote", "up", paper=paper)
    inbox = post.inbox()
    assert without_zeros(inbox.run(lambda: True).counts) == {}
    assert without_zeros(inbox.run().counts) == {"votes": 2}


def test_a_message_the_store_refuses_is_tried_again(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the same process: the database was busy."""
    post.act("vote", "up")
    inbox = post.inbox()
    with monkeypatch.context() as patch:
        patch.setattr(SqlStore, "write", _busy)
        with pytest.raises(OSError, match="busy"):
            inbox.run()
    assert without_zeros(inbox.run().counts) == {"votes": 1}


def _busy(_store: SqlStore) -> None:
    raise OSError("busy")
