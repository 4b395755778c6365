"""A store with rows to send, the lives it has seen, and the account of it by log and database alone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from recommender.domain.editions import Delivery, DeliveryState, Settlement
from recommender.store.sql_store import SqlStore
from tests.faults.life import LARGE, Life
from tests.faults.mailserver import MailServer, Taken
from tests.faults.nursery import Nursery
from tests.services.mailroom import START, Hands, Mailroom

WAITING = frozenset(
    {DeliveryState.READY, DeliveryState.CLAIMED, DeliveryState.DEFERRED, DeliveryState.IN_DOUBT}
)
"""States in which a row is not accounted for once nothing is left to do."""

_LEASE_AND_MORE = timedelta(minutes=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of the rows of one world; every number but `rows`, `sent` and `held` names a row count."""

    rows: int
    sent: int
    held: int
    held_but_taken: int
    """Held, and the server has it: presumed rightly."""
    set_aside: int
    """Failed after so many deaths in a row."""
    refused: int
    """Failed because the server said so."""
    duplicates: int
    """Messages the server took beyond the first of each row."""
    most_copies: int
    unaccounted: int
    """Rows nothing more will be done about and that no list shows; a row without any end."""
    untrue: int
    """Sent by the books and unknown to the server, or taken and, by the books, surely not arrived."""
    strange: int
    """Messages taken that no row stands for, or whose bytes are not those of their row."""


class World:
    """One store, filled with editions for readers whose addresses hold `mark`, and a mail server."""

    def __init__(self, url: str, server: MailServer, nursery: Nursery, mark: str) -> None:
        """Use a migrated, empty store."""
        self.url = url
        self.server = server
        self.nursery = nursery
        self.mark = mark
        self.clock = Hands()
        self.store = SqlStore(url)
        self.room = Mailroom(self.store, self.clock)

    def fill(self, count: int, *, first: int = 0, kind: str = "reader") -> None:
        """Add so many readers with an edition each; `kind` is how their addresses begin."""
        emails = [f"{kind}-{first + number}.{self.mark}@example.org" for number in range(count)]
        self.room.subscribe(*emails)
        self.room.publish(*emails, key=f"{START:%Y-%m-%d}.{self.mark}")

    def life(self, **settings: Any) -> Life:
        """Describe a sender that begins now."""
        return Life(url=self.url, port=self.server.port, now=self.clock.now().isoformat(), **settings)

    def later(self, by: timedelta = _LEASE_AND_MORE) -> None:
        """Let time pass, by default until the leases of the dead are over."""
        self.clock.instant += by

    def hands(self) -> str:
        """Write the time to a file that lives may be given as their clock; return its name."""
        file = self.server.log.parent / f"{self.mark}.hands"
        fresh = file.with_suffix(".new")
        fresh.write_text(self.clock.now().isoformat(), encoding="ascii")
        return str(fresh.replace(file))

    def rows(self, *states: DeliveryState) -> list[Delivery]:
        """Return the rows in any of these states, or all, by number."""
        with self.store.read() as unit:
            found = unit.outbox.deliveries()
        return sorted((row for row in found if not states or row.state in states), key=lambda row: row.id)

    def states(self) -> list[str]:
        """Return the states of all rows, by number."""
        return [row.state.value for row in self.rows()]

    def settle(self, row: Delivery, state: DeliveryState) -> None:
        """Settle a row by hand."""
        with self.store.write() as unit:
            assert unit.outbox.settle(row, Settlement(state=state), now=self.clock.now())

    def copies(self) -> Counter[str]:
        """Return how often the server took each Message-ID."""
        self.server.sync()
        return Counter(taken.message_id for taken in self.server.taken(self.mark))

    def drain(self, *, lives: int = 12, **settings: Any) -> None:
        """Let undisturbed senders do what is left to do, each when the rows next allow it."""
        for _life in range(lives):
            waiting = self.rows(*WAITING)
            if not waiting:
                return
            self.clock.instant = max(self._next(waiting), self.clock.instant) + timedelta(seconds=1)
            _ = self.nursery.run(self.life(**settings)).result

    def account(self) -> Account:
        """Say what became of every row, from the server's log and the database."""
        self.server.sync()
        taken = self.server.taken(self.mark)
        return account(self.rows(), taken)

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def _next(self, rows: Iterable[Delivery]) -> datetime:
        """Return when the last of these rows may be tried again."""
        times = [at for row in rows for at in (row.lease_until, row.next_attempt_at) if at is not None]
        return max([*times, self.clock.instant])


def account(rows: Sequence[Delivery], taken: Sequence[Taken]) -> Account:
    """Compare what the books say with what the server has."""
    by_id = {row.message_id: row for row in rows}
    copies = Counter(message.message_id for message in taken)
    bytes_of: dict[str, set[str]] = {}
    for message in taken:
        bytes_of.setdefault(message.message_id, set()).add(message.sha256)
    held = [row for row in rows if row.state is DeliveryState.HELD]
    failed = [row for row in rows if row.state is DeliveryState.FAILED]
    sent = [row for row in rows if row.state is DeliveryState.SENT]
    unsent = [
        row for row in rows if row.state not in (DeliveryState.SENT, DeliveryState.HELD) and not row.doubts
    ]
    return Account(
        rows=len(rows),
        sent=len(sent),
        held=len(held),
        held_but_taken=sum(row.message_id in copies for row in held),
        set_aside=sum(row.reply.startswith("set aside") for row in failed),
        refused=sum(not row.reply.startswith("set aside") for row in failed),
        duplicates=sum(count - 1 for count in copies.values()),
        most_copies=max(copies.values(), default=0),
        unaccounted=sum(row.state in WAITING for row in rows),
        untrue=sum(row.message_id not in copies for row in sent)
        + sum(row.message_id in copies for row in unsent),
        strange=sum(
            message.message_id not in by_id
            or by_id[message.message_id].email != message.recipient
            or bytes_of[message.message_id] != {by_id[message.message_id].body_sha256}
            for message in taken
        ),
    )


def is_large(row: Delivery) -> bool:
    """Tell whether a row's message is one of the large ones."""
    return bool(row.id % 4) and LARGE > 0
