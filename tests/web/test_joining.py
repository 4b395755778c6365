"""The sign-up page: off by default, the same for every address, and no tool to bother others with."""

from functools import partial

import pytest

from recommender.domain.bounces import BOUNCED
from recommender.services.unsubscribing import COMPLAINED, OWN_WISH
from tests.stores import dump, statements
from tests.web.office import FORM, Office
from tests.web.site import Site

JOE = "joe@example.org"


def subjects(office: Office, email: str = JOE) -> list[str]:
    """Send what waits; return the subjects of all letters to an address."""
    office.clerk.send()
    return [str(mail["Subject"]) for mail in office.clerk.mails(email)]


def test_it_is_off_by_default(site: Site) -> None:
    """There is no such page."""
    assert site.client().get("/join").status_code == 404
    assert site.client().post("/join", data=FORM).status_code == 404


def test_the_form_has_what_a_digest_needs(office: Office) -> None:
    """A look changes nothing."""
    before = dump(office.folder)
    page = office.stranger().get("/join")
    assert page.status_code == 200
    assert [name for name in FORM if f'name="{name}"' not in page.text] == []
    assert dump(office.folder) == before


def test_nothing_but_a_request_is_stored(office: Office) -> None:
    """Until the letter is confirmed."""
    with office.store.read() as unit:
        before = unit.people.all()
    assert office.stranger().post("/join", data=FORM).status_code == 200
    assert subjects(office) == ["Confirm your subscription"]
    with office.store.read() as unit:
        assert unit.people.all() == before


@pytest.mark.parametrize(
    "field, value, fault",
    [
        ("email", "", "Write a mail address"),
        ("email", "joe", "is not a mail address"),
        ("email", "joe@example.org\r\nBcc: x@example.org", "a line break"),
        ("at", "half past six", "is not a time of day"),
        ("zone", "Berlin", "is not a time zone"),
        ("papers", "0", "from 1 to 50"),
        ("every", "minute", "Choose one of the list"),
        ("on", "7", "Choose one of the list"),
        ("about", "x" * 2001, "at most 2000"),
        ("keywords", "x" * 300, "200 are the most"),
        ("name", "x" * 101, "100 are the most"),
    ],
)
def test_what_is_typed_amiss_is_said_beside_the_field(
    office: Office, field: str, value: str, fault: str
) -> None:
    """Nothing else is lost, and nothing is sent."""
    answer = office.stranger().post("/join", data=FORM | {field: value})
    assert answer.status_code == 422
    assert fault in answer.text
    assert ".." not in answer.text.partition("<main>")[2]
    kept = [text for name, text in FORM.items() if name != field and name not in ("every", "on")]
    assert [text for text in kept if text not in answer.text] == []
    assert subjects(office) == []


def test_an_interest_is_needed(office: Office) -> None:
    """In words or in a sentence."""
    answer = office.stranger().post("/join", data=FORM | {"about": "", "keywords": " "})
    assert (answer.status_code, "Say what to look for" in answer.text) == (422, True)
    assert office.stranger().post("/join", data=FORM | {"about": ""}).status_code == 200
    assert subjects(office) == ["Confirm your subscription"]


def test_every_address_gets_the_same_answer(office: Office) -> None:
    """Byte for byte: unknown, known, one that left, bounced, complained, was forgotten."""
    clerk = office.clerk
    clerk.suppress("left@example.org", OWN_WISH)
    clerk.suppress("dead@example.org", f"{BOUNCED}: x")
    clerk.suppress("spam@example.org", COMPLAINED)
    clerk.suppress(clerk.traces.of("gone@example.org")[0], "erased")
    found = {}
    for name in ("joe", "ana", "left", "dead", "spam", "gone"):
        email = f"{name}@example.org"
        answer = office.client().post("/join", data=FORM | {"email": email})
        found[name] = (answer.status_code, answer.text.replace(email, "X"), sorted(answer.headers.items()))
    headers = {name: [pair for pair in found[name][2] if pair[0] != "content-length"] for name in found}
    assert len({(code, text) for code, text, _ in found.values()}) == 1
    assert all(lines == headers["joe"] for lines in headers.values())
    office.clerk.send()
    told = {name: subjects(office, f"{name}@example.org") for name in found}
    assert told == {
        "joe": ["Confirm your subscription"],
        "ana": ["You are subscribed already"],
        "left": ["Confirm your subscription"],
        "dead": [],
        "spam": [],
        "gone": ["Confirm your subscription"],
    }


def test_asking_twice_is_answered_as_once(office: Office) -> None:
    """And sends one letter."""
    answers = {office.client().post("/join", data=FORM).text for _ in range(2)}
    assert len(answers) == 1
    assert len(subjects(office)) == 1


def test_a_block_of_addresses_signs_up_five_times_an_hour(office: Office) -> None:
    """Whatever addresses are typed; others are not kept waiting by it."""
    codes = [
        office.stranger().post("/join", data=FORM | {"email": f"j{number}@example.org"}).status_code
        for number in range(7)
    ]
    assert codes == [200] * 5 + [429] * 2
    refused = office.stranger().post("/join", data=FORM)
    assert 0 < int(refused.headers["retry-after"]) <= 721
    assert office.stranger("203.0.113.10").post("/join", data=FORM).status_code == 200
    office.clock.wait(minutes=13)
    assert office.stranger().post("/join", data=FORM).status_code == 200


def test_a_network_of_ipv6_counts_as_one(office: Office) -> None:
    """As large as one customer's."""
    codes = [
        office.stranger(f"2001:db8:1:2::{number}").post("/join", data=FORM).status_code for number in range(6)
    ]
    assert codes == [200] * 5 + [429]


def test_a_form_that_is_wrong_costs_no_turn(office: Office) -> None:
    """Who mistypes ten times is not shut out."""
    for _ in range(10):
        office.stranger().post("/join", data=FORM | {"email": "joe"})
    assert office.stranger().post("/join", data=FORM).status_code == 200


def test_who_fills_in_the_field_that_nobody_sees_is_told_the_same(office: Office) -> None:
    """And nothing is stored."""
    before = dump(office.folder)
    page = office.stranger().get("/join").text
    assert 'name="website"' in page
    answer = office.stranger().post("/join", data=FORM | {"website": "https://spam.example"})
    assert dump(office.folder) == before
    assert answer.text == office.stranger().post("/join", data=FORM).text


def test_a_stranger_s_words_do_not_reach_whom_they_name(office: Office) -> None:
    """The letter holds nothing that was typed but the address it goes to."""
    loud = "BUY NOW https://spam.example"
    office.stranger().post("/join", data=FORM | {"name": loud, "about": loud, "keywords": loud})
    office.clerk.send()
    (mail,) = office.clerk.mails(JOE)
    assert "spam.example" not in mail.as_string()
    assert "BUY" not in mail.as_string()


def test_known_and_unknown_are_the_same_work(office: Office) -> None:
    """Statement by statement from the form to the page, so no clock tells them apart."""
    client = office.client()
    office.clerk.add("known@example.org")
    found = {
        name: statements(office.store, partial(client.post, "/join", data=FORM | {"email": name}))
        for name in ("known@example.org", "unknown@example.org")
    }
    assert len(found["known@example.org"]) > 3
    assert found["known@example.org"] == found["unknown@example.org"]
