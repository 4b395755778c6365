"""Several daemons on one store: each due edition is made once and mailed once, and nobody sees a lock."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from recommender.domain.editions import DeliveryState
from recommender.domain.subscribers import Cadence, SubscriberState
from recommender.store.sql_store import SqlStore
from tests.builders import a_declaration, a_paper
from tests.faults.mailserver import MailServer
from tests.faults.pressroom import Press, presses
from tests.faults.rooms import a_store
from tests.faults.scale import Figures, chance, scaled

ROUNDS = scaled(tiny=2, quick=20, full=200)
DUE = scaled(tiny=12, quick=50, full=50)
DAEMONS = {"sqlite": 2, "postgres": 4}
FIRST = datetime(2026, 3, 2, 7, 30, 1, tzinfo=UTC)
"""A second after the first due time."""
MARK = "round"


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_daemons_make_and_mail_each_edition_once(
    tmp_path: Path, kind: str, server: MailServer, request: pytest.FixtureRequest, figures: Figures
) -> None:
    """Round after round they begin at one moment; by store and server log there is one of everything."""
    url = a_store(tmp_path) if kind == "sqlite" else _postgres(request)
    mark = f"{MARK}.{kind}.{chance('mark', tmp_path).getrandbits(32):08x}"
    store = SqlStore(url)
    try:
        _subscribe(store, mark)
        with presses(url, server.port, DAEMONS[kind]) as daemons:
            for number in range(ROUNDS):
                figures.add(**_round(store, daemons, number))
        _account(store, server, mark, figures)
    finally:
        store.close()


def _round(store: SqlStore, daemons: list[Press], number: int) -> dict[str, int]:
    """Let all daemons tick at once and compare what they say with what is stored."""
    now = FIRST + timedelta(days=number)
    with store.write() as unit:
        unit.papers.fold([a_paper(10 * number + 1), a_paper(10 * number + 2)], seen_at=now)
    for daemon in daemons:
        daemon.begin(now)
    said = [daemon.end() for daemon in daemons]
    assert [line for answer in said for line in answer["trouble"]] == []
    assert sum(answer["sent"] for answer in said) == DUE
    assert sum(answer["editions"] for answer in said) == DUE
    publishers, senders = (sum(answer[what] > 0 for answer in said) for what in ("due", "sent"))
    return {"rounds": 1, "rounds_published_by_several": publishers > 1, "rounds_sent_by_several": senders > 1}


def _account(store: SqlStore, server: MailServer, mark: str, figures: Figures) -> None:
    """Compare the whole store with the server's log."""
    with store.read() as unit:
        rows = unit.outbox.deliveries()
    editions = Counter((row.subscriber, row.edition_key) for row in rows)
    copies = Counter(taken.message_id for taken in server.taken(mark))
    figures.add(
        editions=len(editions),
        double_editions=sum(number - 1 for number in editions.values()),
        mails=copies.total(),
        double_mails=sum(number - 1 for number in copies.values()),
    )
    assert {row.state for row in rows} == {DeliveryState.SENT}
    assert len(editions) == len(rows) == ROUNDS * DUE
    assert copies == Counter(row.message_id for row in rows)
    assert max(copies.values()) == 1
    assert {row.attempts for row in rows} == {1}


def _subscribe(store: SqlStore, mark: str) -> None:
    cadence = Cadence(at=time(7, 30), zone="UTC")
    with store.write() as unit:
        for number in range(DUE):
            declared = a_declaration(f"reader-{number}.{mark}@example.org", cadence=cadence, send_empty=True)
            unit.people.add(declared, state=SubscriberState.ACTIVE, at=FIRST)


def _postgres(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("postgres").new_database()
    store = SqlStore(url)
    store.upgrade()
    store.close()
    return url
