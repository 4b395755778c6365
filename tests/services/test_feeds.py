"""A reader's own feeds: valid, stable, and read back by the product's own source."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import feedparser
import pytest

from recommender.digest.tex import to_unicode
from recommender.domain.feedback import Act
from recommender.domain.papers import Paper, PaperId, PaperStatus
from recommender.services.feeds import MOST, FeedEntry, ReaderFeed, edition_feed, list_feed
from recommender.services.feeds_text import to_atom, to_json_feed
from recommender.services.reading import Choice
from recommender.services.voting import Mark
from recommender.sources.feed import parse_feed
from tests.builders import NOON, a_paper
from tests.services.desk import PAPERS, Desk
from tests.services.feed_rules import ATOM, atom_faults, json_feed_faults
from tests.stores import sqlite_store

HOSTILE = (
    "Control \x00\x0b\x1b characters \ud800",
    "]]> <![CDATA[ & &amp; &#x41; <script>alert(1)</script>",
    "Turned \u202earound\u2066 and \ufffe\uffff",
    r"On $\alpha$-stable {B}rackets and $x < y$",
    "\"quotes\" and 'more'",
    "知识编辑 🦉 é",
    "",
)
PLACE = "https://digest.example.org/f/token.atom?of=list&unread=1"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a fresh desk."""
    return Desk(sqlite_store(tmp_path))


def a_feed(*papers: Paper) -> ReaderFeed:
    """Return a feed of papers."""
    entries = [
        FeedEntry(
            id=f"urn:uuid:00000000-0000-0000-0000-{number:012x}",
            paper=paper,
            published=NOON,
            updated=NOON,
            words=("It speaks of <b>editing</b> ]]>.",),
            tags=('a "label" & <more>', "\x00"),
        )
        for number, paper in enumerate(papers)
    ]
    return ReaderFeed(
        id="urn:uuid:00000000-0000-0000-0000-ffffffffffff",
        title="Reading list",
        updated=NOON,
        entries=entries,
    )


def atom(feed: ReaderFeed) -> str:
    """Return a feed as Atom."""
    return to_atom(feed, address=PLACE, by="Paper Route")


def as_json(feed: ReaderFeed) -> str:
    """Return a feed as JSON Feed."""
    return to_json_feed(feed, address=PLACE, by="Paper Route")


