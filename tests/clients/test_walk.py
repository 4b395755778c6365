"""A reader's whole way by telephone: mail, vote, undo, save, list, files, preferences, pause, unsubscribe."""

import json
from collections.abc import Iterator
from datetime import time
from urllib.parse import urlsplit

import pytest

from recommender.domain.subscribers import Every, SubscriberState

pytest.importorskip("playwright.sync_api", reason="no playwright here: nobody walks the pages")
from tests.clients.walking import Walk, mailed, serving, telephone

MOST_TAPS = 12


@pytest.fixture(name="walk", scope="module")
def walk_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """Return a telephone with the digest in its mail; all tests of the file share the reader."""
    project, url = mailed(tmp_path_factory.mktemp("walk"))
    with serving(project, url), telephone(project, url) as walk:
        yield walk


def test_walk(walk: Walk) -> None:
    """From the mail to the way out and back; after each step the store is as the page said."""
    for step in (vote, correct, save, find, remark, take_along, change, pause, leave):
        step(walk)
    assert walk.strangers() == []
    assert [request.url for request in walk.asked if request.resource_type == "script"] == []
    assert {urlsplit(request.url).path[:3] for request in walk.asked} >= {"/v/", "/s/", "/l/", "/p/", "/u/"}


def vote(walk: Walk) -> None:
    """Press a thumb, which opens the sheet with its proposal; only the button records it."""
    walk.open_mail()
    walk.go(walk.in_mail("Useful"))
    walk.says("Your link says useful.", "Nothing is recorded until you press the button")
    assert walk.votes() == {}
    walk.go(walk.button("Record my marks"))
    walk.says("Recorded", "More like this:")
    assert list(walk.votes().values()) == [True]


def correct(walk: Walk) -> None:
    """Undo takes it back."""
    walk.go(walk.button("Undo"))
    walk.says("No vote any more:")
    assert walk.votes() == {}


def save(walk: Walk) -> None:
    """Press a save link, which asks first, too."""
    walk.open_mail()
    walk.go(walk.in_mail("Save"))
    walk.says("Save this paper?")
    assert walk.listed() == []
    walk.go(walk.button("Save to my reading list"))
    walk.says("On your reading list:")
    assert len(walk.listed()) == 1


def find(walk: Walk) -> None:
    """Search the list."""
    walk.go(walk.link("Reading list"))
    walk.says("1 to read, 1 in all.")
    title = walk.page.locator("main li h2").inner_text()
    walk.page.get_by_role("searchbox").fill("qqqq")
    walk.go(walk.button("Show"))
    walk.says("Nothing on your list is like that.")
    walk.page.get_by_role("searchbox").fill(title.split()[0])
    walk.go(walk.button("Show"))
    assert walk.page.locator("main li h2").all_inner_texts() == [title]


def remark(walk: Walk) -> None:
    """Labels and a note are kept, and the paper is marked as read."""
    walk.tap(walk.page.locator("main li summary"))
    walk.page.get_by_label("Labels, with commas between them").fill("to cite, editing")
    walk.page.get_by_role("textbox", name="Note to").fill("Ask Ada.\nThen cite it.")
    walk.go(walk.page.get_by_role("button", name="Keep"))
    (row,) = walk.listed()
    assert (set(row.labels), row.note) == ({"to cite", "editing"}, "Ask Ada.\nThen cite it.")
    walk.go(walk.link("Back to the list"))
    walk.says("to cite", "Then cite it.")
    walk.tap(walk.page.get_by_role("checkbox", name="Select"))
    walk.go(walk.button("Mark read"))
    walk.says("Marked as read:")
    assert [row.read for row in walk.listed()] == [True]
    walk.go(walk.link("Back to the list"))
    walk.says("0 to read, 1 in all.")


def take_along(walk: Walk) -> None:
    """Each file is read by a parser of its format and holds the paper with what was remarked."""
    bibtexparser, rispy = pytest.importorskip("bibtexparser"), pytest.importorskip("rispy")
    bibtex = bibtexparser.parse_string(walk.download("BibTeX"))
    (title,) = walk.page.locator("main li h2").all_inner_texts()
    (entry,) = bibtex.entries
    assert {"to cite", "editing"} <= set(entry["keywords"].split(", "))
    (ris,) = rispy.loads(walk.download("RIS"))
    (csl,) = json.loads(walk.download("CSL-JSON"))
    (row,) = json.loads(walk.download("JSON"))
    assert ris["title"] == csl["title"] == row["title"] == title
    assert (set(row["labels"].split("; ")), row["note"]) == (
        {"to cite", "editing"},
        "Ask Ada.\nThen cite it.",
    )


