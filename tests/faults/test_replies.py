"""Every reply script ends where the table says, and never in a mail too many."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.domain.editions import DeliveryState
from recommender.mail.smtp import Security
from tests.faults.raw import Moment, RawRelay, Say
from tests.faults.replies import CASES, ReplyCase
from tests.faults.rooms import a_room, readers
from tests.faults.scale import Figures, scaled
from tests.services.mailroom import smtp_mailer

FIRST, SECOND = readers(2)
ACCEPTED = {DeliveryState.SENT: {1}, DeliveryState.HELD: {0, 1}}
"""How many copies the relay may have taken by the state of the row; none in all others."""
RUN = [(case, offered) for case in CASES for offered in (False, True)][:: scaled(tiny=5, quick=1, full=1)]
"""Every case without and with pipelining."""
STARTTLS = Say(b"250-relay\r\n250 STARTTLS\r\n")


class Once:
    """Says each phase's words the first time the talk comes there, and is good from then on."""

    def __init__(self, case: ReplyCase) -> None:
        """Offer STARTTLS where the case needs more than its own words."""
        self._says = dict(case.says)
        if case.starttls:
            self._says.setdefault("EHLO", STARTTLS)

    def __call__(self, moment: Moment) -> Say | None:
        """Use up what is to be said here."""
        return self._says.pop(moment.phase, None)


def _name(value: ReplyCase | bool) -> str:  # noqa: FBT001 - pytest gives what it has
    return value.name if isinstance(value, ReplyCase) else ("pipelined" if value else "in turn")


def test_there_are_enough_scripts(figures: Figures) -> None:
    """At least forty, and no two alike."""
    assert len({case.name for case in CASES}) == len(CASES)
    assert len(RUN) >= 40
    figures.add(scripts=len(RUN))


@pytest.mark.parametrize("case,pipelining", RUN, ids=_name)
def test_a_reply_script_ends_as_the_table_says(tmp_path: Path, case: ReplyCase, *, pipelining: bool) -> None:
    """The first row is where it belongs with the reason; the second goes at once, or when the relay is back.

    Later the relay is good: what waits is sent, what was decided stays, and nobody has two copies.
    """
    with a_room(tmp_path, 2) as room, RawRelay(Once(case), pipelining) as relay:
        mailer = smtp_mailer(relay.port)
        wanted = replace(mailer, security=Security.STARTTLS) if case.starttls else mailer
        report = room.service(wanted).run()
        first, second = (room.rows()[email] for email in (FIRST, SECOND))
        assert first.state is case.state, first.reply
        said = report.failures[-1].reason if case.rests else first.reply
        assert re.match(case.words, said), said
        assert said.isprintable()
        assert second.state is (DeliveryState.READY if case.rests else DeliveryState.SENT), second.reply
        taken = relay.copies()[first.message_id]
        assert taken in ACCEPTED.get(case.state, {0})
        room.clock.move(minutes=31)
        room.service(mailer).run()
        final = room.states()
        copies = relay.copies()
    waited = case.state in (DeliveryState.DEFERRED, DeliveryState.READY)
    assert final == {FIRST: DeliveryState.SENT if waited else case.state, SECOND: DeliveryState.SENT}
    assert copies[first.message_id] == (1 if waited else taken)
    assert copies[second.message_id] == 1
