"""Levers as they are turned, replayed, taken back and offered, on the web and by mail."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from recommender.digest.mail_links import token_in
from recommender.domain.editions import Edition, EditionItem, Evidence, Lever, Section
from recommender.domain.feedback import Act, Feedback
from recommender.services.feedback_import import FeedbackImport
from recommender.services.levers import offers, own_lever
from recommender.services.voting import Mark
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_paper, a_subscriber, an_interest
from tests.services.desk import PAPERS, Desk
from tests.services.post import Post
from tests.stores import sqlite_store

PAPER = a_paper(authors=("Ada Example", "Bo Sample", "Cy Third", "Di Fourth"))
ITEM = EditionItem(
    paper=PAPER.id,
    section=Section.INTEREST,
    interest="Model editing",
    position=0,
    score=1,
    match=0.9,
    reason="because",
    lever=Lever(act="mute", value="rank-one"),
    evidence=(
        Evidence(scorer="content", share=0.9, terms=("rank-one", "editing facts", "unlearning")),
        Evidence(scorer="authors", share=0.1, author="Di Fourth"),
    ),
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a fresh desk."""
    return Desk(sqlite_store(tmp_path))


def turned(act: Act, value: str, interest: str | None = "Model editing") -> Feedback:
    """Build the act of a lever that stands."""
    return Feedback(subscriber=1, paper=PAPER.id, act=act, at=NOON, value=value, interest=interest)


def test_a_lever_is_kept_with_its_interest_and_edition(desk: Desk) -> None:
    """As a vote is, and with what it is about; the same again adds nothing."""
    for value in ("rank-one", "Rank-One", "rank-one "):
        desk.turn(1, Act.MUTE, value)
        desk.clock.wait(60)
    (entry,) = desk.log()
    assert (entry.act, entry.value, entry.interest, entry.edition, entry.via) == (
        Act.MUTE,
        "rank-one",
        "Model editing",
        desk.edition.id,
        "web",
    )


@pytest.mark.parametrize("on, off", [(Act.MUTE, Act.UNMUTE), (Act.FOLLOW, Act.UNFOLLOW)])
def test_undo_restores_what_stood(desk: Desk, on: Act, off: Act) -> None:
    """Both ways; turning back what was not turned adds nothing."""
    assert desk.turn(1, off, "Ada").entries == ()
    done = desk.turn(1, on, "Ada")
    assert desk.levers() == [(on.value, "Ada")]
    back = desk.voting.record(desk.ana, done.undo, via="web", edition=desk.edition)
    assert desk.levers() == []
    desk.voting.record(desk.ana, back.undo, via="web", edition=desk.edition)
    assert desk.levers() == [(on.value, "Ada")]
    assert [entry.act for entry in desk.log()] == [on, off, on]


def test_a_lever_without_a_value_turns_nothing(desk: Desk) -> None:
    """There would be nothing to compare with."""
    assert desk.turn(1, Act.MUTE, " ").entries == ()
    assert desk.log() == []


def test_a_clock_set_back_hides_no_lever(desk: Desk) -> None:
    """The later act wins, through whatever paper it came."""
    desk.turn(1, Act.MUTE, "rank-one")
    desk.clock.wait(-3600)
    desk.turn(2, Act.UNMUTE, "rank-one")
    assert desk.levers() == []


def test_an_edition_never_learns_of_a_lever_that_came_after_it(desk: Desk) -> None:
    """Late by mail or on a clock set back: an act is dated after every edition that was made without it."""
    made = NOON + timedelta(days=1)
    with desk.store.write() as unit:
        edition = Edition(
            subscriber=desk.ana.id, key="2026-01-31", created_at=made, due_at=made, considered=0
        )
        unit.outbox.put(edition, message_id="<2@example.org>", date=made)
    desk.clock.wait(3600)
    desk.turn(1, Act.FOLLOW, "Ada Author1")
    with desk.store.read() as unit:
        assert unit.people.levers([desk.ana.id], until=made) == []
        assert len(unit.people.levers([desk.ana.id], until=made + timedelta(seconds=1))) == 1


def test_a_scanner_that_presses_everything_leaves_no_lever(desk: Desk) -> None:
    """Thumbs and levers of one paper after the other; what stood before still stands."""
    desk.turn(8, Act.MUTE, "survey")
    desk.clock.wait(3600)
    for number in range(1, 8):
        for act in (Act.UP, Act.DOWN, Act.SAVE):
            desk.mark(number, act)
            desk.clock.wait(0.05)
        desk.turn(number, Act.MUTE, f"method {number}")
        desk.turn(number, Act.FOLLOW, f"Ada Author{number}")
        desk.clock.wait(0.05)
    assert (desk.levers(), desk.votes(), desk.saved()) == ([("mute", "survey")], {}, [])


