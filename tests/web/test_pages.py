"""Every reader page: what it shows, what its POST does, and the way back."""

import json
import re
from datetime import timedelta
from pathlib import Path

import html5lib
import pytest

from recommender.domain.feedback import Act, Feedback
from recommender.domain.subscribers import SubscriberState
from tests.builders import NOON, a_declaration, a_paper
from tests.web.site import PAPERS, Site

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def vote_path(site: Site, number: int = 1, value: str = "up") -> str:
    """Return the path of a thumb of Ana's edition."""
    item = site.edition.items[number - 1].id
    return site.path(site.links.vote(site.ana.public_id, 0, item, value, NOON))


def save_path(site: Site, number: int = 1) -> str:
    """Return the path of a save link of Ana's edition."""
    return site.path(site.links.save(site.ana.public_id, 0, site.edition.items[number - 1].id, NOON))


def own_path(site: Site, purpose: str) -> str:
    """Return the path of a link that needs no paper."""
    if purpose == "view":
        return site.path(site.links.view(site.ana.public_id, 0, site.edition.id, NOON))
    builder = {
        "unsubscribe": site.links.unsubscribe,
        "preferences": site.links.preferences,
        "reading": site.links.reading,
    }[purpose]
    return site.path(builder(site.ana.public_id, 0, NOON))


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's first form."""
    form = page.partition("<form")[2].partition("</form>")[0]
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))


def checked(page: str) -> dict[str, str]:
    """Return the radio buttons and boxes a page preselects, by name."""
    found = re.findall(r'name="([^"]+)" value="([^"]*)" checked', page)
    return dict(found)


def all_paths(site: Site) -> list[str]:
    """Return a path of every kind of page."""
    return [
        vote_path(site),
        save_path(site),
        *(own_path(site, purpose) for purpose in ("view", "unsubscribe", "preferences", "reading")),
    ]


def save(site: Site, *numbers: int) -> None:
    """Put papers on Ana's reading list."""
    with site.store.write() as uow:
        uow.people.record(
            [
                Feedback(
                    subscriber=site.ana.id,
                    paper=PAPERS[number - 1].id,
                    act=Act.SAVE,
                    at=NOON + timedelta(minutes=number),
                )
                for number in numbers
            ]
        )


def test_pages_are_valid_html(site: Site) -> None:
    """A strict HTML 5 parser finds no fault, on pages and on the pages that follow a POST."""
    save(site, 2)
    client = site.client()
    for path in all_paths(site):
        for answer in (client.get(path), client.post(path), client.get(path)):
            assert answer.status_code == 200
            html5lib.HTMLParser(strict=True).parse(answer.text)
    html5lib.HTMLParser(strict=True).parse(client.get("/v/nonsense").text)


def test_pages_have_no_script_no_cookie_and_nothing_foreign(site: Site) -> None:
    """Pages load one style sheet of their own and nothing else, and style nothing inline."""
    client = site.client()
    for path in all_paths(site):
        answer = client.get(path)
        assert "set-cookie" not in answer.headers
        assert not re.search(r"<script|<img|<iframe|style=|\son[a-z]+=\"", answer.text)
        assert re.findall(r'<link rel="stylesheet" href="([^"]+)"', answer.text) == ["/route/style.css"]


def test_every_input_has_a_label_of_its_own(site: Site) -> None:
    """Each visible input is named by a label tied to its id, and ids are unique."""
    save(site, 1)
    client = site.client()
    for path in (vote_path(site), own_path(site, "reading")):
        page = client.get(path).text
        ids = re.findall(r'<input type="(?:radio|checkbox)" id="([^"]+)"', page)
        assert ids
        assert len(ids) == len(set(ids)) == page.count('type="radio"') + page.count('type="checkbox"')
        assert set(re.findall(r'<label [^>]*for="([^"]+)"', page)) == set(ids)


def test_thumb_shows_the_sheet_with_the_proposal(site: Site) -> None:
    """All papers are there, the proposal is preselected, one button, and nothing is recorded."""
    page = site.client().get(vote_path(site, 3, "down")).text
    assert [paper for paper in PAPERS if paper.title not in page] == []
    item = site.edition.items[2].id
    votes = {name: value for name, value in checked(page).items() if name.startswith("vote-")}
    assert votes.pop(f"vote-{item}") == "down"
    assert set(votes.values()) == {"undo"}
    assert page.count("<button") == 1
    assert site.votes() == {}


