"""The inbox on an IMAP server: real reading, with faults."""

import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from recommender.domain.errors import MailboxError
from recommender.mail.mailbox import ImapMailbox
from recommender.mail.smtp import Security
from recommender.ports import Mailbox
from tests.conformance.mailbox import CLOCK, Box, MailboxConformance, a_mail, wanted
from tests.mail.conftest import Certificate
from tests.mail.imapd import GARBAGE, HANG_UP, PASSWORD, REFUSE, STALL, ImapServer


def imap(server: ImapServer, **fields: object) -> ImapMailbox:
    """Build a mailbox of a server on loopback."""
    made = ImapMailbox(
        host="127.0.0.1",
        port=server.port,
        username="post",
        password=PASSWORD,
        may_be_ours=wanted,
        clock=CLOCK,
        security=Security.PLAIN,
        timeout=5.0,
        most=5,
    )
    return replace(made, **{"seen": set(), **fields})  # type: ignore[arg-type]  # by name


class ImapBox(Box):
    """A folder on the small server."""

    def __init__(self, server: ImapServer) -> None:
        """Open nothing yet."""
        self.server = server
        self.mailbox: Mailbox = imap(server)

    def put(self, content: bytes) -> None:
        """Let a message arrive."""
        self.server.put(content)

    def put_read(self, content: bytes, *, days_ago: int) -> None:
        """Let a message have arrived some days ago, and be read."""
        date = f"{CLOCK.now() - timedelta(days=days_ago):%d-%b-%Y %H:%M:%S %z}"
        self.server.messages[self.server.put(content, date=date)].flags.add("\\Seen")

    def unread(self) -> int:
        """Return how many messages are unread."""
        return len(self.server.unread())

    def contents(self) -> list[bytes]:
        """Return every message there is."""
        return [stored.content for stored in self.server.messages.values()]

    def anew(self) -> Mailbox:
        """Return another object for the same folder."""
        return imap(self.server)


@pytest.fixture
def server() -> Iterator[ImapServer]:
    """Run a small IMAP server."""
    with ImapServer() as running:
        yield running


class TestImapMailbox(MailboxConformance):
    """An IMAP folder."""

    @pytest.fixture
    def box(self, server: ImapServer) -> Box:
        """Give a folder."""
        return ImapBox(server)


def test_imap_never_removes_anything(server: ImapServer) -> None:
    """No command that could is ever given, and what the owner marked as deleted is not looked at."""
    server.put(a_mail())
    server.messages[server.put(a_mail(body="gone"))].flags.add("\\Deleted")
    with imap(server).open() as session:
        for fetched in session.fetch():
            session.done(fetched.handle)
    words = {command.split()[0] for command in server.commands}
    assert words <= {"CAPABILITY", "LOGIN", "SELECT", "UID", "LOGOUT"}
    assert server.unread() == [2]


def test_imap_fetches_only_the_headers_of_others_mail(server: ImapServer) -> None:
    """However large it is."""
    for _ in range(20):
        server.put(a_mail(subject="Holiday pictures", body="x" * 100_000))
    with imap(server).open() as session:
        assert list(session.fetch()) == []
    assert server.sent < 20 * 500


def test_imap_finds_ours_behind_a_thousand_unread(server: ImapServer) -> None:
    """The newest are looked at, and those that are not ours do not use up the limit."""
    for _ in range(1100):
        server.put(a_mail(subject="Lunch?"))
    server.put(a_mail())
    with imap(server).open() as session:
        assert [fetched.handle for fetched in session.fetch()] == ["1101"]
    assert sum(command.startswith("UID FETCH") for command in server.commands) == 11


def test_imap_news_of_flags_lose_no_message(server: ImapServer) -> None:
    """They stand between the answers, before them and behind them, about any message."""
    for number in range(3):
        server.put(a_mail(body=str(number)))
    server.news = True
    with imap(server).open() as session:
        found = [(fetched.handle, fetched.content) for fetched in session.fetch()]
    assert found == [(str(number + 1), a_mail(body=str(number))) for number in range(3)]


