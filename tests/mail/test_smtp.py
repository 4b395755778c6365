"""Tests of the SMTP mailer against a real relay and one that misbehaves on purpose."""

from collections.abc import Callable

import pytest

from recommender.domain.errors import InputError, MailDeferred, MailError, MailInDoubt, MailRejected
from recommender.mail.smtp import Security, SmtpMailer
from tests.conformance.mailer import Inbox, MailerConformance
from tests.mail.messages import a_message, an_envelope
from tests.mail.relays import CLOSE, SILENT, Relay, ScriptedRelay


def _mailer(port: int, timeout: float = 5.0) -> SmtpMailer:
    return SmtpMailer(
        host="127.0.0.1", port=port, security=Security.PLAIN, timeout=timeout, reply_timeout=timeout
    )


class RelayInbox:
    """What a real relay accepted."""

    def __init__(self, relay: Relay) -> None:
        """Send to `relay`."""
        self._relay = relay
        self.mailer = _mailer(relay.port)

    def messages(self) -> list[bytes]:
        """Return the messages in the order of acceptance."""
        return [content for _, _, content in self._relay.received.messages]


class TestSmtpMailer(MailerConformance):
    """SMTP to a real relay is a Mailer."""

    @pytest.fixture
    def inbox(self, relay: Relay) -> Inbox:
        """Give the relay as an inbox."""
        return RelayInbox(relay)


class Doubt:
    """An `on_in_doubt` that counts."""

    def __init__(self) -> None:
        """Start at none."""
        self.asked = 0

    def __call__(self) -> bool:
        """Count and go on."""
        self.asked += 1
        return True


def _outcome(relay: ScriptedRelay, doubt: Callable[[], bool], timeout: float = 5.0) -> MailError | str:
    session = None
    try:
        session = _mailer(relay.port, timeout).open()
        return session.send(an_envelope(), a_message(), doubt)
    except MailError as error:
        return error
    finally:
        if session is not None:
            session.close()


def test_envelope_and_reply_are_the_relays(relay: Relay) -> None:
    """The envelope is used as it is, and the relay's own words come back on one line."""
    session = _mailer(relay.port).open()
    assert session.send(an_envelope(), a_message(), lambda: True) == "250 queued as 4711"
    session.close()
    assert relay.received.messages[0][:2] == ("bounce+1@example.org", ("ana@example.org",))


def test_one_connection_serves_many_messages() -> None:
    """Between two messages that were taken there is nothing, not even a RSET; at the end a QUIT."""
    with ScriptedRelay() as relay:
        session = _mailer(relay.port).open()
        for number in range(3):
            session.send(an_envelope(), a_message(Subject=f"{number}"), lambda: True)
        session.close()
        assert relay.connections == 1
        assert relay.verbs() == [
            "EHLO",
            *["MAIL", "RCPT", "DATA"] * 3,
            "QUIT",
        ]


_BEFORE_THE_DOT = [
    (verb, reply, kind, relay_rests)
    for verb in ("MAIL", "RCPT", "DATA")
    for reply, kind, relay_rests in (
        ("421 shutting down", MailDeferred, True),
        ("450 later", MailDeferred, False),
        ("451-two\r\n451 lines", MailDeferred, False),
        ("452 full", MailDeferred, False),
        # At MAIL nobody is named yet but ourselves.
        ("550 never", *((MailDeferred, True) if verb == "MAIL" else (MailRejected, False))),
        ("552 too much", MailRejected, False),
        ("554 no", *((MailDeferred, True) if verb == "MAIL" else (MailRejected, False))),
        ("gibberish", MailDeferred, False),
        ("999 what", MailDeferred, False),
        ("x" * 9000, MailDeferred, False),
        (CLOSE, MailDeferred, False),
        (SILENT, MailDeferred, False),
    )
]


@pytest.mark.parametrize("verb,reply,kind,relay_rests", _BEFORE_THE_DOT)
def test_trouble_before_the_dot_leaves_no_doubt(
    verb: str, reply: str, kind: type[MailError], *, relay_rests: bool
) -> None:
    """Whatever goes wrong before the body is deferred or rejected, and not a byte of the body was sent."""
    doubt = Doubt()
    with ScriptedRelay(**{verb: reply}) as relay:
        error = _outcome(relay, doubt, timeout=0.05 if reply == SILENT else 5.0)
        assert type(error) is kind
        assert (isinstance(error, MailDeferred) and error.relay) is relay_rests
        assert doubt.asked == 0
        assert relay.body_bytes == 0


@pytest.mark.parametrize(
    "reply,expected",
    [
        ("250 queued as 4712", "250 queued as 4712"),
        ("251 ok", "251 ok"),
        ("250-two\r\n250 lines", "250 two lines"),
        ("421 shutting down", MailDeferred),
        ("450 later", MailDeferred),
        ("451 later", MailDeferred),
        ("452 full", MailDeferred),
        ("550 never", MailRejected),
        ("552 too much", MailRejected),
        ("554-spam\r\n554 it is", MailRejected),
        ("354 go on", MailInDoubt),
        ("gibberish", MailInDoubt),
        ("", MailInDoubt),
        ("25", MailInDoubt),
        ("x" * 9000, MailInDoubt),
        (CLOSE, MailInDoubt),
        (SILENT, MailInDoubt),
    ],
)
def test_after_the_dot_only_an_answer_is_an_answer(reply: str, expected: str | type[MailError]) -> None:
    """2yz is sent, 4yz deferred, 5yz rejected; a lost line, silence and nonsense stay in doubt."""
    doubt = Doubt()
    with ScriptedRelay(dot=reply) as relay:
        outcome = _outcome(relay, doubt, timeout=0.05 if reply == SILENT else 5.0)
    assert doubt.asked == 1
    assert outcome == expected if isinstance(expected, str) else type(outcome) is expected
    if isinstance(outcome, MailDeferred):
        assert outcome.relay is reply.startswith("421")


