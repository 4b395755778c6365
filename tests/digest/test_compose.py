"""Composing digests from editions."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.digest.compose import SUBJECT, compose
from recommender.domain.editions import Section
from recommender.domain.papers import Paper, PaperId
from tests.builders import an_interest
from tests.digest.samples import (
    NOW,
    PAPERS,
    PUBLIC_ID,
    digest,
    edition,
    english,
    links,
    mail_links,
    material,
    material_after_loss,
    missed,
    reader,
    renderer,
)

HOSTILE = "=?utf-8?q?evil=0ABcc=3A_x=40y?= \u202eRTL\u2028new\x00 " + "very long title " * 25


def test_sections_in_order() -> None:
    """Interests by name, then trending, different, reading list."""
    assert [section.heading for section in digest().sections] == [
        "Model editing",
        "Trending near you",
        "Still on your list",
    ]


def test_interests_keep_the_readers_order() -> None:
    """The first interest of the file comes first, whatever came first in the ranking."""
    first, second, *_ = edition().items
    items = (replace(first, interest="b"), replace(second, interest="a"))
    made = compose(
        material(
            edition=replace(edition(), items=items),
            subscriber=reader(interests=(an_interest("Alpha", key="a"), an_interest("Beta", key="b"))),
        ),
        links(),
    )
    assert [section.heading for section in made.sections] == ["Alpha", "Beta"]
    assert [paper.number for paper in made.papers] == [1, 2]


def test_summary_counts_are_true() -> None:
    """The summary says how many of how many, by section, and the reminders apart."""
    assert digest().summary == (
        "3 of 312 new papers: 2 for Model editing and 1 trending near you. "
        "1 paper still on your reading list."
    )


def test_masthead_is_in_the_readers_zone() -> None:
    """Half past six in the morning UTC is still the day before in Honolulu."""
    cadence = replace(reader().cadence, zone="Pacific/Honolulu")
    made = digest(subscriber=reader(cadence=cadence))
    assert made.title == "Your papers for Thursday 29 January"
    assert "Pacific/Honolulu" in made.footer.next_edition


def test_weekly_edition_says_week() -> None:
    """An ISO week key makes a weekly heading."""
    made = digest(edition=replace(edition(), key="2026-W05"))
    assert made.title == "Your papers for the week to Friday 30 January"


def test_subject_names_best_paper_and_count() -> None:
    """The best title comes first, the count is always whole."""
    made = digest()
    assert made.subject.startswith("Rank-One Updates Write Facts")
    assert made.subject.endswith("· 3 papers")
    assert len(made.subject) <= SUBJECT


def test_best_paper_is_the_best_scored_of_an_interest() -> None:
    """The trending paper does not name the mail, however hot it is."""
    items = [replace(item, match=0.2, score=0.1) for item in edition().items]
    items[1] = replace(items[1], score=0.8)
    items[2] = replace(items[2], match=1.0, score=9.0)
    made = digest(edition=replace(edition(), items=tuple(items)))
    assert made.subject.startswith("X²-Unlearn")


@settings(max_examples=200, deadline=None)
@given(st.text(min_size=1, max_size=400))
def test_any_title_makes_a_safe_subject(title: str) -> None:
    """At most 70 characters, one line, no encoded word, nothing that reorders."""
    subject = digest((replace(PAPERS[0], title=title),)).subject
    assert len(subject) <= SUBJECT
    assert "=?" not in subject
    assert not {unicodedata.category(char) for char in subject} & {"Cc", "Zl", "Zp", "Cs", "Co"}
    assert not set(subject) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200e\u200f")


def test_hostile_title_makes_a_safe_subject() -> None:
    """The encoded newline of python/cpython#121650 is defused."""
    subject = digest((replace(PAPERS[0], title=HOSTILE),)).subject
    assert subject.endswith("1 paper")
    assert "=?" not in subject
    assert "\u202e" not in subject


def test_preheader_differs_from_subject() -> None:
    """It says why, and what else is inside."""
    made = digest()
    assert made.preheader != made.subject
    assert made.preheader.startswith("Matches your keyword")
    assert len(made.preheader) <= 140


def test_papers_that_became_one_are_shown_once() -> None:
    """Two items of one edition whose papers were folded since: the first stays, in what was lost as well."""
    made, lost = material(), missed()
    one, other = made.edition.items[:2]
    twice = replace(
        made.edition, items=(*made.edition.items, replace(other, id=99, paper=one.paper, position=99))
    )
    assert compose(replace(made, edition=twice), links()) == compose(made, links())
    after = material_after_loss()
    again = replace(lost, items=(*lost.items, replace(lost.items[0], id=99, position=99)))
    assert compose(replace(after, missed=again), links()) == compose(replace(after, missed=lost), links())


def test_missing_papers_are_left_out() -> None:
    """A paper that left the store is not shown and not counted."""
    made = digest(papers={paper.id: paper for paper in PAPERS[1:]})
    assert len(made.papers) == 3
    assert made.subject.startswith("X²-Unlearn")
    assert made.summary.startswith("2 of 312")


def test_empty_edition_says_so() -> None:
    """With nothing to show the mail says nothing was found, among how many."""
    made = digest(edition=replace(edition(), items=()))
    assert made.subject == "Nothing new for you among 312 papers"
    assert made.summary == "Nothing fits you among 312 new papers this time."
    assert made.preheader
    assert made.sections == ()


def test_an_edition_on_a_day_without_papers_counts_none() -> None:
    """Not among nought papers: there were none."""
    made = digest(edition=replace(edition(), items=(), considered=0))
    assert (made.subject, made.summary) == ("No new papers for you", "No new papers this time.")


