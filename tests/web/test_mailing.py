"""Unsubscribing."""

import re
from datetime import UTC, datetime

import pytest

from recommender.domain.subscribers import SubscriberState
from tests.builders import NOON
from tests.web.browsing import hidden_fields, own_path
from tests.web.site import Site

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


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


def test_who_may_leave_may_also_get_less(site: Site) -> None:
    """The page leads to fewer mails and a pause, and to neither by a link that was voided."""
    client, path = site.client(), own_path(site, "unsubscribe")
    (less,) = re.findall(r'href="([^"]+)#mail"', client.get(path).text)
    assert "Pause all mail" in client.get(site.path(less)).text
    with site.store.write() as uow:
        uow.people.raise_epoch(site.ana.id)
    assert "#mail" not in client.get(path).text


def test_undoing_an_unsubscribe_brings_a_pause_back_with_its_end(site: Site) -> None:
    """Whatever made-up end there is, the page answers 200."""
    until = datetime(2026, 2, 9, 23, 0, tzinfo=UTC)
    with site.store.write() as uow:
        uow.people.set_state(site.ana.id, SubscriberState.PAUSED, at=NOON, until=until)
    client, path = site.client(), own_path(site, "unsubscribe")
    page = client.post(path, data=ONE_CLICK)
    client.post(path, data=hidden_fields(page.text))
    assert site.who("ana@example.org").paused_until == until
    for made_up in ("x", "2026-01-30", "9999-12-31", "\x00"):
        client.post(path, data=ONE_CLICK)
        assert client.post(path, data={"undo": "1", "was": "paused", "until": made_up}).status_code == 200
        assert site.who("ana@example.org").mailable
