"""Acts that come by mail: recorded once, answered once, taken back by reply."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from recommender.digest.mail_links import token_in
from recommender.domain.errors import MailboxError, MailDeferred
from recommender.domain.feedback import Act
from recommender.domain.inbound import Fetched
from recommender.domain.subscribers import SubscriberState
from recommender.mail.inbound import may_be_ours
from recommender.mail.maildir import MaildirMailbox
from recommender.ports import MailSession
from recommender.store.sql_store import SqlStore
from tests.services.desk import PAPERS
from tests.services.mailroom import without_zeros
from tests.services.post import READER, US, Post


@pytest.fixture
def post(tmp_path: Path, migrated: Path) -> Iterator[Post]:
    """Give a reader whose answers come by mail."""
    shutil.copy(migrated, tmp_path / "store.db")
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}")
    yield Post(store, tmp_path)
    store.close()


@pytest.mark.parametrize("value, up", [("up", True), ("down", False)])
def test_a_vote_by_mail_counts(post: Post, value: str, up: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """As the thumb of a page would, with the edition and the way it came."""
    post.act("vote", value, paper=3)
    assert post.read() == {"votes": 1}
    assert post.desk.votes() == {3: up}
    (entry,) = post.desk.log()
    assert (entry.via, entry.edition, entry.interest) == ("mail", post.desk.edition.id, "Model editing")
    assert post.unread() == 0


def test_the_answer_says_what_was_recorded_and_a_reply_takes_it_back(post: Post) -> None:
    """The token of the answer's subject survives the reply; taking back is answered without a token."""
    post.act("vote", "up", paper=3)
    post.read()
    (answer,) = post.answers()
    assert answer["To"].addresses[0].addr_spec == READER
    assert (answer["Auto-Submitted"], answer["In-Reply-To"]) == ("auto-replied", "<own-1@example.net>")
    assert answer["Reply-To"].addresses[0].addr_spec == US
    text = answer.get_content()
    assert "Recorded: Useful: Paper number 3 on subject 3" in text
    assert "reply to this mail" in text
    post.write(f"Re: {answer['Subject']}", In_Reply_To=str(answer["Message-ID"]))
    assert post.read() == {"undone": 1}
    assert post.desk.votes() == {}
    last = post.answers()[-1]
    assert "taken back" in str(last["Subject"])
    assert token_in(str(last["Subject"])) is None


def test_several_acts_of_one_pass_are_answered_by_one_mail(post: Post) -> None:
    """It lists them, with a way back for each."""
    for paper in (1, 2, 3):
        post.clock.wait(60)
        post.act("vote", "up", paper=paper)
    post.act("save", paper=4)
    assert post.read() == {"votes": 3, "saves": 1}
    (answer,) = post.answers()
    text = answer.get_content()
    assert text.count("mailto:") == 4
    assert "take back the last one" in text
    post.write(f"Re: {answer['Subject']}")
    assert post.read() == {"undone": 1}
    assert (post.desk.saved(), len(post.desk.votes())) == ([], 3)


def test_a_save_and_its_undo(post: Post) -> None:
    """The reading list follows."""
    post.act("save", paper=2)
    assert post.read() == {"saves": 1}
    assert post.desk.saved() == [PAPERS[1].id]
    post.act("save", "undo", paper=2)
    assert post.read() == {"undone": 1}
    assert post.desk.saved() == []


def test_unsubscribing_by_mail_and_coming_back(post: Post) -> None:
    """It is answered once more, and that answer says how to come back."""
    post.act("unsubscribe")
    assert post.read() == {"unsubscribes": 1}
    assert (post.who().state, post.reason()) == (SubscriberState.UNSUBSCRIBED, "unsubscribed by the reader")
    (answer,) = post.answers()
    assert "You are unsubscribed" in answer.get_content()
    post.act("unsubscribe")
    assert (post.read(), len(post.answers())) == ({"unsubscribes": 1}, 1)
    post.write(f"Re: {answer['Subject']}")
    assert post.read() == {"undone": 1}
    assert (post.who().state, post.reason()) == (SubscriberState.ACTIVE, None)


def test_an_unsubscribe_outlives_voided_links(post: Post) -> None:
    """A vote does not."""
    old = [
        post.by_mail.subject(post.claim(purpose, value, epoch=7))
        for purpose, value in (("unsubscribe", ""), ("vote", "up"))
    ]
    for subject in old:
        post.write(subject)
    assert post.read() == {"unsubscribes": 1, "unknown": 1}
    assert post.desk.log() == []


def test_help_is_answered(post: Post) -> None:
    """With the way out."""
    post.act("preferences")
    assert post.read() == {"help": 1}
    (answer,) = post.answers()
    assert "mailto:" in answer.get_content()
    assert "Unsubscribe" in answer.get_content()


