"""The short mail that answers acts which came by mail: what was recorded, and how to take it back.

It is an automatic answer and says so (RFC 3834), so that no machine answers it in turn. Its subject
holds the token that takes the newest act back: replying is all it needs. The way back from an unsubscribe
is a link in the text alone, for a machine may reply too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from recommender.digest.folding import subject_words
from recommender.digest.message import ONE_LINE, MailPolicy, leaf, mailbox
from recommender.digest.plain import plain, shorten
from recommender.digest.words import Words
from recommender.domain.errors import InputError

_UNFOLDED = ONE_LINE | {"subject", "in-reply-to", "references"}
_LONGEST_TITLE = 160


class _Policy(MailPolicy):
    """The subject is not folded either: a token that is broken in two is none."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return the header as wire bytes; raise InputError where it cannot be written on one line."""
        if name.lower() not in _UNFOLDED:
            return super().fold_binary(name, value)
        if name.lower() == "subject":
            value = " ".join(subject_words(value))
        if not value.isascii() or not value.isprintable():
            raise InputError(f"header {name} must be one line of printable ASCII")
        return f"{name}: {value}\r\n".encode("ascii")


_POLICY = _Policy(linesep="\r\n", max_line_length=78, utf8=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was done: words, the title of the paper if there is one, and a link that undoes it."""

    words: str
    title: str = ""
    undo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Everything of one such mail. Addresses are bare but for `sender`; identifiers have their brackets."""

    sender: str
    recipient: str
    recipient_name: str
    reply_to: str
    subject: str
    date: datetime
    message_id: str
    in_reply_to: str
    lines: Sequence[Line]
    words: Words
    by_reply: bool = False
    """Whether a reply takes the last act back."""


def write(note: Acknowledgement) -> bytes:
    """Return the message as it goes on the wire; raise InputError for what no header can hold."""
    head = EmailMessage(policy=_POLICY)
    for name, value in (
        ("From", mailbox(note.sender)),
        ("To", mailbox(note.recipient, note.recipient_name)),
        ("Reply-To", mailbox(note.reply_to)),
        ("Subject", note.subject),
        ("Date", format_datetime(note.date)),
        ("Message-ID", note.message_id),
        ("In-Reply-To", note.in_reply_to),
        ("References", note.in_reply_to),
        ("Auto-Submitted", "auto-replied"),
        ("X-Auto-Response-Suppress", "All"),
    ):
        head[name] = value
    fields = b"".join(_POLICY.fold_binary(name, value) for name, value in head.raw_items())
    return fields + b"MIME-Version: 1.0\r\n" + leaf("plain", text_of(note))


def text_of(note: Acknowledgement) -> str:
    """Return the words of the mail."""
    say = note.words.say
    lines = [_said(line, note.words) for line in note.lines]
    if note.by_reply:
        lines += ["", say("answer.by_reply", number=len(lines))]
    undo = [line for line in note.lines if line.undo]
    if len(note.lines) > 1 and undo:
        lines += ["", say("answer.by_links")]
        lines += [f"{_said(line, note.words)}\n{line.undo}" for line in undo]
    elif undo and not note.by_reply:
        lines += ["", say("answer.by_link"), undo[0].undo]
    return "\n".join(lines)


def _said(line: Line, words: Words) -> str:
    if not line.title:
        return line.words
    return words.say("answer.titled", said=line.words, title=shorten(plain(line.title), _LONGEST_TITLE))
