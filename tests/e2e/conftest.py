"""Fixtures of the end-to-end tests: a project folder and a mail server that keeps what it gets."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.e2e.project import Project, free_port


class Inbox:
    """An aiosmtpd handler that keeps every message it accepts."""

    def __init__(self) -> None:
        """Start empty."""
        self.messages: list[tuple[str, EmailMessage]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 aiosmtpd's name
        """Keep the message, then accept it."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append((envelope.rcpt_tos[0], message))
        return "250 kept"

    def to(self, email: str) -> list[EmailMessage]:
        """Return the messages for one address."""
        return [message for recipient, message in self.messages if recipient == email]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Give an empty project folder."""
    return Project(root=tmp_path)


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    """Run a mail server on loopback; give what it got, and its port."""
    handler = Inbox()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler, port
    finally:
        controller.stop()
