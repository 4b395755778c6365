"""Sending a delivery once more because a person asks: what may be, what may not and why, all or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from recommender.domain.cadence import next_due
from recommender.domain.editions import RETRIABLE, Delivery, DeliveryState
from recommender.domain.errors import InputError
from recommender.ports import Clock, Store, UnitOfWork
from recommender.services.delivery_policy import is_due
from recommender.services.delivery_run import place
from recommender.services.sending import wanted

_FIND = "`paperroute deliveries` lists the ids"
_LARGEST = 2**31 - 1
"""Ids are 32-bit numbers in PostgreSQL."""
_WHY = "; `paperroute subscribers` says why, and `subscribers lift` lets mail that bounced go out again"
_WAITS = {
    DeliveryState.READY: "is ready already; `paperroute deliver` sends it",
    DeliveryState.IN_DOUBT: "waits for the relay's answer; if the process that asked is gone,"
    " `paperroute deliver` holds it, and then it can be sent once more",
    DeliveryState.SENT: "was taken by the relay, and no edition is sent twice;"
    " `paperroute test-mail` sends a reader a digest outside the ledger",
}


@dataclass(frozen=True, slots=True)
class Replaying:
    """Makes deliveries ready again, by their ids."""

    store: Store
    clock: Clock

    def look(self, references: Sequence[str]) -> list[Delivery]:
        """Return the rows that `run` would make ready, each once; raise InputError, one line for every id
        that may not be.
        """
        with self.store.read() as unit:
            return self._chosen(unit, references)

    def run(self, rows: Sequence[Delivery]) -> None:
        """Make the rows of `look` ready again, all of them or none; they expire as if made now.

        Raises InputError where one has moved on since.
        """
        with self.store.write() as unit:
            if self._chosen(unit, [str(row.id) for row in rows]) != list(rows):
                raise InputError(
                    "some of these deliveries moved on just now; look again, nothing was changed"
                )
            for row in rows:
                unit.outbox.retry(row.id, now=self.clock.now())

    def _chosen(self, unit: UnitOfWork, references: Sequence[str]) -> list[Delivery]:
        found: dict[int, Delivery] = {}
        faults = []
        for reference in references:
            row = _row(unit, reference)
            fault = (
                f"no delivery has the id {reference!r}; {_FIND}" if row is None else self._fault(unit, row)
            )
            if fault:
                faults.append(fault)
            elif row is not None:
                found[row.id] = row
        if faults:
            raise InputError("\n".join([*faults, "nothing was changed"]))
        return list(found.values())

    def _fault(self, unit: UnitOfWork, row: Delivery) -> str:
        """Return why a row cannot be sent once more, or nothing."""
        if row.state in RETRIABLE:
            gone = row.id not in wanted(unit, [row])
            return f"{place(row)}: its reader gets no mail now{_WHY}" if gone else ""
        if row.state is DeliveryState.CLAIMED:
            return f"{place(row)} {self._in_hand(row)}"
        if row.state is DeliveryState.SUPPRESSED:
            return f"{place(row)} was not sent, for its reader got no mail then{self._since(unit, row)}"
        return f"{place(row)} {_WAITS[row.state]}"

    def _in_hand(self, row: Delivery) -> str:
        if row.lease_until is None or is_due(row, self.clock.now()):
            return "was in the hands of a worker that died; `paperroute deliver` takes it over"
        return f"is in the hands of a worker until {row.lease_until:%H:%M} UTC; look again then"

    def _since(self, unit: UnitOfWork, row: Delivery) -> str:
        """Go on about a suppressed row: who came back gets the next edition, not what they missed."""
        if row.id not in wanted(unit, [row]):
            return ", and that is so still"
        slot = next_due(unit.people.find(row.email).cadence, self.clock.now())
        return f"; they are back, and their next edition is due {slot.due_at:%Y-%m-%d %H:%M} UTC"


def second_copy(row: Delivery) -> str:
    """Warn of what sending a held row once more may do, by how it came to be held."""
    return f"{place(row)} may have arrived, so its reader may get a second copy. What is known: {row.reply}"


def _row(unit: UnitOfWork, reference: str) -> Delivery | None:
    """Return a row by its id as people write it; what no id can be is not asked for."""
    written = reference.isascii() and reference.isdecimal() and len(reference) <= len(str(_LARGEST))
    return unit.outbox.delivery(int(reference)) if written and int(reference) <= _LARGEST else None
