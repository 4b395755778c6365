"""What readers, the file and the operator do at once: nothing is lost, whoever comes in between."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from recommender.domain.errors import InputError, LinkExpired, UnknownSubscriber
from recommender.domain.feedback import Act, Feedback, SavedPaper
from recommender.domain.subscribers import DeclaredSubscriber, Subscriber, SubscriberState
from recommender.domain.wishes import Value
from recommender.services.preferences import Edit, Outcome, Preferences, mark_of
from recommender.services.subscriptions import Subscriptions
from recommender.services.unsubscribing import COMPLAINED, OWN_WISH, Unsubscribing, stop
from recommender.services.voting import Mark, Voting
from recommender.store.grouping import GroupingStore
from recommender.store.lists import listed, rebuild
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_declaration, a_paper
from tests.services.mailroom import Hands
from tests.store.meeting import Meeting, Work

HOUR = timedelta(hours=1)
ANA = a_declaration(key="ana")


@pytest.fixture
def meeting(new_store: Callable[[], SqlStore]) -> Meeting:
    """Give two stores on one database."""
    return Meeting(new_store)


@pytest.fixture
def ana(store: SqlStore) -> Subscriber:
    """Store a reader and three papers."""
    with store.write() as unit:
        unit.papers.fold([a_paper(number) for number in (1, 2, 3)], seen_at=NOON)
        return unit.people.add(ANA, state=SubscriberState.ACTIVE, at=NOON)


def clock(minutes: float = 0) -> Hands:
    """Return a clock that stands still."""
    return Hands(NOON + timedelta(minutes=minutes))


def who(store: SqlStore) -> Subscriber:
    """Return the reader as stored."""
    with store.read() as unit:
        return unit.people.find("ana")


def changes(reader: Subscriber, **values: Value) -> Work:
    """Return a page's change of fields as they were shown."""
    edits = [
        Edit(field=field, value=value, shown=mark_of(getattr(reader, field)))
        for field, value in values.items()
    ]
    return lambda own: Preferences(own, clock()).change(reader, edits)


def declares(*people: DeclaredSubscriber) -> Work:
    """Return a reload of the file."""
    return lambda own: Subscriptions(own, clock()).run(people)


def acts(reader: Subscriber, *marks: tuple[Act, str], paper: int = 1, minutes: float = 0) -> Work:
    """Return a tab's acts on one paper."""
    own_marks = [Mark(paper=a_paper(paper).id, act=act, value=value) for act, value in marks]
    return lambda own: Voting(own, clock(minutes)).record(reader, own_marks, via="web")


def told(store: SqlStore, reader: Subscriber) -> list[SavedPaper]:
    """Return the reading list, which must be what the log says."""
    with store.write() as unit:
        found = list(unit.people.saved_papers(reader.id))
        rebuild(unit.connection, listed(unit.connection, [a_paper(number).id for number in (1, 2, 3)]))
        assert list(unit.people.saved_papers(reader.id)) == found
    return found


def test_two_pages_change_two_fields(store: SqlStore, ana: Subscriber, meeting: Meeting) -> None:
    """Both are kept, and both are wishes."""
    one, other = meeting.of(changes(ana, papers=5), changes(ana, floor=0.25))
    assert [end.refused for end in (one, other)] == [False, False]
    assert (who(store).papers, who(store).floor) == (5, 0.25)
    with store.read() as unit:
        assert {wish.field for wish in unit.people.wishes([ana.id])[ana.id]} == {"papers", "floor"}


def test_two_pages_change_one_field(store: SqlStore, ana: Subscriber, meeting: Meeting) -> None:
    """The second is told that it was shown something else."""
    ends = meeting.of(changes(ana, papers=5), changes(ana, papers=6))
    assert [end.refused for end in ends] == [False, True]
    assert who(store).papers == 5


@pytest.mark.parametrize("page_first", [True, False])
def test_a_page_meets_the_file(
    store: SqlStore, ana: Subscriber, meeting: Meeting, *, page_first: bool
) -> None:
    """What the page changed holds, and what the file changed too."""
    works = [changes(ana, papers=5), declares(replace(ANA, name="Anna"))]
    one, other = meeting.of(*(works if page_first else works[::-1]))
    assert not isinstance(one, Exception)
    assert not isinstance(other, Exception)
    assert (who(store).papers, who(store).name) == (5, "Anna")
    with store.read() as unit:
        (wish,) = unit.people.wishes([ana.id])[ana.id]
    assert (wish.field, wish.value, wish.declared) == ("papers", 5, 10)


def test_two_reloads_of_one_file(store: SqlStore, meeting: Meeting) -> None:
    """Whoever comes second finds everybody there."""
    file = (ANA, a_declaration("ben@example.org"))
    counts = [end.counts for end in meeting.of(declares(*file), declares(*file))]
    assert [(own["added"], own["unchanged"]) for own in counts] == [(2, 0), (0, 2)]
    with store.read() as unit:
        assert len(unit.people.all()) == 2


