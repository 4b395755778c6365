"""The buttons of the operator's page: what each does to the store, and what presses none of them."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from recommender.domain.editions import DeliveryState
from recommender.domain.errors import InputError, Problem
from recommender.domain.papers import Cursor, Paper, PaperPage, Refused
from recommender.domain.reports import Report
from recommender.domain.subscribers import SubscriberState
from recommender.services.ingestion import Ingestion
from recommender.services.unsubscribing import COMPLAINED, OWN_WISH, Unsubscribing
from recommender.web import admin_acts
from recommender.web.admin_context import INGEST, MAIL
from tests.builders import a_paper
from tests.stores import dump
from tests.web.operators import FORM, HERE, OURS, Office, basic
from tests.web.site import PUBLIC, Site
from tests.web.test_admin import words

PASSWORD = "a long and secret word"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Return the operator's page of a site on this machine."""
    return Office(Site(tmp_path, public_url=HERE))


GOOD = [
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "same-origin", "origin": "null"},
    {"sec-fetch-site": "same-origin", "origin": HERE},
    {"origin": HERE},
]
BAD: list[dict[str, str]] = [
    {},
    {"origin": "null"},
    {"origin": "https://evil.example.org"},
    {"origin": "http://127.0.0.1:9999"},
    {"origin": "http://127.0.0.1"},
    {"origin": "http://localhost:8321"},
    {"origin": f"{HERE}.evil.example.org"},
    {"origin": ""},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": ""},
    {"sec-fetch-site": "cross-site", "origin": HERE},
    {"sec-fetch-site": "same-site", "origin": HERE},
    {"sec-fetch-site": "same-origin", "origin": "https://evil.example.org"},
    {"referer": f"{HERE}/admin"},
]


def test_a_form_of_our_own_page_is_taken(office: Office) -> None:
    """By what browsers send with it: old ones an origin, newer ones both, none of them the referrer."""
    for headers in GOOD:
        delivery = office.settle(DeliveryState.FAILED)
        answer = office.client().post(
            "/admin/do", data={"form": FORM, "do": "retry", "id": str(delivery)}, headers=headers
        )
        assert (answer.status_code, office.state(delivery)) == (200, DeliveryState.READY), headers


def test_a_form_of_another_page_is_not(office: Office) -> None:
    """Whatever it says of itself, and although it holds the right token."""
    delivery = office.settle(DeliveryState.FAILED)
    before = dump(office.site.folder)
    for headers in BAD:
        answer = office.client().post(
            "/admin/do", data={"form": FORM, "do": "retry", "id": str(delivery)}, headers=headers
        )
        assert answer.status_code == 403, headers
        assert "Nothing was changed" in answer.text
    assert dump(office.site.folder) == before


def test_a_form_without_our_token_is_not_taken(office: Office) -> None:
    """Missing, wrong, of another process, in the address instead of the form, or as a file."""
    delivery = office.settle(DeliveryState.FAILED)
    before = dump(office.site.folder)
    fields = {"do": "retry", "id": str(delivery)}
    client = office.client()
    for token in ("", FORM[:-1], f"{FORM}x", FORM.upper(), "\ud800"):
        data = fields | {"form": token.encode("utf-8", "replace").decode()}
        assert client.post("/admin/do", data=data, headers=OURS).status_code == 403
    assert client.post("/admin/do", data=fields, headers=OURS).status_code == 403
    assert client.post(f"/admin/do?form={FORM}", data=fields, headers=OURS).status_code == 403
    sent = client.post("/admin/do", data=fields, files={"form": ("f", FORM)}, headers=OURS)
    assert sent.status_code in (400, 403)
    json = client.post("/admin/do", json=fields | {"form": FORM}, headers=OURS)
    assert json.status_code == 403
    assert dump(office.site.folder) == before


def test_behind_a_proxy_the_origin_is_the_public_one(tmp_path: Path) -> None:
    """Also where the proxy asks with this machine's name; and the password is asked for first."""
    own = Office(Site(tmp_path, public_url=PUBLIC), password=PASSWORD)
    for host in ("digest.example.org", "127.0.0.1:8321"):
        delivery = own.settle(DeliveryState.FAILED)
        client = own.client(host)
        data = {"form": FORM, "do": "retry", "id": str(delivery)}
        ours = {"origin": "https://digest.example.org"}
        assert client.post("/admin/do", data=data, headers=ours).status_code == 401
        assert own.state(delivery) is DeliveryState.FAILED
        assert client.post("/admin/do", data=data, headers=ours | basic(PASSWORD)).status_code == 200
        assert own.state(delivery) is DeliveryState.READY


