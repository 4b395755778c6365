"""One connection over many messages: what it costs, when it is made anew, and who pays for trouble."""

import socket
import time

import pytest

from recommender.domain.errors import MailDeferred, MailError, MailRejected
from recommender.mail import session as sessions
from recommender.mail.session import SmtpSession
from recommender.mail.smtp import Security, SmtpMailer
from tests.mail.conftest import Certificate
from tests.mail.messages import HEADERS, a_message, an_envelope
from tests.mail.relays import CLOSE, SILENT, Relay, ScriptedRelay


def _open(port: int, timeout: float = 5.0) -> SmtpSession:
    return SmtpMailer(
        host="127.0.0.1", port=port, security=Security.PLAIN, timeout=timeout, reply_timeout=timeout
    ).open()


def _outcome(session: SmtpSession, message: bytes = b"") -> str:
    """Send one message; return the first three characters of the reply, or the error's name."""
    try:
        return session.send(an_envelope(), message or a_message(), lambda: True)[:3]
    except MailError as error:
        return type(error).__name__


@pytest.mark.parametrize("verb,reply", [("MAIL", "450 later"), ("RCPT", "550 no"), ("dot", "554 spam")])
def test_what_was_not_taken_is_reset(verb: str, reply: str) -> None:
    """After a refusal the transaction is ended with a RSET, on the same connection."""
    with ScriptedRelay(**{verb: [reply, "250 ok"]}) as relay:
        session = _open(relay.port)
        assert _outcome(session) in ("MailDeferred", "MailRejected")
        assert _outcome(session) == "250"
        session.close()
    assert relay.connections == 1
    assert relay.verbs()[-5:] == ["RSET", "MAIL", "RCPT", "DATA", "QUIT"]
    assert relay.verbs().count("RSET") == 1


@pytest.mark.parametrize("reply", ["421 closing", "abc", CLOSE, SILENT])
def test_a_reset_that_fails_makes_a_new_connection(reply: str) -> None:
    """Nobody pays for it, and a mute relay is not waited for as long as for a verdict."""
    start = time.monotonic()
    with ScriptedRelay(RCPT=["550 no", "250 ok"], RSET=reply) as relay:
        session = SmtpMailer(
            host="127.0.0.1", port=relay.port, security=Security.PLAIN, timeout=0.2, reply_timeout=30
        ).open()
        assert _outcome(session) == "MailRejected"
        assert _outcome(session) == "250"
        session.close()
    assert relay.connections == 2
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    "said", [f"250 taken\r\n{CLOSE}", f"250 taken\r\n421 idle too long\r\n{CLOSE}", "250 taken\r\n250 again"]
)
def test_a_connection_closed_while_idle_is_made_again(said: str) -> None:
    """It is noticed before a word is spoken, and what the relay added is never taken for an answer."""
    with ScriptedRelay(dot=[said, "250 taken"]) as relay:
        session = _open(relay.port)
        assert [_outcome(session) for _ in range(3)] == ["250"] * 3
        session.close()
    assert relay.connections == 2
    assert len(relay.accepted) == 3
    assert relay.verbs().count("MAIL") == 3


@pytest.mark.parametrize("reply", ["421 too many messages on this line", CLOSE, SILENT, "530 log in first"])
def test_a_connection_that_ends_at_mail_is_made_again(reply: str) -> None:
    """A relay that lets go of a used line just then costs a reconnect, and no row an attempt."""
    with ScriptedRelay(MAIL=["250 ok", reply, "250 ok"]) as relay:
        session = _open(relay.port, timeout=0.2)
        assert [_outcome(session) for _ in range(3)] == ["250"] * 3
        session.close()
    assert relay.connections == 2
    assert len(relay.accepted) == 3


@pytest.mark.parametrize("reply", ["421 closing", CLOSE, SILENT])
def test_once_is_enough(reply: str) -> None:
    """A new connection that fares no better is believed: nothing is tried a third time."""
    with ScriptedRelay(MAIL=["250 ok", reply]) as relay:
        session = _open(relay.port, timeout=0.1)
        assert _outcome(session) == "250"
        assert _outcome(session) == "MailDeferred"
        session.close()
    assert relay.connections == 2
    assert relay.verbs().count("MAIL") == 3


@pytest.mark.parametrize("reply", ["421 closing", CLOSE, SILENT])
def test_a_new_connection_is_not_made_twice(reply: str) -> None:
    """Trouble with the first message of a connection is no stale line."""
    with ScriptedRelay(MAIL=[reply, "250 ok"]) as relay:
        session = _open(relay.port, timeout=0.1)
        assert _outcome(session) == "MailDeferred"
        session.close()
    assert relay.connections == 1


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "dot"])
def test_later_in_a_message_nothing_is_repeated(verb: str) -> None:
    """Only MAIL may meet a stale line; after it a lost line is told."""
    with ScriptedRelay(**{verb: ["250 ok" if verb != "DATA" else "354 go on", CLOSE]}) as relay:
        session = _open(relay.port)
        assert _outcome(session) == "250"
        assert _outcome(session) == ("MailInDoubt" if verb == "dot" else "MailDeferred")
        session.close()
    assert relay.connections == 1


