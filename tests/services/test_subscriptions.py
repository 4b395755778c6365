"""The stored subscribers follow the file, and the readers' own decisions outlive it."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.app.kinds import kinds
from recommender.domain.feedback import Act, Feedback
from recommender.domain.subscribers import DeclaredSubscriber, Subscriber, SubscriberState
from recommender.services.moves import Move
from recommender.services.subscriptions import Kept, Subscriptions, plan
from recommender.settings.loader import load
from tests.builders import NOON, a_declaration, a_paper, a_subscriber, an_interest
from tests.paths import REPOSITORY
from tests.services.household import House, Noon
from tests.stores import dump

ANA = a_declaration("ana@example.org", key="ana")
BEN = a_declaration("ben@example.org", name="Ben")


def test_declared_subscribers_are_added(house: House) -> None:
    """New ones become active with everything the file says, paused ones paused."""
    assert house.declare(ANA, replace(BEN, paused=True)) == {"added": 2}
    ana, ben = house.people()
    assert (ana.key, ana.email, ana.cadence, ana.interests) == (
        ANA.key,
        ANA.email,
        ANA.cadence,
        ANA.interests,
    )
    assert ana.state is SubscriberState.ACTIVE
    assert ben.state is SubscriberState.PAUSED


def test_a_locale_is_followed(house: House) -> None:
    """It comes, changes and goes with the file."""
    house.declare(ANA)
    german = replace(ANA, locale="de-DE")
    assert house.declare(german) == {"changed": 1}
    assert [ana.locale for ana in house.people()] == ["de-DE"]
    assert house.declare(german) == {"unchanged": 1}
    assert house.declare(ANA) == {"changed": 1}
    assert [ana.locale for ana in house.people()] == [""]


def test_second_run_writes_nothing(house: House, tmp_path: Path) -> None:
    """The same file again opens no write transaction and leaves every row alone."""
    house.declare(ANA, BEN)
    before, writes = dump(tmp_path), house.store.writes
    assert house.declare(ANA, BEN) == {"unchanged": 2}
    assert house.store.writes == writes
    assert dump(tmp_path) == before


def test_shipped_file_is_stable_in_the_store(house: House) -> None:
    """What the loader makes of the example comes back from the store equal."""
    config = REPOSITORY / "config" / "paperroute.toml"
    loaded = load(config, {}, kinds=kinds(), read_references=lambda _: (), check_key=lambda _: None)
    declared = loaded.subscribers
    assert house.declare(*declared) == {"added": 1}
    assert house.declare(*declared) == {"unchanged": 1}


def test_changes_are_written(house: House) -> None:
    """Another interest, hour or size replaces the old one."""
    house.declare(ANA)
    changed = replace(ANA, papers=3, interests=(an_interest("Retrieval"),))
    assert house.declare(changed) == {"changed": 1}
    (ana,) = house.people()
    assert ana.papers == 3
    assert [interest.name for interest in ana.interests] == ["Retrieval"]


def test_id_keeps_the_subscriber_when_the_address_changes(house: House) -> None:
    """The row, and with it the votes, stays."""
    house.declare(ANA)
    (before,) = house.people()
    assert house.declare(replace(ANA, email="ana@new.example.org")) == {"changed": 1}
    (after,) = house.people()
    assert (after.id, after.public_id, after.email) == (before.id, before.public_id, "ana@new.example.org")


def test_address_finds_the_subscriber_in_any_case_and_takes_the_id(house: House) -> None:
    """An id added later belongs to the subscriber with that address."""
    house.declare(BEN)
    assert house.declare(replace(BEN, email="Ben@example.org", key="ben")) == {"changed": 1}
    (ben,) = house.people()
    assert (ben.key, ben.email) == ("ben", "Ben@example.org")


def test_removed_subscriber_keeps_feedback_and_returns_with_it(house: House) -> None:
    """Out of the file stops the mail; back in the file restores it, on the same row."""
    house.declare(ANA, BEN)
    ana = house.people()[0]
    with house.store.write() as unit:
        unit.papers.fold([a_paper()], seen_at=NOON)
        unit.people.record([Feedback(subscriber=ana.id, paper=a_paper().id, act=Act.UP, at=NOON)])
    assert house.declare(BEN) == {"removed": 1, "unchanged": 1}
    assert house.states()["ana@example.org"] == "removed"
    assert house.declare(BEN) == {"unchanged": 1}
    assert house.declare(ANA, BEN) == {"returned": 1, "unchanged": 1}
    assert house.states()["ana@example.org"] == "active"
    assert house.votes() == {ana.id: 1}


def test_pause_and_resume_follow_the_file(house: House) -> None:
    """Each counts once and is stable."""
    house.declare(ANA)
    paused = replace(ANA, paused=True)
    assert house.declare(paused) == {"paused": 1}
    assert house.declare(paused) == {"unchanged": 1}
    assert house.declare(ANA) == {"resumed": 1}
    assert house.states() == {"ana@example.org": "active"}


def test_own_pause_holds_until_the_file_changes(house: House) -> None:
    """A reader's pause is not undone by reading the same file, nor by another change in it."""
    house.declare(ANA)
    house.unsubscribing().pause(house.people()[0])
    assert house.declare(ANA) == {"unchanged": 1}
    assert house.declare(replace(ANA, papers=4)) == {"changed": 1}
    assert house.states() == {"ana@example.org": "paused"}


