"""The page of one paper: its names, what is told of it, and what it has to do with the reader."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest

from recommender.domain.events import EventKind, PaperEvent
from recommender.domain.feedback import Act, Feedback
from recommender.domain.papers import Paper, PaperId, PaperStatus, Signal
from tests.builders import NOON, a_paper
from tests.stores import dump
from tests.web.browsing import checked, hidden_fields, own_path, save_path, vote_path
from tests.web.shelves import ROOT, add, hrefs, ids, shop
from tests.web.site import PAPERS, Site

FIRST = PAPERS[0].id
ODD_IDS = (
    "doi:10.1000/a/b", "doi:10.1000/a//b", "doi:10.1000/../x", "doi:10.1000/./x", "doi:10.1000/a?b#c",
    "doi:10.1000/50%x", "doi:10.1000/a;b,c(d)",
    "doi:10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o",
    "title:attentionisallyouneed", "title:注意力就是你所需要的", "title:a~0123abcd", "doi:10.1000/a b",
    "doi:10.1000/x+y&z=1", "arxiv:math.AG/0601001", "arxiv:hep-th/9901001",
)  # fmt: skip


def named(number: int, name: str) -> Paper:
    """Build a paper of a given id."""
    doi = name.removeprefix("doi:") if name.startswith("doi:") else None
    return a_paper(number, id=PaperId(name), doi=doi, url=None, title=f"Odd one {number}")


def test_every_paper_of_a_list_has_its_page(site: Site) -> None:
    """Whatever its id is made of: the link of the list leads to it, and to no other."""
    add(site, [named(number, name) for number, name in enumerate(ODD_IDS, 200)])
    own = shop(site)
    links = {link for link in hrefs(own.get("/papers")) if "/papers/arxiv:2601" not in link}
    assert len(links) == len(ODD_IDS)
    titles = {re.findall(r"<h1[^>]*>([^<]+)</h1>", own.get(link))[0] for link in links}
    assert titles == {f"Odd one {number}" for number in range(200, 200 + len(ODD_IDS))}


@pytest.mark.parametrize(
    "name",
    ["2601.00001", "arxiv:2601.00001v7", "https://arxiv.org/abs/2601.00001", "doi:10.48550/arXiv.2601.00001"],
)
def test_another_name_leads_to_the_papers_own(site: Site, name: str) -> None:
    """With the reader's token, if there is one."""
    own = shop(site)
    for tail in ("", f"?d={own.token}"):
        answer = own.client.get(f"/papers/{quote(name)}{tail}", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (307, f"{ROOT}/papers/{FIRST}{tail}")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "arxiv:9999.99999",
        "nothing",
        "%00",
        "arxiv:%00",
        "..%2f..%2fetc",
        "%ff",
        "title:",
        "title:%00",
        "a" * 1900,
    ],
)
def test_what_is_no_paper_has_no_page(site: Site, name: str) -> None:
    """Nor for a reader."""
    own = shop(site)
    own.get(f"/papers/{name}", 404)
    own.get(f"/papers/{name}?d={own.token}", 404)


def test_formulas_are_read_and_markup_is_not(site: Site) -> None:
    """In title, abstract and names; paragraphs stay, what cannot be seen goes."""
    paper = a_paper(
        60,
        title="<think> $\\alpha$-flow \u202eesrever",
        abstract="First, $x^2$.\n  <a href='http://evil.example'>x</a> Second.",
        authors=('K\\"ahler', "<b>Bold</b>"),
        url="javascript:alert(1)",
        code_url="http://code.example/<x>",
        comment="<i>9 pages</i>",
    )
    add(site, [paper])
    page = shop(site).get(f"/papers/{paper.id}")
    assert "&lt;think&gt; α-flow esrever</h1>" in page
    assert '<p dir="auto">First, x².</p>' in page
    assert "Kähler, &lt;b&gt;Bold&lt;/b&gt;" in page
    assert "evil.example" not in re.findall(r'href="([^"]*)"', page)
    for wrong in ("javascript:", "<b>", "<i>", "<x>", "\u202e"):
        assert wrong not in page


