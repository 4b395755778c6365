"""Who behaves like a mail scanner is not believed when it presses buttons; a person still is."""

import re
from datetime import timedelta

import pytest

from recommender.domain.editions import DeliveryState, Settlement
from recommender.domain.feedback import Act
from recommender.domain.suspicion import AGENTS
from tests.builders import NOON
from tests.web.browsing import checked, hidden_fields, lever_path, own_path, vote_path
from tests.web.site import PAPERS, Site

SCANNER = {"user-agent": "Mozilla/5.0 (SafeLinks)"}
QUIET = {"user-agent": "Mozilla/5.0"}
FIREFOX = {"user-agent": "Mozilla/5.0 Firefox/140.0"}


def suspects(site: Site) -> set[tuple[str, Act]]:
    """Return what is kept and does not count."""
    with site.store.read() as uow:
        return {(entry.paper, entry.act) for entry in uow.people.feedback(site.ana.id) if entry.suspect}


def sent(site: Site, seconds: float) -> None:
    """Let the relay have taken the mails some seconds ago."""
    at = site.clock.now() - timedelta(seconds=seconds)
    with site.store.write() as uow:
        rows = uow.outbox.claim(worker="w", now=NOON, lease=timedelta(minutes=5), limit=9)
        for row in rows:
            uow.outbox.mark_in_doubt(row, now=NOON, body_sha256="0" * 64)
            uow.outbox.settle(row, Settlement(state=DeliveryState.SENT, reply="250 ok"), now=at)


@pytest.mark.parametrize("agent", AGENTS)
def test_a_scanner_that_says_who_it_is_has_no_vote(site: Site, agent: str) -> None:
    """In whatever case its name stands in the header."""
    page = site.client().post(vote_path(site), headers={"user-agent": f"x {agent.upper()} y"})
    assert (page.status_code, "Was this you?" in page.text) == (200, True)
    assert (site.votes(), suspects(site)) == ({}, {(PAPERS[0].id, Act.UP)})


def hurry(site: Site, *numbers: int, headers: dict[str, str] = QUIET) -> None:
    """Press thumbs, half a second apart."""
    for number in numbers:
        site.client().post(vote_path(site, number), headers=headers)
        site.clock.wait(seconds=0.5)


def test_who_asked_for_heads_and_hurries_has_no_vote(site: Site) -> None:
    """For a while, and no other browser is meant. One HEAD may be anybody's."""
    hurry(site, 1, 2)
    site.clock.wait(minutes=1)
    for number in (3, 4):
        site.client().head(vote_path(site, number), headers=QUIET)
    hurry(site, 3, 4)
    site.clock.wait(minutes=1)
    hurry(site, 5, 6, headers=FIREFOX)
    assert site.votes() == {PAPERS[number - 1].id: True for number in (1, 2, 5, 6)}
    site.clock.wait(minutes=11)
    hurry(site, 3, 4)
    assert len(site.votes()) == 6


def test_who_looks_at_everything_and_votes_once_is_no_scanner(site: Site) -> None:
    """So does somebody who tries the installation, and a phone that fetches previews."""
    client = site.client()
    for number in range(1, 7):
        client.head(vote_path(site, number))
        client.get(vote_path(site, number))
    client.post(vote_path(site))
    site.clock.wait(seconds=6)
    client.post(vote_path(site, 2))
    assert site.votes() == {PAPERS[0].id: True, PAPERS[1].id: True}


def test_who_opens_many_links_at_once_and_hurries_has_no_vote(site: Site) -> None:
    """Eight within five seconds are more than anybody reads; another reader's links count for themselves."""
    client = site.client()
    for number in range(1, 7):
        client.get(vote_path(site, number), headers=QUIET)
    for purpose in ("view", "reading"):
        client.get(own_path(site, purpose), headers=QUIET)
    hurry(site, 1, 2)
    assert site.votes() == {}
    for item in site.bens_edition.items[:2]:
        client.post(site.path(site.links.vote(site.ben.public_id, 0, item.id, "up", NOON)), headers=QUIET)
    with site.store.read() as uow:
        assert len(uow.people.votes([site.ben.id])) == 2


def test_who_follows_a_link_that_nobody_sees_is_a_program(site: Site) -> None:
    """It stands on the sheet, hidden from eyes, keyboards and screen readers alike, and changes nothing."""
    client = site.client()
    page = client.get(vote_path(site)).text
    hidden = re.search(r'<p hidden><a href="([^"]+)" rel="nofollow" tabindex="-1">', page)
    assert hidden
    assert client.get(vote_path(site) + hidden[1]).status_code == 200
    client.post(vote_path(site, 3))
    client.post(lever_path(site))
    assert site.votes() == {}
    with site.store.read() as uow:
        assert not uow.people.levers([site.ana.id])


def test_a_mail_that_has_just_been_delivered_was_not_read_yet(site: Site) -> None:
    """Two papers by then are a scanner's; ten seconds later they may be a reader's."""
    sent(site, 8)
    hurry(site, 1, 2)
    assert site.votes() == {}
    site.clock.wait(seconds=6)
    hurry(site, 3, 4)
    assert site.votes() == {PAPERS[2].id: True, PAPERS[3].id: True}


def test_a_person_is_asked_and_believed(site: Site) -> None:
    """The answer counts once there was time to read the question, and not when it comes at once."""
    client = site.client()
    fields = hidden_fields(client.post(vote_path(site), headers=SCANNER).text)
    client.post(vote_path(site), data=fields, headers=SCANNER)
    assert site.votes() == {}
    fields = hidden_fields(client.post(vote_path(site), headers=SCANNER).text)
    site.clock.wait(seconds=6)
    page = client.post(vote_path(site), data=fields, headers=SCANNER).text
    assert "More like this:" in page
    assert site.votes() == {PAPERS[0].id: True}


@pytest.mark.parametrize("value", ["", "0", "99999999999999999999", "-5", "1e9", "٣"])
def test_an_answer_with_a_made_up_time_is_none(site: Site, value: str) -> None:
    """Nor does it break anything."""
    page = site.client().post(vote_path(site), data={"again": value}, headers=SCANNER)
    assert (page.status_code, site.votes()) == (200, {})


def test_the_sheet_shows_what_does_not_count_yet(site: Site) -> None:
    """Recording it confirms it, also by somebody who came for another paper."""
    client = site.client()
    client.post(vote_path(site, 2), headers=SCANNER)
    site.clock.wait(minutes=30)
    page = client.get(vote_path(site, 1), headers=FIREFOX).text
    assert "does not count yet" in page
    first, second = (f"vote-{item.id}" for item in site.edition.items[:2])
    assert {first: "up", second: "up"}.items() <= checked(page).items()
    client.post(vote_path(site, 1), data=hidden_fields(page) | checked(page), headers=FIREFOX)
    assert site.votes() == {PAPERS[0].id: True, PAPERS[1].id: True}
    assert "does not count yet" not in client.get(vote_path(site, 1), headers=FIREFOX).text