@pytest.mark.parametrize(
    "script",
    [
        {"greeting": "421 busy"},
        {"greeting": "554 go away"},
        {"greeting": "gibberish"},
        {"greeting": CLOSE},
        {"greeting": SILENT},
        {"EHLO": "421 busy"},
        {"EHLO": CLOSE},
        {"EHLO": SILENT},
        {"MAIL": "530 authentication required"},
    ],
)
def test_a_relay_that_takes_nobody_rests_the_whole_queue(script: dict[str, str | list[str]]) -> None:
    """Trouble with the relay itself is not the row's fault."""
    with ScriptedRelay(**script) as relay:
        error = _outcome(relay, Doubt(), timeout=0.05 if SILENT in script.values() else 5.0)
        assert isinstance(error, MailDeferred)
        assert error.relay
        assert relay.body_bytes == 0


def test_an_old_relay_without_ehlo_will_do() -> None:
    """HELO is enough where neither TLS nor a login is asked for."""
    with ScriptedRelay(EHLO="502 what", HELO="250 hello") as relay:
        assert _outcome(relay, Doubt()) == "250 queued as 4712"


def test_nobody_listening_rests_the_whole_queue() -> None:
    """A refused connection names the relay and is temporary."""
    with ScriptedRelay() as relay:
        port = relay.port
    with pytest.raises(MailDeferred, match=rf"relay 127\.0\.0\.1:{port} cannot be used") as caught:
        _mailer(port).open()
    assert caught.value.relay


def test_calling_off_sends_no_byte_and_says_no_word() -> None:
    """After 354 the only safe way out is to hang up: no QUIT, which would be body."""
    with ScriptedRelay() as relay:
        session = _mailer(relay.port).open()
        with pytest.raises(MailDeferred, match="called off"):
            session.send(an_envelope(), a_message(), lambda: False)
        session.close()
    assert relay.body_bytes == 0
    assert relay.verbs()[-1] == "DATA"


def test_doubt_is_asked_only_when_the_relay_waits_for_the_body() -> None:
    """MAIL, RCPT and DATA have been answered when the mark is made."""
    with ScriptedRelay() as relay:
        seen: list[list[str]] = []

        def doubt() -> bool:
            seen.append(relay.verbs())
            return True

        _outcome(relay, doubt)
    assert seen == [["EHLO", "MAIL", "RCPT", "DATA"]]


@pytest.mark.parametrize(
    "message",
    [
        a_message().replace(b"\r\n", b"\n"),
        a_message() + b"no line end",
        a_message().replace(b"Hello", b"Hel\rlo"),
        a_message().replace(b"Hello", b"Hel\n.\nlo"),
        a_message().replace(b"Hello", "Hé".encode()),
    ],
)
def test_bytes_that_smtp_cannot_carry_are_rejected_before_they_are_sent(message: bytes) -> None:
    """Lone CR or LF (where message smuggling starts) and raw 8-bit bytes never reach the relay."""
    with ScriptedRelay() as relay:
        session = _mailer(relay.port).open()
        with pytest.raises(MailRejected):
            session.send(an_envelope(), message, Doubt())
        session.close()
    assert relay.verbs() == ["EHLO", "QUIT"]


@pytest.mark.parametrize(
    "address", ["", "ana", "a b@example.org", "a@b>\r\nDATA", "añá@example.org", "a@b\0"]
)
def test_an_address_cannot_inject_commands(address: str) -> None:
    """What is not plain ASCII local@domain is rejected for this row alone."""
    with ScriptedRelay() as relay:
        session = _mailer(relay.port).open()
        with pytest.raises(MailRejected):
            session.send(an_envelope(rcpt_to=address), a_message(), Doubt())
        session.close()
    assert relay.verbs() == ["EHLO", "QUIT"]


@pytest.mark.parametrize("host", ["mail.example.org", "192.0.2.1", "0.0.0.0", "localhost.example.org"])
def test_plain_is_for_loopback_only(host: str) -> None:
    """Mail in the open never leaves the machine."""
    with pytest.raises(InputError, match="loopback only"):
        SmtpMailer(host=host, port=25, security=Security.PLAIN)


def test_plain_never_carries_a_password() -> None:
    """Credentials need TLS, also on loopback; the message says what to use."""
    with pytest.raises(InputError, match="use 'starttls' or 'tls'"):
        SmtpMailer(host="::1", port=25, security=Security.PLAIN, username="ana", password="secret")


def test_the_password_is_not_shown() -> None:
    """Printing the mailer shows no secret."""
    assert "hunter2" not in repr(SmtpMailer(host="m.example", port=587, username="a", password="hunter2"))
