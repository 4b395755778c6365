"""What the file says and what readers changed on their pages live together."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.domain.errors import Overtaken
from recommender.domain.subscribers import DeclaredSubscriber, Origin, Subscriber, SubscriberState
from recommender.domain.wishes import Wish, apply, declared_before, facts_of, wishes_of
from recommender.services.moves import Step
from recommender.services.subscriptions import Kept, Subscriptions, plan
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_declaration, a_subscriber, an_interest
from tests.services.household import CountingStore, House, Noon
from tests.stores import dump

ANA = a_declaration("ana@example.org", key="ana", papers=10)
BEN = a_declaration("ben@example.org", name="Ben")
Change = Callable[[Subscriber], DeclaredSubscriber]


def set_to(**fields: object) -> Change:
    """Return a change of some fields."""
    return lambda person: replace(person, **fields)  # type: ignore[arg-type]  # any field by name


def test_a_wish_holds_while_the_file_says_the_same(house: House, tmp_path: Path) -> None:
    """Also when another field changes in the file; the second time nothing is written."""
    house.declare(ANA)
    house.wish(1, set_to(papers=5))
    before, writes = dump(tmp_path), house.store.writes
    assert house.declare(ANA) == {"unchanged": 1}
    assert (house.store.writes, dump(tmp_path)) == (writes, before)
    assert house.declare(replace(ANA, name="Anna")) == {"changed": 1}
    (ana,) = house.people()
    assert (ana.papers, ana.name, list(house.wishes(1))) == (5, "Anna", ["papers"])


@pytest.mark.parametrize(
    "edited",
    [replace(ANA, papers=8), replace(ANA, locked=("papers",))],
    ids=["the file changed it", "the file locked it"],
)
def test_a_wish_goes_when_the_file_takes_the_field(edited: DeclaredSubscriber, house: House) -> None:
    """And does not come back with the file's old value."""
    house.declare(ANA)
    house.wish(1, lambda person: replace(person, papers=5, name="A."))
    assert house.declare(edited) == {"changed": 1}
    assert house.people()[0].papers == edited.papers
    assert list(house.wishes(1)) == ["name"]
    assert house.declare(edited) == {"unchanged": 1}
    house.declare(ANA)
    assert house.people()[0].papers == ANA.papers


def test_the_file_may_come_to_agree(house: House) -> None:
    """Then nothing is wished for any more, and nothing else moves."""
    house.declare(ANA)
    house.wish(1, set_to(papers=5, interests=(an_interest("Retrieval"),)))
    agreed = replace(ANA, papers=5, interests=(an_interest("Retrieval"),))
    assert house.declare(agreed) == {"changed": 1}
    assert house.wishes(1) == {}
    assert house.declare(agreed) == {"unchanged": 1}
    assert house.people()[0].interests == agreed.interests


def test_wishes_wait_for_who_is_taken_out_of_the_file(house: House) -> None:
    """They hold again on return."""
    house.declare(ANA)
    house.wish(1, set_to(papers=5))
    house.declare()
    assert house.declare(ANA) == {"returned": 1}
    assert (house.people()[0].papers, list(house.wishes(1))) == (5, ["papers"])


@pytest.mark.parametrize("who", [ANA, BEN], ids=["with an id", "without an id"])
def test_an_address_changed_on_the_page_makes_no_second_person(who: DeclaredSubscriber, house: House) -> None:
    """The file's old address still means them, and so does the new one once the file has it."""
    house.declare(who)
    house.wish(1, set_to(email="new@example.org"))
    assert house.declare(who) == {"unchanged": 1}
    assert house.states() == {"new@example.org": "active"}
    assert house.declare(replace(who, email="new@example.org")) == {"changed": 1}
    assert (house.states(), house.wishes(1)) == ({"new@example.org": "active"}, {})


def test_the_files_change_of_an_address_wins(house: House) -> None:
    """Where an id says who it is."""
    house.declare(ANA)
    house.wish(1, set_to(email="new@example.org"))
    house.declare(replace(ANA, email="file@example.org"))
    assert (house.states(), house.wishes(1)) == ({"file@example.org": "active"}, {})


def test_the_new_address_declared_beside_the_old_one_is_refused(house: House) -> None:
    """Two entries for one person are not two persons."""
    house.declare(BEN)
    house.wish(1, set_to(email="new@example.org"))
    report = Subscriptions(house.store, Noon()).run([a_declaration("new@example.org"), BEN])
    assert [refused.place for refused in report.failures] == ["new@example.org"]
    assert house.states() == {"new@example.org": "active"}


def test_an_address_that_was_left_can_be_taken_by_one_who_joins(house: House) -> None:
    """The file's entry stays with who had it before."""
    house.declare(ANA)
    house.wish(1, set_to(email="new@example.org"))
    joined(house, a_declaration("ana@example.org", name="Other"))
    assert house.declare(ANA) == {"unchanged": 1}
    assert house.states() == {"new@example.org": "active", "ana@example.org": "active"}


