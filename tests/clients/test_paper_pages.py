"""The pages of papers and a reader's pictures in a browser: what axe finds, and that nothing is too wide."""

from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from recommender.domain.editions import Edition, InterestStanding
from recommender.domain.feedback import Act, Feedback
from recommender.domain.papers import PaperStatus, Signal
from tests.builders import NOON, a_paper
from tests.clients.chrome import Page
from tests.clients.test_axe import faults
from tests.clients.tools import package
from tests.web.browsing import own_path
from tests.web.shelves import add, on_subjects, shop, trained
from tests.web.site import PAPERS, Site

_LONG = a_paper(
    80,
    title="A title with one_word_that_is_much_longer_than_any_screen_of_a_telephone_is_wide: " * 2,
    abstract="First part with method.\n  Second part, " + "and_another_word_without_any_end" * 6,
    authors=tuple(f"Ada Verylongsurname-Hyphenated{number}" for number in range(40)),
    doi="10.1000/" + "part/" * 12,
    version=3,
    status=PaperStatus.WITHDRAWN,
    categories=("cs.CL", "x." + "long" * 20),
)


def _site(folder: Path) -> Site:
    site = Site(folder)
    counts = [
        Signal(
            paper=_LONG.id, source="huggingface", taken_at=NOON - timedelta(days=day), upvotes=60 - 9 * day
        )
        for day in range(6)
    ]
    add(site, [*on_subjects(), _LONG], counts)
    standing = InterestStanding(interest="Model editing", name="Model editing", days=(1, 0, 4))
    edition = Edition(
        subscriber=site.ana.id, key="k", created_at=NOON, due_at=NOON, considered=9, standings=(standing,)
    )
    acts = ((on_subjects()[0].id, Act.UP), (on_subjects()[9].id, Act.DOWN))
    with site.store.write() as uow:
        uow.outbox.put(edition, message_id="<k@example.org>", date=NOON)
        uow.people.record(
            [Feedback(subscriber=site.ana.id, paper=paper, act=act, at=NOON) for paper, act in acts]
        )
    return site


@pytest.fixture(name="pages", scope="module")
def pages_fixture(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return each page with its style sheet in it and all that is folded away unfolded."""
    folder = tmp_path_factory.mktemp("site")
    site = _site(folder)
    own = shop(site, sight=trained(site, folder / "artifacts"))
    style = f"<style>{own.get('/style.css')}</style></head>"
    paths = {
        "papers": "/papers",
        "nothing": "/papers?category=none",
        "search": "/search?q=method",
        "similar": f"/similar/{PAPERS[0].id}",
        "trending": "/trending",
        "paper": f"/papers/{_LONG.id}",
        "own paper": f"/papers/{PAPERS[0].id}?d={own.token}",
        "pictures": f"{own_path(site, 'preferences')}/pictures",
    }
    return {
        name: own.get(path).replace("</head>", style).replace("<details", "<details open")
        for name, path in paths.items()
    }


@pytest.mark.parametrize(
    "name", ["papers", "nothing", "search", "similar", "trending", "paper", "own paper", "pictures"]
)
def test_paper_pages(page: Page, pages: dict[str, str], name: str) -> None:
    """Nothing that axe calls more than minor, and no scrolling aside, from 320 px, in light and dark."""
    axe = package("axe-core/axe.min.js").read_text(encoding="utf-8")
    for width, dark in product((320, 1200), (False, True)):
        page.show(pages[name], width=width, dark=dark)
        assert page.run("document.documentElement.scrollWidth") <= width
        assert [fault for fault in faults(page, axe) if fault[0] != "minor"] == []
