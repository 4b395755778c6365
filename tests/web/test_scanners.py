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


def test_who_asks_for_heads_of_links_has_no_vote_for_a_while(site: Site) -> None:
    """One HEAD may be anybody; a scanner looks at all of them. Another browser is not meant."""
    client = site.client()
    for number in (1, 2):
        client.head(vote_path(site, number), headers=SCANNER | {"user-agent": "quiet"})
    client.post(vote_path(site, 3), headers={"user-agent": "quiet"})
    assert site.votes() == {}
    client.post(vote_path(site, 4), headers=FIREFOX)
    site.clock.wait(minutes=11)
    client.post(vote_path(site, 5), headers={"user-agent": "quiet"})
    assert site.votes() == {PAPERS[3].id: True, PAPERS[4].id: True}


def test_one_head_before_a_vote_is_no_scanner(site: Site) -> None:
    """Some programs of readers look before they open."""
    client = site.client()
    client.head(vote_path(site))
    client.post(vote_path(site))
    assert site.votes() == {PAPERS[0].id: True}


def test_who_opens_many_links_at_once_has_no_vote(site: Site) -> None:
    """Eight within five seconds are more than anybody reads; another reader's links count for themselves."""
    client = site.client()
    for number in range(1, 7):
        client.get(vote_path(site, number))
    for purpose in ("view", "reading"):
        client.get(own_path(site, purpose))
    client.post(vote_path(site))
    assert site.votes() == {}
    item = site.bens_edition.items[0].id
    client.post(site.path(site.links.vote(site.ben.public_id, 0, item, "up", NOON)))
    with site.store.read() as uow:
        assert len(uow.people.votes([site.ben.id])) == 1


def test_who_follows_a_link_that_nobody_sees_is_a_program(site: Site) -> None:
    """It stands on the sheet, hidden from eyes, keyboards and screen readers alike, and changes nothing."""
    client = site.client()
    page = client.get(vote_path(site)).text
    hidden = re.search(r'<p hidden><a href="([^"]+)" rel="nofollow" tabindex="-1">', page)
    assert hidden
    assert client.get(vote_path(site) + hidden[1]).status_code == 200
    client.post(vote_path(site))
    client.post(lever_path(site))
    assert site.votes() == {}
    with site.store.read() as uow:
        assert not uow.people.levers([site.ana.id])


def test_a_mail_that_has_just_been_delivered_was_not_read_yet(site: Site) -> None:
    """Ten seconds later it may have been."""
    sent(site, 9)
    site.client().post(vote_path(site))
    assert site.votes() == {}
    site.clock.wait(seconds=2)
    site.client().post(vote_path(site, 2))
    assert site.votes() == {PAPERS[1].id: True}


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
