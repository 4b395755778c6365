"""Forgetting a reader in the middle of everything: mail going out, editions being made, votes coming in."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recommender.digest.traces import Traces
from recommender.domain.editions import Edition
from recommender.domain.errors import UnknownSubscriber
from recommender.domain.feedback import Act, Feedback
from recommender.mail.outbox_dir import OutboxFolder
from recommender.mail.written import OutboxShelf
from recommender.ranking.base import RankingSettings
from recommender.services.holding import Gathering
from recommender.services.privacy import Leavings, Privacy
from recommender.services.unlearning import Unlearning
from recommender.store.sql_store import SqlStore
from tests.builders import a_paper
from tests.faults.rooms import a_store
from tests.faults.scale import Figures, chance, scaled
from tests.services.mailroom import Hands, Mailroom

RACES = scaled(tiny=2, quick=20, full=200)
KEPT = "kept@example.org"
_BREATH = 0.005
_LONGEST = 0.04
"""Seconds within which the forgetting begins."""


@contextmanager
def busily(*works: Callable[[], None]) -> Iterator[list[Exception]]:
    """Let threads do something over and over; gather what went wrong."""
    stop, errors = threading.Event(), list[Exception]()

    def again(work: Callable[[], None]) -> None:
        # Nobody works without a breath: SQLite gives its lock to who asks luckily.
        while not stop.wait(_BREATH):
            try:
                work()
            except UnknownSubscriber:
                pass  # forgotten: what a page says then
            except Exception as error:  # noqa: BLE001 the test asks for it
                errors.append(error)
                return

    threads = [threading.Thread(target=again, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield errors
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def privacy(store: SqlStore, folder: Path, clock: Hands) -> Privacy:
    """Build the service over a store and a folder of mail."""
    return Privacy(
        store=store,
        clock=clock,
        traces=Traces(["k" * 40]).of,
        gathering=Gathering(store=store, render=lambda *_: ("", ""), lists=lambda _: {}),
        leavings=Leavings(
            mail=OutboxShelf(folder / "outbox", clock),
            artifacts=Unlearning(store, folder / "artifacts", RankingSettings()),
            named=lambda _: [],
            sources_of=lambda _: [],
        ),
    )


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_nothing_of_a_reader_survives_the_middle_of_everything(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest, figures: Figures
) -> None:
    """No row, no file, no error of those at work; mail of others goes on."""
    url = a_store(tmp_path) if kind == "sqlite" else str(request.getfixturevalue("postgres_migrated"))
    theirs, mine, clock, luck = SqlStore(url), SqlStore(url), Hands(), chance("forgetting", kind)
    room = Mailroom(theirs, clock)
    room.subscribe(KEPT)
    with theirs.write() as unit:
        unit.papers.fold([a_paper(1)], seen_at=clock.now())
    for number in range(RACES):
        email = f"gone{number}@example.org"
        room.subscribe(email)
        with theirs.read() as unit:
            gone, kept = unit.people.find(email), unit.people.find(KEPT)
        keys = iter(range(10**6))

        def publish(number: int = number, readers: tuple[int, int] = (gone.id, kept.id)) -> None:
            key, now = f"{number}-{next(keys)}", clock.now()  # noqa: B023 this race's own
            with theirs.write() as unit:
                for who in readers:
                    made = Edition(subscriber=who, key=key, created_at=now, due_at=now, considered=0)
                    unit.outbox.put(made, message_id=f"<{key}.{who}@example.org>", date=now)

        def deliver() -> None:
            room.service(OutboxFolder(tmp_path / "outbox")).run()

        def vote(reader: int = gone.id) -> None:
            clock.move(seconds=1)
            act = Feedback(subscriber=reader, paper=a_paper(1).id, act=Act.UP, at=clock.now())
            with theirs.write() as unit:
                unit.people.record([act])

        with busily(publish, deliver, vote) as errors:
            time.sleep(luck.uniform(0.0, _LONGEST))
            report = privacy(mine, tmp_path, clock).forget(gone)
        assert (errors, report.warnings) == ([], ())
        left = OutboxShelf(tmp_path / "outbox", clock).of([email])
        with mine.read() as unit:
            rows = sum(map(len, unit.holdings.of(gone.id).values()))
            mentions = unit.holdings.mentions([email, gone.public_id])
            others = len(unit.outbox.deliveries())
        figures.add(races=1, rows_left=rows, files_left=len(left), busy=int(report.partial))
        assert (rows, left, mentions) == (0, [], {})
        assert others
    theirs.close()
    mine.close()