def test_unsubscribed_stays_whatever_the_file_says(house: House) -> None:
    """Neither the same file, a change, a removal nor a return makes mail go out again."""
    house.declare(ANA)
    house.unsubscribing().unsubscribe(house.people()[0])
    assert house.declare(ANA) == {"unchanged": 1}
    assert house.declare(replace(ANA, papers=4)) == {"changed": 1}
    assert house.declare() == {}
    assert house.declare(ANA) == {"changed": 1}
    assert house.declare(replace(ANA, email="ana@new.example.org", paused=True)) == {"changed": 1}
    assert set(house.states().values()) == {"unsubscribed"}


def test_removed_reader_who_unsubscribed_does_not_return(house: House) -> None:
    """A suppression made while out of the file is honoured on return."""
    house.declare(ANA)
    house.declare()
    house.unsubscribing().unsubscribe(house.people()[0])
    assert house.declare(ANA) == {"stopped": 1}
    assert house.declare(ANA) == {"unchanged": 1}
    assert house.states() == {"ana@example.org": "unsubscribed"}


def test_suppressed_stranger_is_not_stored(house: House) -> None:
    """An address that asked never to be mailed is refused by name."""
    with house.store.write() as unit:
        unit.people.suppress("ANA@example.org", reason="asked", at=NOON)
    report = Subscriptions(house.store, Noon()).run([ANA, BEN])
    assert [refused.place for refused in report.failures] == ["ana@example.org"]
    assert house.states() == {"ben@example.org": "active"}


@pytest.mark.parametrize("reference", ["ana", "ana@example.org", "Ana@Example.org"])
def test_imported_reader_becomes_a_subscriber_with_votes(reference: str, house: House) -> None:
    """Matched by id or address, on the same row."""
    reader = house.add_reader(reference)
    assert house.declare(ANA) == {"added": 1}
    (ana,) = house.people()
    assert (ana.id, ana.email, ana.state) == (reader.id, "ana@example.org", SubscriberState.ACTIVE)
    assert house.votes() == {reader.id: 1}


def test_imported_readers_are_not_removed(house: House) -> None:
    """Who is known by votes only is none of the file's business."""
    house.add_reader("carl")
    assert house.declare(ANA) == {"added": 1}
    assert house.declare(ANA) == {"unchanged": 1}
    assert house.states()["carl"] == "reader"


def test_address_can_be_handed_on(house: House) -> None:
    """One moves to a new address and another takes the old one, whatever their order in the file."""
    dora = a_declaration("dora@example.org", key="dora")
    house.declare(ANA, dora)
    moved = replace(dora, email="ana@example.org")
    assert house.declare(moved, replace(ANA, email="ana@new.example.org")) == {"changed": 2}
    assert {person.key: person.email for person in house.people()} == {
        "ana": "ana@new.example.org",
        "dora": "ana@example.org",
    }


