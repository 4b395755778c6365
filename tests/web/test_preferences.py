"""The preference page: what it shows, what its buttons do, and how each is undone."""

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from recommender.domain.feedback import Act
from recommender.domain.subscribers import Cadence, Every, SubscriberState
from recommender.services.preferences import mark_of
from recommender.services.unsubscribing import Unsubscribing
from recommender.services.voting import Mark, Voting
from tests.builders import NOON, a_declaration, an_interest
from tests.stores import dump
from tests.web.browsing import FORM, fields_of, form_with, forms, own_path
from tests.web.site import PAPERS, Site


class Reader:
    """Ana at her preference page."""

    def __init__(self, site: Site) -> None:
        """Open nothing yet."""
        self.site = site
        self.client: TestClient = site.client()
        self.path = own_path(site, "preferences")

    def look(self, query: str = "") -> str:
        """Return the page."""
        answer = self.client.get(self.path + query)
        assert answer.status_code == 200
        return answer.text

    def send(self, form: Mapping[str, str], status: int = 200, **changes: str) -> str:
        """Post a form with some of its fields filled in otherwise."""
        answer = self.client.post(self.path, data={**form, **changes})
        assert answer.status_code == status
        self.site.clock.wait(seconds=5)
        return answer.text

    def undo(self, page: str) -> str:
        """Press the button that takes back what a page tells."""
        (form,) = [body for body in FORM.findall(page) if ">Undo<" in body]
        return self.send(fields_of(form))


@pytest.fixture
def reader(site: Site) -> Reader:
    """Return Ana."""
    return Reader(site)


