"""Answering acts that came by mail: one short mail for each reader and pass, or none.

An answer is sent after what it speaks of is stored, and nothing remembers that it was: a process that
dies in between leaves a reader without an answer rather than with two.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from recommender.digest.acknowledgement import Acknowledgement, Line, write
from recommender.digest.links import LinkClaim
from recommender.digest.mail_links import MailLinks
from recommender.digest.tex import to_unicode
from recommender.digest.words import Wording, Words
from recommender.domain.editions import Envelope
from recommender.domain.errors import InputError, MailError
from recommender.domain.subscribers import Subscriber
from recommender.ports import Clock, Mailer, MailSession
from recommender.services.rendering import Identity
from recommender.services.sending import Guard

_MOST_LINES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One act that was carried out, and what its reader is to be told.

    `message_id` names the mail that it came by; without one there is nothing to answer to.
    """

    subscriber: Subscriber
    message_id: str
    words: str
    title: str = ""
    undo: LinkClaim | None = None
    more: tuple[str, ...] = ()
    """Further lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledging:
    """Writes and sends the answers. `guard` raises MailRejected for a message that must not go out."""

    mailer: Callable[[], Mailer]
    guard: Guard
    links: MailLinks
    wording: Wording
    identity: Identity
    reply_to: str
    clock: Clock

    def send(self, acts: Sequence[Done]) -> list[str]:
        """Answer each reader once; return in words what could not be sent."""
        by_reader: dict[int, list[Done]] = defaultdict(list)
        for act in acts:
            if act.message_id:
                by_reader[act.subscriber.id].append(act)
        if not by_reader:
            return []
        try:
            session = self.mailer().open()
        except (MailError, InputError) as error:
            return [f"{len(by_reader)} acknowledgements were not sent: {error}"]
        try:
            return [words for reader in by_reader.values() for words in self._answer(session, reader)]
        finally:
            session.close()

    def _answer(self, session: MailSession, acts: Sequence[Done]) -> list[str]:
        subscriber = acts[-1].subscriber
        try:
            envelope, message = self._write(acts)
            self.guard(envelope, message)
            session.send(envelope, message, lambda: True)
        except (MailError, InputError) as error:
            return [f"subscriber {subscriber.key or subscriber.id}: no acknowledgement was sent: {error}"]
        return []

    def _write(self, acts: Sequence[Done]) -> tuple[Envelope, bytes]:
        last, shown = acts[-1], acts[-_MOST_LINES:]
        words = self.wording.of(last.subscriber.locale)
        links = self.links.in_words(words)
        name = hashlib.sha256(f"acknowledgement/{last.message_id}".encode()).hexdigest()[:32]
        note = Acknowledgement(
            sender=self.identity.sender,
            recipient=last.subscriber.email,
            recipient_name=last.subscriber.name,
            reply_to=self.reply_to,
            subject=_subject(last, words, links),
            date=self.clock.now(),
            message_id=f"<{name}@{self.identity.domain}>",
            in_reply_to=last.message_id,
            lines=[line for act in shown for line in _lines(act, links)],
            words=words,
            by_reply=last.undo is not None and _may_reply(last.undo),
        )
        message = write(note)
        if self.identity.sign is not None:
            message = self.identity.sign(message)
        envelope = Envelope(
            mail_from=self.identity.address,
            rcpt_to=last.subscriber.email,
            stem=f"answer-{note.date:%Y%m%d%H%M%S}-{name[:8]}",
        )
        return envelope, message


def _lines(act: Done, links: MailLinks) -> list[Line]:
    undo = links.link(act.undo) if act.undo else ""
    return [
        Line(words=act.words, title=to_unicode(act.title), undo=undo),
        *(Line(words=more) for more in act.more),
    ]


def _subject(last: Done, words: Words, links: MailLinks) -> str:
    if last.undo is None or not _may_reply(last.undo):
        return last.words
    return words.say("answer.subject", said=last.words, back=links.subject(last.undo))


def _may_reply(undo: LinkClaim) -> bool:
    """Tell whether a reply may take the act back: not an unsubscribe, for a machine may be what replies.

    An answering machine that does not say what it is would subscribe somebody again who left.
    """
    return undo.purpose != "unsubscribe"
