"""The inbox on an IMAP server (RFC 3501), over the standard library's client.

It is somebody's mailbox, perhaps their only one: nothing is deleted, moved or answered, messages are
looked at without marking them, and only those that turn out to be ours are marked as read. To find them,
the headers of the newest messages are looked at first, unread ones and those of the last days that
somebody has read before us; no more than a bounded part of any message is fetched.
"""

import binascii
import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from imaplib import IMAP4, IMAP4_SSL
from typing import Any

from recommender.domain.errors import MailboxError
from recommender.domain.inbound import Fetched
from recommender.mail.inbound import LOOK_AT, may_hold_a_token
from recommender.mail.parsing import MOST_BYTES, without_addresses
from recommender.mail.smtp import Security
from recommender.ports import Clock

_FAILURES = (OSError, IMAP4.error, ValueError, LookupError, TypeError, AttributeError)
"""What `imaplib` raises for connections, refusals, and servers that do not speak as they should."""
_UID = re.compile(rb"\bUID (\d+)")
_DATE = re.compile(rb'\bINTERNALDATE "([^"]+)"')
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_AT_ONCE = 100
_HEAD_BYTES = 16 * 1024
_HEADS = f"(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS ({' '.join(LOOK_AT).upper()})]<0.{_HEAD_BYTES}>)"
_BODY = f"(UID BODY.PEEK[]<0.{MOST_BYTES}>)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapMailbox:
    """One folder of an IMAP server. Certificates are verified; `plain` is for a server on this machine.

    `may_be_ours` decides from the headers which messages are fetched. A message is looked at once in the
    life of this object.
    """

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    may_be_ours: Callable[[bytes], bool]
    clock: Clock
    security: Security = Security.TLS
    folder: str = "INBOX"
    timeout: float = 30.0
    most: int = 200
    """Unread messages that one opening yields, and read ones: with a token first, then the newest.

    The rest waits for the next. Never the oldest first: what is not ours stays unread, and would stand
    before everything that comes after it.
    """
    newest: int = 1000
    """Messages of each kind whose headers are looked at, from the newest on."""
    look_back: timedelta = timedelta(days=7)
    """How long a message that somebody else has marked as read is still looked at."""
    tls_context: ssl.SSLContext | None = None
    seen: set[str] = field(default_factory=set, repr=False)

    @contextmanager
    def open(self) -> Iterator["ImapSession"]:
        """Connect, log in and select the folder; raise MailboxError where any of it fails."""
        connection: IMAP4 | None = None
        try:
            try:
                connection = self._connect()
                self._log_in(connection)
                session = ImapSession(self, connection, _select(connection, self.folder))
            except _FAILURES as error:
                raise MailboxError(f"{self.host}:{self.port} cannot be read: {_words(error)}") from error
            yield session
            # LOGOUT alone: CLOSE would remove for good what the owner has marked as deleted.
            with suppress(*_FAILURES):
                connection.logout()
        finally:
            if connection is not None:
                _hang_up(connection)

    def _connect(self) -> IMAP4:
        context = self.tls_context or ssl.create_default_context()
        if self.security is Security.TLS:
            return IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=self.timeout)
        connection = IMAP4(self.host, self.port, timeout=self.timeout)
        if self.security is Security.STARTTLS:
            try:
                connection.starttls(ssl_context=context)
            except BaseException:
                _hang_up(connection)
                raise
        return connection

    def _log_in(self, connection: IMAP4) -> None:
        """Log in; names and passwords outside ASCII need SASL, for LOGIN has no way to write them."""
        if self.username.isascii() and self.password.isascii():
            connection.login(self.username, self.password)
        else:
            words = f"\0{self.username}\0{self.password}".encode()
            connection.authenticate("PLAIN", lambda _challenge: words)


