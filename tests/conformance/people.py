"""What every People does, whatever keeps them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.domain.editions import Edition
from recommender.domain.errors import InputError, UnknownPaper, UnknownSubscriber
from recommender.domain.feedback import Act, Feedback, Vote, standing_votes
from recommender.domain.papers import PaperId
from recommender.domain.subscribers import Subscriber, SubscriberState
from recommender.ports import Store
from tests.builders import NOON, a_declaration, a_paper, an_interest

MINUTE = timedelta(minutes=1)
PAPER = a_paper().id


def joined(store: Store, email: str = "ana@example.org", **fields: object) -> Subscriber:
    """Store three papers and an active subscriber."""
    with store.write() as unit:
        unit.papers.fold([a_paper(1), a_paper(2), a_paper(3)], seen_at=NOON)
        return unit.people.add(a_declaration(email, **fields), state=SubscriberState.ACTIVE, at=NOON)


def act(subscriber: Subscriber, kind: Act, minute: int = 0, paper: PaperId = PAPER) -> Feedback:
    """Build an act at noon and some minutes."""
    return Feedback(subscriber=subscriber.id, paper=paper, act=kind, at=NOON + minute * MINUTE)


class PeopleConformance:
    """Subclass it and give a fixture `store` with an empty store."""

    def test_a_subscriber_comes_back_as_declared(self, store: Store) -> None:
        """Interests keep their order and every field."""
        interests = (
            an_interest("Zebras", keywords=("z",), seeds=("2601.1",)),
            an_interest("Apes", paused=True),
        )
        added = joined(store, key="ana", floor=0.25, locked=("at",), interests=interests)
        with store.read() as unit:
            found = unit.people.find("ana")
        assert found == added
        assert (found.interests, found.floor, found.locked) == (interests, 0.25, ("at",))

    def test_a_subscriber_is_found_by_address_key_and_public_id(self, store: Store) -> None:
        """The address in either case."""
        added = joined(store, key="k-ana")
        with store.read() as unit:
            found = [unit.people.find(name).id for name in ("ANA@Example.org", "k-ana", added.public_id)]
        assert found == [added.id] * 3

    def test_an_address_goes_before_a_key(self, store: Store) -> None:
        """Somebody may have another's address as a key."""
        joined(store, "bob@example.org", key="ana@example.org")
        ana = joined(store)
        with store.read() as unit:
            assert unit.people.find("ana@example.org") == ana

    @pytest.mark.parametrize("reference", ["nobody@example.org", "", "None"])
    def test_an_unknown_subscriber_is_an_error(self, store: Store, reference: str) -> None:
        """And the error names what was asked for."""
        joined(store)
        with store.read() as unit, pytest.raises(UnknownSubscriber, match="no subscriber"):
            unit.people.find(reference)

    def test_an_address_belongs_to_one_subscriber(self, store: Store) -> None:
        """In either case; the transaction goes on after the refusal."""
        joined(store)
        with store.write() as unit:
            with pytest.raises(InputError, match="another subscriber"):
                unit.people.add(a_declaration("ANA@example.org"), state=SubscriberState.ACTIVE, at=NOON)
            assert len(unit.people.all()) == 1

    def test_a_change_replaces_the_declaration_and_keeps_the_person(self, store: Store) -> None:
        """Votes, public id and state stay."""
        before = joined(store)
        changed = a_declaration("ana@new.example.org", name="Ana B.", interests=(an_interest("Other"),))
        with store.write() as unit:
            unit.people.record([act(before, Act.UP)])
            unit.people.change(before.id, changed)
            after = unit.people.find("ana@new.example.org")
            assert len(unit.people.votes([before.id])) == 1
        assert (after.id, after.public_id, after.interests) == (
            before.id,
            before.public_id,
            changed.interests,
        )

    def test_unsubscribing_is_stamped_and_undone(self, store: Store) -> None:
        """Active again means no stamp."""
        ana = joined(store)
        with store.write() as unit:
            unit.people.set_state(ana.id, SubscriberState.UNSUBSCRIBED, at=NOON + MINUTE)
            assert unit.people.find(ana.email).unsubscribed == NOON + MINUTE
            unit.people.set_state(ana.id, SubscriberState.ACTIVE, at=NOON + 2 * MINUTE)
            assert unit.people.find(ana.email) == ana

    def test_an_erased_subscriber_leaves_nothing(self, store: Store) -> None:
        """Votes, reading list, editions, deliveries and the suppression go too."""
        ana, bob = joined(store), joined(store, "bob@example.org")
        edition = Edition(subscriber=ana.id, key="2026-01-30", created_at=NOON, due_at=NOON, considered=0)
        with store.write() as unit:
            unit.people.record([act(who, kind) for who in (ana, bob) for kind in (Act.UP, Act.SAVE)])
            unit.people.suppress(ana.email, reason="unsubscribed", at=NOON)
            unit.outbox.put(edition, message_id="<1@example.org>", date=NOON)
            unit.people.erase(ana.id)
        with store.read() as unit:
            assert unit.people.all() == [bob]
            assert {entry.subscriber for entry in unit.people.feedback()} == {bob.id}
            assert [len(unit.people.saved(who.id)) for who in (ana, bob)] == [0, 1]
            assert (unit.outbox.deliveries(), unit.outbox.edition(1)) == ([], None)
            assert unit.people.suppressed() == set()

    def test_an_erased_subscriber_is_unknown(self, store: Store) -> None:
        """Also to a second erase; who comes back is somebody new."""
        before = joined(store)
        with store.write() as unit:
            unit.people.erase(before.id)
            with pytest.raises(UnknownSubscriber):
                unit.people.erase(before.id)
            with pytest.raises(UnknownSubscriber):
                unit.people.find(before.email)
        assert joined(store).id > before.id

    def test_the_same_act_counts_once(self, store: Store) -> None:
        """In one call and in two."""
        ana = joined(store)
        with store.write() as unit:
            assert unit.people.record([act(ana, Act.UP), act(ana, Act.UP), act(ana, Act.SAVE)]) == 2
            assert unit.people.record([act(ana, Act.UP), act(ana, Act.DOWN)]) == 1
            assert len(unit.people.feedback(ana.id)) == 3

    def test_a_vote_after_an_undo_stands(self, store: Store) -> None:
        """The last word counts."""
        ana = joined(store)
        with store.write() as unit:
            unit.people.record([act(ana, Act.UP), act(ana, Act.UNDO, 1)])
            assert not unit.people.votes()
            unit.people.record([act(ana, Act.DOWN, 2)])
            assert [(vote.up, vote.at) for vote in unit.people.votes()] == [(False, NOON + 2 * MINUTE)]

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.lists(
            st.tuples(st.sampled_from(Act), st.integers(0, 9), st.integers(1, 3), st.booleans()), max_size=12
        )
    )
    def test_votes_are_what_the_log_says(self, store: Store, acts: list[tuple[Act, int, int, bool]]) -> None:
        """The store's answer is the reduction of its own log."""
        with store.write() as unit:
            number = len(unit.people.all())
        ana = joined(store, f"reader{number}@example.org")
        entries = [
            replace(act(ana, kind, minute, a_paper(paper).id), suspect=suspect)
            for kind, minute, paper, suspect in acts
        ]
        with store.write() as unit:
            unit.people.record(entries)
            expected = standing_votes(unit.people.feedback(ana.id)).values()
            assert list(unit.people.votes([ana.id])) == sorted(expected, key=_by_time)

    def test_saving_and_unsaving_make_the_reading_list(self, store: Store) -> None:
        """A second save keeps the first time, reading marks, unsaving removes."""
        ana = joined(store)
        other = a_paper(2).id
        with store.write() as unit:
            unit.people.record([act(ana, Act.SAVE), act(ana, Act.SAVE, 1), act(ana, Act.READ, 2)])
            unit.people.record([act(ana, Act.SAVE, 3, other), act(ana, Act.READ, 3, a_paper(3).id)])
            assert unit.people.saved(ana.id) == [(other, NOON + 3 * MINUTE, False), (PAPER, NOON, True)]
            unit.people.record([act(ana, Act.UNSAVE, 4)])
            assert [paper for paper, _, _ in unit.people.saved(ana.id)] == [other]

    def test_acts_on_two_papers_that_become_one_are_kept_once(self, store: Store) -> None:
        """Votes and reading list follow the paper that stays."""
        ana = joined(store)
        journal = a_paper(9, id=PaperId("doi:10.1000/j"), doi="10.1000/j")
        with store.write() as unit:
            unit.papers.fold([journal], seen_at=NOON)
            both = [act(ana, kind, 0, paper) for kind in (Act.UP, Act.SAVE) for paper in (PAPER, journal.id)]
            unit.people.record([*both, act(ana, Act.DOWN, 1, journal.id)])
            unit.papers.fold([a_paper(doi="10.1000/j")], seen_at=NOON)
            assert len(unit.people.feedback()) == 3
            assert [(vote.paper, vote.up) for vote in unit.people.votes()] == [(PAPER, False)]
            assert unit.people.saved(ana.id) == [(PAPER, NOON, False)]

    def test_feedback_on_an_unknown_paper_is_refused(self, store: Store) -> None:
        """By name, before anything is written."""
        ana = joined(store)
        with store.write() as unit:
            with pytest.raises(UnknownPaper, match="9999"):
                unit.people.record([act(ana, Act.UP), act(ana, Act.UP, 0, PaperId("arxiv:9999.99999"))])
            assert not unit.people.feedback()

    def test_feedback_of_an_unknown_subscriber_is_refused(self, store: Store) -> None:
        """By name, before anything is written."""
        ana = joined(store)
        with store.write() as unit, pytest.raises(UnknownSubscriber):
            unit.people.record([replace(act(ana, Act.UP), subscriber=ana.id + 1)])

    def test_the_log_is_oldest_first(self, store: Store) -> None:
        """Whatever the order of arrival."""
        ana = joined(store)
        with store.write() as unit:
            unit.people.record([act(ana, Act.UP, 5), act(ana, Act.DOWN, 1)])
            assert [entry.act for entry in unit.people.feedback()] == [Act.DOWN, Act.UP]

    def test_voted_and_saved_papers_are_seen(self, store: Store) -> None:
        """Everybody asked for is answered for."""
        ana, bob = joined(store), joined(store, "bob@example.org")
        with store.write() as unit:
            unit.people.record([act(ana, Act.DOWN), act(ana, Act.SAVE, 0, a_paper(2).id)])
            seen = unit.people.seen([ana.id, bob.id])
        assert seen == {ana.id: {PAPER, a_paper(2).id}, bob.id: frozenset()}

    def test_a_suppression_is_known_in_lower_case_until_lifted(self, store: Store) -> None:
        """Twice is once."""
        with store.write() as unit:
            unit.people.suppress("Ana@Example.org", reason="unsubscribed", at=NOON)
            unit.people.suppress("ana@example.org", reason="complaint", at=NOON)
            assert unit.people.suppressed() == {"ana@example.org"}
            assert unit.people.suppression("ANA@example.org") == "complaint"
            assert unit.people.suppression("bob@example.org") is None
            unit.people.lift("ANA@example.org")
            assert not unit.people.suppressed()


def _by_time(vote: Vote) -> tuple[object, ...]:
    return (vote.at, vote.paper)