def change(walk: Walk) -> None:
    """Hour, size and interests change, and go back."""
    walk.go(walk.link("Preferences"))
    walk.says("Your preferences", "every day at 07:30")
    walk.set("When it comes", "Hour", "06:15")
    walk.says("every day at 06:15")
    assert walk.ana().cadence.at == time(6, 15)
    walk.set("How much comes", "Papers at most", "7")
    assert walk.ana().papers == 7
    walk.go(walk.button("Undo"))
    assert walk.ana().papers == 10
    walk.go(walk.link("Add an interest"))
    walk.page.get_by_label("Name", exact=True).fill("Whales")
    walk.page.get_by_label("What to look for").fill("the songs of whales")
    walk.go(walk.button("Add this interest"))
    walk.says("Whales", "the songs of whales")
    assert [own.name for own in walk.ana().interests][-1] == "Whales"
    walk.go(walk.button("Pause Whales"))
    walk.says("nothing of it comes")
    assert [own.name for own in walk.ana().interests if own.paused] == ["Whales"]
    walk.go(walk.button("Undo"))
    assert [own.name for own in walk.ana().interests if own.paused] == []


def pause(walk: Walk) -> None:
    """No mail until a day, resumed by hand; then fewer mails."""
    walk.page.get_by_label("Or until a day of your own").fill("2026-02-20")
    walk.go(walk.button("Pause all mail"))
    own = walk.ana()
    assert own.state is SubscriberState.PAUSED
    assert f"{own.paused_until:%Y-%m-%dT%H:%M}" == "2026-02-19T23:00"
    walk.says("20 Feb 2026")
    walk.go(walk.button("Resume mail"))
    assert walk.ana().state is SubscriberState.ACTIVE
    walk.go(walk.button("Fewer mails: Monday to Friday only"))
    assert walk.ana().cadence.every is Every.WEEKDAY
    walk.says("Monday to Friday")


def leave(walk: Walk) -> None:
    """Take the way out and the way back."""
    walk.go(walk.link("Unsubscribe"))
    assert walk.ana().state is SubscriberState.ACTIVE
    walk.go(walk.button("Unsubscribe"))
    walk.says("You are unsubscribed")
    assert walk.ana().state is SubscriberState.UNSUBSCRIBED
    walk.go(walk.button("Undo: subscribe again"))
    walk.says("You are subscribed again")
    assert walk.ana().state is SubscriberState.ACTIVE


def test_ten_papers_take_twelve_taps(walk: Walk) -> None:
    """One on a thumb in the mail, one for each other paper, one on the button, which is always in sight."""
    walk.open_mail()
    before = walk.taps
    walk.go(walk.in_mail("Useful"))
    rest = walk.page.locator("ol:not(.first) > li")
    assert rest.count() == 9
    for place in range(9):
        name = "Not for me" if place % 3 else "Useful"
        walk.tap(rest.nth(place).get_by_role("radio", name=name, exact=True))
    walk.go(walk.button("Record my marks"))
    assert walk.taps - before <= MOST_TAPS
    assert sorted(walk.votes().values()) == [False] * 6 + [True] * 4
    walk.go(walk.button("Undo"))
    assert walk.votes() == {}


def test_by_keyboard_alone(walk: Walk) -> None:
    """Tab, Space and Enter rate, undo, and save; the focus is seen wherever it is."""
    saved = len(walk.listed())
    walk.open_mail()
    walk.tab_to(walk.in_mail("Not for me"))
    walk.page.keyboard.press("Enter")
    walk.page.wait_for_url("**/v/*")
    first, second = (walk.page.locator(f"ol{which} > li").first for which in (".first", ":not(.first)"))
    walk.tab_to(first.get_by_role("radio", name="Not for me", exact=True))
    walk.page.keyboard.press("ArrowUp")
    walk.tab_to(second.get_by_role("checkbox"))
    walk.page.keyboard.press("Space")
    walk.tab_to(walk.button("Record my marks"))
    walk.page.keyboard.press("Enter")
    walk.page.wait_for_selector("text=Recorded")
    assert (list(walk.votes().values()), len(walk.listed())) == ([True], saved + 1)
    walk.tab_to(walk.button("Undo"))
    walk.page.keyboard.press("Enter")
    walk.page.wait_for_selector("text=No vote any more:")
    assert (walk.votes(), len(walk.listed())) == ({}, saved)
