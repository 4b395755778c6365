"""The reading list in the browser."""

import html
import json
import re
from collections.abc import Mapping
from datetime import timedelta

import pytest

from recommender.domain.feedback import Act, Feedback, SavedPaper
from recommender.domain.papers import PaperId
from tests.builders import NOON, a_paper
from tests.stores import dump
from tests.web.browsing import hidden_fields, own_path, save
from tests.web.site import PAPERS, Site


def keys(page: str) -> list[str]:
    """Return the keys of the papers of a page, in its order."""
    return re.findall(r'name="pick-([0-9a-f]{16})"', page)


def titles(page: str) -> list[str]:
    """Return the numbers of the papers of a page, in its order."""
    return re.findall(r"<h2>.*?Paper number (\d+)", page)


def listed(site: Site) -> Mapping[str, SavedPaper]:
    """Return Ana's list by paper."""
    with site.store.read() as uow:
        return {row.paper: row for row in uow.people.saved_papers(site.ana.id)}


def form_of(page: str, key: str) -> dict[str, str]:
    """Return the labels and note of a paper's form with what the page remembers of them."""
    text = re.search(rf'name="labels-{key}" value="([^"]*)"', page)
    note = re.search(rf'name="note-{key}"[^>]*>\n([^<]*)</textarea>', page)
    assert text
    assert note
    return {f"labels-{key}": text[1], f"note-{key}": note[1]} | {
        name: value
        for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
        if name.endswith(key)
    }


def test_reading_list_marks_and_drops(site: Site) -> None:
    """Ticked papers are marked or taken off, and every act can be undone."""
    save(site, 1, 2)
    client, path = site.client(), own_path(site, "reading")
    both = {f"pick-{key}": "yes" for key in keys(client.get(path).text)}
    one, two = PAPERS[0].id, PAPERS[1].id
    client.post(path, data={f"read-{keys(client.get(path).text)[1]}": "yes"})
    read = client.post(path, data=both | {"do": "read"})
    assert read.text.count("Marked as read:") == 1
    gone = client.post(path, data=both | {"do": "drop"})
    assert site.saved() == []
    client.post(path, data=hidden_fields(gone.text))
    assert dict(site.saved()) == {one: True, two: True}
    client.post(path, data=hidden_fields(read.text))
    assert dict(site.saved()) == {one: True, two: False}


def test_reading_list_takes_only_the_readers_own_papers(site: Site) -> None:
    """A made-up or foreign paper key is passed over."""
    answer = site.client().post(
        own_path(site, "reading"),
        data={"save-0123456789abcdef": "yes", "read-": "yes", "labels-0123456789abcdef": "x"},
    )
    assert answer.status_code == 200
    assert site.saved() == []


def test_labels_and_a_note_are_kept_and_taken_back(site: Site) -> None:
    """One form says what is to stand; undo brings back labels as they were written and the old note."""
    save(site, 1)
    client, path = site.client(), own_path(site, "reading")
    page = client.get(path).text
    (key,) = keys(page)
    first = {f"labels-{key}": " To  Read,Theory ", f"note-{key}": "line one\r\nline <two>"}
    client.post(path, data=form_of(page, key) | first)
    row = listed(site)[PAPERS[0].id]
    assert (row.labels, row.note) == (("To Read", "Theory"), "line one\nline <two>")
    page = client.get(path).text
    assert "line &lt;two&gt;" in page
    done = client.post(path, data=form_of(page, key) | {f"labels-{key}": "theory, new", f"note-{key}": ""})
    assert "No longer labelled “To Read”:" in done.text
    assert (listed(site)[PAPERS[0].id].labels, listed(site)[PAPERS[0].id].note) == (("Theory", "new"), "")
    client.post(path, data={name: html.unescape(value) for name, value in hidden_fields(done.text).items()})
    row = listed(site)[PAPERS[0].id]
    assert (set(row.labels), row.note) == ({"To Read", "Theory"}, "line one\nline <two>")