@pytest.mark.parametrize("state", [DeliveryState.FAILED, DeliveryState.DEFERRED, DeliveryState.EXPIRED])
def test_what_never_arrived_is_ready_again_at_once(office: Office, state: DeliveryState) -> None:
    """And the page says when it goes out."""
    delivery = office.settle(state, "why")
    status, page = office.press(do="retry", id=str(delivery))
    assert (status, office.state(delivery)) == (200, DeliveryState.READY)
    assert "is ready to be sent" in page
    assert "next tick" in page


@pytest.mark.parametrize("state", [DeliveryState.HELD, DeliveryState.FAILED])
def test_what_may_have_arrived_needs_a_second_press(office: Office, state: DeliveryState) -> None:
    """Held, or in doubt once before it failed: the first press changes nothing and says why."""
    delivery = office.settle(state, "the line was lost", doubt=True)
    before = dump(office.site.folder)
    status, page = office.press(do="retry", id=str(delivery))
    assert (status, dump(office.site.folder)) == (200, before)
    assert "its reader may get a second copy" in words(page)
    assert 'name="sure" value="yes"' in page
    assert office.press(do="retry", id=str(delivery), sure="yes")[0] == 200
    assert office.state(delivery) is DeliveryState.READY


def test_what_may_not_be_sent_again_stays(office: Office) -> None:
    """Sent ones, ones that are not there, and ids that are none."""
    sent = office.settle(DeliveryState.SENT, "250")
    before = dump(office.site.folder)
    for wrong in (str(sent), "999", "x", "", "-1", "9" * 30):
        status, page = office.press(do="retry", id=wrong, sure="yes")
        assert (status, "Nothing was changed" in page) == (409, True)
    assert dump(office.site.folder) == before


def test_mail_that_bounced_is_lifted(office: Office) -> None:
    """Without more ado."""
    site = office.site
    with site.store.write() as unit:
        unit.people.suppress(site.ana.email, reason="bounced: 5.1.1", at=site.clock.now())
    status, page = office.press(do="lift", email="Ana@example.org")
    assert (status, "ana@example.org gets mail again" in page) == (200, True)
    with site.store.read() as unit:
        assert unit.people.suppressed() == frozenset()


@pytest.mark.parametrize("reason", [OWN_WISH, COMPLAINED])
def test_a_reader_s_own_wish_is_lifted_when_they_asked(office: Office, reason: str) -> None:
    """The first press asks whether they did; nothing else takes it for said."""
    site = office.site
    Unsubscribing(site.store, site.clock).unsubscribe(site.ana)
    with site.store.write() as unit:
        unit.people.suppress(site.ana.email, reason=reason, at=site.clock.now())
    before = dump(site.folder)
    for asked in ({}, {"asked": ""}, {"asked": "no"}):
        status, page = office.press(do="lift", email="ana@example.org", **asked)
        assert (status, dump(site.folder)) == (200, before)
        assert reason in page
        assert 'name="asked" value="yes"' in page
    assert office.press(do="lift", email="ana@example.org", asked="yes")[0] == 200
    assert site.who("ana@example.org").state is SubscriberState.ACTIVE


def test_nobody_is_lifted_who_is_not_suppressed(office: Office) -> None:
    """Nor anybody unknown."""
    before = dump(office.site.folder)
    for email in ("ana@example.org", "nobody@example.org", "ana\0@example.org", ""):
        status, page = office.press(do="lift", email=email, asked="yes")
        assert (status, "Nothing was changed" in page) == (409, True)
    assert dump(office.site.folder) == before


def test_a_lifted_address_of_somebody_removed_is_told_as_such(office: Office) -> None:
    """It may be mailed, but nobody mails it."""
    site = office.site
    with site.store.write() as unit:
        unit.people.set_state(site.ana.id, SubscriberState.REMOVED, at=site.clock.now())
        unit.people.suppress(site.ana.email, reason="bounced: 5.1.1", at=site.clock.now())
    assert "may be mailed again, but is removed" in office.press(do="lift", email="ana@example.org")[1]


