"""Asking for letters: from the preferences, and from links that have expired."""

import pytest

from recommender.digest.links import claim_of
from recommender.domain.bounces import BOUNCED
from tests.builders import a_declaration
from tests.services.clerk import tokens
from tests.stores import dump
from tests.web.office import Office
from tests.web.site import Site

ANA, NEW = "ana@example.org", "ana@new.example.org"


def letters(office: Office, email: str = ANA) -> list[str]:
    """Send what waits; return the subjects of all letters to an address."""
    office.clerk.send()
    return [str(mail["Subject"]) for mail in office.clerk.mails(email)]


@pytest.mark.parametrize(
    "what, subject",
    [
        ("export", "All that is held about you"),
        ("erase", "Shall everything about you be erased?"),
        ("links", "Fresh links to your pages"),
    ],
)
def test_a_button_asks_for_a_letter(office: Office, what: str, subject: str) -> None:
    """To the stored address, shown as its owner knows it; nothing else happens."""
    answer = office.client().post(office.ask, data={"what": what})
    assert answer.status_code == 200
    assert "A letter goes to a•••@e•••.org" in answer.text
    assert letters(office) == [subject]
    assert office.who(ANA) == office.ana


def test_the_preference_page_has_the_forms(office: Office) -> None:
    """Each posts where it is answered."""
    token = office.ask.removeprefix("/ask/")
    page = office.client().get(f"/p/{token}").text
    assert page.count(f'action="/route/ask/{token}"') == 4
    assert office.client().get(office.ask).text.count(f'action="/route/ask/{token}"') == 4


def test_an_address_of_the_file_alone_is_not_offered_to_change(office: Office) -> None:
    """Nor can it be asked for."""
    with office.store.write() as unit:
        unit.people.change(office.ana.id, a_declaration(ANA, locked=("email",)))
    assert "kept to the configuration file" in office.client().get(office.ask).text
    answer = office.client().post(office.ask, data={"what": "address", "email": NEW})
    assert (answer.status_code, "kept to the configuration file" in answer.text) == (409, True)
    assert letters(office) == []


def test_without_what_exports_nobody_is_offered_it(site: Site) -> None:
    """Nor can it be asked for."""
    token = site.links.preferences(site.ana.public_id, 0, site.clock.now()).rpartition("/")[2]
    assert "zip file" not in site.client().get(f"/ask/{token}").text
    assert site.client().post(f"/ask/{token}", data={"what": "erase"}).status_code == 400


@pytest.mark.parametrize(
    "typed, fault",
    [
        ("", "Write a mail address"),
        ("nobody", "is not a mail address"),
        ("a@b@c.example.org", "is not a mail address"),
        ("x" * 300 + "@example.org", "An address has at most 254 characters"),
        ("ana@example.org\nBcc: eve@example.org", "a line break"),
        ("ANA@example.org", "The digest goes there already"),
        ("<b>x</b>@example.org", "is not a mail address"),
    ],
)
def test_an_address_typed_amiss_is_shown_again_with_what_is_wrong(
    office: Office, typed: str, fault: str
) -> None:
    """Nothing is lost and nothing is sent."""
    answer = office.client().post(office.ask, data={"what": "address", "email": typed})
    assert (answer.status_code, fault in answer.text) == (422, True)
    assert ".." not in answer.text.partition("<main>")[2]
    assert "<b>x" not in answer.text
    assert letters(office) == []


def test_both_addresses_are_written_to(office: Office) -> None:
    """The page says the same whatever is known of the new one."""
    ask = office.client().post
    answers = [
        ask(office.ask, data={"what": "address", "email": email}).text.replace(email, "X")
        for email in (NEW, "ben@example.org")
    ]
    assert answers[0] == answers[1]
    assert letters(office) == ["Shall your digest go to another address?"] * 2
    assert letters(office, NEW) == ["Shall a digest come to this address?"]
    assert letters(office, "ben@example.org") == ["This address has a digest of its own"]


def test_too_often_is_said(office: Office) -> None:
    """Twice an hour is enough."""
    answers = [office.client().post(office.ask, data={"what": "links"}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert len(letters(office)) == 2


def test_where_mail_bounces_none_is_promised(office: Office) -> None:
    """And the page says why."""
    office.clerk.suppress(ANA, f"{BOUNCED}: x")
    answer = office.client().post(office.ask, data={"what": "export"})
    assert (answer.status_code, "came back" in answer.text) == (409, True)


@pytest.mark.parametrize("what", ["", "join", "everything"])
def test_what_nobody_can_ask_for_is_refused(office: Office, what: str) -> None:
    """With the page of a damaged link."""
    assert office.client().post(office.ask, data={"what": what}).status_code == 400


@pytest.mark.parametrize("purpose, days", [("preferences", 40), ("vote", 400), ("reading", 400)])
def test_an_expired_link_offers_a_letter_with_fresh_ones(office: Office, purpose: str, days: int) -> None:
    """Which goes to the reader alone, whoever presses."""
    value = "up" if purpose == "vote" else ""
    token = office.links.token(claim_of(purpose, (office.ana.public_id, 0, 1), office.clock.now(), value))
    office.clock.wait(days=days)
    page = office.stranger().get(f"/{ {'preferences': 'p', 'vote': 'v', 'reading': 'l'}[purpose] }/{token}")
    assert page.status_code == 410
    assert f'action="/route/fresh/{token}"' in page.text
    assert office.stranger().get(f"/fresh/{token}").status_code == 200
    assert letters(office) == []
    answer = office.stranger().post(f"/fresh/{token}")
    assert (answer.status_code, "a•••@e•••.org" in answer.text) == (200, True)
    assert letters(office) == ["Fresh links to your pages"]
    fresh = tokens(office.clerk.mails(ANA)[0])
    assert office.client().get(f"/p/{fresh['p']}").status_code == 200
    assert "<form" not in answer.text
    assert "/p/" not in answer.text


def test_a_link_that_was_voided_offers_it_too(office: Office) -> None:
    """The reader themselves may have voided it."""
    with office.store.write() as unit:
        unit.people.raise_epoch(office.ana.id)
    page = office.client().get(office.ask)
    assert (page.status_code, "/fresh/" in page.text) == (410, True)


def test_looking_changes_nothing(office: Office) -> None:
    """By GET and HEAD, at every page that asks; the letters' own pages are in `test_confirming`."""
    before, client = dump(office.folder), office.client()
    for path in (office.ask, office.ask.replace("/ask/", "/fresh/"), "/join"):
        for _ in range(2):
            assert client.get(path).status_code == client.head(path).status_code == 200
    assert dump(office.folder) == before


def test_nobody_is_offered_a_letter_by_what_is_no_link(office: Office) -> None:
    """Damaged tokens, confirmations, and links of somebody who was erased."""
    token = office.ask.removeprefix("/ask/")
    confirm = office.links.confirm("nobody", 1, "own", office.clock.now()).rpartition("/")[2]
    for other in (token[:-1] + "!", "x" * 60, confirm):
        assert office.client().post(f"/fresh/{other}").status_code == 400
    office.shredder.forget(office.ana)
    for answer in (office.client().get(office.ask), office.client().post(f"/fresh/{token}")):
        assert answer.status_code == 410
        assert "<form" not in answer.text
    assert letters(office) == []
