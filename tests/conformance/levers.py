"""What every People knows of levers, whatever keeps them."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.domain.feedback import Act, Feedback, standing_levers
from recommender.domain.papers import PaperId
from recommender.domain.subscribers import Subscriber
from recommender.ports import Store
from tests.builders import NOON, a_paper
from tests.conformance.people import MINUTE, PAPER, act, joined

_TURNING = (Act.MUTE, Act.UNMUTE, Act.FOLLOW, Act.UNFOLLOW, Act.UP)


def turn(subscriber: Subscriber, kind: Act, value: str, minute: int = 0, **fields: object) -> Feedback:
    """Build the act of a lever of the interest "editing"."""
    values: dict[str, object] = {"value": value, "interest": "editing"}
    return replace(act(subscriber, kind, minute), **(values | fields))  # type: ignore[arg-type]  # by name


class LeversConformance:
    """Subclass it and give a fixture `store` with an empty store."""

    def test_a_lever_comes_back_as_it_was_turned(self, store: Store) -> None:
        """Every field of it, oldest first; of those asked for alone."""
        ana, bob = joined(store), joined(store, "bob@example.org")
        follow = turn(ana, Act.FOLLOW, "Ada Example", 2, interest=None, via="mail")
        mute = turn(ana, Act.MUTE, "rank-one", 1)
        with store.write() as unit:
            unit.people.record([follow, mute, turn(bob, Act.MUTE, "survey")])
        with store.read() as unit:
            assert unit.people.levers([ana.id]) == [mute, follow]
            assert [own.subscriber for own in unit.people.levers([bob.id, ana.id])] == [
                bob.id,
                ana.id,
                ana.id,
            ]
            assert unit.people.levers([]) == []

    def test_several_levers_of_one_moment_are_kept(self, store: Store) -> None:
        """One form turns many; the same again is none more."""
        ana = joined(store)
        both = [turn(ana, Act.MUTE, value) for value in ("rank-one", "survey")]
        with store.write() as unit:
            assert unit.people.record([*both, *both]) == 2
            assert {own.value for own in unit.people.levers([ana.id])} == {"rank-one", "survey"}

    def test_levers_as_they_stood(self, store: Store) -> None:
        """Up to a moment, that moment included."""
        ana = joined(store)
        with store.write() as unit:
            unit.people.record([turn(ana, Act.MUTE, "survey", 1), turn(ana, Act.UNMUTE, "Survey", 3)])
            found = [len(unit.people.levers([ana.id], until=NOON + at * MINUTE)) for at in range(4)]
            assert (found, unit.people.levers([ana.id])) == ([0, 1, 1, 0], [])

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(_TURNING),
                st.sampled_from(["", "survey", "Survey", "rank-one"]),
                st.integers(0, 9),
                st.sampled_from([None, "editing"]),
                st.booleans(),
            ),
            max_size=12,
        )
    )
    def test_levers_are_what_the_log_says(
        self, store: Store, acts: list[tuple[Act, str, int, str | None, bool]]
    ) -> None:
        """The store's answer is the reduction of its own log."""
        with store.write() as unit:
            number = len(unit.people.all())
        ana = joined(store, f"reader{number}@example.org")
        with store.write() as unit:
            unit.people.record(
                [
                    turn(ana, kind, value, minute, interest=interest, suspect=suspect)
                    for kind, value, minute, interest, suspect in acts
                ]
            )
            expected = standing_levers(unit.people.feedback(ana.id))
            assert {*map(_shape, unit.people.levers([ana.id]))} == {*map(_shape, expected.values())}

    def test_levers_survive_a_fold_and_its_paper(self, store: Store) -> None:
        """Acts of one moment on two papers that become one are all kept, but for what is the same."""
        ana = joined(store)
        journal = a_paper(9, id=PaperId("doi:10.1000/j"), doi="10.1000/j")
        with store.write() as unit:
            unit.papers.fold([journal], seen_at=NOON)
            on_journal = [turn(ana, Act.MUTE, value, paper=journal.id) for value in ("survey", "rank-one")]
            unit.people.record([turn(ana, Act.MUTE, "survey"), *on_journal])
            unit.papers.fold([a_paper(doi="10.1000/j")], seen_at=NOON)
            assert {own.value for own in unit.people.levers([ana.id])} == {"survey", "rank-one"}
            assert {own.paper for own in unit.people.levers([ana.id])} == {PAPER}
            assert len(unit.people.feedback()) == 2


def _shape(entry: Feedback) -> tuple[object, ...]:
    return (entry.act, entry.value, entry.interest, entry.at)
