"""Thumbs, save links and the edition in the browser: what they show, record and take back."""

from pathlib import Path

import html5lib
import pytest

from tests.builders import NOON, a_paper
from tests.web.browsing import checked, hidden_fields, own_path, save_path, vote_path
from tests.web.site import PAPERS, Site


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
        for thumb in ("down", "up"):
            page = client.post(vote_path(site, number, thumb)).text
    assert site.votes() == {}
    assert "Was this you?" in page
    site.clock.wait(minutes=1)
    client.post(vote_path(site, 6), data=hidden_fields(page))
    assert site.votes() == {PAPERS[5].id: True}


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


def test_a_forwarded_digest_does_not_renew_itself(site: Site) -> None:
    """The links of a page are as old as the link that led to it, on the unsubscribe page too."""
    site.clock.wait(days=100)
    page = site.client().get(vote_path(site)).text
    assert f'href="{site.links.preferences(site.ana.public_id, 0, NOON)}"' in page
    assert f'href="{site.links.reading(site.ana.public_id, 0, NOON)}"' in page
    page = site.client().get(own_path(site, "unsubscribe")).text
    assert f'href="{site.links.preferences(site.ana.public_id, 0, NOON)}#mail"' in page
