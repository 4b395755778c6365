"""Editions from their rows to messages, over a real store."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from recommender.digest.links import DigestLinks, Links
from recommender.digest.mail_links import MailLinks
from recommender.domain.editions import Delivery, Edition, EditionItem, Section
from recommender.domain.feedback import Act
from recommender.domain.papers import Paper
from recommender.domain.subscribers import SubscriberState
from recommender.runtime import FixedClock
from recommender.services.rendering import EditionRenderer, Identity
from recommender.services.voting import Mark, Voting
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_declaration, a_paper
from tests.digest.samples import look
from tests.stores import sqlite_store

MAILBOX = "answers@example.org"
LINKS = Links(["a secret of sufficient length for tests"], "https://papers.example.org")
BY_MAIL = MailLinks(LINKS, MAILBOX)
PAPERS = tuple(a_paper(number) for number in range(1, 15))


def renderer(links: DigestLinks = LINKS, by_mail: MailLinks | None = None) -> EditionRenderer:
    """Build what is tested, over the templates of the repository."""
    identity = Identity(
        sender="Paper Route <digest@example.org>", address="digest@example.org", domain="example.org"
    )
    return EditionRenderer(look(), links, identity, by_mail)


def edition(subscriber: int, day: int, papers: tuple[Paper, ...], *, missed: int | None = None) -> Edition:
    """Build the edition of a day of January."""
    moment = NOON + timedelta(days=day - NOON.day)
    items = tuple(
        EditionItem(
            paper=paper.id,
            section=Section.INTEREST,
            interest="Model editing",
            position=position,
            score=1.0,
            match=0.9,
            reason="It speaks of editing.",
        )
        for position, paper in enumerate(papers)
    )
    return Edition(
        subscriber=subscriber,
        key=f"2026-01-{day}",
        created_at=moment,
        due_at=moment,
        considered=20,
        items=items,
        missed=missed,
    )


class Desk:
    """A store in which Ana has the editions of two days, the second of which knows of the first."""

    def __init__(self, folder: Path) -> None:
        """Fill the store."""
        self.store: SqlStore = sqlite_store(folder)
        with self.store.write() as unit:
            unit.papers.fold(PAPERS, seen_at=NOON)
            ana = unit.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON)
            unit.outbox.put(edition(ana.id, 29, PAPERS[:12]), message_id="<first@example.org>", date=NOON)
        (first,) = self.rows()
        second = edition(ana.id, 30, PAPERS[12:], missed=first.edition)
        with self.store.write() as unit:
            unit.outbox.put(second, message_id="<second@example.org>", date=NOON)

    def rows(self) -> list[Delivery]:
        """Return the deliveries, oldest first."""
        with self.store.read() as unit:
            return sorted(unit.outbox.deliveries(), key=lambda row: row.id)

    def message(self, made: EditionRenderer, row: Delivery) -> bytes:
        """Render what a delivery sends."""
        with self.store.read() as unit:
            return made.message(unit, row)[1]


@pytest.fixture(name="desk")
def desk_fixture(tmp_path: Path) -> Desk:
    """Return the store with its two editions."""
    return Desk(tmp_path)


def text_of(message: bytes) -> str:
    """Return the text part on one line."""
    parsed = message_from_bytes(message, policy=SMTP)
    assert isinstance(parsed, EmailMessage)
    part = parsed.get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


def header(message: bytes, name: str) -> str | None:
    """Return one header as sent."""
    found = message_from_bytes(message, policy=SMTP)[name]
    return None if found is None else str(found)


def test_an_edition_that_may_not_have_arrived_is_told_of(desk: Desk) -> None:
    """The next one says so, with the day, ten titles, how many more, and the way to it."""
    first, second = desk.rows()
    text = text_of(desk.message(renderer(), second))
    told = text.partition("MODEL EDITING")[0]
    assert "THE LAST EDITION MAY NOT HAVE REACHED YOU" in told
    assert "the edition of Thursday 29 January" in told
    assert [paper.title in told for paper in PAPERS] == [True] * 10 + [False] * 4
    assert "and 2 more." in told
    view = told.partition("Open that edition ")[2].strip()
    claim = LINKS.read("view", view.rpartition("/")[2], NOON)
    assert claim.row == first.edition
    assert "MAY NOT HAVE REACHED" not in text_of(desk.message(renderer(), first))


def test_without_a_server_the_titles_alone_are_told(desk: Desk) -> None:
    """There is no page to lead to; where the papers are is still said."""
    text = text_of(desk.message(renderer(BY_MAIL, BY_MAIL), desk.rows()[1]))
    assert PAPERS[0].title in text
    assert str(PAPERS[0].url) in text
    assert "Open that edition" not in text
    assert "papers.example.org" not in text


def test_the_same_rows_give_the_same_bytes(desk: Desk) -> None:
    """However the earlier delivery ends, what was said of it is said again: a resend is byte-identical."""
    _, second = desk.rows()
    before = desk.message(renderer(), second)
    with desk.store.write() as unit:
        unit.outbox.expire_older([second.subscriber], before=NOON, now=NOON)
    assert desk.message(renderer(), second) == before


def test_a_lost_edition_that_is_gone_is_not_told_of(desk: Desk) -> None:
    """A row number that leads nowhere breaks nothing."""
    with desk.store.read() as unit:
        ana = unit.people.find("ana@example.org")
        gone = replace(edition(ana.id, 31, PAPERS[12:]), missed=999)
        parts = renderer().parts(unit, ana, gone)
    assert "may not have reached" not in parts.html


@pytest.mark.parametrize("by_mail", [None, BY_MAIL])
def test_list_headers_on_the_web(desk: Desk, by_mail: MailLinks | None) -> None:
    """One click stays; a way by mail follows only where somebody reads it."""
    message = desk.message(renderer(LINKS, by_mail), desk.rows()[0])
    ways = (header(message, "List-Unsubscribe") or "").split(", ")
    assert [way.partition(":")[0] for way in ways] == ["<https", "<mailto"][: 2 if by_mail else 1]
    assert header(message, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert (header(message, "List-Help") or "").startswith("<https://papers.example.org/p/")


def test_list_headers_by_mail(desk: Desk) -> None:
    """The mailbox alone, without a body, and no one click."""
    message = desk.message(renderer(BY_MAIL, BY_MAIL), desk.rows()[0])
    way = header(message, "List-Unsubscribe") or ""
    assert way.startswith(f"<mailto:{MAILBOX}?subject=Unsubscribe%20%5Bpr:u:")
    assert "&body=" not in way
    assert ", " not in way
    assert header(message, "List-Unsubscribe-Post") is None
    assert (header(message, "List-Help") or "").startswith(f"<mailto:{MAILBOX}?subject=Help%20%5Bpr:p:")


def test_a_follow_after_an_edition_changes_none_of_its_bytes(desk: Desk) -> None:
    """It is in the editions made from then on, even where the clock was set back."""
    before = [desk.message(renderer(), row) for row in desk.rows()]
    mark = Mark(paper=PAPERS[0].id, act=Act.FOLLOW, value="Bob Writer")
    with desk.store.read() as unit:
        reader = unit.people.find("ana@example.org")
    Voting(desk.store, FixedClock(NOON - timedelta(days=3))).record(reader, [mark], via="web")
    assert [desk.message(renderer(), row) for row in desk.rows()] == before
    with desk.store.write() as unit:
        unit.outbox.put(edition(reader.id, 31, PAPERS[:1]), message_id="<third@example.org>", date=NOON)
    assert "Bob Writer (followed)" in text_of(desk.message(renderer(), desk.rows()[-1]))


def test_an_edition_forced_before_its_hour_is_todays(desk: Desk) -> None:
    """The next one is tomorrow's: that of today is in hand."""
    with desk.store.read() as unit:
        ana = unit.people.find("ana@example.org")
        early = NOON.replace(hour=4)
        forced = replace(edition(ana.id, 30, PAPERS[:2]), created_at=early, due_at=early)
        parts = renderer().parts(unit, ana, forced)
    assert "Next edition: Saturday 31 January at 07:30" in " ".join(parts.text.split())