def test_address_of_somebody_else_is_a_failure_and_the_rest_is_done(house: House) -> None:
    """An address that an imported reader holds cannot be given to another subscriber."""
    house.declare(ANA)
    house.add_reader("carl@example.org")
    moved = replace(ANA, email="carl@example.org")
    report = Subscriptions(house.store, Noon()).run([moved, BEN])
    assert [refused.place for refused in report.failures] == ["carl@example.org"]
    assert report.counts["added"] == 1
    assert house.states()["ana@example.org"] == "active"


def test_plan_touches_nothing_and_names_states() -> None:
    """The decision is a pure function of what is declared and stored."""
    stored = a_subscriber(1, state=SubscriberState.ACTIVE)
    decided = plan([ANA], Kept(stored=[stored]), NOON)
    assert [(step.move, step.state) for step in decided.steps] == [
        (Move.ADD, SubscriberState.ACTIVE),
        (Move.REMOVE, SubscriberState.REMOVED),
    ]


KEYS = st.none() | st.sampled_from(["a", "b", "c"])
DECLARED = st.builds(
    lambda key, address, paused: a_declaration(f"{address}@example.org", key=key, paused=paused),
    KEYS,
    st.sampled_from("vwxyz"),
    st.booleans(),
)
STORED = st.lists(
    st.tuples(KEYS, st.sampled_from("vwxyz"), st.sampled_from(SubscriberState), st.booleans()),
    unique_by=lambda row: row[1],
    max_size=5,
)


@given(
    declared=st.lists(DECLARED, unique_by=(lambda d: d.email, lambda d: d.key or d.email), max_size=5),
    rows=STORED,
    suppressed=st.frozensets(st.sampled_from([f"{letter}@example.org" for letter in "vwxyz"]), max_size=2),
)
def test_plan_never_gives_one_name_twice_and_settles(
    declared: list[DeclaredSubscriber],
    rows: list[tuple[str | None, str, SubscriberState, bool]],
    suppressed: frozenset[str],
) -> None:
    """Carried out in order no address or id is held twice; done again, nothing more happens."""
    keys: set[str] = set()
    people: dict[int, Subscriber] = {}
    for number, (key, address, state, paused) in enumerate(rows, 1):
        own = None if key in keys else key
        keys |= {own} if own else set()
        people[number] = a_subscriber(
            number, email=f"{address}@example.org", key=own, state=state, paused=paused
        )
    stopped = {n for n, person in people.items() if person.state is SubscriberState.UNSUBSCRIBED}
    first = plan(declared, Kept(stored=list(people.values()), suppressed=suppressed), NOON)
    for step in first.steps:
        number = step.subscriber or len(people) + 1
        person = people.get(number) or a_subscriber(number)
        changes = {
            name: getattr(step.declared, name) for name in DeclaredSubscriber.__slots__ if step.declared
        }
        people[number] = replace(person, **changes, state=step.state or person.state)
        names = [other.email for other in people.values()] + [o.key for o in people.values() if o.key]
        assert len(names) == len(set(names))
    mailed = [p.email for p in people.values() if p.state in (SubscriberState.ACTIVE, SubscriberState.PAUSED)]
    assert suppressed.isdisjoint(set(mailed) & {wanted.email for wanted in declared} - _stuck(first.refused))
    assert all(people[number].state is SubscriberState.UNSUBSCRIBED for number in stopped)
    again = plan(declared, Kept(stored=list(people.values()), suppressed=suppressed), NOON)
    assert again.steps == ()
    assert len(again.refused) == len(first.refused)
    assert again.unchanged == len(declared) - len(again.refused)


def _stuck(refused: tuple[object, ...]) -> set[str]:
    """Return the addresses of refused declarations: their rows stay as they were."""
    return {str(getattr(entry, "place", "")) for entry in refused}
