"""Lists, search, likeness and trends, as a stranger and a reader see them."""

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from recommender.domain.papers import Signal
from recommender.ranking.base import RankingSettings
from recommender.services.sight import Sight
from recommender.services.training import Shelf
from tests.builders import NOON, a_paper
from tests.stores import dump
from tests.web.shelves import SUBJECTS, Shop, add, hrefs, ids, on_subjects, shop, trained
from tests.web.site import PAPERS, Site

LISTS = (
    "/papers",
    "/papers?category=cs.CL",
    "/papers?day=2026-01-30",
    "/search",
    "/search?q=method",
    "/trending",
)
ODD = (
    "%", "_", "'", '"', "\\", "%%%", "' OR 1=1 --", "<script>alert(1)</script>", "a" * 1500, "word " * 250,
    "\x00\x01\x1b", "\u202eevil\u202c", "שלום עולם", "日本語の論文", "( ) [ ] { }", "“unclosed", "NOT AND OR",
    "{{ 7 * 7 }}", "é\u0301", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "   ", "arxiv:",
    "title:", "doi:10.1000/", "https://arxiv.org/abs/", "%00", "🦆🦆",
)  # fmt: skip


def asked(text: str) -> str:
    """Return the search for a text."""
    return f"/search?q={quote(text)}"


