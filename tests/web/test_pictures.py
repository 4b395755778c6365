"""A reader's pictures: everything drawn stands in the tables beside it, for that reader alone."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from recommender.domain.editions import Edition, InterestStanding
from recommender.domain.feedback import Act, Feedback
from recommender.domain.papers import PaperId
from tests.builders import NOON, a_paper
from tests.stores import dump
from tests.web.browsing import own_path
from tests.web.shelves import Shop, add, on_subjects, shop, trained
from tests.web.site import PAPERS, Site

EMPTY = {"votes": "No votes in the last half year", "topics": "No edition of yours tells yet"}


def pictures(own: Shop) -> str:
    """Return Ana's pictures."""
    return unescape(own.get(f"{own_path(own.site, 'preferences')}/pictures"))


def acted(site: Site, *acts: tuple[PaperId, Act, int], suspect: bool = False) -> None:
    """Record acts of Ana, some days before noon."""
    with site.store.write() as uow:
        uow.people.record(
            [
                Feedback(
                    subscriber=site.ana.id,
                    paper=paper,
                    act=act,
                    at=NOON - timedelta(days=days),
                    suspect=suspect,
                )
                for paper, act, days in acts
            ]
        )


def told(site: Site, days_ago: int, counts: tuple[int, ...]) -> None:
    """Put an edition of Ana's, made some days before noon, that says how many papers fitted."""
    at = NOON - timedelta(days=days_ago)
    standing = InterestStanding(interest="Model editing", name="Model editing", days=counts)
    edition = Edition(
        subscriber=site.ana.id,
        key=f"k{days_ago}",
        created_at=at,
        due_at=at,
        considered=9,
        standings=(standing,),
    )
    with site.store.write() as uow:
        uow.outbox.put(edition, message_id=f"<{days_ago}@example.org>", date=at)


def cells(page: str, caption: str) -> list[list[str]]:
    """Return the rows of the table with a caption."""
    table = page.partition(caption)[2].partition("</table>")[0].partition("<tbody>")[2]
    return [
        re.findall(r"<t[hd][^>]*>(?:<a[^>]*>)?([^<]*)", row) for row in table.split("</tr>") if "<t" in row
    ]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Return a site with a fit, votes and an edition that tells of days; not to be changed."""
    folder = tmp_path_factory.mktemp("drawn")
    site = Site(folder)
    papers = on_subjects()
    add(site, [*papers, a_paper(90, title="Quokka library", library_only=True)])
    acted(site, (papers[0].id, Act.UP, 1), (papers[1].id, Act.UP, 8), (papers[9].id, Act.DOWN, 9))
    acted(site, (papers[2].id, Act.SAVE, 8), (a_paper(90).id, Act.UP, 2))
    acted(site, (papers[3].id, Act.UP, 3), suspect=True)
    told(site, 2, (7, 2, 9))
    told(site, 0, (1, 0, 5))
    return shop(site, sight=trained(site, folder / "artifacts"))


def test_without_anything_each_picture_says_so(site: Site) -> None:
    """And what it would need."""
    page = pictures(shop(site))
    assert "There is no map yet" in page
    assert all(words in page for words in EMPTY.values())
    assert "<svg" not in page


def test_the_map_has_its_table(drawn: Shop) -> None:
    """As many marks as rows; each with the title of its paper; the same map at the same time."""
    page = pictures(drawn)
    rows = cells(page, "Papers nearest to your interests")
    picture = page.partition("<svg")[2].partition("</svg>")[0]
    kinds = {
        kind: len(re.findall(f'class="{kind}', picture)) for kind in ("dot of", "dot other", "vote", "ring")
    }
    assert kinds["ring"] == 1 + picture.count("<text")
    assert len(rows) == kinds["dot of"] + kinds["dot other"] + kinds["vote"]
    assert sum(row[1] == "near 1" for row in rows) == kinds["dot of"] > 3
    assert [row[1] for row in rows if row[1] in {"useful", "not for me"}].count("useful") == 3
    titles = re.findall(r"<title>(?:Useful: |Not for me: )?([^<]*)</title>", picture)
    assert {row[0] for row in rows} <= set(titles)
    path = f"{own_path(drawn.site, 'preferences')}/pictures"
    assert drawn.client.get(path).text == drawn.client.get(path).text


def test_every_mark_is_inside_the_picture(drawn: Shop) -> None:
    """No number is one that a browser would not draw."""
    picture = pictures(drawn).partition("<svg")[2].partition("</svg>")[0]
    spots = re.findall(r'cx="([^"]*)" cy="([^"]*)"', picture)
    assert len(spots) > 9
    assert all(0 <= float(x) <= 400 and 0 <= float(y) <= 300 for x, y in spots)


def test_votes_stand_in_their_week(drawn: Shop) -> None:
    """Weeks begin on Mondays; what looks like a scanner's is not counted."""
    rows = cells(pictures(drawn), "Votes and saved papers by week")
    assert len(rows) == 26
    assert rows[0] == ["26 Jan 2026", "2", "0", "0"]
    assert rows[1] == ["19 Jan 2026", "1", "1", "1"]
    assert all(row[1:] == ["0", "0", "0"] for row in rows[2:])


