"""The short mail of a request: what was asked for, one button, and what happens without it.

It is sent by a machine and says so (RFC 3834). It belongs to no list, so no header speaks of one.
"""

import textwrap
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from recommender.digest.message import assemble, mailbox
from recommender.digest.plain import header_text

_WIDTH = 74


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A button: what it says, and where it leads."""

    words: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Everything that is said, in the language of who reads it."""

    language: str
    direction: str
    subject: str
    lines: tuple[str, ...]
    """Paragraphs before the buttons."""
    ways: tuple[Way, ...]
    """The first is what the mail is for."""
    foot: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteHead:
    """The envelope side of a note. `sender` may be `Name <address>`; `recipient` is an address."""

    sender: str
    recipient: str
    recipient_name: str
    date: datetime
    message_id: str


def write_note(head: NoteHead, note: Note, html: str) -> bytes:
    """Return the message as it goes on the wire; raise InputError for what no header can hold."""
    headers: list[tuple[str, object]] = [
        ("From", mailbox(head.sender)),
        ("To", mailbox(head.recipient, head.recipient_name)),
        ("Subject", header_text(note.subject)),
        ("Date", format_datetime(head.date)),
        ("Message-ID", head.message_id),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
    ]
    return assemble(headers, head.message_id, note_text(note), html)


def note_text(note: Note) -> str:
    """Return the text part: prose wrapped, links whole on lines of their own."""
    ways = [f"{way.words}:\n{way.url}" for way in note.ways]
    return "\n\n".join([*map(_wrapped, note.lines), *ways, *map(_wrapped, note.foot)]) + "\n"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
