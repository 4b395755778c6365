"""The fake mailer keeps the laws of mailers."""

import pytest

from tests.conformance.mailer import Inbox, MailerConformance
from tests.fakes.mailer import FakeMailer


class FakeInbox:
    """What the fake kept."""

    def __init__(self) -> None:
        """Start empty."""
        self.mailer = FakeMailer()

    def messages(self) -> list[bytes]:
        """Return the messages in order."""
        return [message for _, message in self.mailer.sent]


class TestFakeMailer(MailerConformance):
    """A list in memory is a Mailer."""

    @pytest.fixture
    def inbox(self) -> Inbox:
        """Give an empty inbox."""
        return FakeInbox()