def test_a_stale_connection_to_a_relay_that_is_gone_rests_the_queue() -> None:
    """Where no new connection can be made it is the relay's trouble."""
    with ScriptedRelay(dot=f"250 taken\r\n{CLOSE}", greeting=["220 ready", "421 busy"]) as relay:
        session = _open(relay.port)
        assert _outcome(session) == "250"
        with pytest.raises(MailDeferred, match="421 busy") as caught:
            session.send(an_envelope(), a_message(), lambda: True)
        session.close()
    assert caught.value.relay


def _ehlo(*lines: str) -> str:
    return "\r\n".join([f"250-{line}" for line in ("relay", *lines)] + ["250 HELP"])


def test_a_message_beyond_the_announced_size_is_not_sent() -> None:
    """RFC 1870: it is rejected in words before MAIL, and the next one goes."""
    message = a_message()
    with ScriptedRelay(EHLO=_ehlo(f"SIZE {len(message)}")) as relay:
        session = _open(relay.port)
        with pytest.raises(MailRejected, match=rf"{len(message) + 3} bytes.* takes {len(message)} at most"):
            session.send(an_envelope(), a_message(Subject=f"{HEADERS['Subject']}xyz"), lambda: True)
        assert _outcome(session, message) == "250"
        session.close()
    assert [command for command in relay.commands if command.startswith("MAIL")] == [
        f"MAIL FROM:<bounce+1@example.org> SIZE={len(message)}"
    ]


@pytest.mark.parametrize("size", ["SIZE", "SIZE 0", "SIZE lots", "SIZE -1"])
def test_an_announcement_without_a_size_sets_no_limit(size: str) -> None:
    """The size is told, and nothing is refused."""
    with ScriptedRelay(EHLO=_ehlo(size)) as relay:
        session = _open(relay.port)
        assert _outcome(session) == "250"
        session.close()
    assert any(command.endswith(f" SIZE={len(a_message())}") for command in relay.commands)


def test_without_the_extension_no_size_is_told() -> None:
    """An old relay would not understand it."""
    with ScriptedRelay() as relay:
        session = _open(relay.port)
        assert _outcome(session) == "250"
        session.close()
    assert not any("SIZE" in command for command in relay.commands)


@pytest.mark.parametrize(
    "verb,reply,relay_rests",
    [
        ("MAIL", "550 5.7.60 no permission to send as this sender", True),
        ("MAIL", "553 5.7.1 sender address rejected: not owned by user", True),
        ("MAIL", "550 5.1.8 bad sender's system", True),
        ("MAIL", "550 5.1.1 no such user here", True),
        ("MAIL", "550 never", True),
        ("MAIL", "552 5.3.4 larger than we take", False),
        ("MAIL", "500 5.3.4 larger than we take", False),
        ("RCPT", "550 5.7.1 not to this reader", False),
        ("RCPT", "530 5.7.0 log in first", True),
        ("DATA", "535 5.7.8 log in again", True),
        ("MAIL", "503 hello first", False),
    ],
)
def test_a_refusal_of_ourselves_is_not_the_rows(verb: str, reply: str, *, relay_rests: bool) -> None:
    """A sender or login that the relay refuses would fail every edition: the queue rests instead."""
    with ScriptedRelay(**{verb: reply}) as relay:
        session = _open(relay.port)
        with pytest.raises(MailError, match=reply[:3]) as caught:
            session.send(an_envelope(), a_message(), lambda: True)
        session.close()
    assert getattr(caught.value, "relay", False) is relay_rests


def test_a_relay_that_does_not_say_goodbye_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """QUIT is a courtesy: closing waits for it a moment, not for the whole time-out."""
    monkeypatch.setattr(sessions, "_GOODBYE_SECONDS", 0.05)
    with ScriptedRelay(QUIT=SILENT) as relay:
        session = _open(relay.port, timeout=600)
        assert _outcome(session) == "250"
        session.close()
    assert relay.verbs()[-1] == "QUIT"


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_small_packets_go_at_once_also_over_tls(certificate: Certificate, security: Security) -> None:
    """TCP_NODELAY holds for the socket that TLS has wrapped."""
    server = certificate.server()
    settings = {"ssl_context": server} if security is Security.TLS else {"tls_context": server}
    with Relay(**settings) as relay:
        mailer = SmtpMailer(
            host="localhost",
            port=relay.port,
            security=security,
            timeout=5.0,
            tls_context=certificate.client(),
        )
        connection = mailer.connect()
        assert connection.sock is not None
        assert connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        connection.close()