def test_what_happened_and_what_was_counted_is_told(site: Site) -> None:
    """Withdrawal, versions, ids with their ways out, snapshots with a drawing and its words."""
    paper = a_paper(61, doi="10.1000/x", version=3, status=PaperStatus.WITHDRAWN, venue="J. of Tests")
    signals = [
        Signal(
            paper=paper.id, source="hub", taken_at=NOON - timedelta(days=day), upvotes=votes, comments=None
        )
        for day, votes in ((6, 1), (4, 20), (2, 40), (1, 41))
    ]
    add(site, [paper], signals)
    with site.store.write() as uow:
        uow.intake.add_events(
            [
                PaperEvent(paper=paper.id, kind=EventKind.VERSION, at=NOON, detail="v3"),
                PaperEvent(paper=paper.id, kind=EventKind.WITHDRAWN, at=NOON),
            ]
        )
    page = shop(site).get(f"/papers/{paper.id}")
    for told in ("This paper was withdrawn", "new version v3", "withdrawn</li>", "J. of Tests", ">v3<"):
        assert told in page, told
    for link in ("https://arxiv.org/abs/2601.00061", "https://doi.org/10.1000/x"):
        assert f'<a href="{link}" rel="noreferrer">' in page
    assert re.search(r'role="img" aria-label="[^"]*41 upvotes', page)
    assert page.count('<th scope="row"') == len(signals)
    assert "<td>–</td>" in page


def test_a_crowd_of_authors_is_folded_away(site: Site) -> None:
    """All are there, in two heaps."""
    crowd = tuple(f"Ada Crowd{number}" for number in range(3000))
    add(site, [a_paper(62, authors=crowd)])
    page = shop(site).get(f"/papers/{a_paper(62).id}")
    assert "2970 more authors" in page
    assert all(name in page for name in crowd)


def test_a_stranger_sees_no_form_and_posts_nothing(site: Site) -> None:
    """There is nobody whose vote it would be."""
    own = shop(site)
    before = dump(site.folder)
    assert '<form method="post"' not in own.get(f"/papers/{FIRST}")
    assert own.client.post(f"/papers/{FIRST}", data={"vote": "up"}).status_code == 405
    assert dump(site.folder) == before


def test_a_reader_sees_why_it_came_and_votes(site: Site) -> None:
    """Vote and save stand preselected afterwards; one button takes both back."""
    own, path = shop(site, browse=False), f"/papers/{FIRST}"
    own.get(path, 404)
    path = f"{path}?d={own.token}"
    page = own.get(path)
    assert "It speaks of editing, as number 1 does." in page
    assert "for Model editing" in page
    assert checked(page) == {"vote": "undo"}
    form = hidden_fields(page) | {"vote": "up", "save": "yes"}
    done = own.client.post(path, data=form).text
    assert site.votes() == {FIRST: True}
    assert site.saved() == [(FIRST, False)]
    assert checked(own.get(path)) == {"vote": "up", "save": "yes"}
    assert "<h1>Nothing changed</h1>" in own.client.post(path, data=form).text
    own.client.post(path, data=hidden_fields(done))
    assert (site.votes(), site.saved()) == ({}, [])


def test_a_page_left_open_takes_nothing_back(site: Site) -> None:
    """What another page recorded meanwhile stays, if this one was not touched."""
    own, path = shop(site), f"/papers/{FIRST}"
    path = f"{path}?d={own.token}"
    stale = hidden_fields(own.get(path))
    own.client.post(path, data={"vote": "down", "had": "undo", "save": "yes", "kept": "no"})
    own.client.post(path, data=stale | {"vote": "undo"})
    assert site.votes() == {FIRST: False}
    assert site.saved() == [(FIRST, False)]