@pytest.mark.parametrize("value, up", [("up", True), ("down", False)])
def test_bare_post_records_the_proposal(site: Site, value: str, up: bool) -> None:  # noqa: FBT001 a parametrised value
    """A POST with an empty body is the thumb, and the page says so by name."""
    answer = site.client().post(vote_path(site, 2, value))
    assert answer.status_code == 200
    assert site.votes() == {PAPERS[1].id: up}
    assert PAPERS[1].title in answer.text
    assert "next edition" in answer.text


def test_undo_form_takes_the_vote_back(site: Site) -> None:
    """The form on the result page undoes what was done, and so does `undo` alone."""
    client, path = site.client(), vote_path(site)
    page = client.post(path).text
    client.post(path, data=hidden_fields(page))
    assert site.votes() == {}
    client.post(path)
    client.post(path, data={"undo": "1"})
    assert site.votes() == {}


def test_sheet_records_whatever_was_marked(site: Site) -> None:
    """The posted sheet carries the proposal, other votes and saves at once; its undo form takes all back."""
    client, path = site.client(), vote_path(site)
    page = client.get(path).text
    first, second, third = (item.id for item in site.edition.items[:3])
    fields = hidden_fields(page) | checked(page)
    fields |= {f"vote-{second}": "down", f"save-{third}": "yes"}
    done = client.post(path, data=fields)
    assert site.votes() == {PAPERS[0].id: True, PAPERS[1].id: False}
    assert site.saved() == [(PAPERS[2].id, False)]
    assert f"vote-{first}" in fields
    client.post(path, data=hidden_fields(done.text))
    assert (site.votes(), site.saved()) == ({}, [])


def test_sheet_shows_what_stands(site: Site) -> None:
    """Votes and saves made before are preselected on the edition's page, which proposes nothing."""
    client = site.client()
    client.post(vote_path(site, 2, "down"))
    client.post(save_path(site, 3))
    found = checked(client.get(own_path(site, "view")).text)
    items = [item.id for item in site.edition.items]
    assert {name: value for name, value in found.items() if value != "undo"} == {
        f"vote-{items[1]}": "down",
        f"save-{items[2]}": "yes",
    }


def test_edition_page_records_nothing_on_an_empty_post(site: Site) -> None:
    """Nothing is preselected there, so a bare POST changes nothing."""
    answer = site.client().post(own_path(site, "view"))
    assert "Nothing changed" in answer.text
    assert site.votes() == {}


def test_items_of_another_reader_are_refused(site: Site) -> None:
    """A form cannot reach into another edition, whoever's it is."""
    foreign = site.bens_edition.items[0].id
    answer = site.client().post(vote_path(site), data={f"vote-{foreign}": "up"})
    assert answer.status_code == 400
    assert site.votes() == {}


def test_save_and_its_undo(site: Site) -> None:
    """Saving needs the button, and the page offers the way back."""
    client, path = site.client(), save_path(site, 2)
    assert "Nothing is saved" in client.get(path).text
    page = client.post(path).text
    assert site.saved() == [(PAPERS[1].id, False)]
    client.post(path, data=hidden_fields(page))
    assert site.saved() == []


def test_replays_leave_one_vote(site: Site) -> None:
    """The same POST twenty times is one row, and every answer is 200 with an undo."""
    client, path = site.client(), vote_path(site)
    for _ in range(20):
        answer = client.post(path)
        assert answer.status_code == 200
        assert "undo" in hidden_fields(answer.text)
    with site.store.read() as uow:
        assert len(uow.people.feedback(site.ana.id)) == 1


def test_a_scanner_is_told_apart_and_a_human_can_confirm(site: Site) -> None:
    """Posting every thumb at once counts for nothing; the page asks, and its button a minute later counts."""
    client = site.client()
    for number in range(1, 7):
        page = client.post(vote_path(site, number)).text
    assert site.votes() == {}
    assert "Was this you?" in page
    site.clock.wait(minutes=1)
    client.post(vote_path(site, 6), data=hidden_fields(page))
    assert site.votes() == {PAPERS[5].id: True}


@pytest.mark.parametrize(
    "options",
    [
        {"data": ONE_CLICK},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {},
        {"content": b"List-Unsubscribe=One-Click", "headers": {"content-type": "text/plain"}},
    ],
    ids=["urlencoded", "multipart", "empty", "plain"],
)
def test_one_click_unsubscribes(site: Site, options: dict[str, object]) -> None:
    """RFC 8058: one POST, no redirect, no cookie, 200, and again."""
    client, path = site.client(), own_path(site, "unsubscribe")
    for _ in range(2):
        answer = client.post(path, follow_redirects=False, **options)  # type: ignore[arg-type] # cases
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    assert site.who("ana@example.org").state is SubscriberState.UNSUBSCRIBED
    with site.store.read() as uow:
        assert uow.people.suppressed() == {"ana@example.org"}


