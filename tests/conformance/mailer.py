"""What every Mailer does."""

from dataclasses import dataclass
from typing import Protocol

import pytest

from recommender.domain.errors import MailDeferred, MailRejected
from recommender.ports import Mailer
from tests.mail.messages import a_message, an_envelope


class Inbox(Protocol):
    """Where a mailer's messages end up."""

    @property
    def mailer(self) -> Mailer:
        """The mailer under test."""
        ...

    def messages(self) -> list[bytes]:
        """Return what has arrived, to the byte."""
        ...


@dataclass
class Asked:
    """An `on_in_doubt` that remembers what had arrived whenever it was asked."""

    inbox: Inbox
    answer: bool = True
    arrived: tuple[int, ...] = ()

    def __call__(self) -> bool:
        """Remember and answer."""
        self.arrived += (len(self.inbox.messages()),)
        return self.answer


class Interrupted(Exception):
    """The caller's own failure while a message waits."""


def _interrupt() -> bool:
    raise Interrupted


class MailerConformance:
    """Laws of Mailer and MailSession; subclasses give a fixture `inbox`."""

    def test_a_message_arrives_to_the_byte(self, inbox: Inbox) -> None:
        """Dots at the start of lines and everything else survive the way."""
        session = inbox.mailer.open()
        assert session.send(an_envelope(), a_message(), lambda: True)
        session.close()
        assert inbox.messages() == [a_message()]

    def test_doubt_is_recorded_once_and_before_anything_arrives(self, inbox: Inbox) -> None:
        """The mark comes before the first byte, never after."""
        asked = Asked(inbox)
        session = inbox.mailer.open()
        session.send(an_envelope(), a_message(), asked)
        session.close()
        assert asked.arrived == (0,)

    def test_a_message_called_off_does_not_arrive(self, inbox: Inbox) -> None:
        """A no abandons the message, and the session still carries the next one."""
        session = inbox.mailer.open()
        with pytest.raises(MailDeferred) as caught:
            session.send(an_envelope(stem="a"), a_message(Subject="no"), Asked(inbox, answer=False))
        assert not caught.value.relay
        assert inbox.messages() == []
        session.send(an_envelope(stem="b"), a_message(Subject="yes"), lambda: True)
        session.close()
        assert inbox.messages() == [a_message(Subject="yes")]

    def test_a_failing_mark_sends_nothing(self, inbox: Inbox) -> None:
        """When doubt cannot be recorded the failure is the caller's, and nothing goes out."""
        session = inbox.mailer.open()
        with pytest.raises(Interrupted):
            session.send(an_envelope(), a_message(), _interrupt)
        assert inbox.messages() == []
        session.close()

    def test_one_session_carries_many(self, inbox: Inbox) -> None:
        """Messages go one after the other, each asked about."""
        asked = Asked(inbox)
        session = inbox.mailer.open()
        for number in range(3):
            session.send(an_envelope(stem=f"edition-{number}"), a_message(Subject=f"{number}"), asked)
        session.close()
        assert sorted(inbox.messages()) == [a_message(Subject=f"{number}") for number in range(3)]
        assert asked.arrived == (0, 1, 2)

    def test_an_unusable_envelope_is_refused_for_good(self, inbox: Inbox) -> None:
        """What can never be sent is rejected before doubt, and the session goes on."""
        asked = Asked(inbox)
        session = inbox.mailer.open()
        with pytest.raises(MailRejected):
            session.send(an_envelope(rcpt_to="a@b>\r\nRCPT TO:<c@d", stem="../out"), a_message(), asked)
        assert asked.arrived == ()
        session.send(an_envelope(), a_message(), asked)
        session.close()
        assert inbox.messages() == [a_message()]

    def test_closing_twice_is_fine(self, inbox: Inbox) -> None:
        """Goodbye may be said again."""
        session = inbox.mailer.open()
        session.close()
        session.close()