def test_a_paper_beyond_the_edition_may_be_voted_on_too(site: Site) -> None:
    """Its page says that it did not come by mail, and a scanner's burst there counts as one."""
    more = [a_paper(number) for number in range(40, 44)]
    add(site, more)
    own = shop(site)
    path = f"/papers/{more[0].id}?d={own.token}"
    assert "not in the edition you came from" in own.get(path)
    own.client.post(path, data={"vote": "up", "had": "undo"})
    assert site.votes() == {more[0].id: True}
    site.clock.wait(minutes=5)
    for paper in more[1:]:
        for vote in ("up", "down"):
            own.client.post(f"/papers/{paper.id}?d={own.token}", data={"vote": vote})
    assert set(site.votes()) <= {more[0].id}


@pytest.mark.parametrize("form", [{"vote": "sideways"}, {"vote": "<b>"}, {"vote": ""}])
def test_a_vote_that_there_is_not_is_refused(site: Site, form: dict[str, str]) -> None:
    """And nothing is recorded."""
    own = shop(site)
    before = dump(site.folder)
    assert own.client.post(f"/papers/{FIRST}?d={own.token}", data=form).status_code == 400
    assert dump(site.folder) == before


def test_tokens_of_other_kinds_and_other_readers(site: Site) -> None:
    """A link of another purpose opens nothing; another reader's shows their own vote, never Ana's."""
    own = shop(site, browse=False)
    with site.store.write() as uow:
        uow.people.record([Feedback(subscriber=site.ana.id, paper=FIRST, act=Act.UP, at=NOON)])
    for path in (vote_path(site), save_path(site), own_path(site, "preferences"), own_path(site, "reading")):
        own.get(f"/papers/{FIRST}?d={path.rpartition('/')[2]}", 400)
    bens = site.links.view(site.ben.public_id, 0, site.bens_edition.id, NOON).rpartition("/")[2]
    assert checked(own.get(f"/papers/{FIRST}?d={bens}")) == {"vote": "undo"}
    mixed = site.links.view(site.ben.public_id, 0, site.edition.id, NOON).rpartition("/")[2]
    own.get(f"/papers/{FIRST}?d={mixed}", 400)
    site.clock.wait(days=400)
    own.get(f"/papers/{FIRST}?d={own.token}", 410)


def test_a_paper_of_a_readers_library_is_shown_to_that_reader(site: Site) -> None:
    """To whom it was shown, or who saved it or voted on it; to nobody else."""
    hidden = a_paper(70, library_only=True)
    add(site, [hidden])
    with site.store.write() as uow:
        uow.people.record([Feedback(subscriber=site.ana.id, paper=hidden.id, act=Act.SAVE, at=NOON)])
    own = shop(site)
    assert hidden.title in own.get(f"/papers/{hidden.id}?d={own.token}")
    bens = site.links.view(site.ben.public_id, 0, site.bens_edition.id, NOON).rpartition("/")[2]
    own.get(f"/papers/{hidden.id}?d={bens}", 404)
    own.get(f"/papers/{hidden.id}", 404)


def test_the_rating_sheet_leads_to_the_papers_pages(site: Site) -> None:
    """Each title, and for a save link its one; with what opens them where browsing is off."""
    own = shop(site, browse=False)
    for path in (own_path(site, "view"), vote_path(site)):
        links = hrefs(own.get(path))
        assert sorted(ids(own.get(path))) == sorted(paper.id for paper in PAPERS)
        assert len(links) == len(PAPERS)
        assert all("Why it came" in own.get(link) for link in links)
    assert len(hrefs(own.get(save_path(site)))) == 1


def test_the_way_back_from_a_vote(site: Site) -> None:
    """Leads to the paper, and from there to the edition."""
    own = shop(site)
    done = own.client.post(f"/papers/{FIRST}?d={own.token}", data={"vote": "up"}).text
    (back,) = (link for link in hrefs(done) if FIRST in link)
    assert f'href="{site.links.view(site.ana.public_id, 0, site.edition.id, NOON)}"' in own.get(back)