@pytest.mark.parametrize("state", list(SubscriberState))
def test_unsubscribing_works_in_every_state(site: Site, state: SubscriberState) -> None:
    """The link answers 200 and suppresses the address whatever the state was; the page leads back."""
    with site.store.write() as uow:
        uow.people.set_state(site.ana.id, state, at=NOON)
    client, path = site.client(), own_path(site, "unsubscribe")
    assert client.get(path).status_code == 200
    page = client.post(path, data=ONE_CLICK)
    assert page.status_code == 200
    client.post(path, data=hidden_fields(page.text))
    with site.store.read() as uow:
        assert uow.people.suppressed() == frozenset()
    before = SubscriberState.ACTIVE if state is SubscriberState.UNSUBSCRIBED else state
    assert site.who("ana@example.org").state is before


def test_unsubscribe_page_asks_first_and_shows_no_address(site: Site) -> None:
    """GET changes nothing and a stranger does not learn the address."""
    answer = site.client().get(own_path(site, "unsubscribe"))
    assert site.who("ana@example.org").state is SubscriberState.ACTIVE
    assert "ana@example.org" not in answer.text
    assert "a•••@e•••.org" in answer.text


def test_preferences_show_and_pause(site: Site) -> None:
    """The page shows cadence and interests, pauses and resumes, and names no address."""
    client, path = site.client(), own_path(site, "preferences")
    page = client.get(path).text
    assert "every day at 07:30 (Europe/Berlin time)" in page
    assert "Model editing" in page
    assert "ana@example.org" not in page
    page = client.post(path, data=hidden_fields(page)).text
    assert site.who("ana@example.org").state is SubscriberState.PAUSED
    client.post(path, data=hidden_fields(page))
    assert site.who("ana@example.org").state is SubscriberState.ACTIVE


def test_preferences_respect_the_lock(site: Site) -> None:
    """Where the file keeps pausing to itself there is no button, and a POST changes nothing."""
    with site.store.write() as uow:
        uow.people.change(site.ana.id, a_declaration(locked=("paused",)))
    client, path = site.client(), own_path(site, "preferences")
    assert "<button" not in client.get(path).text
    client.post(path, data={"mail": "pause"})
    assert site.who("ana@example.org").state is SubscriberState.ACTIVE


def test_reading_list_marks_and_drops(site: Site) -> None:
    """Ticked papers are marked as read or taken off; taking off can be undone."""
    save(site, 1, 2)
    client, path = site.client(), own_path(site, "reading")
    page = client.get(path).text
    first = re.findall(r'name="(drop-[0-9a-f]+)"', page)[0]
    second = re.findall(r'name="(read-[0-9a-f]+)"', page)[1]
    done = client.post(path, data={first: "yes", second: "yes"})
    assert site.saved() == [(PAPERS[0].id, True)]
    client.post(path, data=hidden_fields(done.text))
    assert dict(site.saved()) == {PAPERS[0].id: False, PAPERS[1].id: False}


def test_reading_list_takes_only_the_readers_own_papers(site: Site) -> None:
    """A made-up or foreign paper key is passed over."""
    answer = site.client().post(
        own_path(site, "reading"), data={"save-0123456789abcdef": "yes", "read-": "yes"}
    )
    assert answer.status_code == 200
    assert site.saved() == []


@pytest.mark.parametrize(
    "end, media_type, sign",
    [
        ("bib", "application/x-bibtex", "@misc{"),
        ("ris", "application/x-research-info-systems", "TY  - "),
        ("json", "application/json", '"paper"'),
    ],
)
def test_reading_list_leaves_the_building(site: Site, end: str, media_type: str, sign: str) -> None:
    """The list is a download in three formats, linked from the page."""
    save(site, 1, 2)
    client, path = site.client(), own_path(site, "reading")
    assert f'href="/route{path}.{end}"' in client.get(path).text
    answer = client.get(f"{path}.{end}")
    assert answer.headers["content-type"].startswith(media_type)
    assert answer.text.count(sign) == 2
    assert f"reading-list.{end}" in answer.headers["content-disposition"]


