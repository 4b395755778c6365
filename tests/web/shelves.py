"""A small site whose papers can be browsed, with or without a fitted recommender."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path

from starlette.testclient import TestClient

from recommender.domain.papers import Paper, PaperId, Signal
from recommender.ranking.base import RankingSettings
from recommender.services.sight import Sight
from recommender.services.training import Shelf, Training
from recommender.web.app import create_app
from recommender.web.context import WebContext
from tests.builders import NOON, a_paper
from tests.digest.samples import wording
from tests.web.site import PUBLIC, Site

ROOT = PUBLIC.removeprefix("https://digest.example.org")
SUBJECTS = {
    "editing": "knowledge editing changes facts in language models by rank one updates of weights",
    "forests": "tree cover of tropical forests is mapped from satellite images over decades",
    "proteins": "protein structures are predicted from sequences with geometric neural networks",
    "robots": "robots fold laundry and grasp objects with learned manipulation policies",
    "music": "music generation from text prompts with a diffusion model of audio codes",
}


@dataclass
class Shop:
    """A site and its browsing pages."""

    site: Site
    client: TestClient
    token: str
    """View token of Ana's edition."""

    def get(self, path: str, status: int = 200) -> str:
        """Return the text of a page."""
        self.site.clock.wait(seconds=3)
        answer = self.client.get(path, follow_redirects=False)
        assert answer.status_code == status, path
        return answer.text


def shop(site: Site, *, browse: bool = True, sight: Sight | None = None) -> Shop:
    """Return pages over a site's store."""
    app = create_app(
        WebContext(
            store=site.store,
            links=site.links,
            renderer=site.renderer,
            wording=wording(),
            clock=site.clock,
            public_url=site.public_url,
            ticks=site.clock.ticks,
            browse=browse,
            sight=sight,
        )
    )
    client = TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 5555))
    view = site.links.view(site.ana.public_id, 0, site.edition.id, NOON)
    return Shop(site=site, client=client, token=view.rpartition("/")[2])


def trained(site: Site, folder: Path) -> Sight:
    """Fit on what the site's store holds now, and return what pages see with."""
    settings = RankingSettings()
    Training(site.store, site.clock, folder, settings).run()
    return Sight(site.store, Shelf(site.store, folder, settings))


def add(site: Site, papers: Iterable[Paper], signals: Iterable[Signal] = ()) -> None:
    """Put papers into the store, first seen at noon where they do not say."""
    with site.store.write() as uow:
        uow.papers.fold(list(papers), seen_at=NOON)
        uow.papers.add_signals(list(signals))


def on_subjects(first: int = 100) -> list[Paper]:
    """Return four papers on each of five subjects, some hours apart."""
    return [
        a_paper(
            first + 4 * place + number,
            title=f"{name.title()} study {number}",
            abstract=f"Here {text}, in part {number}.",
            categories=(f"x.{name}",),
            first_seen=NOON - timedelta(hours=4 * place + number),
        )
        for place, (name, text) in enumerate(SUBJECTS.items())
        for number in range(4)
    ]


def hrefs(page: str, start: str = "/papers/") -> list[str]:
    """Return the paths of links of a page that begin so, as a client under the public path asks for them."""
    found = re.findall(r'href="([^"]*)"', page)
    own = (unescape(link).removeprefix(ROOT) for link in found if link.startswith(ROOT))
    return [link for link in own if link.startswith(start)]


def ids(page: str) -> list[PaperId]:
    """Return the papers that a page links to, without those of its head and foot."""
    return [PaperId(link.removeprefix("/papers/").partition("?")[0]) for link in hrefs(page)]