def test_an_act_that_changes_nothing_is_not_answered(post: Post) -> None:
    """Who sends the same mail again gets no more mail for it."""
    for _ in range(2):
        post.act("vote", "up")
        assert post.read() == {"votes": 1}
    assert len(post.answers()) == 1


def test_a_message_read_twice_is_recorded_once(post: Post) -> None:
    """A copy that came another way does not overrule what the reader said since."""
    file = post.act("vote", "up")
    copy = b"Received: by another way\r\n" + file.read_bytes()
    post.read()
    post.clock.wait(600)
    post.desk.mark(1, Act.DOWN)
    post.clock.wait(600)
    post.arrive(copy)
    assert post.read() == {}
    assert post.desk.votes() == {1: False}
    assert (post.unread(), len(post.answers())) == (0, 1)


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


def test_an_act_that_arrived_first_does_not_overrule_a_later_one(post: Post) -> None:
    """Although we read it later: the mail of a laptop that slept."""
    post.act("vote", "up")
    post.clock.wait(3600)
    post.desk.mark(1, Act.DOWN)
    post.clock.wait(3600)
    assert post.read() == {"votes": 1}
    assert post.desk.votes() == {1: False}
    assert post.answers() == []


def test_acts_count_from_their_arrival(post: Post) -> None:
    """But not from before the edition, nor from the future."""
    files = [post.act("vote", "up", paper=paper) for paper in (1, 2, 3)]
    now = post.clock.now()
    for file, days in zip(files, (-400, 0, 400), strict=True):
        instant = (now + timedelta(days=days)).timestamp()
        os.utime(file, (instant, instant))
    post.clock.wait(86_400)
    post.read()
    times = {
        PAPERS.index(next(p for p in PAPERS if p.id == entry.paper)) + 1: entry.at
        for entry in post.desk.log()
    }
    assert times[1] >= post.desk.edition.created_at
    assert abs(times[2] - now) < timedelta(seconds=1)
    assert times[3] <= post.clock.now() + timedelta(seconds=1)


def test_a_burst_of_both_thumbs_is_held_back(post: Post) -> None:
    """As on a page; the same acts minutes apart are a reader's, though read in one pass."""
    for paper in (1, 2):
        post.act("vote", "up", paper=paper)
        post.act("vote", "down", paper=paper)
    post.read()
    assert post.desk.votes() == {}
    assert any(entry.suspect for entry in post.desk.log())


def test_second_thoughts_minutes_apart_are_a_reader_s(post: Post) -> None:
    """Read in one pass all the same."""
    for value in ("up", "down"):
        for paper in (1, 2):
            post.clock.wait(120)
            post.act("vote", value, paper=paper)
    assert post.read() == {"votes": 4}
    assert post.desk.votes() == {1: False, 2: False}


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Auto_Response_Suppress": "All"},
        {"Return_Path": "<>"},
    ],
)
def test_an_automatic_answer_votes_for_nobody(post: Post, headers: dict[str, str]) -> None:
    """Even with a good token in its subject; it is not answered and stays unread."""
    post.write(post.by_mail.subject(post.claim("vote", "up")), **headers)
    assert post.read() == {"automatic": 1}
    assert (post.desk.log(), post.answers(), post.unread()) == ([], [], 1)


def test_an_automatic_answer_to_our_own_mail_is_put_away(post: Post) -> None:
    """It changes nothing."""
    post.write("Out of office [pr", In_Reply_To="<1@example.org>", Auto_Submitted="auto-replied")
    assert post.read() == {"automatic": 1}
    assert (post.desk.log(), post.answers(), post.unread()) == ([], [], 0)


def test_bad_tokens_change_nothing(post: Post) -> None:
    """Forged, for another purpose, two at once, for pages only, too old: all unknown, all untouched."""
    good = post.by_mail.subject(post.claim("vote", "up"))
    forged = good.replace("]", "")[:-1] + ("A]" if good[-2] != "A" else "B]")
    page = f"View [pr:d:{post.links.token(post.claim('view'))}]"
    post.write(forged)
    post.write(good.replace("pr:v:", "pr:s:"))
    post.write(f"{good} {post.by_mail.subject(post.claim('vote', 'down'))}")
    post.write(page)
    post.clock.time += timedelta(days=500)
    post.write(good)
    assert post.read() == {"unknown": 5}
    assert (post.desk.log(), post.unread(), post.answers()) == ([], 5, [])


def test_other_people_s_mail_is_left_alone(post: Post) -> None:
    """It is not counted either."""
    post.write("Lunch on Friday?")
    assert (post.read(), post.unread()) == ({}, 1)


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