class ImapSession:
    """A selected folder; handles are UIDs."""

    def __init__(self, mailbox: ImapMailbox, connection: IMAP4, validity: str) -> None:
        """Keep the connection; `validity` tells these UIDs from those of a folder made anew."""
        self._mailbox = mailbox
        self._connection = connection
        self._validity = validity

    def fetch(self) -> Iterator[Fetched]:
        """Yield messages that may be ours, oldest first; raise MailboxError."""
        unread = self._chosen(self._found("UNSEEN", "UNDELETED"))
        read = self._chosen(self._found("SEEN", "UNDELETED", "SINCE", self._since()))
        chosen = [(uid, arrived, False) for uid, arrived in unread]
        chosen += [(uid, arrived, True) for uid, arrived in read]
        for uid, arrived, was_read in sorted(chosen, key=lambda each: each[0]):
            content = self._fetched(str(uid), _BODY).get(uid)
            if content is not None:
                self._mailbox.seen.add(self._key(uid))
                yield Fetched(handle=str(uid), content=content[1], arrived=arrived, read=was_read)

    def done(self, handle: str) -> None:
        """Mark a message as read; raise MailboxError."""
        self._ask("STORE", handle, "+FLAGS.SILENT", r"(\Seen)")

    def again(self, handle: str) -> None:
        """Let a message be yielded again at the next opening."""
        self._mailbox.seen.discard(self._key(int(handle)))

    def _key(self, uid: int) -> str:
        return f"{self._validity}:{uid}"

    def _since(self) -> str:
        day = self._mailbox.clock.now() - self._mailbox.look_back
        return f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"

    def _chosen(self, uids: Sequence[int]) -> list[tuple[int, datetime | None]]:
        """Return the UIDs of the messages to fetch with when they arrived, `most` at most."""
        fresh = [uid for uid in uids if self._key(uid) not in self._mailbox.seen]
        found: list[tuple[bool, int, datetime | None]] = []
        looked = fresh[-self._mailbox.newest :]
        for start in range(0, len(looked), _AT_ONCE):
            batch = ",".join(map(str, looked[start : start + _AT_ONCE]))
            for uid, (told, head) in self._fetched(batch, _HEADS).items():
                if self._mailbox.may_be_ours(head):
                    found.append((may_hold_a_token(head), uid, _arrival(told)))
                else:
                    self._mailbox.seen.add(self._key(uid))
        foremost = sorted(found, key=lambda each: each[:2])[-self._mailbox.most :]
        return [(uid, arrived) for _, uid, arrived in foremost]

    def _fetched(self, uids: str, items: str) -> dict[int, tuple[bytes, bytes]]:
        """Fetch of messages what is a literal; return by UID the words around it, and it.

        An answer without one is a server's news of flags (RFC 3501 §7.4.2), which come at any time.
        """
        found: dict[int, tuple[bytes, bytes]] = {}
        wanted = uids.split(",")
        for told, literal in self._ask("FETCH", uids, items):
            match = _UID.search(told)
            if literal is not None and match is not None and match[1].decode() in wanted:
                found.setdefault(int(match[1]), (told, literal))
        return found

    def _found(self, *criteria: str) -> list[int]:
        words = b" ".join(told for told, _ in self._ask("SEARCH", *criteria))
        return sorted(int(word) for word in words.split() if word.isdigit())

    def _ask(self, verb: str, *arguments: str) -> list[tuple[bytes, bytes | None]]:
        """Run a UID command; return each answer as (words, literal), None where it has none."""
        try:
            status, answers = self._connection.uid(verb, *arguments)
        except _FAILURES as error:
            raise MailboxError(f"{self._mailbox.host}: {verb} failed: {_words(error)}") from error
        if status != "OK":
            raise MailboxError(f"{self._mailbox.host}: {verb} was refused: {_said(answers)}")
        return _pairs(answers)


def _pairs(answers: Sequence[Any]) -> list[tuple[bytes, bytes | None]]:
    """Join what `imaplib` takes apart: words before a literal, the literal, words after it."""
    pairs: list[tuple[bytes, bytes | None]] = []
    for answer in answers:
        if isinstance(answer, tuple):
            pairs.append((bytes(answer[0]), bytes(answer[1])))
        elif isinstance(answer, bytes) and answer.startswith(b" ") and pairs:
            pairs[-1] = (pairs[-1][0] + answer, pairs[-1][1])
        elif isinstance(answer, bytes) and answer != b")":
            pairs.append((answer, None))
    return pairs


def _arrival(words: bytes) -> datetime | None:
    match = _DATE.search(words)
    if match is None:
        return None
    try:
        return parsedate_to_datetime(match[1].decode("ascii").replace("-", " ", 2).strip()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _select(connection: IMAP4, folder: str) -> str:
    """Open a folder and return its UIDVALIDITY; raise IMAP4.error."""
    status, answers = connection.select(_quoted(folder))
    if status != "OK":
        raise IMAP4.error(f"the folder {folder} was refused: {_said(answers)}")
    return _said(connection.response("UIDVALIDITY")[1])


def _quoted(folder: str) -> str:
    """Write a folder's name as IMAP wants it: quoted, in modified UTF-7 (RFC 3501 §5.1.3)."""
    encoded = re.sub(
        "[^ -~]+|&", lambda match: "&-" if match[0] == "&" else f"&{_modified(match[0])}-", folder
    )
    escaped = encoded.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _modified(run: str) -> str:
    encoded = binascii.b2a_base64(run.encode("utf-16-be"), newline=False)
    return encoded.decode("ascii").rstrip("=").replace("/", ",")


def _hang_up(connection: IMAP4) -> None:
    """Let go of a connection, also one that is gone."""
    with suppress(OSError):
        connection.shutdown()


def _said(answers: Sequence[Any]) -> str:
    words = b" ".join(answer for answer in answers if isinstance(answer, bytes))
    return without_addresses(words.decode("utf-8", "replace"))


def _words(error: Exception) -> str:
    """Return what the server or the system said, without the address that a login may be."""
    said = error.args[0] if len(error.args) == 1 else error
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return without_addresses(text) or type(error).__name__
