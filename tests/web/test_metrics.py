"""What watchers are told: numbers that Prometheus' own parser reads, to those who may see them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event
from starlette.testclient import TestClient

from recommender.domain.editions import DeliveryState, Settlement
from recommender.domain.feedback import Act, Feedback
from recommender.domain.inbound import InboundKind, InboundMail
from recommender.domain.papers import Outlook, SourceState
from recommender.domain.subscribers import SubscriberState
from recommender.services.stopwatch import Laps
from recommender.store.sql_store import SqlStore
from recommender.web.app import create_app
from recommender.web.context import WebContext
from recommender.web.metrics import CONTENT_TYPE
from tests.digest.samples import wording
from tests.web.site import PAPERS, STILL, Site

STRANGER = ("203.0.113.7", 5555)


def told(site: Site) -> dict[tuple[str, str], float]:
    """Return every number by its name and its label's value."""
    answer = site.client().get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == CONTENT_TYPE
    return {
        (sample.name.removeprefix("paperroute_"), next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def changed(site: Site, **values: object) -> TestClient:
    """Return a client of the site with a changed context."""
    context = replace(context_of(site), **values)  # type: ignore[arg-type]  # by name
    return TestClient(create_app(context), base_url="http://127.0.0.1", client=("127.0.0.1", 5555))


def context_of(site: Site) -> WebContext:
    """Return what the site is made of."""
    return WebContext(
        store=site.store,
        links=site.links,
        renderer=site.renderer,
        wording=wording(),
        clock=site.clock,
        public_url=site.public_url,
        ticks=site.clock.ticks,
        patterns=STILL,
    )


def test_deliveries_are_counted_by_state(site: Site) -> None:
    """One sent, one waiting for an hour and due; states without any are nought, not missing."""
    with site.store.write() as unit:
        (row,) = unit.outbox.claim(worker="w", now=site.clock.now(), lease=timedelta(minutes=2), limit=1)
        unit.outbox.mark_in_doubt(row, now=site.clock.now(), body_sha256="0" * 64)
        unit.outbox.settle(row, Settlement(state=DeliveryState.SENT, reply="250"), now=site.clock.now())
    numbers = told(site)
    counts = {state: numbers["deliveries", state] for state in DeliveryState}
    assert {state: count for state, count in counts.items() if count} == {
        DeliveryState.SENT: 1.0,
        DeliveryState.READY: 1.0,
    }
    assert numbers["due_backlog", ""] == 1
    assert numbers["oldest_waiting_seconds", ""] == 3600


def test_nothing_waiting_is_nought_seconds_old(site: Site) -> None:
    """The age goes back to zero when the outbox is empty."""
    with site.store.write() as unit:
        for row in unit.outbox.claim(worker="w", now=site.clock.now(), lease=timedelta(minutes=2), limit=9):
            unit.outbox.settle(row, Settlement(state=DeliveryState.FAILED), now=site.clock.now())
    assert told(site)["oldest_waiting_seconds", ""] == 0


def test_sources_tell_their_age_whatever_they_are_called(site: Site) -> None:
    """Quotes, backslashes and line ends in a name do not break the format."""
    name = 'a "very\\odd\nname'
    with site.store.write() as unit:
        at = site.clock.now() - timedelta(hours=2)
        unit.papers.save_source_state(SourceState(source=name, last_ok=at))
        unit.papers.save_source_state(SourceState(source="never"))
    numbers = told(site)
    assert numbers["source_age_seconds", name] == 7200
    assert ("source_age_seconds", "never") not in numbers


def test_sources_tell_how_they_are(site: Site) -> None:
    """Failures, papers, what was announced and is missing, and whether something is overdue."""
    now = site.clock.now()
    hour = timedelta(hours=1)
    states = (
        SourceState(source="arxiv", last_ok=now, papers=12, announced_on=now.date(), announced=9, missing=2),
        SourceState(source="feed", last_ok=now - hour, failures=3),
        SourceState(source="slow", last_ok=now - hour, outlook=Outlook(expected_next=now - 2 * hour)),
    )
    with site.store.write() as unit:
        for state in states:
            unit.papers.save_source_state(state)
    numbers = told(site)
    assert (numbers["source_papers", "arxiv"], numbers["source_failures", "arxiv"]) == (12, 0)
    assert (numbers["source_announced", "arxiv"], numbers["source_missing", "arxiv"]) == (9, 2)
    assert numbers["source_failures", "feed"] == 3
    assert ("source_missing", "feed") not in numbers
    assert (numbers["source_late", "slow"], numbers["source_late", "arxiv"]) == (1, 0)


def test_the_daemons_jobs_tell_their_age(site: Site) -> None:
    """Only where a daemon is around the server."""
    assert "tick_age" not in site.client().get("/metrics").text
    text = changed(site, tick_ages=lambda: {"mail": 3.25}).get("/metrics").text
    assert 'paperroute_tick_age_seconds{job="mail"} 3.25\n' in text


@pytest.mark.parametrize(
    "client,host",
    [(STRANGER, "digest.example.org"), (STRANGER, "127.0.0.1"), (("127.0.0.1", 1), "digest.example.org")],
)
def test_strangers_are_told_nothing_unless_it_is_opened(
    site: Site, client: tuple[str, int], host: str
) -> None:
    """Not from afar, not with a name of this machine in the request, and not through a proxy on it."""
    closed = TestClient(site.app, base_url=f"http://{host}", client=client)
    assert closed.get("/metrics").status_code == 404
    opened = create_app(replace(context_of(site), open_metrics=True))
    assert TestClient(opened, base_url=f"http://{host}", client=client).get("/metrics").status_code == 200


def test_numbers_name_nobody(site: Site) -> None:
    """No address, id or title of anybody or anything is in them."""
    text = site.client().get("/metrics").text
    for secret in (site.ana.email, site.ana.public_id, "@", "arxiv:", "http"):
        assert secret not in text


def test_acts_of_a_day_are_told_by_kind(site: Site) -> None:
    """Suspect ones apart; older ones not at all."""
    now = site.clock.now()

    def act(number: int, kind: Act, hours: float, *, suspect: bool = False) -> Feedback:
        at = now - timedelta(hours=hours)
        return Feedback(subscriber=site.ana.id, paper=PAPERS[number].id, act=kind, at=at, suspect=suspect)

    with site.store.write() as unit:
        unit.people.record(
            [
                act(0, Act.UP, 0),
                act(1, Act.UP, 23.9),
                act(2, Act.UP, 24.1),
                act(3, Act.DOWN, 1),
                act(4, Act.UP, 1, suspect=True),
            ]
        )
    numbers = told(site)
    acts = {name: numbers["acts_24h", name] for name in Act}
    assert {name: number for name, number in acts.items() if number} == {Act.UP: 2, Act.DOWN: 1}
    assert numbers["suspect_acts_24h", ""] == 1


def test_mail_that_came_back_in_a_day_is_told_by_kind(site: Site) -> None:
    """Bounces and complaints; what is none of them is not told."""
    now = site.clock.now()
    kinds = (InboundKind.HARD_BOUNCE, InboundKind.HARD_BOUNCE, InboundKind.COMPLAINT, InboundKind.VOTE)
    with site.store.write() as unit:
        for number, kind in enumerate(kinds):
            unit.inbound.record(InboundMail(key=f"new {number}", at=now, kind=kind))
            unit.inbound.record(InboundMail(key=f"old {number}", at=now - timedelta(hours=25), kind=kind))
    numbers = told(site)
    found = {kind: number for (name, kind), number in numbers.items() if name == "returned_24h"}
    assert found == {"hard_bounce": 2, "soft_bounce": 0, "complaint": 1}


def test_subscribers_and_suppressed_addresses_are_counted(site: Site) -> None:
    """By state; and how old the recommender is, once there is one."""
    numbers = told(site)
    assert ("artifact_age_seconds", "") not in numbers
    assert (numbers["subscribers", "active"], numbers["subscribers", "paused"]) == (2, 0)
    now = site.clock.now()
    with site.store.write() as unit:
        unit.people.set_state(site.ana.id, SubscriberState.PAUSED, at=now)
        unit.people.suppress(site.ben.email, reason="bounced", at=now)
        unit.artifacts.record("a", created_at=now - timedelta(hours=1), sha256="0" * 64, papers=1)
    numbers = told(site)
    assert (numbers["subscribers", "active"], numbers["subscribers", "paused"]) == (1, 1)
    assert (numbers["suppressed", ""], numbers["artifact_age_seconds", ""]) == (1, 3600)


def test_rendering_is_told_as_counters(site: Site) -> None:
    """How many and how long, of this process."""
    text = changed(site, rendered=lambda: Laps(3, 0.25)).get("/metrics").text
    assert "# TYPE paperroute_renders_total counter\npaperroute_renders_total 3\n" in text
    assert "\npaperroute_render_seconds_total 0.25\n" in text


def test_a_thousand_rows_cost_as_many_questions_as_two(site: Site) -> None:
    """The store counts; no row is loaded."""
    store = site.store
    assert isinstance(store, SqlStore)
    asked: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    event.listen(store._readers, "before_cursor_execute", count)
    site.client().get("/metrics")
    assert len(asked) == 9
    assert all("GROUP BY" in statement for statement in asked if "delivery" in statement)


def test_a_daemon_that_stands_still_is_not_ready(site: Site) -> None:
    """503, so that whoever watches starts it again; the process itself still answers."""
    stuck = changed(site, alive=lambda: False)
    assert (stuck.get("/readyz").status_code, stuck.get("/healthz").status_code) == (503, 200)
    assert changed(site, alive=lambda: True).get("/readyz").status_code == 200
