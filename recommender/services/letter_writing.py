"""What the letter of a request says, made from the rows when it is sent: no token is stored anywhere.

Here is asked what whoever made the request must not learn: whether an address is known, suppressed or was
forgotten. The answer goes to that address alone, or nowhere.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from recommender.digest.links import Links
from recommender.digest.notes import Note, NoteHead, Way, write_note
from recommender.digest.words import Words
from recommender.domain.discretion import shielded
from recommender.domain.editions import Envelope
from recommender.domain.requests import CONFIRM_WITHIN, End, Letter, RequestKind
from recommender.domain.subscribers import Subscriber, SubscriberState
from recommender.ports import UnitOfWork
from recommender.services.confirming import BACK
from recommender.services.rendering import Identity, Look
from recommender.services.requests import may_be_written, often, reader_at
from recommender.services.subscriptions import Traces

_MAILED = frozenset({SubscriberState.ACTIVE, SubscriberState.PAUSED})
_NOT_ASKING = frozenset({"known", "taken", "links"})
"""Letters without anything to confirm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A letter as it goes out."""

    envelope: Envelope
    message: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """Which of the texts a letter has, who it speaks to, and what fills the gaps."""

    name: str
    reader: Subscriber | None = None
    """Whose pages it may lead to: the one at the address it goes to."""
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterWriter:
    """Writes letters. `site` is how the installation is called: the start of its links."""

    look: Look
    links: Links
    identity: Identity
    site: str
    traces: Traces = lambda _address: ()

    def write(self, unit: UnitOfWork, letter: Letter, now: datetime) -> Written | str:
        """Return the message of a letter, or in words without any address why none is to go."""
        case = self._case(unit, letter, now)
        if isinstance(case, str):
            return case
        reader = case.reader
        words = self.look.wording.of(reader.locale if reader else "")
        note = self._note(letter, case, words, now)
        name = hashlib.sha256(f"letter/{letter.request.public_id}/{letter.id}".encode()).hexdigest()[:32]
        head = NoteHead(
            sender=self.identity.sender,
            recipient=letter.email,
            recipient_name=_name(letter, reader),
            date=now,
            message_id=f"<{name}@{self.identity.domain}>",
        )
        message = write_note(head, note, self.look.renderer.note(note))
        if self.identity.sign is not None:
            message = self.identity.sign(message)
        stem = f"letter-{now:%Y%m%d%H%M%S}-{case.name}-{name[:8]}"
        envelope = Envelope(mail_from=self.identity.address, rcpt_to=letter.email, stem=stem)
        return Written(envelope=envelope, message=message)

    def _case(self, unit: UnitOfWork, letter: Letter, now: datetime) -> _Case | str:
        request = letter.request
        if request.done_at is not None or not request.open(now):
            return "the request is over"
        if not may_be_written(unit, letter.email):
            return "the address is not mailed"
        if request.kind is RequestKind.JOIN:
            return self._join(unit, letter, now)
        own = unit.people.get(request.subscriber or 0)
        if request.kind is RequestKind.ADDRESS and letter.to is End.NEW:
            return self._new(unit, letter, own)
        name = "own" if request.kind is RequestKind.ADDRESS else request.kind.value
        return _Case(name=name, reader=own, values={"address": request.email})

    def _join(self, unit: UnitOfWork, letter: Letter, now: datetime) -> _Case | str:
        known, email = reader_at(unit, letter.email), letter.email
        left = self._left(unit, email)
        if known is not None and known.state in _MAILED and unit.people.suppression(email) is None:
            return _Case(name="known", reader=known, values={})
        if left and often(unit, letter.request, now):
            return "the address asked for no mail, and was written to today"
        return _Case(name="again" if known is not None and left else "join", values={})

    def _new(self, unit: UnitOfWork, letter: Letter, own: Subscriber) -> _Case | str:
        """Decide about the other end of a change of address, which may be anybody's."""
        if BACK in letter.request.details:
            return _Case(name="back", values={"address": shielded(own.email)})
        if self._left(unit, letter.email):
            return "the address asked for no mail"
        known = reader_at(unit, letter.email)
        if known is None:
            return _Case(name="new", values={"address": shielded(own.email)})
        if known.id == own.id:
            return "the address is the present one"
        return _Case(name="taken", reader=known, values={})

    def _left(self, unit: UnitOfWork, email: str) -> bool:
        """Tell whether whoever has an address wanted no mail any more, or to be forgotten."""
        return any(unit.people.suppression(name) is not None for name in (email, *self.traces(email)))

    def _note(self, letter: Letter, case: _Case, words: Words, now: datetime) -> Note:
        def say(key: str, **values: str) -> str:
            return words.say(f"letter.{key}", **values)

        name, asks = _name(letter, case.reader), case.name not in _NOT_ASKING
        foot = [say("foot", site=self.site)]
        if asks:
            zone = _zone(letter, case.reader)
            end = letter.request.at + CONFIRM_WITHIN
            clock = words.time(end.astimezone(ZoneInfo(zone)).time())
            when = words.say("slot", day=words.day(end, zone), time=clock, zone=zone)
            ignore = [] if case.name == "back" else [say("ignore")]
            foot = [say("until", when=when), *ignore, *foot]
        return Note(
            language=words.language,
            direction=words.direction,
            subject=say(f"{case.name}.subject"),
            lines=(
                *((say("hello", name=name),) if name else ()),
                say(f"{case.name}.text", **case.values),
            ),
            ways=self._ways(letter, case, words, now),
            foot=tuple(foot),
        )

    def _ways(self, letter: Letter, case: _Case, words: Words, now: datetime) -> tuple[Way, ...]:
        request, reader = letter.request, case.reader
        button = words.say(f"letter.{case.name}.button")
        if case.name not in _NOT_ASKING:
            url = self.links.confirm(request.public_id, request.id, letter.to.value, now)
            return (Way(words=button, url=url),)
        if reader is None:
            return ()
        who = (reader.public_id, reader.epoch)
        first = Way(words=button, url=self.links.preferences(*who, now))
        if case.name != "links":
            return (first,)
        return (
            first,
            Way(words=words.say("letter.reading"), url=self.links.reading(*who, now)),
            Way(words=words.say("letter.unsubscribe"), url=self.links.unsubscribe(*who, now)),
        )


def _name(letter: Letter, reader: Subscriber | None) -> str:
    """Return whom to greet: never by a name that a stranger typed, which could be a message of theirs."""
    return reader.name if reader is not None and letter.email == reader.email else ""


def _zone(letter: Letter, reader: Subscriber | None) -> str:
    return reader.cadence.zone if reader is not None else letter.request.details.get("zone", "UTC")
