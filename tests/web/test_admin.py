"""What the operator's page shows, that looking changes nothing, and that it gives no reader's links away."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from recommender.domain.editions import DeliveryState
from recommender.domain.feedback import Act, Feedback
from recommender.domain.inbound import InboundKind, InboundMail
from recommender.domain.papers import Refused, SourceState
from recommender.domain.requests import End, LetterState, Request, RequestKind
from recommender.domain.subscribers import SubscriberState
from recommender.services.measured import Measurement, keep
from tests.builders import a_declaration
from tests.stores import dump
from tests.web.operators import FORM, HERE, Office
from tests.web.site import PAPERS, Site

PATHS = (
    "/admin",
    "/admin/deliveries",
    *(f"/admin/deliveries?state={state.value}" for state in DeliveryState),
    "/admin/deliveries?before=1",
    "/admin/subscribers",
    *(f"/admin/subscribers?state={state.value}" for state in SubscriberState),
    "/admin/subscribers?state=suppressed&start=50",
)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Return the operator's page of a site on this machine."""
    return Office(Site(tmp_path, public_url=HERE))


def words(page: str) -> str:
    """Return the text of a page, its tags gone."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("&#39;", "'")


def shown(office: Office, path: str = "/admin") -> str:
    """Return the words of a page."""
    answer = office.client().get(path)
    assert answer.status_code == 200
    return words(answer.text)


def test_a_quiet_installation(office: Office) -> None:
    """Two editions wait; nothing was measured, bounced or set aside."""
    page = shown(office)
    for said in (
        "2 deliveries are due. No delivery needs you.",
        "ready: 2",
        "2026-01-31 for ana@example.org",
        "2026-01-31 06:30 UTC in 17 hours",
        "source arxiv look never read",
        "artifact look none; ranking fits on the spot",
        "Offline relevance has not been measured yet",
        "0 votes, 0 other acts, 0 suspect in 30 days.",
        "active: 2",
        "Nobody has asked for anything that must be confirmed.",
        "No bounce and no complaint is recorded.",
        "No entry of a source is in quarantine.",
        "No daemon runs around this server",
    ):
        assert said in page, said
    assert "<svg" not in office.client().get("/admin").text


def test_an_installation_in_trouble(office: Office) -> None:
    """Each trouble is said, with what to do."""
    site = office.site
    now = site.clock.now()
    office.settle(DeliveryState.HELD, "the line was lost")
    with site.store.write() as unit:
        unit.papers.save_source_state(SourceState(source="arxiv", failures=2, last_error="HTTP 503"))
        unit.intake.quarantine("arxiv", [Refused(place="entry 1", reason="no title", body=b"<x/>")], at=now)
        unit.people.suppress(site.ben.email, reason="bounced: 5.1.1", at=now)
        for number, kind in enumerate((InboundKind.HARD_BOUNCE, InboundKind.VOTE, InboundKind.COMPLAINT)):
            at = now - timedelta(hours=number)
            unit.inbound.record(
                InboundMail(key=f"k{number}", at=at, kind=kind, subscriber=site.ben.id, detail="5.1.1 gone")
            )
    page = shown(office)
    for said in (
        "1 delivery is due. Look at: 1 held.",
        "held: 1 may have arrived newest: 2026-01-30 for ana@example.org",
        "source arxiv failed the last 2 runs failed: HTTP 503",
        "hard bounce, ben@example.org 5.1.1 gone 2026-01-30 13:00 UTC, just now",
        "complaint, ben@example.org",
        "2 in 30 days: 1 hard bounce, 1 complaint",
        "suppressed: 1",
        "arxiv 1 entry that could not become a paper paperroute quarantine --source arxiv",
    ):
        assert said in page, said


def test_requests_that_wait_are_told(office: Office) -> None:
    """Those that can still be confirmed, and the letters that did not go out."""
    now = office.site.clock.now()
    with office.site.store.write() as unit:
        for number, days in enumerate((0, 1, 3)):
            at = now - timedelta(days=days)
            asked = Request(
                public_id=f"r{number}", kind=RequestKind.EXPORT, at=at, subscriber=office.site.ana.id
            )
            unit.requests.add(asked, [End.OWN])
        unit.requests.mark(unit.requests.letters(now=now, limit=1)[0].id, LetterState.FAILED)
    page = shown(office)
    assert "Not confirmed yet 2 to export" in page
    assert "Letters 2 waiting, 1 failed" in page


def test_votes_a_day_tell_suspect_ones_apart(office: Office) -> None:
    """In bars and in a table; the day before the first that is shown is left out."""
    site = office.site
    now = site.clock.now()

    def act(number: int, kind: Act, days: int, *, suspect: bool = False) -> Feedback:
        at = now - timedelta(days=days)
        return Feedback(
            subscriber=site.ana.id, paper=PAPERS[number].id, act=kind, at=at, suspect=suspect, via="web"
        )

    with site.store.write() as unit:
        unit.people.record(
            [
                act(0, Act.UP, 0),
                act(1, Act.DOWN, 0),
                act(2, Act.SAVE, 0),
                act(3, Act.UP, 0, suspect=True),
                act(4, Act.UP, 29),
                act(5, Act.UP, 30),
            ]
        )
    page = office.client().get("/admin").text
    assert "3 votes, 1 other act, 1 suspect in 30 days; most on 2026-01-30: 4." in words(page)
    assert '<th scope="row">2026-01-30</th><td>2</td><td>1</td><td>1</td>' in page
    assert '<th scope="row">2026-01-01</th><td>1</td><td>0</td><td>0</td>' in page
    assert page.count('<th scope="row">') == 30
    bars = re.findall(r'<rect class="(\w+)" x="(\d+)" y="([\d.]+)" width="8" height="([\d.]+)"', page)
    assert bars == [
        ("votes", "0", "75.0", "25.0"),
        ("votes", "290", "50.0", "50.0"),
        ("others", "290", "25.0", "25.0"),
        ("suspect", "290", "0.0", "25.0"),
    ]


def test_what_evaluate_found_last_is_told_with_its_time(office: Office) -> None:
    """The numbers that were kept, none that is computed for the page."""
    at = office.site.clock.now() - timedelta(days=3)
    keep(
        office.site.folder / "artifacts",
        Measurement(
            at=at,
            readers=40,
            note="900 papers.",
            fused=(0.5, 0.4, 0.6),
            baseline="svm",
            ahead=(0.1, -0.1, 0.2),
        ),
    )
    page = shown(office)
    assert "Measured 3 days ago (2026-01-27 13:00 UTC) by paperroute evaluate." in page
    assert "nDCG@10 0.500 (0.400 to 0.600) over 40 readers." in page
    assert "Ahead of the strongest baseline, svm, by 0.100 (-0.100 to 0.200)." in page


def test_deliveries_are_paged_and_chosen_by_state(office: Office) -> None:
    """Every row once, newest first; only what may be sent once more has a button."""
    site = office.site
    with site.store.write() as unit:
        for day in range(120):
            made = replace(site.edition, id=0, key=f"day {day:03d}", items=())
            unit.outbox.put(made, message_id=f"<{day}@example.org>", date=site.clock.now())
    failed = office.settle(DeliveryState.FAILED, "550 no")
    client = office.client()
    path, seen = "/admin/deliveries?state=ready", []
    while path:
        page = client.get(path).text
        seen += [int(number) for number in re.findall(r"Delivery (\d+)<", page)]
        following = re.search(r'href="([^"]+)" rel="next"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    with site.store.read() as unit:
        assert seen == [row.id for row in unit.outbox.deliveries(DeliveryState.READY)]
    assert "Send once more" not in shown(office, "/admin/deliveries?state=ready")
    page = client.get("/admin/deliveries?state=failed").text
    assert "Send once more" in page
    assert f'name="id" value="{failed}"' in page


def test_subscribers_are_paged_and_chosen_by_state(office: Office) -> None:
    """By address; who is not mailed has the reason, and a way back that fits it."""
    store = office.site.store
    with store.write() as unit:
        for number in range(70):
            unit.people.add(
                a_declaration(f"r{number:02d}@example.org"),
                state=SubscriberState.REMOVED,
                at=office.site.clock.now(),
            )
        unit.people.suppress("ana@example.org", reason="bounced: 5.1.1", at=office.site.clock.now())
        unit.people.suppress(
            "BEN@example.org", reason="unsubscribed by the reader", at=office.site.clock.now()
        )
    first, second = (shown(office, f"/admin/subscribers?state=removed&start={start}") for start in (0, 50))
    assert "1 to 50 of 70" in first
    assert "51 to 70 of 70" in second
    assert re.findall(r"r\d\d@", first + second) == [f"r{number:02d}@" for number in range(70)]
    page = office.client().get("/admin/subscribers?state=suppressed").text
    ana, ben = page.split("ben@example.org", 1)
    assert "bounced: 5.1.1" in ana
    assert ("They asked" in ana, "They asked" in ben) == (False, True)
    assert page.count("Lift the suppression") == 2


def test_looking_changes_nothing(office: Office) -> None:
    """GET and HEAD of every page and list, twice, with and without failures."""
    office.settle(DeliveryState.HELD, "lost")
    before = dump(office.site.folder)
    client = office.client()
    for path in (*PATHS, *PATHS):
        assert client.get(path).status_code == 200
        head = client.head(path)
        assert (head.status_code, head.content) == (200, b"")
    for path in ("/admin", "/admin/do"):
        assert client.put(path).status_code == 405
    assert client.get("/admin/do").status_code == 405
    assert dump(office.site.folder) == before


@pytest.mark.parametrize(
    "path",
    [
        "/admin/deliveries?state=nonsense",
        "/admin/deliveries?before=x",
        "/admin/deliveries?before=-1",
        "/admin/deliveries?before=99999999999999999999",
        "/admin/deliveries?before=%D9%A1",
        "/admin/subscribers?state=suppress",
        "/admin/subscribers?start=1e3",
    ],
)
def test_wrong_addresses_are_told(office: Office, path: str) -> None:
    """With 400 and a page, whatever stands in them."""
    assert office.client().get(path).status_code == 400


def test_the_page_gives_no_link_of_a_reader_away(office: Office) -> None:
    """Addresses are there; public ids, tokens and keys are not, and nothing is fetched from elsewhere."""
    for path in PATHS:
        answer = office.client().get(path)
        for secret in (office.site.ana.public_id, office.site.ben.public_id, *office.site.keys):
            assert secret not in answer.text
        targets = re.findall(r'(?:href|src|action)="([^"]*)"', answer.text)
        assert targets
        assert all(target == "/style.css" or target.startswith("/admin") for target in targets)
        assert "<script" not in answer.text
        assert "style=" not in answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
        assert "form-action 'self'" in answer.headers["content-security-policy"]
    assert FORM in office.client().get("/admin").text


def test_what_others_wrote_is_shown_as_text(office: Office) -> None:
    """A relay's reply, a reader's name and a source's error cannot bring markup."""
    evil = '<script>alert(1)</script><img src=x onerror="1">'
    office.settle(DeliveryState.FAILED, evil)
    with office.site.store.write() as unit:
        unit.people.add(
            a_declaration("eve@example.org", name=evil),
            state=SubscriberState.ACTIVE,
            at=office.site.clock.now(),
        )
        unit.papers.save_source_state(SourceState(source="arxiv", failures=1, last_error=evil))
    for path in ("/admin", "/admin/deliveries", "/admin/subscribers"):
        page = office.client().get(path).text
        assert "<script" not in page
        assert "<img" not in page
        assert "&lt;script&gt;" in page


def test_it_works_under_a_path_of_the_public_url(tmp_path: Path) -> None:
    """Links and forms lead below it."""
    own = Office(Site(tmp_path, public_url="http://127.0.0.1:8321/route"))
    page = own.client().get("/route/admin").text
    assert 'action="/route/admin/do"' in page
    assert own.client().get("/route/admin/deliveries").status_code == 200


def test_pages_of_the_operator_do_not_count_as_one_token(office: Office) -> None:
    """Forty looks at one list in a minute are no attack."""
    client = office.client()
    assert {client.head("/admin/deliveries").status_code for _ in range(40)} == {200}