def test_the_configuration_is_checked(office: Office) -> None:
    """Faults and warnings with their places, or that there are none."""
    assert "No fault and no warning." in office.press(do="check")[1]
    office.problems = (Problem("paperroute.toml", 3, 1, "no such key", "leave it out"),)
    page = words(office.press(do="check")[1])
    assert "The configuration has faults" in page
    assert "error: paperroute.toml:3:1: no such key (leave it out)" in page
    office.problems = (Problem("paperroute.toml", 3, 1, "odd", severity="warning"),)
    assert "The configuration can be used" in office.press(do="check")[1]


def test_the_recommender_is_fitted(office: Office) -> None:
    """An artifact is there afterwards, and the first page says what came of it."""
    assert office.press(do="train")[0] == 200
    _rest()
    with office.site.store.read() as unit:
        assert len(unit.artifacts.names()) == 1
    said = words(office.client().get("/admin").text)
    assert "Train: ended 2026-01-30 13:00 UTC train: 6 papers" in said


class Shelf:
    """A source of one paper."""

    name = "arxiv"

    def fetch(self, since: Cursor | None) -> Iterator[PaperPage]:
        """Yield it."""
        del since
        papers: Sequence[Paper] = (a_paper(99),)
        yield PaperPage(papers=papers, cursor=Cursor(position="1"))


def test_a_source_is_read(tmp_path: Path) -> None:
    """The paper is in the store; a source that is not configured is refused."""
    site = Site(tmp_path, public_url=HERE)
    ingestion = Ingestion(site.store, site.clock)
    own = Office(site, work={INGEST: lambda: [ingestion.run([Shelf()], insist=True)]})
    assert own.press(do="ingest", source="nonsense")[0] == 400
    assert own.press(do="ingest", source="arxiv")[0] == 200
    _rest()
    with site.store.read() as unit:
        assert unit.papers.get([a_paper(99).id])
    assert "Ingest: arxiv: ended" in words(own.client().get("/admin").text)


def test_long_work_does_not_keep_the_page_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on in the background; nothing else begins meanwhile, and its end is told."""
    monkeypatch.setattr(admin_acts, "PATIENCE", 0.01)
    may_end = threading.Event()

    def long() -> Sequence[Report]:
        assert may_end.wait(20)
        return [Report(name="publish", counts={"editions": 1}, warnings=("slow",))]

    own = Office(Site(tmp_path, public_url=HERE), work={MAIL: long})
    try:
        status, page = own.press(do="mail")
        assert (status, "Publish and deliver has begun" in page) == (200, True)
        assert "running since 13:00:00 UTC" in words(own.client().get("/admin").text)
        status, page = own.press(do="train")
        assert (status, "Something else is still running" in page) == (409, True)
    finally:
        may_end.set()
    _rest()
    said = words(own.client().get("/admin").text)
    assert "publish: 1 edition warning: slow" in said
    with own.site.store.read() as unit:
        assert not unit.artifacts.names()


def test_work_that_fails_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What was foreseen in its words, what was not as such; then other work can begin."""

    def known() -> Sequence[Report]:
        raise InputError("the folder is gone")

    def unknown() -> Sequence[Report]:
        raise ZeroDivisionError("of ana@example.org")

    def partly() -> Sequence[Report]:
        return [Report(name="ingest", failures=tuple(Refused(place=f"p{n}", reason="r") for n in range(25)))]

    own = Office(Site(tmp_path, public_url=HERE), work={MAIL: known, "other": unknown, INGEST: partly})
    assert "the folder is gone" in own.press(do="mail")[1]
    page = own.press(do="other")[1]
    assert "the log has it" in page
    assert "ZeroDivision" not in page
    assert "ZeroDivisionError" in caplog.text
    page = words(own.press(do="ingest")[1])
    assert "p19: r … and 5 more" in page
    assert "p20" not in page


def test_a_button_that_there_is_not_does_nothing(office: Office) -> None:
    """400, whatever it is called; `mail` has none where a daemon ticks."""
    before = dump(office.site.folder)
    for name in ("", "nonsense", "mail", "__class__"):
        assert office.press(do=name)[0] == 400
    assert office.press()[0] == 400
    assert dump(office.site.folder) == before


def _rest() -> None:
    """Wait until nothing runs in the background: threads of the page are called so."""
    for thread in threading.enumerate():
        if thread.name == "admin":
            thread.join(30)