def test_a_scanner_that_presses_levers_alone_leaves_none(desk: Desk) -> None:
    """Three papers within five seconds are read by nobody; a lever turned back by it stands again."""
    desk.turn(8, Act.FOLLOW, "Ada Author1")
    desk.clock.wait(3600)
    desk.turn(1, Act.UNFOLLOW, "Ada Author1")
    suspects = [desk.turn(number, Act.MUTE, f"method {number}").suspect for number in range(2, 9)]
    assert suspects == [False, *[True] * 6]
    assert desk.levers() == [("follow", "Ada Author1")]
    desk.clock.wait(60)
    assert not desk.turn(4, Act.MUTE, "method 4").suspect
    assert ("mute", "method 4") in desk.levers()


def test_a_scanner_that_returns_adds_no_suspects(desk: Desk) -> None:
    """Each is stored once."""
    for _ in range(3):
        for number in range(1, 9):
            desk.turn(number, Act.MUTE, f"method {number}")
            desk.turn(number, Act.MUTE, f"subject {number}")
    held = [(entry.paper, entry.act, entry.value) for entry in desk.log() if entry.suspect]
    assert len({*held}) == len(held)
    assert {value for _, _, value in held} >= {"method 8", "subject 8"}


def test_mails_that_waited_for_a_connection_all_count(desk: Desk) -> None:
    """A reader wrote each of them."""
    for number in range(1, 6):
        assert not desk.turn(number, Act.MUTE, f"method {number}", via="mail").suspect
    assert len(desk.levers()) == 5


def test_one_form_may_turn_many(desk: Desk) -> None:
    """Levers of one paper in one POST are no burst, and share their time."""
    marks = [Mark(paper=PAPERS[0].id, act=Act.MUTE, value=f"term {number}") for number in range(9)]
    done = desk.voting.record(desk.ana, marks, via="web", edition=desk.edition)
    assert (done.suspect, len(desk.levers()), len({entry.at for entry in desk.log()})) == (False, 9, 1)


def test_what_a_paper_offers() -> None:
    """The lever of its reason first, then shared terms but for keywords, then authors named and first."""
    reader = a_subscriber(interests=(an_interest(keywords=("unlearning",), authors=("Bo Sample",)),))
    found = offers(ITEM, PAPER, reader, [turned(Act.MUTE, "Rank-One"), turned(Act.FOLLOW, "Cy Third", None)])
    assert [(own.mark.act.value, own.mark.value, own.turned, own.declared) for own in found] == [
        ("mute", "rank-one", True, False),
        ("mute", "editing facts", False, False),
        ("follow", "Di Fourth", False, False),
        ("follow", "Ada Example", False, False),
        ("follow", "Bo Sample", False, True),
        ("follow", "Cy Third", True, False),
    ]
    assert [own.mark.interest for own in found] == [*["Model editing"] * 5, ""]
    assert [own.mark.value for own in found if own.asked_for] == ["editing facts"]


@pytest.mark.parametrize("about, warned", [("rank-one facts", ["Rank one fact", "EDITS"]), ("", ["EDITS"])])
def test_plurals_and_hyphens_are_the_readers_own_words_too(about: str, warned: list[str]) -> None:
    """A mute hides them as well: a keyword is not offered, and what is near it with a word of warning."""
    own = Evidence(scorer="content", share=1, terms=("World Models", "Rank one fact", "probes", "EDITS"))
    interest = an_interest(keywords=("world-model", "model edit"), about=about)
    found = offers(replace(ITEM, lever=None, evidence=(own,)), PAPER, a_subscriber(interests=(interest,)), [])
    muting = [offer for offer in found if offer.mark.act is Act.MUTE]
    assert [offer.mark.value for offer in muting] == ["Rank one fact", "probes", "EDITS"]
    assert [offer.mark.value for offer in muting if offer.asked_for] == warned


def test_what_many_likes_hold_is_offered_with_a_word_of_warning() -> None:
    """As the reader's own words are."""
    shared = Evidence(
        scorer="content", share=0.5, terms=("Causal Tracing", "probes"), wanted=("Causal Tracing",)
    )
    found = offers(replace(ITEM, evidence=(shared,)), PAPER, a_subscriber(), [])
    assert [own.mark.value for own in found if own.asked_for] == ["Causal Tracing"]