def test_paging_to_the_end_shows_every_paper_once(site: Site) -> None:
    """Newest first, following the link to older ones; many were seen at one moment."""
    more = [a_paper(number, first_seen=NOON - timedelta(hours=number // 7)) for number in range(10, 90)]
    add(site, more)
    pages, path = [], "/papers"
    while path:
        page = shop(site).get(path)
        pages.append(ids(page))
        path = next((link for link in hrefs(page, "/papers?") if "after=" in link), "")
    found = [paper for page in pages for paper in page]
    times = {paper.id: paper.first_seen or NOON for paper in (*PAPERS, *more)}
    assert len(pages) == 4
    assert sorted(found) == sorted(times)
    assert found == sorted(found, key=lambda paper: (times[paper], paper), reverse=True)


def test_lists_by_day_and_by_category(site: Site) -> None:
    """Links to both are on the page, with how many papers there are; each leads to those alone."""
    add(site, on_subjects())
    own = shop(site)
    page = own.get("/papers")
    assert "x.robots (4)" in page
    robots = next(link for link in hrefs(page, "/papers?") if "x.robots" in link)
    assert len(ids(own.get(robots))) == 4
    assert "in x.robots" in own.get(robots)
    day = next(link for link in hrefs(page, "/papers?") if "day=2026-01-29" in link)
    assert ids(own.get(day))
    assert all(
        "29 Jan 2026" in line for line in re.findall(r'<p class="byline"><span[^>]*>([^<]*)', own.get(day))
    )


def test_a_category_that_is_in_no_paper_is_an_empty_page(site: Site) -> None:
    """It says so, and what was asked for is escaped."""
    page = shop(site).get("/papers?category=%3Cb%3E%22x")
    assert "There is no paper here" in page
    assert "<b>" not in page
    assert ids(page) == []


def test_what_no_link_says_is_refused(site: Site) -> None:
    """With a page that says so."""
    own = shop(site)
    for query in ("papers?day=2026-02-30", "papers?day=soon", "search?q=a&page=0", "search?q=a&page=x",
                  "search?page=99", "trending?days=0", "trending?days=91", "trending?days=-1",
                  "trending?days=٣", "trending?days=1e3", "papers?d=x", "search?d=%00"):  # fmt: skip
        assert "does not work" in own.get(f"/{query}", 400)


@pytest.mark.parametrize("after", ["arxiv:9999.99999", "nothing", "%00x", "%F0%9F%98%80"])
def test_no_page_comes_after_a_paper_that_is_not_there(site: Site, after: str) -> None:
    """It is not guessed which one was meant."""
    shop(site).get(f"/papers?after={after}", 404)


def test_odd_texts_are_searched_like_any(site: Site) -> None:
    """None fails or finds anything, and nothing of them is markup."""
    own = shop(site)
    for text in ODD:
        page = own.get(asked(text))
        assert "<script>alert" not in page
        assert "\u202e" not in page
        assert not ids(page), text


def test_an_empty_search_explains_itself(site: Site) -> None:
    """And looks for nothing."""
    assert "Type a few words" in shop(site).get("/search")
    assert "Type a few words" in shop(site).get("/search?q=+%20")


def test_a_long_text_is_cut_and_told(site: Site) -> None:
    """What no address could hold is refused before it is read."""
    words = " ".join(f"word{number}" for number in range(40))
    assert "only the first 16 words" in shop(site).get(asked(words))
    assert "only the first 16 words of the first 1000" in shop(site).get(asked("a" * 2000))
    shop(site).get(asked("a" * 2100), 414)


def test_search_by_words_puts_titles_first(site: Site) -> None:
    """All words must be there; letters of either case, an author too, a phrase as it stands."""
    add(
        site,
        [a_paper(50, title="On cats", abstract="Dogs."), a_paper(51, title="Cats and DOGS", abstract="")],
    )
    own = shop(site)
    assert ids(own.get(asked("cats dogs"))) == [a_paper(51).id, a_paper(50).id]
    assert ids(own.get(asked('"cats and dogs"'))) == [a_paper(51).id]
    assert ids(own.get(asked("Author51"))) == [a_paper(51).id]
    assert ids(own.get(asked("cats horses"))) == []


@pytest.mark.parametrize("text", ["arxiv:2601.00003", "https://arxiv.org/abs/2601.00003v2", "2601.00003"])
def test_an_id_finds_its_paper(site: Site, text: str) -> None:
    """Whatever its spelling."""
    page = shop(site).get(asked(text))
    assert ids(page) == [PAPERS[2].id]
    assert "The paper you named" in page


def test_more_of_what_was_found_is_on_the_next_page(site: Site) -> None:
    """Page after page shows each once."""
    own = shop(site)
    add(site, [a_paper(number, title=f"Zebra {number}") for number in range(10, 55)])
    found, path = [], asked("zebra")
    while path:
        page = own.get(path)
        found += ids(page)
        path = next((link for link in hrefs(page, "/search?") if f"page={len(found) // 20 + 1}" in link), "")
    assert len(found) == len(set(found)) == 45


def test_without_a_fit_pages_say_what_to_run(site: Site, tmp_path: Path) -> None:
    """Words are searched all the same; an empty shelf is no fault."""
    for own in (
        shop(site),
        shop(site, sight=Sight(site.store, Shelf(site.store, tmp_path, RankingSettings()))),
    ):
        page = own.get("/search?q=method")
        assert len(ids(page)) == len(PAPERS)
        for told in (page, own.get(f"/similar/{PAPERS[0].id}"), own.get(f"/papers/{PAPERS[0].id}")):
            assert "paperroute train" in told


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Return a site with papers on five subjects and a recommender fitted on them; not to be changed."""
    folder = tmp_path_factory.mktemp("fitted")
    site = Site(folder)
    add(site, on_subjects())
    return shop(site, sight=trained(site, folder / "artifacts"))


def test_what_is_near_in_meaning_comes_after_what_has_the_words(fitted: Shop) -> None:
    """Papers on the subject that lack a word are found, each paper once, and the page says how."""
    page = fitted.get(asked("robots that fold study 2"))
    found = ids(page)
    assert [fitted_title(paper) for paper in found[:1]] == ["robots"]
    assert len(found) == len(set(found))
    assert [fitted_title(paper) for paper in found[1:4]] == ["robots"] * 3
    assert "Near in meaning" in page
    assert "two thirds of their nearness" in page


def fitted_title(paper: str) -> str:
    """Return the subject of one of `on_subjects`."""
    return list(SUBJECTS)[(int(paper[-5:]) - 100) // 4]


def test_similar_papers_are_of_the_same_subject(fitted: Shop) -> None:
    """Nearest first, the paper itself only above them."""
    paper = on_subjects()[5]
    page = fitted.get(f"/similar/{paper.id}")
    assert ids(page)[0] == paper.id
    assert [fitted_title(own) for own in ids(page)[1:4]] == ["forests"] * 3
    assert paper.id not in ids(page)[1:]
    nearness = [float(own) for own in re.findall(r"Nearness ([0-9.]+)", page)]
    assert nearness == sorted(nearness, reverse=True)
    assert all(0 < own <= 1 for own in nearness)


def test_similar_papers_of_an_alias_and_of_none(fitted: Shop) -> None:
    """One leads on, the other is nowhere."""
    fitted.get(f"/similar/{PAPERS[0].id}v3", 307)
    fitted.get("/similar/arxiv:9999.99999", 404)
    fitted.get("/similar/", 404)


def test_papers_of_a_readers_library_are_nowhere(site: Site, tmp_path: Path) -> None:
    """Not in lists, counts, searches, nor by their id; what a reader holds is their own business."""
    hidden = a_paper(70, title="A quokka secret", categories=("z.SECRET",), library_only=True)
    add(
        site,
        [hidden],
        [Signal(paper=hidden.id, source="hub", taken_at=NOON - timedelta(hours=1), upvotes=99)],
    )
    own = shop(site, sight=trained(site, tmp_path / "artifacts"))
    paths = ("papers", "papers?category=z.SECRET", "search?q=quokka", "search?q=2601.00070", "trending")
    for path in (*(f"/{own}" for own in paths), f"/similar/{PAPERS[0].id}", f"/papers/{PAPERS[0].id}"):
        page = own.get(path)
        assert hidden.id not in page
        assert "quokka secret" not in page
    for path in (f"/papers/{hidden.id}", f"/similar/{hidden.id}", f"/papers?after={hidden.id}"):
        own.get(path, 404)
        own.get(f"{path}{'&' if '?' in path else '?'}d={own.token}", 404)


def test_where_browsing_is_off_there_is_nothing(site: Site) -> None:
    """For strangers and readers alike; the pages of papers are there for readers alone."""
    own = shop(site, browse=False)
    for path in (*LISTS, f"/similar/{PAPERS[0].id}"):
        own.get(path, 404)
        own.get(f"{path}{'&' if '?' in path else '?'}d={own.token}", 404)


def test_looking_changes_nothing(fitted: Shop) -> None:
    """GET twice and HEAD of every page and of links on them, as a stranger and as a reader."""
    before = dump(fitted.site.folder)
    paths = [*LISTS, f"/papers/{PAPERS[0].id}", f"/similar/{PAPERS[0].id}", asked("knowledge")]
    paths += [f"{path}{'&' if '?' in path else '?'}d={fitted.token}" for path in paths]
    linked = {link for path in paths for link in hrefs(fitted.get(path), "/")}
    for path in (*paths, *sorted(linked)[::9]):
        for method in ("GET", "HEAD", "GET"):
            fitted.site.clock.wait(seconds=3)
            assert fitted.client.request(method, path).status_code in {200, 404}, path
    assert dump(fitted.site.folder) == before


def test_a_strangers_pages_tell_nothing_of_readers(site: Site) -> None:
    """Votes, saves and editions of others change not a byte of them."""
    own = shop(site)
    paths = (*LISTS, f"/papers/{PAPERS[0].id}")
    before = [own.get(path) for path in paths]
    for reader in (site.ana, site.ben):
        view = site.path(site.links.view(reader.public_id, 0, site.edition.id, NOON)).rpartition("/")[2]
        if reader is site.ana:
            form = {"vote": "up", "had": "undo", "save": "yes", "kept": "no"}
            assert own.client.post(f"/papers/{PAPERS[0].id}?d={view}", data=form).status_code == 200
    assert site.votes()
    assert [own.get(path) for path in paths] == before


def test_a_readers_token_goes_along(fitted: Shop) -> None:
    """From each page to each, in links and in the search form; a bad one is refused."""
    kinds = ("/papers", "/search", "/trending", "/similar")
    for path in (*LISTS, f"/similar/{PAPERS[0].id}"):
        page = fitted.get(f"{path}{'&' if '?' in path else '?'}d={fitted.token}")
        own = [link for start in kinds for link in hrefs(page, start)]
        assert own
        assert all(fitted.token in link for link in own)
        fitted.get(f"{path}{'&' if '?' in path else '?'}d={fitted.token[:-1]}x", 400)
    assert f'name="d" value="{fitted.token}"' in fitted.get(f"/papers?d={fitted.token}")