def test_an_idle_line_under_tls_is_told_from_a_closed_one(certificate: Certificate) -> None:
    """What TLS itself says between messages is no reply, and a line that TLS closed is made again."""
    secured: dict[str, str | list[str]] = {"dot": ["250 one", f"250 two\r\n{CLOSE}", "250 three"]}
    with ScriptedRelay(certificate.server(), secured, EHLO=_ehlo("STARTTLS"), STAR="220 go") as relay:
        session = SmtpMailer(
            host="localhost",
            port=relay.port,
            timeout=5.0,
            reply_timeout=5.0,
            tls_context=certificate.client(),
        ).open()
        replies = [session.send(an_envelope(), a_message(), lambda: True) for _ in range(2)]
        assert relay.connections == 1
        relay.script(dot="250 three")
        replies.append(session.send(an_envelope(), a_message(), lambda: True))
        session.close()
    assert replies == ["250 one", "250 two", "250 three"]
    assert relay.connections == 2


PIPELINING = _ehlo("PIPELINING")


def test_a_relay_that_takes_commands_together_gets_them_together() -> None:
    """RFC 2920: MAIL, RCPT and DATA in one write, and the body only after all three answers."""
    with ScriptedRelay(EHLO=PIPELINING) as relay:
        session = _open(relay.port)
        seen: list[list[str]] = []

        def doubt() -> bool:
            seen.append(relay.verbs())
            return True

        for _ in range(2):
            session.send(an_envelope(), a_message(), doubt)
        session.close()
    assert relay.accepted == [a_message()] * 2
    assert seen == [["EHLO", "MAIL", "RCPT", "DATA"], ["EHLO", *["MAIL", "RCPT", "DATA"] * 2]]


@pytest.mark.parametrize(
    "script,outcome,connections",
    [
        ({"RCPT": "550 no", "DATA": "503 nobody to send to"}, "MailRejected", 1),
        ({"RCPT": "550 no", "DATA": "554 5.5.1 nobody"}, "MailRejected", 1),
        ({"RCPT": "450 later", "DATA": "503 nobody to send to"}, "MailDeferred", 1),
        ({"RCPT": "550 no", "DATA": "354 go on"}, "MailRejected", 2),
        ({"MAIL": "451 later", "RCPT": "503 what", "DATA": "503 what"}, "MailDeferred", 1),
        ({"MAIL": "550 no", "RCPT": "503 what", "DATA": "503 what"}, "MailDeferred", 2),
        ({"MAIL": "550 no", "RCPT": "503 what", "DATA": "354 go on"}, "MailDeferred", 2),
        ({"MAIL": "550 no", "RCPT": "503 what", "DATA": CLOSE}, "MailDeferred", 2),
        ({"MAIL": "550 no", "RCPT": "503 what", "DATA": "421 bye"}, "MailDeferred", 2),
        ({"RCPT": "550 no", "DATA": SILENT}, "MailRejected", 2),
        ({"DATA": "554 no"}, "MailRejected", 1),
        ({"DATA": "250 what"}, "MailDeferred", 2),
        ({"MAIL": "250 ok\r\n250 ok"}, "MailDeferred", 2),
        ({"RCPT": "250 ok\r\n354 go on"}, "MailDeferred", 2),
        ({"DATA": "354 go on\r\n250 queued as LIE"}, "MailDeferred", 2),
        ({"MAIL": "421 bye"}, "MailDeferred", 2),
        ({"MAIL": CLOSE}, "MailDeferred", 2),
    ],
)
def test_refusals_of_commands_given_together(script: dict[str, str], outcome: str, connections: int) -> None:
    """No body for a relay that refused one of them, and the next message finds the line in order."""
    with ScriptedRelay(EHLO=PIPELINING, **script) as relay:
        session = _open(relay.port, timeout=0.2)
        assert _outcome(session) == outcome
        assert relay.body_bytes == 0
        relay.script(MAIL="250 ok", RCPT="250 ok", DATA="354 go on")
        assert _outcome(session) == "250"
        session.close()
    assert relay.connections == connections
    assert relay.accepted[-1] == a_message()


def test_a_stale_line_is_made_again_when_commands_go_together() -> None:
    """A 421 or a closed line in place of the first answer costs a reconnect, as one by one."""
    script: dict[str, str | list[str]] = {"MAIL": ["250 ok", CLOSE, "250 ok", "421 enough", "250 ok"]}
    with ScriptedRelay(EHLO=PIPELINING, **script) as relay:
        session = _open(relay.port)
        assert [_outcome(session) for _ in range(3)] == ["250"] * 3
        session.close()
    assert relay.connections == 3
    assert len(relay.accepted) == 3
