"""Several processes on one store, played by threads with stores of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from recommender.domain.feedback import Act, Feedback
from recommender.domain.inbound import InboundKind, InboundMail
from recommender.domain.subscribers import SubscriberState
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_declaration, a_paper
from tests.conformance.outbox import an_edition

WORKERS = 4
EDITIONS = 40
VOTES = 30
StoreFactory = Callable[[], SqlStore]


def test_no_row_is_claimed_by_two(store: SqlStore, new_store: StoreFactory) -> None:
    """All rows are taken, each by one worker."""
    with store.write() as unit:
        unit.papers.fold([a_paper(1), a_paper(2)], seen_at=NOON)
        ana = unit.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON)
        for number in range(EDITIONS):
            unit.outbox.put(an_edition(ana.id, f"{number:02d}"), message_id=f"<{number}>", date=NOON)
    start = Barrier(WORKERS)

    def work(worker: int) -> list[int]:
        own = new_store()
        taken: list[int] = []
        start.wait()
        while True:
            with own.write() as unit:
                rows = unit.outbox.claim(worker=str(worker), now=NOON, lease=timedelta(minutes=15), limit=3)
            if not rows:
                return taken
            taken += [row.id for row in rows]

    with ThreadPoolExecutor(WORKERS) as pool:
        claimed = [row for rows in pool.map(work, range(WORKERS)) for row in rows]
    assert (len(claimed), len(set(claimed))) == (EDITIONS, EDITIONS)


def test_an_edition_is_put_once_by_many(store: SqlStore, new_store: StoreFactory) -> None:
    """Two schedulers at one minute make one delivery."""
    with store.write() as unit:
        unit.papers.fold([a_paper(1), a_paper(2)], seen_at=NOON)
        ana = unit.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON)
    start = Barrier(WORKERS)

    def work(worker: int) -> bool:
        own = new_store()
        start.wait()
        with own.write() as unit:
            return unit.outbox.put(an_edition(ana.id), message_id=f"<{worker}>", date=NOON)

    with ThreadPoolExecutor(WORKERS) as pool:
        assert sum(pool.map(work, range(WORKERS))) == 1
    with store.read() as unit:
        assert len(unit.outbox.deliveries()) == 1


def test_one_work_folded_by_many_is_one_row(store: SqlStore, new_store: StoreFactory) -> None:
    """Two imports at once neither fail nor double a paper."""
    start = Barrier(WORKERS)

    def work(_worker: int) -> int:
        own = new_store()
        start.wait()
        with own.write() as unit:
            return unit.papers.fold([a_paper(number) for number in range(1, 20)], seen_at=NOON).added

    with ThreadPoolExecutor(WORKERS) as pool:
        assert sum(pool.map(work, range(WORKERS))) == 19
    with store.read() as unit:
        assert unit.papers.count() == 19


def test_two_messages_of_one_reader_do_not_wait_for_each_other(
    store: SqlStore, new_store: StoreFactory
) -> None:
    """Two readers of one inbox: whoever records a message may suppress its reader."""
    with store.write() as unit:
        ana = unit.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON)
    start = Barrier(WORKERS, timeout=20)
    rounds = 8

    def work(worker: int) -> int:
        own = new_store()
        recorded = 0
        for number in range(rounds):
            mail = InboundMail(
                key=f"{number}/{worker}", at=NOON, kind=InboundKind.UNSUBSCRIBE, subscriber=ana.id
            )
            start.wait()
            with own.write() as unit:
                recorded += unit.inbound.record(mail)
                unit.people.suppress(ana.email, reason="words", at=NOON)
        return recorded

    with ThreadPoolExecutor(WORKERS) as pool:
        assert sum(pool.map(work, range(WORKERS))) == WORKERS * rounds


def test_a_vote_that_meets_a_fold_arrives(store: SqlStore, new_store: StoreFactory) -> None:
    """Readers vote on two papers while these become one and two again, over and over."""
    with store.write() as unit:
        one, other = unit.papers.fold([a_paper(1), a_paper(2)], seen_at=NOON).ids
        ana = unit.people.add(a_declaration(), state=SubscriberState.ACTIVE, at=NOON).id
    start = Barrier(3)

    def vote(worker: int) -> None:
        own = new_store()
        start.wait()
        for number in range(VOTES):
            at = NOON + timedelta(minutes=number, seconds=worker)
            with own.write() as unit:
                unit.people.record([Feedback(subscriber=ana, paper=(one, other)[worker], act=Act.UP, at=at)])

    def fold(_: int) -> None:
        own = new_store()
        start.wait()
        for _ in range(VOTES // 2):
            with own.write() as unit:
                made = unit.twins.join(one, other, at=NOON)
            with own.write() as unit:
                unit.twins.undo(made.id, at=NOON)

    with ThreadPoolExecutor(3) as pool:
        ends = [pool.submit(vote, 0), pool.submit(vote, 1), pool.submit(fold, 2)]
        for end in ends:
            end.result()
    with store.read() as unit:
        assert len(unit.people.feedback()) == 2 * VOTES
