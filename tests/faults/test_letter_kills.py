"""Senders of letters that kill themselves at every step: no letter goes twice, none is lost unmarked."""

import multiprocessing
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from recommender.domain.requests import RequestKind
from recommender.store.sql_store import SqlStore
from tests.faults.letters import send_letters
from tests.faults.scale import Figures, amount
from tests.mail.relays import Relay
from tests.services.clerk import Clerk

_WARM = ["tests.faults.letters"]


@dataclass
class Room:
    """A store with one letter that waits, a relay, and lives that send."""

    folder: Path
    template: Path
    port: int

    def fresh(self) -> Clerk:
        """Begin again with one letter."""
        for file in self.folder.glob("store.db*"):
            file.unlink()
        shutil.copy(self.template, self.folder / "store.db")
        clerk = Clerk(SqlStore(f"sqlite:///{self.folder / 'store.db'}"))
        clerk.requesting.ask(clerk.add(), RequestKind.EXPORT)
        return clerk

    def live(self, clerk: Clerk, armed: int = 0, lives: int = 1) -> tuple[list[int | None], str]:
        """Run lives side by side to their ends; return their exit codes and what one wrote of its steps."""
        steps = self.folder / "steps"
        steps.unlink(missing_ok=True)
        url, now = f"sqlite:///{self.folder / 'store.db'}", clerk.clock.now().isoformat()
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_WARM)
        told = (url, self.port, now, armed, str(steps))
        running = [context.Process(target=send_letters, args=told) for _ in range(lives)]
        for process in running:
            process.start()
        for process in running:
            process.join(30)
        written = steps.read_text(encoding="utf-8") if steps.exists() else ""
        return [process.exitcode for process in running], written


@pytest.fixture
def room(tmp_path: Path, template: Path, relay: Relay) -> Room:
    """Give a room over an empty store."""
    return Room(folder=tmp_path, template=template, port=relay.port)


@pytest.fixture
def relay() -> Iterator[Relay]:
    """Run a relay that keeps what it takes."""
    with Relay() as running:
        yield running


def state_of(clerk: Clerk) -> str:
    """Return where the letter stands."""
    assert isinstance(clerk.store, SqlStore)
    with clerk.store._engine.connect() as connection:
        return str(connection.execute(text("SELECT state FROM letter")).scalar_one())


def _near_the_mark(steps: list[str], number: int) -> bool:
    """Tell whether a step lies between the relay's 354 and its answer to the body; the rest takes longer."""
    return steps.index("DATA: sent") < number <= steps.index("body: answered") + 1


def test_a_death_at_any_step_sends_no_letter_twice(room: Room, relay: Relay, figures: Figures) -> None:
    """Before the mark is kept the next life sends it; after that nobody does, whether it went or not."""
    codes, names = room.live(room.fresh())
    steps = names.splitlines()
    assert (codes, len(relay.received.messages)) == ([0], 1)
    assert {"body: before", "body: half", "body: sent"} <= set(steps)
    outcomes = set()
    for number, step in enumerate(steps, 1):
        if amount() == "tiny" and not _near_the_mark(steps, number):
            continue
        relay.received.messages.clear()
        clerk = room.fresh()
        codes, _ = room.live(clerk, armed=number)
        assert (step, codes) == (step, [-9])
        at_death = state_of(clerk)
        codes, _ = room.live(clerk)
        copies = len(relay.received.messages)
        assert (step, codes, state_of(clerk)) == (step, [0], "sent")
        assert (step, copies) == (step, 1 if at_death == "waiting" else copies)
        assert copies <= 1, step
        outcomes.add((at_death, copies))
        figures.add(kills=1, **{f"{at_death} at death": 1, "sent": copies})
    assert outcomes == {("waiting", 1), ("sent", 0), ("sent", 1)}


def test_two_processes_at_once_send_one(room: Room, relay: Relay, figures: Figures) -> None:
    """Whoever marks first sends."""
    for _ in range(5):
        relay.received.messages.clear()
        codes, _ = room.live(room.fresh(), lives=2)
        assert (codes, len(relay.received.messages)) == ([0, 0], 1)
        figures.add(pairs=1)