@pytest.mark.parametrize("address", ["ana@example.org", "new@example.org"])
def test_suppression_wins_at_the_old_address_and_at_the_new(address: str, house: House) -> None:
    """Whatever is wished for, and whatever the file says."""
    house.declare(ANA)
    house.wish(1, set_to(email="new@example.org"))
    with house.store.write() as unit:
        unit.people.suppress(address, reason="unsubscribed by the reader", at=NOON)
    assert house.declare(ANA) == {"stopped": 1}
    assert house.declare(replace(ANA, papers=3)) == {"changed": 1}
    assert house.states() == {"new@example.org": "unsubscribed"}


def joined(house: House, who: DeclaredSubscriber) -> Subscriber:
    """Let somebody join by the page."""
    with house.store.write() as unit:
        person = unit.people.add(who, state=SubscriberState.ACTIVE, at=NOON)
        unit.people.set_origin(person.id, Origin.PAGE)
    return person


def test_who_joined_by_the_page_is_no_business_of_the_file(house: House, tmp_path: Path) -> None:
    """Until it names them."""
    joined(house, a_declaration("carl@example.org"))
    before = dump(tmp_path)
    assert house.declare() == {}
    assert (house.states(), dump(tmp_path)) == ({"carl@example.org": "active"}, before)


def test_who_joined_and_is_declared_keeps_what_they_chose(house: House) -> None:
    """The file adds what they left open; from then on it can remove them."""
    own = a_declaration("carl@example.org", name="", papers=5, interests=(an_interest("Retrieval"),))
    carl = joined(house, own)
    told = a_declaration("Carl@example.org", key="carl", name="Carl", papers=7, share=False)
    assert house.declare(told) == {"changed": 1}
    (stored,) = house.people()
    assert (stored.id, stored.origin, stored.email) == (carl.id, Origin.FILE, "Carl@example.org")
    assert (stored.key, stored.name, stored.papers, stored.share) == ("carl", "Carl", 5, False)
    assert [interest.name for interest in stored.interests] == ["Model editing", "Retrieval"]
    assert house.declare(told) == {"unchanged": 1}
    house.declare(replace(told, papers=9))
    assert house.people()[0].papers == 9
    assert house.declare() == {"removed": 1}


def test_who_joined_and_unsubscribed_stays_unsubscribed(house: House) -> None:
    """Though the file names them afterwards."""
    house.unsubscribing().unsubscribe(joined(house, ANA))
    assert house.declare(ANA) == {"changed": 1}
    assert house.states() == {"ana@example.org": "unsubscribed"}
    assert house.declare(ANA) == {"unchanged": 1}


def test_the_files_pause_takes_the_end_from_a_pause_of_the_readers(house: House) -> None:
    """Else it would end though the file says paused."""
    house.declare(ANA)
    with house.store.write() as unit:
        unit.people.set_state(1, SubscriberState.PAUSED, at=NOON, until=NOON + timedelta(days=2))
    assert house.declare(ANA) == {"unchanged": 1}
    assert house.people()[0].paused_until == NOON + timedelta(days=2)
    assert house.declare(replace(ANA, paused=True)) == {"paused": 1}
    assert house.people()[0].paused_until is None
    assert house.declare(replace(ANA, paused=True)) == {"unchanged": 1}
    assert house.declare(ANA) == {"resumed": 1}


def test_a_pause_ends_where_the_file_locks_it(house: House) -> None:
    """What is locked is the file's alone."""
    house.declare(ANA)
    house.unsubscribing().pause(house.people()[0])
    locked = replace(ANA, locked=("paused",))
    assert house.declare(locked) == {"resumed": 1}
    assert house.declare(locked) == {"unchanged": 1}


def trace(address: str) -> list[str]:
    """Stand for the keyed hashes of an address under two keys."""
    return [f"old:{address.lower()[::-1]}", f"new:{address.lower()[::-1]}"]


@pytest.mark.parametrize("key", [0, 1], ids=["the old key", "the new key"])
@pytest.mark.parametrize("reader", ["", "ana@example.org"], ids=["unknown", "imported"])
def test_who_was_forgotten_is_not_taken_in_again(key: int, reader: str, house: House) -> None:
    """Neither as new nor from imported feedback; the failure says what to do."""
    if reader:
        house.add_reader(reader)
    before = house.people()
    with house.store.write() as unit:
        unit.people.suppress(trace("ana@example.org")[key], reason="erased", at=NOON)
    report = Subscriptions(house.store, Noon(), trace).run([replace(ANA, email="Ana@example.org")])
    (refused,) = report.failures
    assert refused.place == "Ana@example.org"
    assert "paperroute subscribers lift Ana@example.org --asked" in refused.reason
    assert house.people() == before


