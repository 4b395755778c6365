"""Interests on the preference page."""

from dataclasses import replace

from recommender.services.preferences import mark_of
from tests.builders import a_declaration, an_interest
from tests.web.browsing import form_with
from tests.web.reader import Reader, said


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
