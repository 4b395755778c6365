"""A relay that cannot be trusted or does not trust us: the whole queue stays as it was, and says why."""

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from recommender.domain.editions import DeliveryState
from recommender.mail.smtp import Security, SmtpMailer
from recommender.store.sql_store import SqlStore
from tests.mail.conftest import Certificate
from tests.mail.relays import CLOSE, Relay, Replies, ScriptedRelay
from tests.services.mailroom import ANA, BOB, CLEO, Hands, Mailroom, smtp_mailer, without_zeros

PASSWORD = "hunter2-and-more"
SPOKEN = (PASSWORD, base64.b64encode(f"\0ana\0{PASSWORD}".encode()).decode())
WITH_TLS = "250-relay\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS"
WITHOUT_TLS = "250-relay\r\n250 AUTH PLAIN LOGIN"
WITHOUT_AUTH = "250 relay"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Mailroom]:
    """Give a store with three subscribers who each have an edition ready."""
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}")
    store.upgrade()
    room = Mailroom(store, Hands())
    room.subscribe(ANA, BOB, CLEO)
    room.publish(ANA, BOB, CLEO)
    yield room
    store.close()


@dataclass(frozen=True)
class Case:
    """One relay that must get nothing: how it is made, what we say of it, and how we go there."""

    words: str
    ehlo: str = WITH_TLS
    starttls: str = "220 go"
    secured: str = WITH_TLS
    auth: str = "535 5.7.8 no"
    security: Security = Security.STARTTLS
    host: str = "localhost"
    server: str = "good"
    trusted: str = "good"
    speaks_tls: bool = True


CASES = {
    "STARTTLS stripped": Case("STARTTLS is not offered", ehlo=WITHOUT_TLS),
    "STARTTLS refused": Case("454 not now", starttls="454 not now"),
    "STARTTLS pretended": Case(
        "no TLS here|TLS failed|closed", starttls=f"220 go\r\n{CLOSE}", speaks_tls=False
    ),
    "self-signed": Case("certificate is not good: self-signed", trusted="system"),
    "another name": Case("certificate is not good: .*127.0.0.1", host="127.0.0.1"),
    "expired": Case("certificate is not good: certificate has expired", server="old", trusted="old"),
    "login refused": Case("the login is refused: 535 5.7.8 no"),
    "login without TLS only": Case("a login is not offered", secured=WITHOUT_AUTH),
    "no login at all": Case("a login is not offered", ehlo="250-relay\r\n250 STARTTLS", secured=WITHOUT_AUTH),
    "a port without TLS": Case(
        "TLS failed: .*may not begin with TLS", security=Security.TLS, speaks_tls=False
    ),
}


@contextmanager
def _relay_of(case: Case, good: Certificate, old: Certificate) -> Iterator[tuple[ScriptedRelay, SmtpMailer]]:
    certificates = {"good": good, "old": old}
    server = certificates[case.server].server() if case.speaks_tls else None
    context = None if case.trusted == "system" else certificates[case.trusted].client()
    secured: Replies = {"EHLO": case.secured}
    with ScriptedRelay(server, secured, EHLO=case.ehlo, STAR=case.starttls, AUTH=case.auth) as relay:
        yield (
            relay,
            SmtpMailer(
                host=case.host,
                port=relay.port,
                security=case.security,
                username="ana",
                password=PASSWORD,
                timeout=5.0,
                tls_context=context,
            ),
        )


@pytest.mark.parametrize("name", CASES)
def test_the_queue_stays(name: str, room: Mailroom, certificate: Certificate, expired: Certificate) -> None:
    """No row is touched, no attempt used, no mail or password spoken in the open; the relay rests."""
    case = CASES[name]
    before = room.rows()
    with _relay_of(case, certificate, expired) as (relay, mailer):
        service = room.service(mailer)
        report = service.run()
        rested = service.run()
        assert relay.connections == 1, "the second run leaves the relay alone"
    assert room.rows() == before
    assert {row.state for row in before.values()} == {DeliveryState.READY}
    assert {row.attempts for row in before.values()} == {0}
    assert without_zeros(report.counts) == without_zeros(rested.counts) == {}
    (failure,) = report.failures
    assert failure.place == "mail relay"
    assert re.search(case.words, failure.reason)
    assert f"{case.host}:{mailer.port}" in failure.reason
    assert rested.warnings == ("the relay rests until 06:31 UTC",)
    _nothing_was_told(relay, failure.reason)


def _nothing_was_told(relay: ScriptedRelay, reason: str) -> None:
    clear = "\n".join(relay.clear)
    assert not {"MAIL", "RCPT", "DATA"} & set(relay.verbs())
    assert relay.body_bytes == 0
    assert not any(secret in clear or secret in reason for secret in SPOKEN)
    assert "AUTH" not in clear


def test_words_put_in_before_tls_are_not_believed_after_it(certificate: Certificate, room: Mailroom) -> None:
    """A reply injected behind the 220 of STARTTLS would offer a login; what TLS protects offers none."""
    injected = "220 go\r\n250-relay\r\n250 AUTH PLAIN LOGIN"
    secured: Replies = {"EHLO": WITHOUT_AUTH}
    with ScriptedRelay(certificate.server(), secured, EHLO=WITH_TLS, STAR=injected) as relay:
        mailer = SmtpMailer(
            host="localhost",
            port=relay.port,
            username="ana",
            password=PASSWORD,
            timeout=5.0,
            tls_context=certificate.client(),
        )
        (failure,) = room.service(mailer).run().failures
        assert "a login is not offered" in failure.reason
        assert relay.verbs() == ["EHLO", "STARTTLS", "EHLO"]


def test_mended_relay_gets_the_queue_after_its_rest(room: Mailroom, certificate: Certificate) -> None:
    """The same rows go out once the certificate is good."""
    with Relay(tls_context=certificate.server()) as relay:
        settings: dict[str, Any] = {"host": "localhost", "port": relay.port, "timeout": 5.0}
        assert room.service(SmtpMailer(**settings)).run().failures
        room.clock.move(minutes=2)
        service = room.service(SmtpMailer(**settings, tls_context=certificate.client()))
        assert without_zeros(service.run().counts) == {"sent": 3}
        assert len(relay.received.messages) == 3
    assert {row.attempts for row in room.rows().values()} == {1}


@pytest.mark.parametrize(
    "script",
    [
        {"dot": [f"250 ok\r\n{CLOSE}", f"250 ok\r\n421 idle\r\n{CLOSE}", "250 ok"]},
        {"MAIL": ["250 ok", "421 enough for one line", "250 ok", CLOSE, "250 ok"]},
    ],
)
def test_a_relay_that_lets_go_between_messages_costs_no_attempt(room: Mailroom, script: Replies) -> None:
    """Every row goes at its first attempt, and the relay need not rest."""
    with ScriptedRelay(**script) as relay:
        report = room.service(smtp_mailer(relay.port)).run()
        assert relay.connections == 3
        assert len(relay.accepted) == 3
    assert without_zeros(report.counts) == {"sent": 3}
    assert report.failures == ()
    assert {row.attempts for row in room.rows().values()} == {1}


def test_a_message_too_large_fails_alone(room: Mailroom) -> None:
    """RFC 1870: the row says why in words, and nothing of it was spoken."""
    with ScriptedRelay(EHLO="250-relay\r\n250 SIZE 100") as relay:
        report = room.service(smtp_mailer(relay.port)).run()
        assert "MAIL" not in relay.verbs()
    assert without_zeros(report.counts) == {"failed": 3}
    assert "the relay takes 100 at most" in room.rows()[ANA].reply