def test_imap_a_message_without_its_body_is_asked_for_again(server: ImapServer) -> None:
    """At the next opening of the same object: the server gave its headers, or its body, late."""
    server.put(a_mail())
    mailbox = imap(server)
    for late in ("HEADER", "BODY.PEEK[]"):
        server.late = late
        with mailbox.open() as session:
            assert list(session.fetch()) == []
    server.late = ""
    with mailbox.open() as session:
        assert [fetched.content for fetched in session.fetch()] == [a_mail()]


@pytest.mark.parametrize("folder, wire", [("Päpers & co", '"P&AOQ-pers &- co"'), ('a"b\\', '"a\\"b\\\\"')])
def test_imap_folders_of_any_name(server: ImapServer, folder: str, wire: str) -> None:
    """Written in modified UTF-7, quoted."""
    server.folder = wire
    with imap(server, folder=folder).open() as session:
        assert list(session.fetch()) == []


def test_imap_passwords_outside_ascii(server: ImapServer) -> None:
    """They go by SASL."""
    server.password = "schlüssel"
    with imap(server, password="schlüssel").open() as session:
        assert list(session.fetch()) == []
    assert "AUTHENTICATE" in server.commands


@pytest.mark.parametrize("fault", [HANG_UP, STALL, REFUSE, GARBAGE])
@pytest.mark.parametrize("verb", ["LOGIN", "SELECT", "UID SEARCH", "UID FETCH", "UID STORE"])
def test_imap_faults_are_told_in_words(server: ImapServer, verb: str, fault: str) -> None:
    """Each as a MailboxError that holds neither password nor address; nothing is marked."""
    server.put(a_mail())
    server.faults[verb] = fault
    with pytest.raises(MailboxError) as caught:
        read_all(imap(server, timeout=0.2))
    assert "127.0.0.1" in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert "ana@example.org" not in str(caught.value)
    assert server.unread() == [1]


def test_imap_wrong_login_is_told(server: ImapServer) -> None:
    """Without the login."""
    with (
        pytest.raises(MailboxError, match="AUTHENTICATIONFAILED") as caught,
        imap(server, password="x").open(),
    ):
        pass
    assert "post@" not in str(caught.value)


def test_imap_nobody_listens(server: ImapServer) -> None:
    """The place is named."""
    with pytest.raises(MailboxError, match=r"127\.0\.0\.1:1 cannot be read"), imap(server, port=1).open():
        pass


def test_imap_over_tls(certificate: Certificate) -> None:
    """The certificate is checked, and the name in it."""
    with ImapServer(tls=certificate.server()) as server:
        server.put(a_mail())
        safe = imap(server, host="localhost", security=Security.TLS, tls_context=certificate.client())
        with safe.open() as session:
            assert len(list(session.fetch())) == 1
        for stranger in (
            replace(safe, host="127.0.0.1"),
            replace(safe, tls_context=ssl.create_default_context()),
        ):
            with pytest.raises(MailboxError, match="CERTIFICATE_VERIFY_FAILED"), stranger.open():
                pass


def test_imap_starttls(certificate: Certificate) -> None:
    """Secured before the login; a server that does not offer it gets none."""
    with ImapServer(tls=certificate.server(), starttls=True) as server:
        server.put(a_mail())
        safe = imap(server, host="localhost", security=Security.STARTTLS, tls_context=certificate.client())
        with safe.open() as session:
            assert len(list(session.fetch())) == 1
    with ImapServer() as stripped:
        with pytest.raises(MailboxError, match="TLS not supported"), replace(safe, port=stripped.port).open():
            pass
        assert stripped.commands == ["CAPABILITY"]


def read_all(mailbox: Mailbox) -> None:
    """Fetch and mark everything."""
    with mailbox.open() as session:
        for fetched in session.fetch():
            session.done(fetched.handle)
