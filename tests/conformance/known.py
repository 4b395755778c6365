"""What every store knows of what readers know: their lists, since when, and what they were told."""

from dataclasses import replace

from recommender.domain.editions import DeliveryState, Edition, EditionItem, Section, Settlement
from recommender.domain.feedback import Act, Feedback
from recommender.domain.papers import PaperId
from recommender.domain.subscribers import Subscriber
from recommender.ports import Store
from tests.builders import NOON, a_paper
from tests.conformance.people import MINUTE, PAPER, joined

SECOND, THIRD = a_paper(2).id, a_paper(3).id


def an_item(paper: PaperId, section: Section = Section.INTEREST) -> EditionItem:
    """Build an item."""
    return EditionItem(
        paper=paper, section=section, interest="", position=0, score=1, match=1, reason="because"
    )


def shown(store: Store, subscriber: Subscriber, key: str, minute: int, *items: EditionItem) -> None:
    """Put an edition, made some minutes after noon."""
    at = NOON + minute * MINUTE
    edition = Edition(subscriber=subscriber.id, key=key, created_at=at, due_at=at, considered=1, items=items)
    with store.write() as unit:
        unit.outbox.put(edition, message_id=f"<{key}.{subscriber.id}@example.org>", date=at)


def fail(store: Store) -> None:
    """Let what waits fail."""
    with store.write() as unit:
        for row in unit.outbox.claim(worker="w", now=NOON, lease=MINUTE, limit=9):
            unit.outbox.settle(row, Settlement(state=DeliveryState.FAILED), now=NOON)


class KnownConformance:
    """Subclass it and give a fixture `store` with an empty store."""

    def test_reading_lists_of_many(self, store: Store) -> None:
        """As `saved` gives them, newest first; an empty one is absent."""
        ana, bob = joined(store), joined(store, "bob@example.org")
        acts = [(PAPER, Act.SAVE, 0), (SECOND, Act.SAVE, 1), (PAPER, Act.READ, 1)]
        with store.write() as unit:
            unit.people.record(
                [
                    Feedback(subscriber=ana.id, paper=paper, act=act, at=NOON + minute * MINUTE)
                    for paper, act, minute in acts
                ]
            )
            lists = unit.people.reading_lists([ana.id, bob.id])
            assert lists == {ana.id: [(SECOND, NOON + MINUTE, False), (PAPER, NOON, True)]}
            assert list(lists[ana.id]) == list(unit.people.saved(ana.id))
            assert unit.people.reading_lists([]) == {}

    def test_a_paper_is_known_since_it_was_first_shown_or_voted_on_or_saved(self, store: Store) -> None:
        """Of those asked for; what was shown in an edition that cannot have arrived is not known by that."""
        ana, bob = joined(store), joined(store, "bob@example.org")
        shown(store, ana, "2026-01-30", 0, an_item(SECOND), an_item(THIRD))
        acts = [(ana, Act.SAVE, SECOND, 2), (bob, Act.UP, PAPER, 1), (bob, Act.SAVE, PAPER, 3)]
        with store.write() as unit:
            unit.people.record(
                [
                    Feedback(subscriber=who.id, paper=paper, act=act, at=NOON + minute * MINUTE)
                    for who, act, paper, minute in acts
                ]
            )
        both = [ana.id, bob.id]
        with store.read() as unit:
            known = unit.people.known_since(both, [PAPER, SECOND])
            assert known == {ana.id: {SECOND: NOON}, bob.id: {PAPER: NOON + MINUTE}}
            assert unit.people.known_since(both, []) == {}
        fail(store)
        with store.read() as unit:
            known = unit.people.known_since(both, [PAPER, SECOND, THIRD])
        assert known == {ana.id: {SECOND: NOON + 2 * MINUTE}, bob.id: {PAPER: NOON + MINUTE}}

    def test_a_vote_taken_back_tells_of_nothing(self, store: Store) -> None:
        """As it leaves no paper seen."""
        ana = joined(store)
        with store.write() as unit:
            unit.people.record(
                [
                    Feedback(subscriber=ana.id, paper=PAPER, act=act, at=NOON + minute * MINUTE)
                    for minute, act in enumerate((Act.UP, Act.UNDO))
                ]
            )
            assert unit.people.known_since([ana.id], [PAPER]) == {}

    def test_what_was_told_is_what_may_have_arrived(self, store: Store) -> None:
        """Items of changed papers alone, of editions made since then; those of failed ones were not told."""
        ana, bob = joined(store), joined(store, "bob@example.org")
        news = an_item(PAPER, Section.CHANGED)
        shown(store, ana, "2026-01-29", 0, replace(news, reason="failed"))
        shown(store, bob, "2026-01-29", 0, an_item(PAPER), an_item(SECOND, Section.READING_LIST))
        fail(store)
        shown(store, ana, "2026-01-30", 5, replace(news, reason="waiting"), an_item(SECOND))
        both = [ana.id, bob.id]
        with store.read() as unit:
            told = unit.outbox.told(both, since=NOON + 5 * MINUTE)
            assert {who: [item.reason for item in items] for who, items in told.items()} == {
                ana.id: ["waiting"]
            }
            assert unit.outbox.told(both, since=NOON) == told
            assert unit.outbox.told(both, since=NOON + 6 * MINUTE) == {}
            assert unit.outbox.told([bob.id], since=NOON) == {}
