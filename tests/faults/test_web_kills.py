"""SIGKILL to the real web process while clients vote: what was answered is in the store, once.

A killed process loses what it had in hand, not what the system had taken from it; that the disk has it too
is `synchronous=FULL`, which a test of the engine looks at.
"""

import itertools
from pathlib import Path

from recommender.store.sql_store import SqlStore
from tests.faults.nursery import Nursery
from tests.faults.polls import polling
from tests.faults.scale import Figures, chance, scaled

KILLS = scaled(tiny=2, quick=15, full=300)
EACH = 334
"""Answered votes for each kill, on average, in a full run: more than 100,000 in all."""
_SHORTEST, _LONGEST = scaled(tiny=1, quick=2, full=3) / 10, scaled(tiny=2, quick=8, full=16) / 10
_EVERY = 5
"""Each so-manieth life is the daemon's, that ticks beside its pages."""


def test_no_answered_vote_is_lost_to_a_kill(tmp_path: Path, nursery: Nursery, figures: Figures) -> None:
    """Every act that was answered is in the store when it is opened again, once; the last one stands."""
    luck = chance("web kills")
    chosen = (luck.randrange(1 << 30) for _ in itertools.count())
    figures.add(kills=0, answered=0)
    with polling(tmp_path, nursery) as poll:
        while figures.counts["kills"] < KILLS or figures.counts["answered"] < KILLS * _wanted():
            command = "run" if figures.counts["kills"] % _EVERY == _EVERY - 1 else "serve"
            life = poll.live(command, luck.uniform(_SHORTEST, _LONGEST), chosen)
            figures.add(kills=1, answered=life.answered, lost=life.lost, strange=life.strange)
            figures.add(**{"under way": life.answers[0], "of these kept": life.unanswered_kept})
            assert set(life.answers) <= {0, 200}, life
            assert (life.lost, life.strange) == (0, 0), life
        store = SqlStore(f"sqlite:///{poll.project.store}")
        with store.read() as unit:
            log = unit.people.feedback()
            votes = {(vote.subscriber, vote.paper): vote.up for vote in unit.people.votes()}
        assert store.check() == ()
        store.close()
    assert len(log) == figures.counts["answered"] + figures.counts["of these kept"]
    stands = {(slip.reader, slip.paper): slip.rows[-1] for slip in poll.slips if slip.rows}
    assert votes == {whose: act == "up" for whose, act in stands.items() if act != "undo"}


def _wanted() -> int:
    return scaled(tiny=1, quick=50, full=EACH)