def test_links_lead_to_their_items() -> None:
    """Each paper's thumbs carry its own item number, the view link the edition's."""
    made = digest()
    for item, paper in zip(edition().items, made.papers, strict=True):
        up, down, save = (
            links().read(purpose, url.rpartition("/")[2], NOW)
            for purpose, url in (
                ("vote", paper.thumbs.up),
                ("vote", paper.thumbs.down),
                ("save", paper.thumbs.save),
            )
        )
        assert (up.row, down.row, save.row) == (item.id, item.id, item.id)
        assert (up.value, down.value) == ("up", "down")
    view = links().read("view", made.footer.view.rpartition("/")[2], NOW)
    assert (view.row, view.public_id) == (17, PUBLIC_ID)


@pytest.mark.parametrize(
    "section, match, words",
    [
        (Section.DIFFERENT, 0.99, ""),
        (Section.INTEREST, 0.99, "strong match"),
        (Section.INTEREST, 0.1, "worth a look"),
        (Section.TRENDING, 0.95, "good match"),
        (Section.TRENDING, 0.5, ""),
        (Section.READING_LIST, 0.0, ""),
    ],
)
def test_match_is_silent_where_fit_is_not_the_point(section: Section, match: float, words: str) -> None:
    """An exploration slot claims no match, and a trending paper only a real one."""
    item = replace(edition().items[0], section=section, match=match)
    assert digest(edition=replace(edition(), items=(item,))).papers[0].match == words


def test_interest_that_is_gone_keeps_its_key_as_heading() -> None:
    """An interest removed since keeps its papers; votes without interests are named so."""
    items = (
        replace(edition().items[0], interest="old interest"),
        replace(edition().items[1], interest=""),
    )
    headings = {section.heading for section in digest(edition=replace(edition(), items=items)).sections}
    assert headings == {"old interest", "Your votes"}


def test_paper_without_a_title_shows_its_id() -> None:
    """There is always something to read and to click."""
    bare = Paper(id=PaperId("arxiv:2601.00009"), title="  ")
    assert digest((bare,)).papers[0].title == "arxiv:2601.00009"


def test_composing_is_pure() -> None:
    """The same rows give the same digest."""
    assert digest() == digest()


@pytest.mark.parametrize(
    "number, shown, more", [(0, 0, 0), (1, 1, 0), (10, 10, 0), (11, 10, 1), (25, 10, 15)]
)
def test_a_lost_edition_is_told_with_ten_titles(number: int, shown: int, more: int) -> None:
    """At most ten titles, in the order of that edition, and how many more there were."""
    made = compose(material_after_loss(number), links()).missed
    assert made is not None
    assert made.when == "Thursday 29 January"
    assert (len(made.papers), made.more) == (shown, more)
    assert [paper.title.rpartition(" ")[2] for paper in made.papers] == [str(n + 1) for n in range(shown)]
    claim = links().read("view", made.view.rpartition("/")[2], NOW)
    assert (claim.row, claim.public_id) == (missed().id, PUBLIC_ID)


def test_a_lost_week_is_called_a_week() -> None:
    """And the day is that of the reader's zone."""
    weekly = replace(missed(), key="2026-W05")
    cadence = replace(reader().cadence, zone="Pacific/Honolulu")
    made = compose(material_after_loss(missed=weekly, subscriber=reader(cadence=cadence)), links()).missed
    assert made is not None
    assert made.when == "the week to Wednesday 28 January"


def test_papers_of_a_lost_edition_that_left_the_store_are_not_named() -> None:
    """Nor are they counted as more."""
    made = compose(replace(material_after_loss(), papers={paper.id: paper for paper in PAPERS}), links())
    assert made.missed is not None
    assert (made.missed.papers, made.missed.more) == ((), 0)


def test_a_lost_edition_changes_nothing_else() -> None:
    """Sections, subject, preheader and footer are those of the edition itself."""
    assert replace(compose(material_after_loss(), links()), missed=None) == digest()
    assert digest().missed is None


def test_links_by_mail_leave_out_what_needs_a_server() -> None:
    """Thumbs, help and unsubscribe are mails; the pages of a server are not there."""
    made = compose(material_after_loss(), mail_links())
    ways = [way for paper in made.papers for way in (paper.thumbs.up, paper.thumbs.down, paper.thumbs.save)]
    ways += [made.footer.unsubscribe, made.footer.help]
    assert all(way.startswith("mailto:digest@example.org?subject=") for way in ways)
    assert {made.footer.view, made.footer.reading, made.footer.preferences} == {""}
    assert made.missed is not None
    assert made.missed.view == ""
    assert made.footer.note


def test_a_saved_paper_is_taken_off_the_list_by_mail() -> None:
    """On the web the button says that it is saved and leads to a page; a mail says what it does."""
    for ways, words in ((links(), "Saved"), (mail_links(), "Off my list")):
        *others, last = compose(material(), ways).papers
        assert {paper.thumbs.save_words for paper in others} == {"Save"}
        assert last.thumbs.save_words == words
    assert "Take%20off%20my%20reading%20list" in last.thumbs.save


def test_the_foot_says_how_the_sources_were_or_nothing() -> None:
    """The edition's own sentence, harmless and short whatever a source is called, or none."""
    told = replace(edition(), sources=f"Sources: {HOSTILE * 3}<b> & fine.")
    made = digest(edition=told)
    assert len(made.footer.sources) <= 400
    assert not any(unicodedata.category(char) in {"Cc", "Cf"} for char in made.footer.sources)
    html = renderer().html(digest(edition=replace(told, sources="Sources: <b> & fine.")), english())
    assert "Sources: &lt;b&gt; &amp; fine." in html
    silent = digest(edition=replace(edition(), sources=""))
    assert "Sources:" not in renderer().html(silent, english()) + renderer().text(silent, english())
