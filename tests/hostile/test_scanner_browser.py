"""A scanner that is a real browser with scripts: it opens every link of a mail and submits every form."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from recommender.domain.suspicion import Patterns
from recommender.web.app import create_app
from recommender.web.server import build_server
from tests.clients.chrome import executable
from tests.faults.scale import amount
from tests.hostile.scanner import links_of
from tests.hostile.test_scanner_simulation import NONE, harm
from tests.hostile.whole import Whole
from tests.web.test_server import free_port, serving

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")
SUBMIT = "place => [...document.forms].filter(own => own.method === 'post')[place].submit()"
COUNT = "() => [...document.forms].filter(own => own.method === 'post').length"


class Moving:
    """A clock that starts when the site's stands, and goes on."""

    def __init__(self, site: Whole) -> None:
        """Start now."""
        self._site, self._start = site, time.monotonic()

    def now(self) -> datetime:
        """Return the time."""
        return self._site.clock.now() + timedelta(seconds=time.monotonic() - self._start)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Whole]:
    """Serve a site with suspicion as it ships; rates and haste are counted in real seconds."""
    if amount() == "tiny":
        pytest.skip("takes half a minute; PAPERROUTE_FAULTS=quick or full runs it")
    if executable() is None:
        pytest.skip("no Chromium on this machine")
    port = free_port()
    site = Whole(tmp_path, public_url=f"http://127.0.0.1:{port}")
    context = replace(site.context(), patterns=Patterns(), clock=Moving(site), ticks=time.monotonic)
    app = create_app(context)
    with serving(build_server(app, f"127.0.0.1:{port}")):
        yield site


def test_a_browser_that_submits_every_form_leaves_nothing(live: Whole) -> None:
    """Link by link, from the last of the mail to the first, so that it leaves before it shows itself."""
    submitted = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        page = browser.new_page()
        for link in reversed(links_of(live)):
            page.goto(live.public_url + link)
            for place in range(page.evaluate(COUNT)):
                with page.expect_navigation():
                    page.evaluate(SUBMIT, place)
                submitted += 1
                page.goto(live.public_url + link)
        browser.close()
    assert submitted > 30
    assert harm(live) == NONE