def said(page: str) -> str:
    """Return what a page tells of an act."""
    found = re.search(r'<div class="happened"[^>]*>(.*?)</div>', page, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", found[1] if found else "")).strip()


def test_the_page_says_what_comes_and_names_no_address(reader: Reader) -> None:
    """Cadence, the next edition, size, interests; the address masked."""
    page = reader.look()
    assert "every day at 07:30 (Europe/Berlin time)" in page
    assert "due Saturday 31 January at 07:30 (Europe/Berlin time)" in page
    assert "Model editing" in page
    assert "about 10 of 10 papers" in page
    assert "ana@example.org" not in page
    assert "a•••@e•••.org" in page


def test_a_section_changes_what_was_touched_says_so_and_undoes_it(reader: Reader) -> None:
    """Hour and days in one form; the undo brings both back."""
    form = form_with(reader.look(), section="when")
    page = reader.send(form, every="weekday", at="18:05")
    cadence = reader.site.who("ana@example.org").cadence
    assert (cadence.every, f"{cadence.at:%H:%M}") == (Every.WEEKDAY, "18:05")
    assert said(page).startswith("From now on a digest comes Monday to Friday at 18:05 (Europe/Berlin time).")
    assert "Monday 2 February at 18:05" in said(page)
    page = reader.undo(page)
    assert reader.site.who("ana@example.org").cadence == a_declaration().cadence
    assert "every day at 07:30" in said(page)


def test_a_form_sent_as_it_was_changes_nothing(reader: Reader) -> None:
    """No wish is noted either."""
    for form in forms(reader.look()):
        if "section" in form:
            assert said(reader.send(form)) == "Nothing changed."
    with reader.site.store.read() as uow:
        assert uow.people.wishes([reader.site.ana.id]) == {}


def test_a_fault_stands_beside_its_field_and_nothing_typed_is_lost(reader: Reader) -> None:
    """A zone that is none names the nearest; the hour typed with it is kept; nothing is changed."""
    form = form_with(reader.look(), section="when")
    page = reader.send(form, 422, zone="Europe/Belrin", at="06:45")
    assert "did you mean &#34;Europe/Berlin&#34;?" in page
    assert 'aria-invalid="true" aria-describedby="w-zone h-zone"' in page
    again = form_with(page, section="when")
    assert (again["zone"], again["at"]) == ("Europe/Belrin", "06:45")
    assert reader.site.who("ana@example.org").cadence == a_declaration().cadence
    reader.send(again, zone="Europe/Berlin")
    assert f"{reader.site.who('ana@example.org').cadence.at:%H:%M}" == "06:45"


REFUSED = [
    ("when", "every", "hour"),
    ("when", "on", "7"),
    ("when", "at", "25:00"),
    ("when", "at", "7:3\x00"),
    ("when", "zone", "../etc/passwd"),
    ("when", "zone", "\x00"),
    ("when", "after", "me"),
    ("size", "papers", "0"),
    ("size", "papers", "51"),
    ("size", "papers", "many"),
    ("size", "papers", "2.5"),
    ("size", "papers", "1e999"),
    ("size", "floor", "nan"),
    ("size", "floor", "1.01"),
    ("size", "send_empty", "perhaps"),
    ("manner", "share", ""),
    ("manner", "locale", "xx-YY"),
    ("manner", "name", "A\nB"),
    ("manner", "name", "A" * 101),
]


def test_what_the_file_would_refuse_is_refused(reader: Reader) -> None:
    """422, one fault, nothing stored."""
    clean = reader.look()
    for section, field, text in REFUSED:
        page = reader.send({**form_with(clean, section=section), field: text}, 422)
        assert page.count('class="fault"') == 1, (field, text)
    assert facts(reader) == facts(reader, "ben@example.org")


def facts(reader: Reader, who: str = "ana@example.org") -> object:
    """Return what is declared of somebody, but the address."""
    stored = reader.site.who(who)
    return (stored.name, stored.cadence, stored.papers, stored.floor, stored.interests, stored.locale)


def test_another_tab_overwrites_nothing_it_did_not_touch(reader: Reader) -> None:
    """Two windows with the same form, one after the other, about different fields."""
    one = form_with(reader.look(), section="size")
    reader.send(one, papers="5")
    reader.send(one, floor="0.8")
    stored = reader.site.who("ana@example.org")
    assert (stored.papers, stored.floor) == (5, 0.8)


def test_another_tab_that_touches_the_same_field_is_told(reader: Reader) -> None:
    """What stands is named, what was typed is kept, and sending it again has it."""
    old = form_with(reader.look(), section="size")
    reader.send(old, papers="5", floor="0.8")
    page = reader.send(old, 422, papers="7", send_empty="yes")
    assert "this was changed to “5” while this page was open".capitalize() in page
    again = form_with(page, section="size")
    assert (again["papers"], again["send_empty"], again["floor"]) == ("7", "yes", "0.8")
    reader.send(again)
    stored = reader.site.who("ana@example.org")
    assert (stored.papers, stored.floor, stored.send_empty) == (7, 0.8, True)


def test_an_undo_takes_back_nothing_that_was_changed_since(reader: Reader) -> None:
    """It is refused as a whole."""
    page = reader.send(form_with(reader.look(), section="size"), papers="5")
    reader.send(form_with(reader.look(), section="size"), papers="8")
    (undo,) = [form for form in forms(page) if "undo" in form]
    assert "changed meanwhile" in said(reader.send(undo, 409))
    assert reader.site.who("ana@example.org").papers == 8


def test_what_the_file_locks_is_shown_and_cannot_be_changed(reader: Reader) -> None:
    """Neither by a form of before, nor by a made-up one."""
    before = reader.look()
    with reader.site.store.write() as uow:
        locked = ("papers", "interests", "paused", "every")
        uow.people.change(reader.site.ana.id, a_declaration(locked=locked))
    page = reader.look()
    assert 'name="papers"' not in page
    assert "kept to the file" in page
    assert "?interest=" not in page
    stored = reader.site.who("ana@example.org")
    assert "Nothing was changed" in said(reader.send(form_with(before, section="size"), 422, papers="5"))
    reader.send({"fewer": mark_of("day")}, 409)
    reader.send({"mail": "pause"}, 409)
    reader.send({"interest": mark_of("Model editing"), "act": "remove"}, 409)
    reader.send({"undo": '[["papers",3,null,false]]'}, 409)
    assert reader.site.who("ana@example.org") == stored


def test_fewer_mails_goes_from_days_to_weekdays_to_weeks(reader: Reader) -> None:
    """One button; after the last step it is gone; each step has its undo."""
    page = reader.look()
    found = []
    while any("fewer" in form for form in forms(page)):
        page = reader.send(next(form for form in forms(page) if "fewer" in form))
        found.append(reader.site.who("ana@example.org").cadence.every)
        assert "From now on" in said(page)
    assert found == [Every.WEEKDAY, Every.WEEK]
    reader.undo(page)
    assert reader.site.who("ana@example.org").cadence.every is Every.WEEKDAY


def test_pressing_fewer_twice_is_once(reader: Reader) -> None:
    """An impatient hand does not get from every day to once a week."""
    form = next(form for form in forms(reader.look()) if "fewer" in form)
    reader.send(form)
    reader.send(form, 409)
    assert reader.site.who("ana@example.org").cadence.every is Every.WEEKDAY


def test_pausing_until_a_day_is_until_it_begins_where_the_reader_is(reader: Reader) -> None:
    """Berlin's midnight; the undo lets mail go out again."""
    form = form_with(reader.look(), mail="pause")
    page = reader.send(form, until="2026-02-10")
    stored = reader.site.who("ana@example.org")
    assert stored.state is SubscriberState.PAUSED
    assert stored.paused_until == datetime(2026, 2, 9, 23, 0, tzinfo=UTC)
    assert "All mail is paused until 10 Feb 2026." in said(page)
    assert "The next one is due Tuesday 10 February at 07:30 (Europe/Berlin time)." in said(page)
    reader.undo(page)
    assert reader.site.who("ana@example.org").mailable


def test_a_pause_can_be_prolonged_and_the_undo_has_the_day_of_before(reader: Reader) -> None:
    """From a week to a month and back; then resumed, and back again."""
    page = reader.send(form_with(reader.look(), mail="pause"), days="7")
    first = reader.site.who("ana@example.org").paused_until
    page = reader.send(form_with(page, mail="pause"), days="30")
    second = reader.site.who("ana@example.org").paused_until
    assert first is not None
    assert second is not None
    assert (second - first).days == 23
    page = reader.undo(page)
    assert reader.site.who("ana@example.org").paused_until == first
    page = reader.send({"mail": "resume"})
    assert reader.site.who("ana@example.org").mailable
    reader.undo(page)
    assert reader.site.who("ana@example.org").paused_until == first


def test_a_pause_needs_a_day_to_come(reader: Reader) -> None:
    """Within a year; what was typed is kept."""
    clean = form_with(reader.look(), mail="pause")
    for until in ("yesterday", "2026-01-30", "2025-02-01", "2027-03-01", "9999-12-31", "\x00"):
        page = reader.send(clean, 422, until=until)
        assert 'id="w-until"' in page, until
        assert form_with(page, mail="pause")["until"] == until
    assert reader.site.who("ana@example.org").mailable


def test_a_pause_that_is_over_counts_as_over(reader: Reader) -> None:
    """Before anybody noted it the page says so, and what comes next."""
    reader.send(form_with(reader.look(), mail="pause"), days="7")
    reader.site.clock.wait(days=8)
    page = reader.look()
    assert "goes out as planned" in page
    assert "Resume mail" not in page


def test_an_interest_is_added_changed_paused_and_removed(reader: Reader) -> None:
    """Each with its undo; seeds that nobody knows are kept and named."""
    form = form_with(reader.look("?interest=new"), interest="new")
    words = {"name": "Retrieval", "about": "dense\r\nretrieval", "keywords": "bm25\r\n\r\n bm25 \r\nrecall"}
    page = reader.send({**form, **words}, seeds="arxiv:2601.00001\r\n9901.99999", weight="3")
    added = reader.site.who("ana@example.org").interests[1]
    assert (added.name, added.about, added.keywords, added.weight) == (
        "Retrieval",
        "dense retrieval",
        ("bm25", "recall"),
        3.0,
    )
    assert "about 8 of 10 papers" in said(page)
    assert "Not in the store yet: 9901.99999." in said(page)
    mark = mark_of("Retrieval")
    page = reader.look(f"?interest={mark}")
    assert ">Paper number 1 on subject 1</a>" in page
    assert page.count("not in the store yet") == 1
    page = reader.send(form_with(page, name="Retrieval"), mute="survey")
    assert "words that keep a paper out: survey added" in said(page)
    page = reader.send({"interest": mark, "act": "pause"})
    assert "is paused" in said(page)
    assert reader.site.who("ana@example.org").interests[1].paused
    page = reader.undo(page)
    page = reader.send({"interest": mark, "act": "remove"})
    assert len(reader.site.who("ana@example.org").interests) == 1
    reader.undo(page)
    assert reader.site.who("ana@example.org").interests[1] == replace(added, mute=("survey",))


IMPOSSIBLE = [
    ("name", " "),
    ("name", "model EDITING"),
    ("name", "N" * 101),
    ("about", "A" * 2001),
    ("keywords", "\r\n".join(map(str, range(101)))),
    ("keywords", "K" * 201),
    ("mute", "a\tb"),
    ("authors", "\r\n".join("é" * 150 + str(number) for number in range(60))),
    ("categories", "cs.cl"),
    ("weight", "0"),
    ("weight", "1000"),
]


def test_an_interest_that_cannot_be_is_shown_again(reader: Reader) -> None:
    """With the fault beside its field and all that was typed."""
    clean = form_with(reader.look("?interest=new"), interest="new")
    for field, text in IMPOSSIBLE:
        typed = {"name": "Retrieval", "about": "dense", "seeds": "x", field: text}
        page = reader.send({**clean, **typed}, 422)
        assert f'id="w-{field}"' in page, (field, text)
        again = form_with(page, interest="new")
        assert again["seeds"] == "x"
        assert again[field] == text or field == "weight"
    assert len(reader.site.who("ana@example.org").interests) == 1


def test_an_interest_says_what_to_look_for(reader: Reader) -> None:
    """A name alone finds nothing."""
    form = form_with(reader.look("?interest=new"), interest="new")
    assert 'id="w-about"' in reader.send(form, 422, name="Retrieval")


def test_a_library_of_the_file_is_neither_sent_nor_lost(reader: Reader) -> None:
    """Too many example papers for a form are counted; other fields change, and removing can be undone."""
    seeds = tuple(f"arxiv:{number:09.5f}" for number in range(3000))
    big = an_interest("Big", seeds=seeds)
    with reader.site.store.write() as uow:
        uow.people.change(reader.site.ana.id, a_declaration(interests=(big,)))
    page = reader.look(f"?interest={mark_of('Big')}")
    assert "3,000 entries" in page
    assert len(page) < 20_000
    reader.send(form_with(page, name="Big"), keywords="graphs")
    page = reader.send({"interest": mark_of("Big"), "act": "remove"})
    assert reader.site.who("ana@example.org").interests == ()
    assert len(page) < 60_000
    reader.undo(page)
    assert reader.site.who("ana@example.org").interests == (replace(big, keywords=("graphs",)),)


MADE_UP = [
    "",
    "x",
    "[1]",
    "[[]]",
    '[["email","eve@example.org",null,false]]',
    '[["email",null,null,true]]',
    '[["locked",[],null,false]]',
    '[["papers",1000,null,false]]',
    '[["papers","5",null,false]]',
    '[["zone","Nowhere",null,false]]',
    '[["papers",5,7,false]]',
    '[["papers",5,null,false,-1]]',
    '[["papers",5,null,false,true]]',
    '[["papers",5,null,false,0,0]]',
    '[["interest/key/Model editing","x",null,false]]',
    '[["interest/name/Model editing","",null,false]]',
    '[["interest//",{"name":"x"},null,false]]',
    '[["interest//X",{"name":""},null,false]]',
    '[["interest//X",{"name":"\\ud800"},null,false]]',
    '[["interest//X\\u0000",{"name":"x"},null,false]]',
    '[["interest//X",{"name":"x","weight":NaN},null,false]]',
    '[["interest//X",{"name":"x","keywords":["a\\u0000"]},null,false]]',
    '[["interest//X",{"name":"x","keywords":[1]},null,false]]',
    "[" * 20_000,
]


def test_a_made_up_undo_is_refused(reader: Reader) -> None:
    """400, and nothing is another: no address above all."""
    stored = reader.site.who("ana@example.org")
    for undo in MADE_UP:
        reader.send({"undo": undo}, 400)
    assert reader.site.who("ana@example.org") == stored


def test_voided_links_are_void_and_nobody_gets_a_new_one(reader: Reader) -> None:
    """Whoever pressed the button is out too; unsubscribing still works."""
    form = form_with(reader.look(), links="void")
    reader.send(form)
    assert reader.look()
    page = reader.send(form, sure="yes")
    assert "/p/" not in page
    assert "/l/" not in page
    assert reader.client.get(reader.path).status_code == 410
    assert reader.client.get(own_path(reader.site, "view")).status_code == 410
    assert reader.client.get(own_path(reader.site, "unsubscribe")).status_code == 200


def test_levers_say_where_they_hold_and_can_be_taken_back(reader: Reader) -> None:
    """For one interest, or for all of them."""
    site = reader.site
    mark = Mark(paper=PAPERS[0].id, act=Act.MUTE, value="gossip", interest="")
    Voting(site.store, site.clock).record(site.ana, [mark], via="web")
    page = reader.look()
    assert "in all your interests" in page
    page = reader.send(form_with(page, lever="unmute"))
    assert "gossip" in said(page)
    assert not any("lever" in form for form in forms(reader.look()))


def test_who_left_sees_that_and_no_pause(reader: Reader) -> None:
    """Nothing to pause where nothing goes out."""
    Unsubscribing(reader.site.store, reader.site.clock).unsubscribe(reader.site.ana)
    page = reader.look()
    assert "stopped: you unsubscribed" in page
    assert "Pause all mail" not in page
    reader.send({"mail": "pause", "days": "7"})
    assert reader.site.who("ana@example.org").state is SubscriberState.UNSUBSCRIBED


def test_a_german_reader_is_told_in_english_sentences(reader: Reader) -> None:
    """The page's own texts are English; only the cadence is in the language of the digest."""
    page = reader.send(form_with(reader.look(), section="manner"), locale="de-DE")
    assert "Dates and numbers are as in German (Germany)." in said(page)
    assert '<dd lang="de">täglich um 07:30' in page
    page = reader.send(form_with(page, section="when"), at="08:00")
    assert "every day at 08:00" in said(page)


def test_cadence_of_a_week_has_its_day(reader: Reader) -> None:
    """Thursdays."""
    page = reader.send(form_with(reader.look(), section="when"), every="week", on="3")
    wanted = Cadence(every=Every.WEEK, on=3, at=a_declaration().cadence.at, zone="Europe/Berlin")
    assert reader.site.who("ana@example.org").cadence == wanted
    assert "every Thursday at 07:30" in said(page)
    assert reader.site.clock.now() > NOON


def test_looking_at_the_page_and_its_forms_changes_nothing(reader: Reader) -> None:
    """By GET and HEAD, whatever interest is asked for, twice."""
    before = dump(reader.site.folder)
    marks = ("", "new", mark_of("Model editing"), "gone", "%00", "%ff", "a" * 1000)
    for query in [f"?interest={mark}" for mark in marks] * 2:
        assert "<h1>" in reader.look(query)
        assert reader.client.head(reader.path + query).status_code == 200
    assert dump(reader.site.folder) == before


def test_forms_sent_back_as_they_are_change_nothing_but_by_their_buttons(reader: Reader) -> None:
    """What presses every button of every form without a look changes no interest, no hour, no address."""
    pages = [reader.look(query) for query in ("", "?interest=new", f"?interest={mark_of('Model editing')}")]
    quiet = ("section", "name", "links")
    for form in [form for page in pages for form in forms(page)]:
        if any(name in form for name in quiet):
            answer = reader.client.post(reader.path, data=form)
            assert answer.status_code in {200, 422}
            reader.site.clock.wait(seconds=5)
    stored = reader.site.who("ana@example.org")
    assert stored == reader.site.ana
