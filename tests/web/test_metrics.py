"""What watchers are told: numbers that Prometheus' own parser reads, to those who may see them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event
from starlette.testclient import TestClient

from recommender.domain.editions import DeliveryState, Settlement
from recommender.domain.papers import Outlook, SourceState
from recommender.store.sql_store import SqlStore
from recommender.web.app import create_app
from recommender.web.context import WebContext
from recommender.web.metrics import CONTENT_TYPE
from tests.digest.samples import wording
from tests.web.site import Site

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
    assert len(asked) == 3
    assert all("GROUP BY" in statement for statement in asked if "delivery" in statement)


def test_a_daemon_that_stands_still_is_not_ready(site: Site) -> None:
    """503, so that whoever watches starts it again; the process itself still answers."""
    stuck = changed(site, alive=lambda: False)
    assert (stuck.get("/readyz").status_code, stuck.get("/healthz").status_code) == (503, 200)
    assert changed(site, alive=lambda: True).get("/readyz").status_code == 200
