"""What a page changed and what the file says live together."""

from dataclasses import replace
from datetime import time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.subscribers import Cadence, DeclaredSubscriber, Every, Interest
from recommender.domain.wishes import (
    apply,
    declared_before,
    facts_of,
    interest_field,
    interest_of,
    lock_of,
    wishes_of,
)
from tests.builders import NOON, a_declaration, an_interest

LATER = NOON + timedelta(days=1)
WORDS = st.lists(st.sampled_from(["a", "b/c", "interest/x", "name"]), max_size=2).map(tuple)


@st.composite
def interests(draw: st.DrawFn) -> tuple[Interest, ...]:
    """Draw interests with odd keys, one name of a field among them."""
    keys = draw(st.lists(st.sampled_from(["A", "A/mute", "B", "ä", "name", "x/"]), max_size=4, unique=True))
    return tuple(
        Interest(
            key=key,
            name=draw(st.sampled_from([key, "Other"])),
            keywords=draw(WORDS),
            mute=draw(WORDS),
            weight=draw(st.sampled_from([1.0, 2.5])),
            paused=draw(st.booleans()),
        )
        for key in keys
    )


DECLARED = st.builds(
    DeclaredSubscriber,
    email=st.sampled_from(["ana@example.org", "ana@new.example.org"]),
    cadence=st.builds(
        Cadence,
        every=st.sampled_from(Every),
        on=st.integers(0, 6),
        at=st.sampled_from([time(7), time(18, 5)]),
    ),
    papers=st.integers(1, 3),
    floor=st.sampled_from([None, 0.0, 0.5]),
    send_empty=st.booleans(),
    locale=st.sampled_from(["", "de-DE"]),
    interests=interests(),
)


def same(one: DeclaredSubscriber, other: DeclaredSubscriber) -> bool:
    """Compare but for the order of interests."""
    return facts_of(one) == facts_of(other)


@given(DECLARED, DECLARED)
def test_what_was_wished_for_is_what_stands(declared: DeclaredSubscriber, wanted: DeclaredSubscriber) -> None:
    """And what the file says can be told from what stands and the wishes."""
    wishes = wishes_of(declared, wanted, at=NOON)
    stands, holding = apply(declared, wishes)
    assert same(stands, wanted)
    assert holding == wishes
    assert same(declared_before(stands, wishes), declared)


@given(DECLARED, DECLARED)
def test_saying_it_again_changes_nothing(declared: DeclaredSubscriber, wanted: DeclaredSubscriber) -> None:
    """A wish keeps the time it was made."""
    wishes = wishes_of(declared, wanted, at=NOON)
    assert wishes_of(declared, wanted, held=wishes, at=LATER) == wishes


@given(DECLARED, DECLARED, DECLARED)
def test_a_field_that_changed_in_the_file_is_the_files(
    declared: DeclaredSubscriber, wanted: DeclaredSubscriber, edited: DeclaredSubscriber
) -> None:
    """All others stay as wished."""
    wishes = wishes_of(declared, wanted, at=NOON)
    stands, holding = apply(edited, wishes)
    before, after, result = facts_of(declared), facts_of(edited), facts_of(stands)
    held = {wish.field for wish in holding}
    for wish in wishes:
        assert (wish.field in held) is (before.get(wish.field) == after.get(wish.field))
    for field, value in after.items():
        place = interest_of(field)
        whole = place is not None and interest_field(place[0]) in held
        parts = place is not None and any((interest_of(name) or ("", ""))[0] == place[0] for name in held)
        if field not in held and not whole and not parts:
            assert result[field] == value


def test_a_wish_goes_when_the_file_changes_its_field_and_stays_otherwise() -> None:
    """The example of the manual."""
    file = a_declaration(papers=10, cadence=Cadence(at=time(7, 30)))
    wanted = replace(file, papers=5, cadence=replace(file.cadence, at=time(18)))
    wishes = wishes_of(file, wanted, at=NOON)
    stands, holding = apply(replace(file, papers=8), wishes)
    assert (stands.papers, stands.cadence.at, [wish.field for wish in holding]) == (8, time(18), ["at"])


def test_a_wish_for_one_interest_outlives_a_change_of_another() -> None:
    """Fields of interests count one by one."""
    file = a_declaration(interests=(an_interest("A"), an_interest("B")))
    wanted = replace(file, interests=(an_interest("A", mute=("survey",)), an_interest("B")))
    wishes = wishes_of(file, wanted, at=NOON)
    edited = replace(file, interests=(an_interest("A", weight=2.0), an_interest("B", about="new")))
    stands, _ = apply(edited, wishes)
    assert stands.interests == (
        an_interest("A", mute=("survey",), weight=2.0),
        an_interest("B", about="new"),
    )


def test_what_is_locked_cannot_be_wished_for() -> None:
    """Also where it was wished for before it was locked."""
    file = a_declaration(papers=10, send_empty=False)
    wanted = replace(file, papers=5, send_empty=True, interests=())
    wishes = wishes_of(file, wanted, at=NOON)
    locked = replace(file, locked=("papers", "interests", "when_empty"))
    assert apply(locked, wishes) == (locked, ())
    assert {lock_of(wish.field) for wish in wishes} == {"papers", "when_empty", "interests"}
