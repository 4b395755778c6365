"""A relay that hangs up where its answer to the message should be, whether it took the message or not."""

from collections import Counter
from pathlib import Path

import pytest

from recommender.domain.editions import Delivery, DeliveryState
from recommender.services.delivery_policy import DeliveryPolicy
from tests.faults.raw import Moment, RawRelay, Say
from tests.faults.rooms import MOST_RUNS, a_room, readers
from tests.faults.scale import Figures, chance, scaled
from tests.services.mailroom import Mailroom, smtp_mailer

LOST = scaled(tiny=12, quick=60, full=500)
"""Messages that get no answer; as many others do."""
WAITING = frozenset({DeliveryState.READY, DeliveryState.DEFERRED, DeliveryState.CLAIMED})


class Silences:
    """Hangs up after the dot of chosen readers' messages, as often as it was told to for each."""

    def __init__(self, *names: object, often: tuple[int, ...]) -> None:
        """Choose half of the readers; each loses `often` answers, drawn from the tuple."""
        luck = chance("silence", *names)
        chosen = luck.sample(readers(2 * LOST), LOST)
        self.planned = {rcpt: luck.choice(often) for rcpt in chosen}
        self._takes = {rcpt: [luck.random() < 0.5 for _ in range(2)] for rcpt in chosen}
        self.lost: Counter[str] = Counter()
        self.swallowed: Counter[str] = Counter()

    def __call__(self, moment: Moment) -> Say | None:
        """Take or drop the message, and hang up in both cases."""
        if moment.phase != "dot" or self.lost[moment.rcpt] >= self.planned.get(moment.rcpt, 0):
            return None
        takes = self._takes[moment.rcpt][self.lost[moment.rcpt]]
        self.lost[moment.rcpt] += 1
        self.swallowed[moment.rcpt] += takes
        return Say(takes=takes, hang_up=True)


@pytest.mark.parametrize("connections", [1, 4])
def test_a_message_without_an_answer_is_held(tmp_path: Path, connections: int, figures: Figures) -> None:
    """Held with the reason and never called sent; the others go on; nothing is mailed twice."""
    silences = Silences(connections, often=(1,))
    policy = DeliveryPolicy(jitter=0.0, connections=connections)
    with a_room(tmp_path, 2 * LOST) as room, RawRelay(silences) as relay:
        runs = _drain(room, relay, policy)
        rows = room.rows()
        copies = relay.copies()
    assert sum(silences.lost.values()) == LOST
    assert {email for email, row in rows.items() if row.state is DeliveryState.HELD} == set(silences.lost)
    assert {row.state for row in rows.values()} == {DeliveryState.HELD, DeliveryState.SENT}
    for email, row in rows.items():
        assert copies[row.message_id] == 1 - silences.lost[email] + silences.swallowed[email]
        assert row.doubts == silences.lost[email]
        if row.state is DeliveryState.HELD:
            assert row.reply.startswith("in doubt: no answer after the message")
    figures.add(
        messages=len(rows),
        lost_answers=LOST,
        of_them_accepted=silences.swallowed.total(),
        held=LOST,
        duplicates=sum(number - 1 for number in copies.values()),
        runs=runs,
    )


@pytest.mark.parametrize("connections", [1, 4])
def test_with_a_resend_there_are_at_most_two_copies(
    tmp_path: Path, connections: int, figures: Figures
) -> None:
    """With `retry_in_doubt = 1`: one resend of the same bytes; a second silence holds the row."""
    silences = Silences("again", connections, often=(1, 2))
    policy = DeliveryPolicy(jitter=0.0, connections=connections, retry_in_doubt=1)
    with a_room(tmp_path, 2 * LOST) as room, RawRelay(silences) as relay:
        runs = _drain(room, relay, policy)
        rows = room.rows()
        copies = relay.copies()
        contents = {(message.message_id, message.sha256) for message in relay.accepted}
    twice = {email for email, number in silences.lost.items() if number == 2}
    assert dict(silences.lost) == silences.planned
    assert {email for email, row in rows.items() if row.state is DeliveryState.HELD} == twice
    assert {row.state for row in rows.values()} == {DeliveryState.HELD, DeliveryState.SENT}
    for email, row in rows.items():
        _check_resend(row, copies[row.message_id], silences.swallowed[email])
        assert row.doubts == silences.lost[email]
    duplicates = sum(number - 1 for number in copies.values())
    assert len(contents) == len(copies)
    assert duplicates <= silences.lost.total()
    figures.add(
        messages=len(rows),
        lost_answers=silences.lost.total(),
        of_them_accepted=silences.swallowed.total(),
        held=len(twice),
        duplicates=duplicates,
        copies_too_many=sum(max(0, number - 2) for number in copies.values()),
        runs=runs,
    )


def test_a_relay_that_never_answers_is_left_alone(tmp_path: Path) -> None:
    """Three in a row end a run, the rest doubles to half an hour, and nobody knocks before it is over."""
    mute = True

    def script(moment: Moment) -> Say | None:
        return Say(takes=False, hang_up=True) if mute and moment.phase == "dot" else None

    with a_room(tmp_path, 30) as room, RawRelay(script) as relay:
        service = room.service(smtp_mailer(relay.port))
        for minutes in (1, 2, 4, 8, 16, 30, 30):
            before = relay.messages
            assert service.run().failures[-1].place == "mail relay"
            assert relay.messages - before == 3
            knocks = relay.connections
            room.clock.move(minutes=minutes, seconds=-1)
            assert "the relay rests until" in service.run().warnings[0]
            assert relay.connections == knocks
            room.clock.move(seconds=1)
        mute = False
        assert service.run().counts["sent"] == 9
        states = Counter(room.states().values())
    assert states == {DeliveryState.HELD: 21, DeliveryState.SENT: 9}


def _drain(room: Mailroom, relay: RawRelay, policy: DeliveryPolicy) -> int:
    """Run, and let a minute pass, until nothing waits; return how many runs that took."""
    service = room.service(smtp_mailer(relay.port), policy=policy)
    for runs in range(1, MOST_RUNS):
        service.run()
        if not WAITING & set(room.states().values()):
            return runs
        room.clock.move(minutes=1)
    raise AssertionError(f"rows still wait after {MOST_RUNS} runs: {Counter(room.states().values())}")


def _check_resend(row: Delivery, copies: int, swallowed: int) -> None:
    """Compare what the relay took, before and with its answer, with where the row stands."""
    assert copies == swallowed + (row.state is DeliveryState.SENT)
    assert copies <= 2