def test_expired_links_say_where_to_go(site: Site) -> None:
    """A year later thumbs are a 410 with a way forward, and unsubscribing still works."""
    site.clock.wait(days=400)
    client = site.client()
    answer = client.post(vote_path(site))
    assert answer.status_code == 410
    assert "fresh links" in answer.text
    assert client.post(own_path(site, "unsubscribe")).status_code == 200
    assert site.votes() == {}


def test_voided_links_expire_except_unsubscribe(site: Site) -> None:
    """A link of another epoch is a 410; the unsubscribe link works whatever the epoch."""
    item = site.edition.items[0].id
    client = site.client()
    assert client.post(site.path(site.links.vote(site.ana.public_id, 1, item, "up", NOON))).status_code == 410
    assert client.post(site.path(site.links.unsubscribe(site.ana.public_id, 1, NOON))).status_code == 200


def test_links_of_people_who_are_gone(site: Site) -> None:
    """After an erasure thumbs are a 410 and unsubscribing is quietly done."""
    client = site.client()
    assert client.get(site.path(site.links.preferences("nobody", 0, NOON))).status_code == 410
    path = site.path(site.links.unsubscribe("nobody", 0, NOON))
    assert [client.get(path).status_code, client.post(path).status_code] == [200, 200]


def test_a_link_to_another_readers_edition_is_refused(site: Site) -> None:
    """Even a signed link works only for the edition's own reader."""
    foreign = site.path(site.links.vote(site.ana.public_id, 0, site.bens_edition.items[0].id, "up", NOON))
    view = site.path(site.links.view(site.ana.public_id, 0, site.bens_edition.id, NOON))
    missing = site.path(site.links.view(site.ana.public_id, 0, 999_999, NOON))
    client = site.client()
    assert [client.get(path).status_code for path in (foreign, view, missing)] == [400, 400, 410]


def test_hostile_papers_stay_text(tmp_path: Path) -> None:
    """Markup in titles is escaped and a script address is no link."""
    site = Site(tmp_path)
    with site.store.write() as uow:
        hostile = a_paper(
            1, title='<script>alert("x")</script> {{ 7*7 }}', url="javascript:alert(1)", version=2
        )
        uow.papers.fold([hostile], seen_at=NOON)
    page = site.client().get(own_path(site, "view")).text
    assert "<script" not in page
    assert "javascript:" not in page
    html5lib.HTMLParser(strict=True).parse(page)


def test_health_ready_robots_and_style(site: Site) -> None:
    """The plain pages answer and say nothing of the store's contents."""
    client = site.client()
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").text == "ready\n"
    assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    style = client.get("/style.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "max-age" in style.headers["cache-control"]
    assert "prefers-color-scheme: dark" in style.text


def test_errors_have_plain_pages(site: Site) -> None:
    """404 and 405 are our own pages, and 405 names what is allowed."""
    client = site.client()
    missing = client.get("/nothing/here")
    assert (missing.status_code, "There is nothing here" in missing.text) == (404, True)
    wrong = client.delete(own_path(site, "view"))
    assert wrong.status_code == 405
    assert "GET" in wrong.headers["allow"]


def test_malformed_forms_are_refused(site: Site) -> None:
    """A broken multipart body, too many fields or an upload is a 400 or is passed over, never a 500."""
    client, path = site.client(), own_path(site, "view")
    broken = {"content-type": "multipart/form-data; boundary=x"}
    assert client.post(path, content=b"--y\r\nnonsense", headers=broken).status_code == 400
    assert client.post(path, content=b"x", headers={"content-type": "multipart/form-data"}).status_code == 400
    assert client.post(path, data={f"vote-{n}": "up" for n in range(2000)}).status_code == 400
    assert client.post(path, files={"vote-1": ("a.txt", b"up")}).status_code == 400
    assert client.post(path, content=b"\xff\xfe%ff=%00&&==&vote-%C3=1").status_code == 200


def test_head_answers_like_get_without_a_body(site: Site) -> None:
    """HEAD works on every page."""
    client = site.client()
    for path in [*all_paths(site), "/healthz", "/readyz", "/robots.txt", "/style.css"]:
        answer = client.head(path)
        assert answer.status_code == 200


def test_json_export_is_for_programs(site: Site) -> None:
    """The JSON file is a list of flat objects."""
    save(site, 1)
    (row,) = json.loads(site.client().get(own_path(site, "reading") + ".json").text)
    assert row["paper"] == PAPERS[0].id
