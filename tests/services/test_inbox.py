"""Acts that come by mail: recorded once, answered once, taken back by reply."""

import os
import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

import pytest

from recommender.digest.mail_links import token_in
from recommender.domain.feedback import Act
from recommender.domain.subscribers import SubscriberState
from tests.builders import a_declaration
from tests.services.desk import PAPERS
from tests.services.post import READER, US, Post


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


def test_an_answer_is_in_the_readers_language(post: Post) -> None:
    """Its subject too, letters that are not ASCII and all, and a reply still takes the act back."""
    with post.store.write() as unit:
        unit.people.change(post.desk.ana.id, replace(a_declaration(READER), locale="de-DE"))
    post.act("vote", "up", paper=3)
    post.read()
    (answer,) = post.answers()
    assert str(answer["Subject"]).startswith(
        "Notiert: Nützlich. Antwort: Meine Bewertung zurücknehmen [pr:v:"
    )
    text = answer.get_content()
    assert "Notiert: Nützlich: Paper number 3 on subject 3" in text
    assert "Um das zurückzunehmen, antworte auf diese Mail." in text
    post.write(f"Re: {answer['Subject']}".encode("ascii", "ignore").decode())
    assert post.read() == {"undone": 1}
    assert post.desk.votes() == {}
    post.act("preferences")
    post.read()
    assert "Um alle Mails zu beenden" in post.answers()[-1].get_content()


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
    assert "To take the last one back, reply" in text
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
    text = answer.get_content()
    assert "You are unsubscribed" in text
    assert "reply to this mail" not in text
    post.act("unsubscribe")
    assert (post.read(), len(post.answers())) == ({"unsubscribes": 1}, 1)
    post.write(way_back(answer))
    assert post.read() == {"undone": 1}
    assert (post.who().state, post.reason()) == (SubscriberState.ACTIVE, None)


def way_back(answer: EmailMessage) -> str:
    """Return the subject of the mail that the one link of an answer opens."""
    (link,) = re.findall(r"mailto:\S+", answer.get_content())
    return str(parse_qs(urlsplit(link).query)["subject"][0])


def test_a_reply_to_the_answer_of_an_unsubscribe_subscribes_nobody(post: Post) -> None:
    """It may be a machine's that does not say so."""
    post.act("unsubscribe")
    post.read()
    (answer,) = post.answers()
    assert token_in(str(answer["Subject"])) is None
    post.write(f"Re: {answer['Subject']}", In_Reply_To=str(answer["Message-ID"]))
    post.read()
    assert (post.who().state, post.reason()) == (SubscriberState.UNSUBSCRIBED, "unsubscribed by the reader")


def test_who_had_paused_is_paused_again_after_coming_back(post: Post) -> None:
    """The way back leads to what stood before."""
    with post.store.write() as unit:
        unit.people.set_state(post.desk.ana.id, SubscriberState.PAUSED, at=post.clock.now())
    post.act("unsubscribe")
    post.read()
    post.write(way_back(post.answers()[0]))
    assert post.read() == {"undone": 1}
    assert (post.who().state, post.reason()) == (SubscriberState.PAUSED, None)


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


def test_help_goes_to_nobody_who_is_suppressed(post: Post) -> None:
    """The request is put away all the same."""
    with post.store.write() as unit:
        unit.people.suppress(READER, reason="complaint", at=post.clock.now())
    post.act("preferences")
    assert post.read() == {"help": 1}
    assert (post.answers(), post.unread()) == ([], 0)


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