def test_two_tabs_overwrite_nothing(site: Site) -> None:
    """Labels of both tabs stand; of two notes the later one is asked about, and nothing typed is lost."""
    save(site, 1)
    client, path = site.client(), own_path(site, "reading")
    page = client.get(path).text
    (key,) = keys(page)
    client.post(path, data=form_of(page, key) | {f"labels-{key}": "one", f"note-{key}": "mine"})
    other = client.post(path, data=form_of(page, key) | {f"labels-{key}": "two"})
    assert other.status_code == 200
    assert listed(site)[PAPERS[0].id].labels == ("one", "two")
    assert listed(site)[PAPERS[0].id].note == "mine"
    clash = client.post(path, data=form_of(page, key) | {f"note-{key}": "theirs & more"})
    assert clash.status_code == 409
    assert "mine" in clash.text
    assert "theirs &amp; more" in clash.text
    assert listed(site)[PAPERS[0].id].note == "mine"
    client.post(path, data=form_of(clash.text, key) | {f"note-{key}": "theirs & more"})
    assert listed(site)[PAPERS[0].id].note == "theirs & more"
    assert listed(site)[PAPERS[0].id].labels == ("one", "two")


def test_what_is_written_to_a_paper_that_was_taken_off_is_not_lost(site: Site) -> None:
    """The form comes back and offers to put the paper on the list again."""
    save(site, 1)
    client, path = site.client(), own_path(site, "reading")
    page = client.get(path).text
    (key,) = keys(page)
    client.post(path, data={f"drop-{key}": "yes"})
    answer = client.post(path, data=form_of(page, key) | {f"note-{key}": "a thought"})
    assert answer.status_code == 409
    assert "a thought" in answer.text
    client.post(path, data=form_of(answer.text, key))
    assert listed(site)[PAPERS[0].id].note == "a thought"


@pytest.mark.parametrize(
    "field, value, said",
    [
        ("labels", "x" * 51, "at most 50 characters"),
        ("labels", ",".join(map(str, range(21))), "at most 20 labels"),
        ("labels", "tu\u202ern", "U+202E"),
        ("note", "x" * 4001, "at most 4,000 characters"),
        ("note", "a\x07b", "U+0007"),
    ],
)
def test_what_cannot_be_kept_comes_back_with_the_reason(
    site: Site, field: str, value: str, said: str
) -> None:
    """The page says what is wrong, keeps what was typed, and records nothing."""
    save(site, 1)
    client, path = site.client(), own_path(site, "reading")
    page = client.get(path).text
    (key,) = keys(page)
    before = dump(site.folder)
    answer = client.post(path, data=form_of(page, key) | {f"{field}-{key}": value, "do": "read"})
    assert answer.status_code == 400
    assert said in answer.text
    assert value[:40] in answer.text
    assert dump(site.folder) == before


def test_a_twenty_first_label_of_another_tab_is_refused(site: Site) -> None:
    """The limit counts what other tabs added."""
    save(site, 1)
    client, path = site.client(), own_path(site, "reading")
    page = client.get(path).text
    (key,) = keys(page)
    client.post(path, data=form_of(page, key) | {f"labels-{key}": ",".join(map(str, range(20)))})
    assert client.post(path, data=form_of(page, key) | {f"labels-{key}": "more"}).status_code == 400


def many(site: Site, count: int) -> None:
    """Put `count` papers on Ana's list, every third read, every second labelled."""
    papers = [
        a_paper(number, published=NOON - timedelta(days=400 * (number % 7))) for number in range(1, count + 1)
    ]
    with site.store.write() as uow:
        uow.papers.fold(papers, seen_at=NOON)
        acts: list[tuple[PaperId, Act, str, int]] = []
        for number, paper in enumerate(papers):
            acts.append((paper.id, Act.SAVE, "", number))
            acts += [(paper.id, Act.READ, "", number + 1)] * (number % 3 == 0)
            acts += [(paper.id, Act.LABEL, "Even & odd", number + 1)] * (number % 2 == 0)
        uow.people.record(
            [
                Feedback(
                    subscriber=site.ana.id, paper=paper, act=act, value=value, at=NOON + timedelta(minutes=at)
                )
                for paper, act, value, at in acts
            ]
        )