def test_bars_are_as_high_as_their_numbers(drawn: Shop) -> None:
    """To one scale above and below; the longest fills its half."""
    page = pictures(drawn)
    picture = page.partition("weeks-title")[2].partition("</svg>")[0]
    heights = {
        kind: [float(own) for own in re.findall(f'class="{kind}"[^>]*height="([^"]*)"', picture)]
        for kind in ("up", "down")
    }
    assert heights["up"][1] == pytest.approx(2 * heights["up"][0], abs=0.2)
    assert heights["down"] == [pytest.approx(heights["up"][0], abs=0.2)]
    assert max(heights["up"]) == pytest.approx(90, abs=0.2) or max(heights["down"]) == pytest.approx(
        50, abs=0.2
    )


def test_days_are_those_of_the_newest_edition_that_knows_them(drawn: Shop) -> None:
    """An older edition tells only of the days before."""
    rows = cells(pictures(drawn), "Papers that fitted each interest")
    days = ["30", "29", "28", "27", "26"]
    assert rows == [[f"{day} Jan 2026", count] for day, count in zip(days, "50127", strict=True)]


def test_pictures_are_the_readers_own(drawn: Shop) -> None:
    """Ben's show none of Ana's votes; strangers and links of other kinds see nothing."""
    site = drawn.site
    ben = site.path(site.links.preferences(site.ben.public_id, 0, NOON))
    page = drawn.get(f"{ben}/pictures")
    assert EMPTY["votes"] in page
    assert "Quokka library" not in page
    assert "Quokka library" in pictures(drawn)
    drawn.get(f"/p/{drawn.token}/pictures", 400)
    drawn.get("/p/x/pictures", 400)


def test_looking_at_pictures_changes_nothing(drawn: Shop) -> None:
    """And posting is not for them."""
    path, before = f"{own_path(drawn.site, 'preferences')}/pictures", dump(drawn.site.folder)
    for method, status in (("GET", 200), ("HEAD", 200), ("POST", 405)):
        assert drawn.client.request(method, path).status_code == status
    assert dump(drawn.site.folder) == before


def test_a_token_opens_its_pages_so_often_and_no_more(site: Site) -> None:
    """The pictures and the page that they hang on count together; pages of papers have no such bucket."""
    own, path = shop(site), own_path(site, "preferences")
    found = [own.client.get(f"{path}/pictures").status_code for _ in range(20)]
    found += [own.client.get(path).status_code for _ in range(20)]
    assert found == [200] * 30 + [429] * 10
    assert {own.client.get(f"/papers/{PAPERS[0].id}").status_code for _ in range(40)} == {200}


def test_every_readers_page_leads_to_the_pictures(site: Site) -> None:
    """From the preferences and the reading list."""
    own = shop(site)
    for purpose in ("preferences", "reading", "view"):
        assert f"{own_path(site, 'preferences')}/pictures" in own.get(own_path(site, purpose))


def test_many_interests_and_one_paper(site: Site, tmp_path: Path) -> None:
    """A map needs no more than something to say; numbers go on where colours begin again."""
    acted(site, *((paper.id, Act.UP, 1) for paper in PAPERS))
    page = pictures(shop(site, sight=trained(site, tmp_path / "artifacts")))
    assert page.count("<svg") == 2
    assert "nan" not in page.partition("<svg")[2].lower().partition("</svg>")[0]
