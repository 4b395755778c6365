"""The pages that letters lead to: looking changes nothing, the ticked box does it, and once."""

from collections.abc import Callable

import pytest

from recommender.domain.subscribers import Origin, SubscriberState
from tests.stores import dump
from tests.web.office import FORM, Office

ANA, NEW, JOE = "ana@example.org", "ana@new.example.org", "joe@example.org"
SURE = {"sure": "yes"}


def joining(office: Office) -> str:
    """Sign up; return the path of the letter's link."""
    assert office.client().post("/join", data=FORM).status_code == 200
    return office.letter(JOE)


def moving(office: Office) -> tuple[str, str]:
    """Ask for another address; return the paths of both ends."""
    office.client().post(office.ask, data={"what": "address", "email": NEW})
    return office.letter(ANA), office.letter(NEW)


def private(office: Office, what: str) -> str:
    """Ask for an export or an erasure; return the path of the letter's link."""
    office.client().post(office.ask, data={"what": what})
    return office.letter(ANA)


def test_a_sign_up_starts_a_digest_and_can_be_undone(office: Office) -> None:
    """As it was filled in; the page's undo is the unsubscribe that every digest has."""
    path, client = joining(office), office.client()
    look = client.get(path)
    assert "every Wednesday at 06:15 (Europe/Berlin time)" in look.text
    assert "unlearning, knowledge editing" in look.text
    done = client.post(path, data=SURE)
    assert "You are subscribed" in done.text
    joe = office.who(JOE)
    assert (joe.origin, joe.papers, joe.cadence.zone) == (Origin.PAGE, 7, "Europe/Berlin")
    undo = done.text.partition('action="')[2].partition('"')[0]
    gone = client.post(office.path(undo), data={"List-Unsubscribe": "One-Click"})
    assert gone.status_code == 200
    assert office.who(JOE).state is SubscriberState.UNSUBSCRIBED
    assert "done, or called off, before" in client.post(path, data=SURE).text


@pytest.mark.parametrize("kind", ["join", "address", "export", "erase"])
def test_looking_and_pressing_unticked_change_nothing(office: Office, kind: str) -> None:
    """What a machine does that opens links, and submits forms as they are."""
    paths: dict[str, Callable[[], str]] = {
        "join": lambda: joining(office),
        "address": lambda: moving(office)[0],
        "export": lambda: private(office, "export"),
        "erase": lambda: private(office, "erase"),
    }
    path = paths[kind]()
    before, client = dump(office.folder), office.client()
    for _ in range(2):
        assert client.get(path).status_code == client.head(path).status_code == 200
    for form in ({}, {"sure": ""}, {"sure": "no"}):
        answer = client.post(path, data=form)
        assert answer.status_code == 422
        assert "Tick the box first" in answer.text
    assert dump(office.folder) == before
    assert (office.shredder.exported, office.shredder.forgotten) == ([], [])


def test_an_address_moves_when_both_ends_ticked(office: Office) -> None:
    """Each page says how it stands; the old end gets no new links, and old links are void."""
    own, new = moving(office)
    client = office.client()
    assert NEW in client.get(own).text
    assert ANA not in client.get(new).text
    half = client.post(own, data=SURE)
    assert "Confirmed here" in half.text
    assert office.who(office.ana.public_id).email == ANA
    assert "The other address has confirmed already" in client.get(new).text
    done = client.post(new, data=SURE)
    assert f"The digest goes to {NEW} from now on" in done.text
    assert "/p/" in done.text
    assert office.who(office.ana.public_id).email == NEW
    assert client.get(office.ask).status_code == 410
    back = office.letter(ANA)
    assert "Change the address back?" in client.get(back).text
    returned = client.post(back, data=SURE)
    assert "The digest goes to ana@example.org from now on" in returned.text
    assert office.who(office.ana.public_id).email == ANA


def test_the_old_end_gets_no_links_of_the_new_one(office: Office) -> None:
    """Where it is the last to confirm."""
    own, new = moving(office)
    office.client().post(new, data=SURE)
    done = office.client().post(own, data=SURE)
    assert "a•••@n•••.example.org" in done.text or NEW not in done.text
    assert not [letter for letter in ("/p/", "/l/") if letter in done.text]


def test_either_end_can_call_it_off(office: Office) -> None:
    """And what was called off stays so."""
    own, new = moving(office)
    client = office.client()
    client.post(new, data=SURE)
    assert "It is called off" in client.post(own, data={"cancel": "1"}).text
    assert "done, or called off, before" in client.post(own, data=SURE).text
    assert office.who(office.ana.public_id).email == ANA


def test_an_export_is_a_file(office: Office) -> None:
    """With a name, never shown in the browser."""
    path = private(office, "export")
    answer = office.client().post(path, data=SURE)
    assert (answer.content, answer.headers["content-type"]) == (b"PK a zip file", "application/zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="paper-route-2026-01-30.zip"'
    assert answer.headers["cache-control"] == "no-store"


def test_an_erasure_says_what_goes_and_what_stays(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """Before and after; what is left for a person to do is in the log, without an address."""
    path, client = private(office, "erase"), office.client()
    look = client.get(path)
    assert "What goes:" in look.text
    assert "What stays: a keyed hash of your address, which" in look.text
    caplog.set_level("INFO", "recommender.web")
    done = client.post(path, data=SURE)
    assert "Nothing about you is held any more" in done.text
    assert office.shredder.forgotten == [office.ana.id]
    assert "take them out of subscribers.toml" in caplog.text
    assert "ana@" not in caplog.text
    assert path.removeprefix("/c/") not in caplog.text
    again = client.post(path, data=SURE)
    assert (again.status_code, "This link has expired" in again.text) == (410, True)


def test_a_link_is_good_for_two_days(office: Office) -> None:
    """Then it says where to ask again, and offers no letter: it names no reader."""
    path = joining(office)
    office.clock.wait(hours=48, seconds=1)
    for answer in (office.client().get(path), office.client().post(path, data=SURE)):
        assert answer.status_code == 410
        assert "ask again" in answer.text
        assert "<form" not in answer.text


def test_an_address_that_was_taken_meanwhile_is_not_moved_to(office: Office) -> None:
    """The page says so, and nothing changed."""
    own, new = moving(office)
    client = office.client()
    client.post(own, data=SURE)
    office.clerk.add(NEW)
    answer = client.post(new, data=SURE)
    assert (answer.status_code, "This cannot be done" in answer.text) == (409, True)
    assert office.who(office.ana.public_id).email == ANA


def test_a_token_of_another_page_confirms_nothing(office: Office) -> None:
    """Nor one that was cut or changed."""
    path, client = joining(office), office.client()
    token = path.removeprefix("/c/")
    others = [office.ask.removeprefix("/ask/"), token[:-1], token[:-1] + ("A" if token[-1] != "A" else "B")]
    for other in others:
        assert client.get(f"/c/{other}").status_code == 400
        assert client.post(f"/c/{other}", data=SURE).status_code == 400
    assert client.get(f"/p/{token}").status_code == 400