def test_levers_of_many_readers_are_one_question(desk: Desk) -> None:
    """Whoever makes editions asks for a block of them at once."""
    asked: list[str] = []
    assert isinstance(desk.store, SqlStore)
    event.listen(desk.store._readers, "before_cursor_execute", lambda *told: asked.append(told[2]))
    with desk.store.read() as unit:
        unit.people.levers(range(500))
    assert [statement for statement in asked if "feedback" in statement] == asked[-1:]


def test_an_author_whom_votes_brought_can_be_followed_or_muted() -> None:
    """A name keeps papers out as a term does."""
    learned = Evidence(scorer="authors", share=0.3, author="Di Fourth", paper=PAPERS[1].id)
    found = offers(replace(ITEM, lever=None, evidence=(learned,)), PAPER, a_subscriber(), [])
    assert [(own.mark.act, own.mark.value) for own in found][:2] == [
        (Act.MUTE, "Di Fourth"),
        (Act.FOLLOW, "Di Fourth"),
    ]


@pytest.mark.parametrize("key, place", [("Model editing", "Model editing"), ("Other", ""), ("", "")])
def test_a_lever_of_an_interest_that_is_gone_holds_for_all(key: str, place: str) -> None:
    """So that it does not rest unseen."""
    mark = own_lever(ITEM, a_subscriber(interests=(an_interest(key),) if key else ()))
    assert (mark.act, mark.value, mark.interest) == (Act.MUTE, "rank-one", place)


def test_a_lever_by_mail_is_turned_answered_and_taken_back(tmp_path: Path) -> None:
    """The answer names the term, and its subject takes it back."""
    post = Post(sqlite_store(tmp_path), tmp_path)
    post.act("lever", "lever", paper=5)
    post.clock.wait(60)
    post.act("lever", "lever", paper=6)
    assert post.read() == {"levers": 2}
    assert post.desk.levers() == [("mute", "method 5"), ("follow", "Ada Author6")]
    (answer,) = post.answers()
    text = answer.get_content()
    assert "Muted from now on: method 5" in text
    assert "Followed from now on: Ada Author6" in text
    found = token_in(str(answer["Subject"]))
    assert found is not None
    assert found[0] == "lever"
    post.clock.wait(60)
    post.write(f"Re: {answer['Subject']}")
    assert post.read() == {"undone": 1}
    assert post.desk.levers() == [("mute", "method 5")]


def test_a_lever_by_mail_that_came_late_overrules_nothing(tmp_path: Path) -> None:
    """What the reader said since, on a page, stands."""
    post = Post(sqlite_store(tmp_path), tmp_path)
    post.act("lever", "lever", paper=5)
    post.clock.wait(3600)
    post.desk.turn(5, Act.MUTE, "method 5")
    post.desk.turn(5, Act.UNMUTE, "method 5")
    assert post.read() == {"levers": 1}
    assert post.desk.levers() == []
    assert post.answers() == []
    post.act("lever", "undo", paper=5)
    post.clock.wait(3600)
    post.desk.turn(5, Act.MUTE, "method 5")
    assert post.read() == {"undone": 1}
    assert post.desk.levers() == [("mute", "method 5")]


@pytest.mark.parametrize("paper", [1, 7])
def test_a_lever_that_is_less_like_this_is_a_vote_by_mail(tmp_path: Path, paper: int) -> None:
    """An item without a term or an author has only that; undone it is no vote."""
    post = Post(sqlite_store(tmp_path), tmp_path)
    post.act("lever", "lever", paper=paper)
    post.read()
    assert post.desk.votes() == {paper: False}
    post.clock.wait(60)
    post.act("lever", "undo", paper=paper)
    post.read()
    assert (post.desk.votes(), post.desk.levers()) == ({}, [])


@pytest.mark.parametrize("act", [Act.UNMUTE, Act.FOLLOW, Act.UNFOLLOW, Act.LABEL, Act.NOTE])
def test_an_import_takes_no_levers(desk: Desk, tmp_path: Path, act: Act) -> None:
    """A line has no room for whom or what they are about, and it says so."""
    row = {
        "subscriber": "ana@example.org",
        "paper": "2601.00001",
        "act": act.value,
        "at": "2026-01-30T12:00Z",
    }
    file = tmp_path / "feedback.jsonl"
    file.write_text(json.dumps(row), encoding="utf-8")
    (refused,) = FeedbackImport(desk.store, desk.clock).run(file).failures
    assert "must be one of up, down, undo, save, unsave, read, unread, mute" in str(refused)
    assert desk.log() == []
