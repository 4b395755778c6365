"""A small IMAP server on loopback: enough of RFC 3501 for one folder, and faults on request.

It keeps its word: what is not implemented is refused, a partial fetch is partial, PEEK marks nothing,
and every command is kept (without its password) to be looked at.
"""

import base64
import re
import socket
import ssl
import threading
from dataclasses import dataclass, field
from datetime import date, datetime
from email import message_from_bytes
from types import TracebackType
from typing import Self

PASSWORD = "geheim"
HANG_UP, STALL, REFUSE, GARBAGE = "hang up", "stall", "refuse", "garbage"


@dataclass
class Stored:
    """One message of the folder."""

    content: bytes
    flags: set[str] = field(default_factory=set)
    date: str = "21-Nov-2026 06:45:00 +0000"


@dataclass
class ImapServer:
    """One mailbox with one folder; `faults` maps a command to what happens instead of its answer."""

    messages: dict[int, Stored] = field(default_factory=dict)
    folder: str = '"INBOX"'
    user: str = "post"
    password: str = PASSWORD
    tls: ssl.SSLContext | None = None
    starttls: bool = False
    validity: int = 17
    faults: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    sent: int = 0
    news: bool = False
    """Tell of flags between answers, as a server does when somebody else reads along."""
    late: str = ""
    """What is asked for with this in it comes without its literal."""

    def __enter__(self) -> Self:
        """Listen."""
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and end every conversation."""
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def put(self, content: bytes, *, uid: int | None = None, **fields: str) -> int:
        """Store a message and return its UID."""
        number = uid or max(self.messages, default=0) + 1
        self.messages[number] = Stored(content=content, **fields)  # type: ignore[arg-type]  # by name
        return number

    def unread(self) -> list[int]:
        """Return the UIDs of unread messages."""
        return [uid for uid, stored in self.messages.items() if "\\Seen" not in stored.flags]

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(5)
            if self.tls is not None and not self.starttls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            _Talk(self, connection).run()
        except (OSError, ValueError):
            pass
        finally:
            connection.close()


class _Talk:
    """One conversation."""

    def __init__(self, server: ImapServer, connection: socket.socket) -> None:
        self._server = server
        self._socket = connection
        self._stream = connection.makefile("rb")

    def run(self) -> None:
        try:
            self._say("* OK ready")
            while line := self._stream.readline():
                tag, _, command = line.decode("utf-8").rstrip("\r\n").partition(" ")
                if not self._answer(tag, command):
                    return
        finally:
            self._stream.close()
            self._socket.close()

    def _answer(self, tag: str, command: str) -> bool:
        """Answer a command; False ends the conversation."""
        verb, _, rest = command.partition(" ")
        verb = verb.upper()
        if verb == "UID":
            verb, _, rest = rest.partition(" ")
            verb = f"UID {verb.upper()}"
        self._server.commands.append(verb if verb in ("LOGIN", "AUTHENTICATE") else f"{verb} {rest}".strip())
        fault = self._server.faults.get(verb)
        if fault is not None:
            return self._fail(tag, fault)
        handler = getattr(self, f"_{verb.lower().replace(' ', '_')}", None)
        if handler is None:
            self._say(f"{tag} BAD not known here")
            return True
        return bool(handler(tag, rest))

    def _fail(self, tag: str, fault: str) -> bool:
        if fault == STALL:
            self._server._over.wait(5)
        elif fault == GARBAGE:
            self._say("* 1 FETCH (UID one BODY[] {-3}\r\n)(((")
            return True
        elif fault == REFUSE:
            self._say(f"{tag} NO [UNAVAILABLE] not now, ana@example.org")
            return True
        return False

    def _capability(self, tag: str, _rest: str) -> bool:
        more = " STARTTLS" if self._server.starttls else ""
        self._say(f"* CAPABILITY IMAP4rev1 AUTH=PLAIN{more}")
        return self._ok(tag)

    def _starttls(self, tag: str, _rest: str) -> bool:
        self._ok(tag)
        assert self._server.tls is not None
        self._stream.close()
        self._socket = self._server.tls.wrap_socket(self._socket, server_side=True)
        self._stream = self._socket.makefile("rb")
        return True

    def _login(self, tag: str, rest: str) -> bool:
        user, _, password = rest.partition(" ")
        return self._admit(tag, user.strip('"'), password.strip('"'))

    def _authenticate(self, tag: str, _rest: str) -> bool:
        self._say("+ ")
        _, user, password = base64.b64decode(self._stream.readline()).decode().split("\0")
        return self._admit(tag, user, password)

    def _admit(self, tag: str, user: str, password: str) -> bool:
        if (user, password) == (self._server.user, self._server.password):
            return self._ok(tag)
        self._say(f"{tag} NO [AUTHENTICATIONFAILED] wrong login of {user}@example.org")
        return True

    def _select(self, tag: str, rest: str) -> bool:
        if rest != self._server.folder:
            self._say(f"{tag} NO there is no such folder")
            return True
        self._say(f"* {len(self._server.messages)} EXISTS")
        self._say(f"* OK [UIDVALIDITY {self._server.validity}] is what it is")
        self._say(f"{tag} OK [READ-WRITE] selected")
        return True

    def _uid_search(self, tag: str, rest: str) -> bool:
        unread = self._server.unread()
        if rest == "UNSEEN UNDELETED":
            wanted = unread
        else:
            since = re.fullmatch(r"SEEN UNDELETED SINCE (\d+-[A-Z][a-z]{2}-\d{4})", rest)
            assert since is not None, rest
            start = datetime.strptime(since[1], "%d-%b-%Y").date()  # noqa: DTZ007 - IMAP's day has no zone
            stored = self._server.messages
            wanted = [uid for uid in stored if uid not in unread and _day(stored[uid].date) >= start]
        found = [uid for uid in wanted if "\\Deleted" not in self._server.messages[uid].flags]
        self._say(f"* SEARCH {' '.join(map(str, found))}".rstrip())
        return self._ok(tag)

    def _uid_fetch(self, tag: str, rest: str) -> bool:
        uids, _, items = rest.partition(" ")
        section = re.search(r"BODY\.PEEK\[(HEADER\.FIELDS \(([^)]*)\))?\]<0\.(\d+)>", items)
        assert section is not None, items
        for number, (uid, stored) in enumerate(sorted(self._server.messages.items()), 1):
            if str(uid) not in uids.split(","):
                continue
            content = stored.content if section[1] is None else _fields(stored.content, section[2].split())
            content = content[: int(section[3])]
            if self._server.news:
                self._say_flags()
            if self._server.late and self._server.late in items:
                self._say(f"* {number} FETCH (UID {uid} FLAGS ())")
                continue
            self._server.sent += len(content)
            words = f'* {number} FETCH (UID {uid} INTERNALDATE "{stored.date}" BODY[]<0> {{{len(content)}}}'
            self._socket.sendall(words.encode() + b"\r\n" + content + b" FLAGS ())\r\n")
            if self._server.news:
                self._say_flags()
        return self._ok(tag)

    def _say_flags(self) -> None:
        """Tell of the flags of every message, with its UID (as with CONDSTORE) and without."""
        for number, uid in enumerate(sorted(self._server.messages), 1):
            self._say(f"* {number} FETCH (FLAGS (\\Answered))")
            self._say(f"* {number} FETCH (UID {uid} FLAGS (\\Answered))")

    def _uid_store(self, tag: str, rest: str) -> bool:
        uid, item, flags = rest.split(" ", 2)
        assert item == "+FLAGS.SILENT"
        self._server.messages[int(uid)].flags |= set(flags.strip("()").split())
        return self._ok(tag)

    def _logout(self, tag: str, _rest: str) -> bool:
        self._say("* BYE")
        self._ok(tag)
        return False

    def _ok(self, tag: str) -> bool:
        self._say(f"{tag} OK done")
        return True

    def _say(self, line: str) -> None:
        self._socket.sendall(f"{line}\r\n".encode())


def _day(text: str) -> date:
    return datetime.strptime(text, "%d-%b-%Y %H:%M:%S %z").date()


def _fields(content: bytes, names: list[str]) -> bytes:
    """Return the header fields that were asked for, as they stand."""
    wanted = {name.lower() for name in names}
    message = message_from_bytes(content)
    found = [f"{name}: {value}\r\n" for name, value in message.items() if name.lower() in wanted]
    return "".join(found).encode("utf-8", "surrogateescape") + b"\r\n"