def test_reload_and_page_at_one_moment_lose_nothing(tmp_path: Path) -> None:
    """Whoever is first, the result is that of one after the other, and nobody is there twice."""
    url = f"sqlite:///{tmp_path / 'paperroute.db'}"
    stores = [SqlStore(url), SqlStore(url)]
    stores[0].upgrade()
    houses = [House(CountingStore(store)) for store in stores]
    houses[0].declare(ANA, BEN)
    edited = ANA
    for turn in range(12):
        edited = replace(ANA, papers=11 + turn, cadence=replace(ANA.cadence, at=time(turn)))
        start = threading.Barrier(2)

        def reload(told: DeclaredSubscriber = edited, start: threading.Barrier = start) -> None:
            start.wait()
            houses[0].declare(told, BEN)

        def page(size: int = 30 + turn, start: threading.Barrier = start) -> None:
            start.wait()
            houses[1].wish(1, set_to(papers=size, name=f"Ana {size}", email=f"ana{size}@example.org"))

        threads = [threading.Thread(target=work) for work in (reload, page)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ana, ben = houses[0].people()
        wished = houses[0].wishes(1)
        assert (ana.name, ana.email) == (f"Ana {30 + turn}", f"ana{30 + turn}@example.org")
        assert ana.papers == (30 + turn if "papers" in wished else edited.papers)
        assert ana.cadence.at == time(turn)
        assert ben.name == "Ben"
        assert houses[0].declare(edited, BEN) == {"unchanged": 2}
    for store in stores:
        store.close()


ADDRESSES = st.sampled_from(["a@example.org", "b@example.org", "c@example.org", "A@example.org"])
DECLARED = st.lists(
    st.builds(
        a_declaration,
        ADDRESSES,
        key=st.none() | st.sampled_from(["k", "l"]),
        papers=st.integers(1, 2),
        paused=st.booleans(),
        locked=st.sampled_from([(), ("papers",)]),
        interests=st.sampled_from([(), (an_interest("A"),), (an_interest("A"), an_interest("B"))]),
    ),
    max_size=3,
    unique_by=(lambda told: told.email.lower(), lambda told: told.key or told.email),
)
PAGE = st.builds(
    lambda **changed: {name: value for name, value in changed.items() if value is not None},
    email=st.none() | ADDRESSES,
    papers=st.none() | st.integers(1, 2),
    interests=st.none() | st.just((an_interest("B", weight=2.0),)),
)
STEPS = st.lists(st.tuples(DECLARED, st.integers(0, 2), PAGE), max_size=5)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_files_and_pages_in_any_order(
    steps: list[tuple[list[DeclaredSubscriber], int, dict[str, object]]],
) -> None:
    """No address is held twice, reconciling settles at once, and what is wished for is what stands."""
    people: dict[int, Subscriber] = {}
    wishes: dict[int, tuple[Wish, ...]] = {}
    for declared, chosen, changed in steps:
        for step in plan(declared, Kept(stored=list(people.values()), wishes=wishes), NOON).steps:
            carry_out(step, people, wishes)
            names = [
                held for person in people.values() for held in {person.email.lower(), person.key} if held
            ]
            assert len(names) == len(set(names))
        again = plan(declared, Kept(stored=list(people.values()), wishes=wishes), NOON)
        assert again.steps == ()
        for number, held in wishes.items():
            stands = facts_of(people[number])
            assert all(stands.get(wish.field) == wish.value for wish in held)
        taken = {person.email.lower() for person in people.values()}
        if chosen in people and str(changed.get("email", "")).lower() not in taken:
            before = declared_before(people[chosen], wishes.get(chosen, ()))
            wished = wishes_of(before, replace(people[chosen], **changed), at=NOON)  # type: ignore[arg-type]  # any field by name
            stands_now, wishes[chosen] = apply(before, wished)
            people[chosen] = replace(people[chosen], **written(stands_now))  # type: ignore[arg-type]  # see above


def carry_out(step: Step, people: dict[int, Subscriber], wishes: dict[int, tuple[Wish, ...]]) -> None:
    """Do in memory what the store does."""
    number = step.subscriber or len(people) + 1
    person = people.get(number) or a_subscriber(number)
    changes = written(step.declared) if step.declared else {}
    people[number] = replace(person, **changes, state=step.state or person.state)  # type: ignore[arg-type]  # see above
    if step.wishes is not None:
        wishes[number] = step.wishes


def written(declared: DeclaredSubscriber) -> dict[str, object]:
    """Return a declaration by field."""
    return {name: getattr(declared, name) for name in DeclaredSubscriber.__slots__}


def test_declarations_that_were_overtaken_are_not_carried_out(house: House) -> None:
    """What is asked when nobody else can write decides; where nothing is to be done it is not asked."""
    house.declare(ANA)
    subscriptions = Subscriptions(house.store, Noon())
    with pytest.raises(Overtaken):
        subscriptions.run([replace(ANA, papers=3)], hold=lambda: False)
    assert house.people()[0].papers == ANA.papers
    assert subscriptions.run([ANA], hold=lambda: False).counts["unchanged"] == 1
