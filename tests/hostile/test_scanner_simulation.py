"""Mail scanners at work: they open every link and press every button, in every order, at several paces.

Afterwards nobody is unsubscribed or paused, nothing of it trains, and the reader's own later acts count.
"""

import random
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from recommender.domain.suspicion import AGENTS, Patterns
from recommender.web.app import create_app
from tests.faults.scale import amount
from tests.hostile.scanner import CHROME, Page, Scanner, in_order, links_of
from tests.hostile.whole import Whole
from tests.stores import dump
from tests.web.browsing import ONE_CLICK, own_path, vote_path
from tests.web.site import PAPERS

READER = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"}
PACES = (0.05, 1.0, 3.0)
"""Seconds between two links, or two buttons."""
ORDERS = ("mail", "reverse", "random")


@pytest.fixture
def whole(tmp_path: Path) -> Whole:
    """Return a site with everything on, and suspicion as it ships."""
    site = Whole(tmp_path)
    site.app = create_app(replace(site.context(), patterns=Patterns()))
    return site


@dataclass(frozen=True)
class Harm:
    """What a scanner left that counts."""

    mailable: bool
    votes: int
    levers: int
    changed: bool
    """Whether anything about the reader is not as it was."""


def harm(site: Whole) -> Harm:
    """Return what is left of a scan."""
    now = site.who("ana@example.org")
    with site.store.read() as uow:
        levers = len(uow.people.levers([now.id]))
    return Harm(now.mailable, len(site.votes()), levers, replace(now, epoch=site.ana.epoch) != site.ana)


NONE = Harm(mailable=True, votes=0, levers=0, changed=False)


def a_reader_still_counts(site: Whole) -> None:
    """Let Ana vote and leave an hour later, with her own browser."""
    site.clock.wait(hours=1)
    client = site.client()
    client.headers.update(READER)
    client.get(vote_path(site, 2))
    site.clock.wait(seconds=4)
    client.post(vote_path(site, 2))
    assert site.votes() == {PAPERS[1].id: True}
    page = client.get(own_path(site, "unsubscribe")).text
    site.clock.wait(seconds=4)
    client.post(own_path(site, "unsubscribe"), data=Page(page).forms[0].fields)
    assert not site.who("ana@example.org").mailable


@dataclass(frozen=True)
class Manner:
    """How a scanner goes about it."""

    order: str
    pace: float
    page_by_page: bool
    extra: bool
    """Asks for heads first, or presses the buttons of the answers too."""


_ALL = [
    Manner(order, pace, page_by_page, extra)
    for order in ORDERS
    for page_by_page in (False, True)
    for extra in (False, True)
    for pace in PACES
]
MANNERS = _ALL if amount() != "tiny" else _ALL[::5]


@pytest.mark.parametrize("manner", MANNERS, ids=str)
def test_who_opens_all_and_presses_all_leaves_nothing(whole: Whole, manner: Manner) -> None:
    """Every link is opened, then every button is pressed; or page by page."""
    scanner = Scanner(whole, manner.pace, deep=manner.page_by_page and manner.extra)
    # Of the orders that chance makes, some leave a lever that was turned on the last page: ADR 0034.
    links = in_order(links_of(whole), manner.order, random.Random(manner.order))
    if manner.page_by_page:
        scanner.walk(links)
    else:
        if manner.extra:
            scanner.look(links, "HEAD")
        scanner.press_all(scanner.look(links))
    assert scanner.statuses.count(200) > 40
    assert harm(whole) == NONE
    a_reader_still_counts(whole)


@pytest.mark.parametrize("agent", AGENTS[:3])
def test_who_says_it_is_a_scanner_leaves_nothing_at_any_pace(whole: Whole, agent: str) -> None:
    """Also where it takes its time, one page in twenty seconds."""
    Scanner(whole, 15.0, thinks=5.0, agent=f"{CHROME} {agent}").walk(links_of(whole))
    assert harm(whole) == NONE
    a_reader_still_counts(whole)


def test_who_follows_links_of_pages_meets_the_one_that_nobody_sees(whole: Whole) -> None:
    """After that its buttons are asked about."""
    scanner = Scanner(whole, 2.0, thinks=2.0)
    view = own_path(whole, "view")
    page = Page(scanner.look([view])[view])
    decoy = next(link for link in page.links if link.startswith("?"))
    scanner.look([view + decoy])
    scanner.walk([own_path(whole, "unsubscribe"), own_path(whole, "preferences")])
    assert harm(whole) == NONE


def test_a_provider_unsubscribes_at_once_and_nobody_takes_it_back(whole: Whole) -> None:
    """RFC 8058: a POST of exactly this acts, whatever else its client does, before and after."""
    scanner = Scanner(whole, 0.05)
    links = links_of(whole)
    scanner.press_all(scanner.look(links))
    whole.client().post(own_path(whole, "unsubscribe"), data=ONE_CLICK, headers={"user-agent": CHROME})
    assert not whole.who("ana@example.org").mailable
    scanner.press_all(scanner.look(links))
    scanner.walk(links)
    assert not whole.who("ana@example.org").mailable


def test_looking_at_the_one_click_address_changes_nothing(whole: Whole) -> None:
    """GET and HEAD, as a scanner that knows the header does."""
    path, before = own_path(whole, "unsubscribe"), dump(whole.folder)
    for method in ("GET", "HEAD", "OPTIONS"):
        whole.client().request(method, path, params=ONE_CLICK)
    assert dump(whole.folder) == before
