"""What every People does with what readers decide themselves, whatever keeps them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from recommender.domain.errors import UnknownSubscriber
from recommender.domain.feedback import Act, SavedPaper
from recommender.domain.subscribers import Origin, SubscriberState
from recommender.domain.wishes import Wish
from recommender.ports import Store
from tests.builders import NOON
from tests.conformance.people import PAPER, act, joined

MINUTE = timedelta(minutes=1)


class ReadersConformance:
    """Subclass it and give a fixture `store` with an empty store."""

    def test_labels_and_a_note_stand_on_the_reading_list(self, store: Store) -> None:
        """In the order given, each label once in whatever case; the last note counts."""
        ana = joined(store)
        said = [(Act.SAVE, ""), (Act.LABEL, "Méthods"), (Act.LABEL, "later"), (Act.LABEL, "LATER")]
        said += [(Act.NOTE, "first"), (Act.NOTE, "second\nline"), (Act.UNLABEL, "méthods"), (Act.READ, "")]
        with store.write() as unit:
            unit.people.record(
                [replace(act(ana, kind, n), value=value) for n, (kind, value) in enumerate(said)]
            )
            expected = SavedPaper(
                paper=PAPER, saved_at=NOON, read=True, labels=("later",), note="second\nline"
            )
            assert list(unit.people.saved_papers(ana.id)) == [expected]
            unit.people.record([act(ana, Act.UNREAD, 20), act(ana, Act.UNSAVE, 21), act(ana, Act.SAVE, 22)])
            back = replace(expected, saved_at=NOON + 22 * MINUTE, read=False)
            assert list(unit.people.saved_papers(ana.id)) == [back]
            assert list(unit.people.saved(ana.id)) == [(PAPER, back.saved_at, False)]

    def test_a_label_alone_saves_nothing(self, store: Store) -> None:
        """The list is of saved papers."""
        ana = joined(store)
        with store.write() as unit:
            unit.people.record([replace(act(ana, Act.LABEL), value="x")])
            assert not unit.people.saved_papers(ana.id)

    def test_a_pause_ends_when_its_time_has_come(self, store: Store) -> None:
        """Only a pause that has an end; when it ended is known until the state is set again."""
        ana, bob = joined(store), joined(store, "bob@example.org")
        with store.write() as unit:
            unit.people.set_state(ana.id, SubscriberState.PAUSED, at=NOON, until=NOON + MINUTE)
            unit.people.set_state(bob.id, SubscriberState.PAUSED, at=NOON)
            assert unit.people.find(ana.email).paused_until == NOON + MINUTE
            assert [unit.people.wake(now=NOON + n * MINUTE) for n in (0, 1, 2)] == [0, 1, 0]
            assert unit.people.find(ana.email) == replace(ana, paused_until=NOON + MINUTE)
            assert unit.people.find(bob.email).state is SubscriberState.PAUSED
            unit.people.set_state(ana.id, SubscriberState.ACTIVE, at=NOON + 3 * MINUTE)
            assert unit.people.find(ana.email) == ana
            unit.people.set_state(bob.id, SubscriberState.UNSUBSCRIBED, at=NOON, until=NOON)
            assert unit.people.find(bob.email).paused_until is None

    def test_wishes_are_kept_as_they_are(self, store: Store) -> None:
        """Of any kind of value, oldest first; replaced as a whole and gone with their subscriber."""
        ana, bob = joined(store), joined(store, "bob@example.org")
        wishes = [
            Wish(field="papers", value=5, declared=10, at=NOON),
            Wish(field="floor", value=0.5, declared=None, at=NOON + MINUTE),
            Wish(field="interest/mute/A/b", value=["x"], declared=[], at=NOON + 2 * MINUTE),
            Wish(field="interest//A/b", value=None, declared={"name": "A"}, at=NOON + 3 * MINUTE),
        ]
        with store.write() as unit:
            unit.people.set_wishes(ana.id, wishes)
            assert unit.people.wishes([ana.id, bob.id]) == {ana.id: wishes}
            unit.people.set_wishes(ana.id, wishes[:1])
            assert unit.people.wishes([ana.id]) == {ana.id: wishes[:1]}
            unit.people.erase(ana.id)
            assert unit.people.wishes([ana.id]) == {}

    def test_an_origin_and_an_epoch_can_be_changed(self, store: Store) -> None:
        """Of somebody who is there."""
        ana = joined(store)
        with store.write() as unit:
            unit.people.set_origin(ana.id, Origin.PAGE)
            unit.people.raise_epoch(ana.id)
            found = unit.people.find(ana.email)
            assert (ana.origin, found.origin, found.epoch) == (Origin.FILE, Origin.PAGE, ana.epoch + 1)
            for change in (unit.people.raise_epoch, lambda who: unit.people.set_origin(who, Origin.PAGE)):
                with pytest.raises(UnknownSubscriber):
                    change(ana.id + 9)
