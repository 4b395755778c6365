"""Signed mail from end to end: configuration, publish, deliver, a real mail server, the receiver's check."""

import hashlib
import sqlite3
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import dkim
import pytest

from recommender.app.composition import compose
from recommender.domain.editions import Envelope
from recommender.domain.errors import InputError, MailRejected
from tests.e2e.project import Project, free_port, smtp_config
from tests.e2e.test_commands import LISTING, MORNING
from tests.mail.keys import Key, make_key
from tests.mail.relays import Relay, ScriptedRelay

DKIM = '[mail]\ndkim_selector = "paperroute"\ndkim_key_file = "dkim.pem"\nconnections = 2\n'


def _set_up(project: Project, smtp_port: int) -> Key:
    config = smtp_config(smtp_port=smtp_port, web_port=free_port())
    project.configure(config.replace("[mail]\n", DKIM))
    project.subscribe(("ana@example.org", "Ana", "07:00"), ("ben@example.org", "Ben", "07:00"))
    (project.root / "page.txt").write_text(LISTING, encoding="utf-8")
    return make_key(project.root)


def test_signed_editions_arrive_and_verify(project: Project) -> None:
    """Every edition and the test mail verify with the key in DNS; the row keeps the hash of what was sent."""
    with Relay() as relay:
        key = _set_up(project, relay.port)
        for command in (("import", "page.txt"), ("publish",), ("deliver",), ("test-mail", "ana@example.org")):
            project.run(*MORNING, *command)
        messages = [message for _, _, message in relay.received.messages]
    assert len(messages) == 3
    assert all(dkim.verify(message, dnsfunc=key.answer) for message in messages)
    assert all(message.count(b"DKIM-Signature: ") == 1 for message in messages)
    with sqlite3.connect(project.store) as store:
        kept = {row[0] for row in store.execute("SELECT body_sha256 FROM delivery WHERE state = 'sent'")}
    assert kept == {hashlib.sha256(message).hexdigest() for message in messages[:2]}


def test_without_the_extra_the_configuration_says_what_to_install(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that nothing can sign with is a fault of the configuration, at its line, with the command."""
    _set_up(project, 9)
    modules: dict[str, Any] = sys.modules
    monkeypatch.setitem(modules, "dkim", None)
    monkeypatch.delitem(modules, "recommender.mail.dkim", raising=False)
    done = project.run("check", code=3)
    assert "config/paperroute.toml:4:17: the DKIM key dkim.pem cannot sign" in done.err
    assert 'pip install "paperroute[dkim]"' in done.err


def test_a_test_mail_is_looked_at_as_every_digest_is(project: Project) -> None:
    """What the guard refuses does not go out by this door either, and nobody is connected to."""

    def refuse(_envelope: Envelope, _message: bytes) -> None:
        raise MailRejected("wire guard: no")

    with ScriptedRelay() as relay:
        _set_up(project, relay.port)
        project.run(*MORNING, "import", "page.txt")
        application = compose(
            config=project.root / "config" / "paperroute.toml", now=datetime(2026, 1, 30, 8, tzinfo=UTC)
        )
        with pytest.raises(InputError, match="wire guard: no"):
            replace(application.previewing(), guard=refuse).send("ana@example.org")
        application.store.close()
        assert relay.connections == 0