def test_a_lock_of_the_file_wins_against_a_page(store: SqlStore, ana: Subscriber, meeting: Meeting) -> None:
    """A field that is locked just now is not changed."""
    locked = replace(ANA, locked=("papers",))
    _, page = meeting.of(declares(locked), changes(ana, papers=5))
    assert isinstance(page, Outcome)
    assert page.locked == {"papers"}
    assert who(store).papers == 10


@pytest.mark.parametrize(
    "others",
    [
        lambda reader, own: Unsubscribing(own, clock()).pause(reader, until=NOON + HOUR),
        lambda reader, own: Unsubscribing(own, clock()).resume(reader),
        lambda _reader, own: Subscriptions(own, clock()).run([replace(ANA, paused=True)]),
        lambda _reader, own: wake(own),
    ],
    ids=["pause", "resume", "file", "wake"],
)
@pytest.mark.parametrize("unsubscribe_first", [True, False])
def test_an_unsubscribe_holds(
    store: SqlStore,
    ana: Subscriber,
    meeting: Meeting,
    others: Callable[[Subscriber, SqlStore], Any],
    *,
    unsubscribe_first: bool,
) -> None:
    """Whatever else changes the state at that moment."""
    with store.write() as unit:
        unit.people.set_state(ana.id, SubscriberState.PAUSED, at=NOON, until=NOON - HOUR)
    works: list[Work] = [
        lambda own: Unsubscribing(own, clock()).unsubscribe(ana),
        lambda own: others(ana, own),
    ]
    for end in meeting.of(*(works if unsubscribe_first else works[::-1])):
        assert not isinstance(end, Exception)
    assert who(store).state is SubscriberState.UNSUBSCRIBED
    with store.read() as unit:
        assert unit.people.suppressions() == {ana.email: OWN_WISH}


def wake(store: SqlStore) -> int:
    """End the pauses that are over."""
    with store.write() as unit:
        return unit.people.wake(now=NOON)


@pytest.mark.parametrize("wake_first", [True, False])
def test_a_new_pause_outlasts_the_end_of_the_old(
    store: SqlStore, ana: Subscriber, meeting: Meeting, *, wake_first: bool
) -> None:
    """A reader who asks for another week just when the first is over has it."""
    with store.write() as unit:
        unit.people.set_state(ana.id, SubscriberState.PAUSED, at=NOON, until=NOON - HOUR)
    works: list[Work] = [wake, lambda own: Unsubscribing(own, clock()).pause(ana, until=NOON + HOUR)]
    meeting.of(*(works if wake_first else works[::-1]))
    assert (who(store).state, who(store).paused_until) == (SubscriberState.PAUSED, NOON + HOUR)


@pytest.mark.parametrize("lift_first", [True, False])
def test_a_bounce_that_is_lifted_meets_an_unsubscribe(
    store: SqlStore, ana: Subscriber, meeting: Meeting, *, lift_first: bool
) -> None:
    """The reader's own wish stands in the end."""
    with store.write() as unit:
        unit.people.suppress(ana.email, reason="bounced: often", at=NOON)
    works: list[Work] = [
        lambda own: Unsubscribing(own, clock()).lift("ana"),
        lambda own: Unsubscribing(own, clock()).unsubscribe(ana),
    ]
    ends = meeting.of(*(works if lift_first else works[::-1]))
    refused = [isinstance(end, InputError) for end in ends]
    assert refused == [False, not lift_first]
    with store.read() as unit:
        assert unit.people.suppressions() == {ana.email: OWN_WISH}


def test_of_two_reasons_the_first_stays(store: SqlStore, ana: Subscriber, meeting: Meeting) -> None:
    """A complaint and an unsubscribe from one mail."""

    def stopping(reason: str) -> Work:
        def work(own: SqlStore) -> None:
            with own.write() as unit:
                stop(unit, ana, reason=reason, at=NOON)

        return work

    meeting.of(stopping(OWN_WISH), stopping(COMPLAINED))
    with store.read() as unit:
        assert unit.people.suppressions() == {ana.email: OWN_WISH}


def test_two_tabs_label_one_paper(store: SqlStore, ana: Subscriber, meeting: Meeting) -> None:
    """Both labels stand, on the list as in the log."""
    acts(ana, (Act.SAVE, ""))(store)
    meeting.of(
        acts(ana, (Act.LABEL, "one"), minutes=1),
        acts(ana, (Act.LABEL, "two"), minutes=1),
        after=1,
    )
    (row,) = told(store, ana)
    assert sorted(row.labels) == ["one", "two"]