def test_long_lists_come_in_parts(site: Site) -> None:
    """A thousand papers are twenty pages; nothing is shown twice or left out, and all fits one form."""
    many(site, 1000)
    client, path = site.client(), own_path(site, "reading")
    seen: list[str] = []
    query = ""
    while True:
        page = client.get(path + query).text
        seen += titles(page)
        following = re.search(r'href="[^"?]*(\?page=\d+)">Next part', page)
        if not following:
            break
        query = following[1]
        site.clock.wait(seconds=10)
    assert seen == [str(number) for number in range(1000, 0, -1)]
    answer = client.post(path, data={f"pick-{key}": "yes" for key in keys(page)} | {"do": "drop"})
    assert answer.text.count("Off your reading list:") == 50
    assert len(client.post(path, data=hidden_fields(answer.text)).text) < 64 * 1024
    assert len(site.saved()) == 1000


@pytest.mark.parametrize(
    "query, first",
    [
        ("?sort=oldest", ["1", "2", "3"]),
        ("?sort=title", ["1", "10", "11"]),
        ("?sort=year", ["28", "21", "14"]),
        ("?unread=1", ["30", "29", "27"]),
        ("?label=EVEN+%26+odd", ["29", "27", "25"]),
        ("?label=even+%26+odd&unread=1", ["29", "27", "23"]),
        ("?q=Author7+subject", ["7"]),
        ("?q=odd+paper", ["29", "27", "25"]),
        ("?page=99", ["30", "29", "28"]),
        ("?q=nowhere", []),
    ],
)
def test_lists_are_sifted_and_sorted(site: Site, query: str, first: list[str]) -> None:
    """The query chooses and orders; files carry it along."""
    many(site, 30)
    client, path = site.client(), own_path(site, "reading")
    assert titles(client.get(path + query).text)[:3] == first
    rows = json.loads(client.get(f"{path}.json{query}").text)
    assert [row["title"].split()[2] for row in rows[:3]] == first


@pytest.mark.parametrize("query", ["?sort=best", "?page=-1", "?page=x", "?unread=yes", "?q=" + "x" * 101])
def test_queries_that_no_page_links_to_are_refused(site: Site, query: str) -> None:
    """Made-up queries are 400, on the page and on its files, looked at or posted to."""
    client, path = site.client(), own_path(site, "reading")
    for answer in (client.get(path + query), client.get(f"{path}.bib{query}"), client.post(path + query)):
        assert answer.status_code == 400


def test_links_keep_what_was_chosen(site: Site) -> None:
    """Files, further parts, and the way back from a change carry the query."""
    many(site, 120)
    client, path = site.client(), own_path(site, "reading")
    page = client.get(path + "?unread=1&sort=oldest").text
    for end in ("bib", "ris", "csl.json", "json"):
        assert f'href="/route{path}.{end}?unread=1&amp;sort=oldest"' in page
    assert f'href="/route{path}?unread=1&amp;sort=oldest&amp;page=2"' in page
    done = client.post(path + "?unread=1&sort=oldest", data={f"read-{keys(page)[0]}": "yes"})
    assert f'href="/route{path}?unread=1&amp;sort=oldest"' in done.text


@pytest.mark.parametrize(
    "end, media_type, sign",
    [
        ("bib", "application/x-bibtex", "@misc{"),
        ("ris", "application/x-research-info-systems", "TY  - "),
        ("csl.json", "application/vnd.citationstyles.csl+json", '"author"'),
        ("json", "application/json", '"paper"'),
    ],
)
def test_reading_list_leaves_the_building(site: Site, end: str, media_type: str, sign: str) -> None:
    """The list is a download in four formats, linked from the page."""
    save(site, 1, 2)
    client, path = site.client(), own_path(site, "reading")
    assert f'href="/route{path}.{end}"' in client.get(path).text
    answer = client.get(f"{path}.{end}")
    assert answer.headers["content-type"].startswith(media_type)
    assert answer.text.count(sign) == 2
    assert f"reading-list.{end}" in answer.headers["content-disposition"]


def test_json_export_is_for_programs(site: Site) -> None:
    """The JSON file is a list of flat objects."""
    save(site, 1)
    (row,) = json.loads(site.client().get(own_path(site, "reading") + ".json").text)
    assert row["paper"] == PAPERS[0].id