def test_hostile_papers_make_valid_feeds() -> None:
    """Whatever a title, an abstract or a name holds, both feeds keep their rules; feedparser is content."""
    papers = [
        a_paper(number, title=text, abstract=text, authors=(text, "Ada One"), url=f"javascript:{text}")
        for number, text in enumerate(HOSTILE)
    ]
    feed = a_feed(*papers, Paper(id=PaperId("title:x"), title="X"))
    assert atom_faults(atom(feed)) == []
    assert json_feed_faults(as_json(feed)) == []
    assert not feedparser.parse(atom(feed).encode()).bozo
    assert "javascript:" not in atom(feed) + as_json(feed)
    assert "\u202e" not in atom(feed) + as_json(feed)
    root = ET.fromstring(atom(feed))
    titles = [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")]
    assert titles[1] == HOSTILE[1]
    assert titles[6] == "arxiv:2601.00006"
    contents = [entry.findtext(f"{ATOM}content", "") for entry in root.iter(f"{ATOM}entry")]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in contents[1]
    assert all(set(re.findall("<[^>]*>", content)) <= {"<p>", "</p>"} for content in contents)


def test_an_empty_feed_is_valid() -> None:
    """Somebody who saved nothing has a feed all the same."""
    assert atom_faults(atom(a_feed())) == []
    assert json_feed_faults(as_json(a_feed())) == []


@pytest.mark.parametrize("write", [atom, as_json])
def test_our_own_source_reads_our_feeds(write: object) -> None:
    """Ids, titles, authors, abstracts and links of papers come back."""
    papers = [
        a_paper(
            1, title=r"Of $\alpha$ and <i>in vivo</i> & more", published=datetime(2026, 1, 3, tzinfo=UTC)
        ),
        replace(
            a_paper(2), id=PaperId("doi:10.1234/ab_(c)d"), doi="10.1234/ab_(c)d", url="https://example.org/2"
        ),
        replace(a_paper(3), id=PaperId("title:papernumber3onsubject3"), url=None),
        a_paper(4, doi="10.1234/journal", venue="Nature"),
    ]
    text = write(a_feed(*papers))  # type: ignore[operator]  # one of the writers above
    back = parse_feed(text.encode(), place="feed")
    assert not back.refused
    assert [paper.id for paper in back.papers] == [paper.id for paper in papers]
    assert back.papers[0].title == "Of α and in vivo & more"
    assert [paper.title for paper in back.papers[1:]] == [to_unicode(paper.title) for paper in papers[1:]]
    assert [paper.authors for paper in back.papers] == [paper.authors for paper in papers]
    assert [paper.abstract for paper in back.papers] == [paper.abstract for paper in papers]
    if write is atom:  # JSON Feed has no word for when a paper came out
        assert back.papers[0].published == papers[0].published


def listing(desk: Desk, choice: Choice | None = None) -> ReaderFeed:
    """Return the feed of Ana's list."""
    with desk.store.read() as uow:
        return list_feed(uow, uow.people.find(desk.ana.email), choice or Choice())


def test_updated_moves_only_when_the_list_did(desk: Desk) -> None:
    """Saving, labelling and taking off move it; time, a note and reading do not."""

    def act(number: int, wanted: Act, value: str = "") -> datetime:
        desk.clock.wait(60)
        desk.voting.record(desk.ana, [Mark(paper=PAPERS[number - 1].id, act=wanted, value=value)], via="web")
        return desk.clock.now()

    saved = act(1, Act.SAVE)
    assert listing(desk).updated == saved
    before = atom(listing(desk))
    act(1, Act.READ)
    act(1, Act.NOTE, "a thought")
    assert atom(listing(desk)) == before
    assert "a thought" not in before
    labelled = act(1, Act.LABEL, "theory")
    assert (listing(desk).updated, listing(desk).entries[0].updated) == (labelled, labelled)
    assert listing(desk).entries[0].tags == ("theory",)
    second = act(2, Act.SAVE)
    assert [entry.updated for entry in listing(desk).entries] == [second, labelled]
    gone = act(2, Act.UNSAVE)
    assert listing(desk).updated == gone
    assert [entry.paper.id for entry in listing(desk, Choice(label="THEORY")).entries] == [PAPERS[0].id]


def test_a_withdrawn_paper_says_so(desk: Desk) -> None:
    """In Atom and JSON, in words and as a tag; the entry keeps its id and moves its date."""
    desk.voting.record(desk.ana, [Mark(paper=PAPERS[0].id, act=Act.SAVE)], via="web")
    (before,) = listing(desk).entries
    desk.clock.wait(3600)
    with desk.store.write() as uow:
        withdrawn = replace(PAPERS[0], status=PaperStatus.WITHDRAWN, version=2, updated=desk.clock.now())
        uow.papers.fold([withdrawn], seen_at=desk.clock.now())
    (entry,) = listing(desk).entries
    assert entry.id == before.id
    text = as_json(listing(desk))
    assert "This paper was withdrawn." in json.loads(text)["items"][0]["content_text"]
    assert json.loads(text)["items"][0]["tags"] == ["withdrawn"]
    assert 'category term="withdrawn"' in atom(listing(desk))


def test_what_was_recommended_and_may_have_arrived(desk: Desk) -> None:
    """The edition's papers with their reasons, in its order; nothing before the mail went out."""

    def feed() -> ReaderFeed:
        with desk.store.read() as uow:
            return edition_feed(uow, uow.people.find(desk.ana.email), desk.clock.now())

    assert feed().entries == []
    with desk.store.write() as uow:
        (row,) = uow.outbox.claim(worker="w", now=desk.clock.now(), lease=timedelta(minutes=5), limit=1)
        uow.outbox.mark_in_doubt(row, now=desk.clock.now(), body_sha256="0" * 64)
    items = desk.edition.items
    entries = feed().entries
    assert [entry.paper.id for entry in entries] == [item.paper for item in items]
    assert entries[0].words == (items[0].reason,)
    assert {entry.published for entry in entries} == {desk.edition.created_at}
    assert atom_faults(atom(feed())) == []
    desk.clock.wait(86_400 * 200)
    assert feed().entries == []


def test_long_lists_are_cut(desk: Desk) -> None:
    """A feed is for what is new: the 200 saved last."""
    papers = [a_paper(number) for number in range(1, MOST + 11)]
    with desk.store.write() as uow:
        uow.papers.fold(papers, seen_at=NOON)
    desk.voting.record(desk.ana, [Mark(paper=paper.id, act=Act.SAVE) for paper in papers], via="web")
    assert len(listing(desk).entries) == MOST


def test_ids_differ_from_reader_to_reader(desk: Desk) -> None:
    """Nobody learns from an id whose it is, and no two readers share one."""
    desk.voting.record(desk.ana, [Mark(paper=PAPERS[0].id, act=Act.SAVE)], via="web")
    with desk.store.read() as uow:
        ana = list_feed(uow, desk.ana, Choice())
        other = list_feed(uow, replace(desk.ana, public_id="another"), Choice())
    assert ana.id != other.id
    assert ana.entries[0].id != other.entries[0].id
    assert desk.ana.public_id not in atom(ana)