def test_a_note_meets_a_label_in_groups(store: SqlStore, ana: Subscriber, meeting: Meeting) -> None:
    """The same where a web server's writes share a commit."""
    acts(ana, (Act.SAVE, ""))(store)

    def grouped(act: Act, value: str) -> Work:
        return lambda own: acts(ana, (act, value), minutes=1)(GroupingStore(own))  # type: ignore[arg-type]  # as a page

    meeting.of(grouped(Act.NOTE, "read it"), grouped(Act.LABEL, "two"), after=1)
    (row,) = told(store, ana)
    assert (row.note, row.labels) == ("read it", ("two",))


@pytest.mark.parametrize("acts_of", [(Act.SAVE, Act.UNSAVE), (Act.UNSAVE, Act.SAVE)])
def test_saving_meets_taking_off(
    store: SqlStore, ana: Subscriber, meeting: Meeting, acts_of: tuple[Act, Act]
) -> None:
    """The list is what the log says, whichever comes last."""
    if acts_of[0] is Act.UNSAVE:
        acts(ana, (Act.SAVE, ""))(store)
    first, second = acts_of
    meeting.of(acts(ana, (first, ""), minutes=1), acts(ana, (second, ""), minutes=1), after=1)
    assert len(told(store, ana)) == (1 if second is Act.SAVE else 0)


def test_two_tabs_save_one_paper(store: SqlStore, ana: Subscriber, meeting: Meeting) -> None:
    """Once."""
    ends = meeting.of(acts(ana, (Act.SAVE, "")), acts(ana, (Act.SAVE, ""), minutes=1))
    assert [len(end.entries) for end in ends] == [1, 0]
    assert len(told(store, ana)) == 1


def test_opposite_votes_are_undone_to_what_stood(store: SqlStore, ana: Subscriber, meeting: Meeting) -> None:
    """The second is offered the way back to the first's vote."""
    up, down = meeting.of(acts(ana, (Act.UP, "")), acts(ana, (Act.DOWN, "")))
    assert [mark.act for end in (up, down) for mark in end.undo] == [Act.UNDO, Act.UP]
    with store.read() as unit:
        assert [vote.up for vote in unit.people.votes([ana.id])] == [False]


@pytest.mark.parametrize("fold_first", [True, False])
def test_a_list_meets_a_fold(store: SqlStore, ana: Subscriber, meeting: Meeting, *, fold_first: bool) -> None:
    """A label arrives on a paper that becomes one with another."""
    acts(ana, (Act.SAVE, ""))(store)

    def fold(own: SqlStore) -> None:
        with own.write() as unit:
            unit.twins.join(a_paper(1).id, a_paper(2).id, at=NOON)

    works = [fold, acts(ana, (Act.LABEL, "one"), minutes=1)]
    for end in meeting.of(*(works if fold_first else works[::-1]), after=2):
        assert not isinstance(end, Exception)
    (row,) = told(store, ana)
    assert row.labels == ("one",)


@pytest.mark.parametrize("undo_first", [True, False])
def test_a_list_meets_the_end_of_a_fold(
    store: SqlStore, ana: Subscriber, meeting: Meeting, *, undo_first: bool
) -> None:
    """The same when the two become two again."""
    acts(ana, (Act.SAVE, ""))(store)
    with store.write() as unit:
        made = unit.twins.join(a_paper(1).id, a_paper(2).id, at=NOON).id

    def undo(own: SqlStore) -> None:
        with own.write() as unit:
            unit.twins.undo(made, at=NOON)

    works = [undo, acts(ana, (Act.LABEL, "one"), minutes=1)]
    for end in meeting.of(*(works if undo_first else works[::-1]), after=2):
        assert not isinstance(end, Exception)
    (row,) = told(store, ana)
    assert row.labels == ("one",)


@pytest.mark.parametrize("what", ["vote", "page", "import"])
@pytest.mark.parametrize("erase_first", [True, False])
def test_nothing_outlives_an_erasure(
    store: SqlStore, ana: Subscriber, meeting: Meeting, what: str, *, erase_first: bool
) -> None:
    """Whatever its reader does just then."""

    def erase(own: SqlStore) -> None:
        with own.write() as unit:
            unit.people.hold(ana.id)
            unit.people.erase(ana.id)

    def bring(own: SqlStore) -> None:
        entries = [
            Feedback(subscriber=ana.id, paper=a_paper(number).id, act=Act.SAVE, at=NOON) for number in (1, 2)
        ]
        with own.write() as unit:
            unit.people.record(entries)

    work: Work = {
        "vote": acts(ana, (Act.SAVE, "")),
        "page": changes(ana, papers=5),
        "import": bring,
    }[what]
    ends = meeting.of(*((erase, work) if erase_first else (work, erase)))
    for end in ends:
        assert not isinstance(end, Exception) or isinstance(end, (UnknownSubscriber, LinkExpired))
    with store.read() as unit:
        assert (list(unit.people.all()), list(unit.people.feedback())) == ([], [])
        assert not any(unit.holdings.of(ana.id).values())
