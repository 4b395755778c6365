"""The preference page: what it shows, what its buttons do, and how each is undone."""

from recommender.domain.feedback import Act
from recommender.domain.subscribers import Cadence, Every, SubscriberState
from recommender.services.preferences import mark_of
from recommender.services.unsubscribing import Unsubscribing
from recommender.services.voting import Mark, Voting
from tests.builders import NOON, a_declaration
from tests.stores import dump
from tests.web.browsing import form_with, forms, own_path
from tests.web.reader import Reader, facts, said
from tests.web.site import PAPERS


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
