"""Tests of TLS and login: nothing goes in the open, nothing goes to a stranger."""

import ssl
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from recommender.domain.errors import MailDeferred
from recommender.mail.smtp import Security, SmtpMailer
from tests.mail.conftest import Certificate
from tests.mail.messages import a_message, an_envelope
from tests.mail.relays import Relay, ScriptedRelay


class Door:
    """Authenticator of the real relay; remembers who knocked."""

    def __init__(self) -> None:
        """Nobody yet."""
        self.knocked: list[bytes] = []

    def __call__(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, who: Any) -> AuthResult:
        """Let `ana` with `secret` in."""
        assert isinstance(who, LoginPassword)
        self.knocked.append(who.login)
        return AuthResult(success=who == LoginPassword(b"ana", b"secret"), handled=False)


def _mailer(port: int, context: ssl.SSLContext | None, **settings: Any) -> SmtpMailer:
    values: dict[str, Any] = {"host": "localhost", "timeout": 5.0, **settings}
    return SmtpMailer(port=port, tls_context=context, **values)


def _send(mailer: SmtpMailer) -> str:
    session = mailer.open()
    try:
        return session.send(an_envelope(), a_message(), lambda: True)
    finally:
        session.close()


def test_starttls_with_login(certificate: Certificate) -> None:
    """The connection is secured, then the login is made, then the message goes."""
    door = Door()
    with Relay(
        tls_context=certificate.server(), require_starttls=True, authenticator=door, auth_required=True
    ) as relay:
        _send(_mailer(relay.port, certificate.client(), username="ana", password="secret"))
        assert len(relay.received.messages) == 1
    assert door.knocked == [b"ana"]


def test_tls_from_the_first_byte(certificate: Certificate) -> None:
    """`tls` speaks TLS at once."""
    with Relay(ssl_context=certificate.server()) as relay:
        _send(_mailer(relay.port, certificate.client(), security=Security.TLS))
        assert relay.received.messages[0][2] == a_message()


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_an_unknown_authority_is_refused(certificate: Certificate, security: Security) -> None:
    """Without a context of its own the mailer trusts the system's authorities only."""
    server = certificate.server()
    settings = {"ssl_context": server} if security is Security.TLS else {"tls_context": server}
    with Relay(**settings) as relay:
        with pytest.raises(MailDeferred, match=r"(?i)certificate") as caught:
            _mailer(relay.port, None, security=security).open()
        assert caught.value.relay
        assert relay.received.messages == []


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_certificate_of_another_name_is_refused(certificate: Certificate, security: Security) -> None:
    """A trusted certificate for somebody else is not good enough."""
    server = certificate.server()
    settings = {"ssl_context": server} if security is Security.TLS else {"tls_context": server}
    with Relay(**settings) as relay, pytest.raises(MailDeferred, match=r"(?i)certificate"):
        _mailer(relay.port, certificate.client(), security=security, host="127.0.0.1").open()


def test_a_relay_without_starttls_gets_neither_password_nor_mail() -> None:
    """A stripped STARTTLS stops everything before a credential is spoken."""
    with ScriptedRelay(EHLO="250-relay\r\n250 AUTH PLAIN LOGIN") as relay:
        with pytest.raises(MailDeferred, match="STARTTLS") as caught:
            _mailer(relay.port, None, username="ana", password="secret").open()
        assert caught.value.relay
        assert relay.verbs() == ["EHLO"]


@pytest.mark.parametrize("reply", ["454 not now", "501 what", "220 but then plain text"])
def test_a_refused_starttls_stops_everything(reply: str) -> None:
    """STARTTLS that fails, or is only pretended, defers the queue."""
    with ScriptedRelay(EHLO="250-relay\r\n250 STARTTLS", STAR=[reply, "<close>"]) as relay:
        with pytest.raises(MailDeferred) as caught:
            _mailer(relay.port, None, username="ana", password="secret", timeout=0.05).open()
        assert caught.value.relay
        assert not {"AUTH", "MAIL"} & set(relay.verbs())


def test_a_wrong_password_defers_the_queue(certificate: Certificate) -> None:
    """A refused login is the operator's business; the message never shows the password."""
    with Relay(
        tls_context=certificate.server(), require_starttls=True, authenticator=Door(), auth_required=True
    ) as relay:
        with pytest.raises(MailDeferred, match="535") as caught:
            _mailer(relay.port, certificate.client(), username="ana", password="wr0ng").open()
        assert caught.value.relay
        assert "wr0ng" not in str(caught.value)
        assert relay.received.messages == []


def test_a_relay_without_logins_defers_the_queue(certificate: Certificate) -> None:
    """A login that the relay does not offer is said, not skipped."""
    with Relay(tls_context=certificate.server(), require_starttls=True) as relay:
        with pytest.raises(MailDeferred) as caught:
            _mailer(relay.port, certificate.client(), username="ana", password="secret").open()
        assert caught.value.relay
