"""Labels, notes, and how a paper stands on a reading list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.errors import InputError
from recommender.domain.feedback import Act
from recommender.domain.remarks import (
    LABEL_LIMIT,
    LABELS_LIMIT,
    LIST_ACTS,
    NOTE_LIMIT,
    OnList,
    label_of,
    labels_of,
    note_of,
)

WORDS = ("To Read", "to  read", "for Ben", "ÜBUNG")


def test_labels_are_folded_and_kept_once() -> None:
    """White space is one blank; of two that differ by case the first stands."""
    assert labels_of(" to\tread ,Theory,  TO READ,, proofs") == ("to read", "Theory", "proofs")
    assert labels_of(" , ") == ()


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "at least one letter"),
        ("x" * (LABEL_LIMIT + 1), "at most 50 characters"),
        ("a, b", "no comma"),
        ("tu\x00rn", "U\\+0000"),
        ("tu\u202ern", "U\\+202E"),
        ("\ud800", "U\\+D800"),
    ],
)
def test_what_is_no_label(text: str, said: str) -> None:
    """What cannot be a label is refused with the reason."""
    with pytest.raises(InputError, match=said):
        label_of(text)


def test_limits_are_reached() -> None:
    """What is just as long as it may be is taken."""
    assert len(label_of("x" * LABEL_LIMIT)) == LABEL_LIMIT
    assert len(labels_of(",".join(map(str, range(LABELS_LIMIT))))) == LABELS_LIMIT
    assert len(note_of("x" * NOTE_LIMIT)) == NOTE_LIMIT
    with pytest.raises(InputError, match="at most 20 labels"):
        labels_of(",".join(map(str, range(LABELS_LIMIT + 1))))
    with pytest.raises(InputError, match="at most 4,000"):
        note_of("x" * (NOTE_LIMIT + 1))


def test_a_note_keeps_its_lines() -> None:
    """Browsers send CRLF; ends of lines and of the note are trimmed, nothing else."""
    assert note_of("\r\n one \r\n\r\n  two\tthree \r\n") == " one\n\n  two\tthree"
    with pytest.raises(InputError, match="U\\+001B"):
        note_of("a \x1b[31m red note")


def test_what_is_off_the_list_has_nothing_to_change() -> None:
    """Only a save changes a paper that is not on the list."""
    changed = {act for act in LIST_ACTS if OnList().after((act, "x")) != OnList()}
    assert changed == {Act.SAVE}


def test_one_label_too_many_is_refused() -> None:
    """The limit holds across calls; a label that is there already is no change."""
    full = OnList(saved=True, labels=tuple(map(str, range(LABELS_LIMIT))))
    assert full.after((Act.LABEL, "0")) == full
    with pytest.raises(InputError, match="at most 20"):
        full.after((Act.LABEL, "new"))


STATES = st.builds(
    OnList,
    saved=st.just(True),
    read=st.booleans(),
    labels=st.lists(
        st.sampled_from(WORDS), max_size=2, unique_by=lambda word: "".join(word.split()).lower()
    ).map(tuple),
    note=st.sampled_from(("", "old\ntext")),
)
STEPS = st.sampled_from(sorted(LIST_ACTS)).flatmap(
    lambda act: st.tuples(
        st.just(act), st.sampled_from(WORDS if act in {Act.LABEL, Act.UNLABEL} else ("", "new"))
    )
)


@given(STATES, STEPS)
def test_every_act_can_be_taken_back(state: OnList, step: tuple[Act, str]) -> None:
    """What an act changed, its way back restores, the spelling of a label too; their order may differ."""
    later = state.after(step)
    if later != state:
        for back in state.back(step):
            later = later.after(back)
    assert (later.saved, later.read, later.note) == (state.saved, state.read, state.note)
    assert sorted(later.labels) == sorted(state.labels)
