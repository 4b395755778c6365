"""What every People answers about a few papers of one reader, so that a vote need not read a whole log."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.domain.feedback import Act, standing_votes
from recommender.domain.papers import PaperId
from recommender.ports import Store
from tests.builders import NOON, a_paper
from tests.conformance.levers import turn
from tests.conformance.people import MINUTE, PAPER, act, joined

PAPERS = tuple(a_paper(number).id for number in (1, 2, 3))
_ACTS = st.tuples(
    st.sampled_from([Act.UP, Act.DOWN, Act.UNDO, Act.SAVE]),
    st.integers(0, 9),
    st.sampled_from(PAPERS),
    st.booleans(),
)


class RecentConformance:
    """Subclass it and give a fixture `store` with an empty store."""

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(_ACTS, max_size=12), st.sets(st.sampled_from(PAPERS)), st.integers(-1, 10))
    def test_recent_acts_and_votes_are_parts_of_the_log(
        self, store: Store, acts: list[tuple[Act, int, PaperId, bool]], papers: set[PaperId], since: int
    ) -> None:
        """Of the papers asked for, of this reader alone, in the log's order."""
        with store.write() as unit:
            number = len(unit.people.all())
        ana, ben = (joined(store, f"{name}{number}@example.org") for name in ("ana", "ben"))
        entries = [
            replace(act(who, kind, minute, paper), suspect=suspect)
            for who in (ana, ben)
            for kind, minute, paper, suspect in acts
        ]
        after = NOON + since * MINUTE
        with store.write() as unit:
            unit.people.record(entries)
            log = [entry for entry in unit.people.feedback(ana.id) if entry.paper in papers]
            assert unit.people.recent(ana.id, papers, since=after) == [own for own in log if own.at > after]
            votes = unit.people.votes([ana.id], papers=papers)
            assert {vote.paper: vote for vote in votes} == {
                vote.paper: vote for vote in standing_votes(log).values()
            }

    def test_votes_of_everybody_on_a_paper(self, store: Store) -> None:
        """Without subscribers all of them; without papers none."""
        ana, ben = joined(store), joined(store, "ben@example.org")
        with store.write() as unit:
            unit.people.record([act(ana, Act.UP), act(ben, Act.DOWN), act(ana, Act.UP, paper=PAPERS[1])])
            everybody = unit.people.votes(papers=[PAPER])
            assert [vote.subscriber for vote in everybody] == [ana.id, ben.id]
            assert not unit.people.votes([ana.id], papers=[])
            assert not unit.people.recent(ana.id, [], since=NOON - MINUTE)

    def test_when_a_lever_was_last_turned(self, store: Store) -> None:
        """One way or the other, suspect or not; votes are no levers, and others' levers no matter."""
        ana, ben = joined(store), joined(store, "ben@example.org")
        with store.write() as unit:
            assert unit.people.last_turned(ana.id) is None
            unit.people.record([act(ana, Act.UP, 9), turn(ben, Act.MUTE, "survey", 8)])
            assert unit.people.last_turned(ana.id) is None
            unit.people.record(
                [turn(ana, Act.UNMUTE, "survey", 3, suspect=True), turn(ana, Act.FOLLOW, "Ada Example", 1)]
            )
            assert unit.people.last_turned(ana.id) == NOON + 3 * MINUTE
