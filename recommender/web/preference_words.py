"""What the preference page says of a change, in words: what it does to the digests that come."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from recommender.digest.words import Words
from recommender.domain.editions import Slot
from recommender.domain.subscribers import Interest, Subscriber, SubscriberState
from recommender.domain.wishes import Value, interest_of
from recommender.web.preference_choices import local_day, locale_words, share_words, slots_of
from recommender.web.preference_fields import LISTS, SECTIONS

Changes = Mapping[str, tuple[Value, Value]]
_LISTS = {
    "keywords": "words to look for",
    "mute": "words that keep a paper out",
    "authors": "authors",
    "categories": "categories",
    "seeds": "example papers",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """Who is spoken to, in which words, and which slot is next."""

    subscriber: Subscriber
    words: Words
    slot: Slot
    now: datetime

    def next_words(self) -> str:
        """Say when the next digest is due."""
        due = self.due()
        return f"The next one is due {due}." if due else "No mail goes out until it is resumed."

    def due(self) -> str:
        """Return `Saturday 31 January at 07:30 (Europe/Berlin time)`; empty where no mail goes out."""
        own = self.subscriber
        ends = own.state is SubscriberState.PAUSED and own.paused_until is not None
        if not own.mailable and not ends:
            return ""
        if self.slot.due_at <= self.now:
            return "now, and goes out as soon as there is something for it"
        return self.words.slot(self.slot, self.subscriber.cadence.zone)

    @property
    def awake(self) -> bool:
        """Whether a pause is over that nobody ended."""
        return self.subscriber.pause_is_over(self.now)

    def changes(self, changes: Changes) -> list[str]:
        """Return a sentence or two for each change."""
        found = []
        if any(field in SECTIONS["when"] for field in changes):
            cadence = self.words.cadence(self.subscriber.cadence)
            found.append(f"From now on a digest comes {cadence}. {self.next_words()}")
        for field, (before, after) in changes.items():
            place = interest_of(field)
            if place:
                found += self._interest(*place, before, after)
            elif field in _SENTENCES:
                found.append(_SENTENCES[field](self, after))
        return list(dict.fromkeys(found))

    def size(self, after: Value) -> str:
        """Say how long digests are."""
        return "A digest has one paper at most." if after == 1 else f"A digest has at most {after} papers."

    def floor(self, after: Value) -> str:
        """Say which papers are good enough."""
        if after is None:
            return "Which papers are good enough is found out by itself."
        share = float(str(after)) * 100
        if not share:
            return "The best papers come, however little they fit."
        return f"Only papers that fit better than {share:g} of 100 others come; fewer papers, not filler."

    def empty(self, after: Value) -> str:
        """Say what a day without papers brings."""
        return f"A day without papers brings {'a short' if after else 'no'} mail."

    def share(self, after: Value) -> str:
        """Say whom votes serve."""
        if after:
            return "Your votes count, without your name, in what others are shown."
        return "Your votes are kept out of what others are shown."

    def name(self, after: Value) -> str:
        """Say how a digest greets."""
        return f"Digests are for “{after}”." if after else "Digests name nobody."

    def locale(self, after: Value) -> str:
        """Say how dates are written."""
        if not after:
            return "Language, dates and numbers are those of the installation."
        return f"Dates and numbers are as in {locale_words(str(after))}."

    def _interest(self, key: str, part: str, before: Value, after: Value) -> Iterator[str]:
        interest = next((own for own in self.subscriber.interests if own.key == key), None)
        if not part:
            yield from self._whole(interest, before)
        elif interest and part == "name":
            yield f"“{before}” is called “{after}” now; its votes stay with it."
        elif interest and part == "paused":
            yield self._paused(interest)
        elif interest and part == "weight":
            yield f"“{interest.name}” has {self._share(interest)} of a digest now."
        elif interest and part == "about":
            yield f"“{interest.name}”: the next digest looks for what the new sentence says."
        elif interest and part in LISTS:
            yield from _list_words(interest.name, part, before, after)

    def _whole(self, interest: Interest | None, before: Value) -> Iterator[str]:
        if interest:
            share = "is paused" if interest.paused else f"has {self._share(interest)}"
            yield f"“{interest.name}” is one of your interests: it {share} of the next digest."
        elif isinstance(before, dict):
            yield f"“{before.get('name')}” is no interest of yours any more. Your votes are kept."

    def _paused(self, interest: Interest) -> str:
        if interest.paused:
            return (
                f"“{interest.name}” is paused: the next digest has nothing of it, the others share its place."
            )
        return f"“{interest.name}” is back: it has {self._share(interest)} of the next digest."

    def _share(self, interest: Interest) -> str:
        number = slots_of(self.subscriber, interest, interest.weight)
        return share_words(number, self.subscriber.papers)


_SENTENCES = {
    "papers": Saying.size,
    "floor": Saying.floor,
    "send_empty": Saying.empty,
    "share": Saying.share,
    "name": Saying.name,
    "locale": Saying.locale,
}


def _list_words(name: str, part: str, before: Value, after: Value) -> Iterator[str]:
    old, new = (value if isinstance(value, list) else [] for value in (before, after))
    added, gone = [own for own in new if own not in old], [own for own in old if own not in new]
    if added:
        yield f"“{name}”, {_LISTS[part]}: {_few(added)} added."
    if gone:
        yield f"“{name}”, {_LISTS[part]}: {_few(gone)} taken out."


def _few(values: Sequence[str], most: int = 5) -> str:
    shown = ", ".join(values[:most])
    return f"{shown} and {len(values) - most} more" if len(values) > most else shown


def pause_words(subscriber: Subscriber, words: Words) -> str:
    """Return `paused until 3 Dec 2026`, or `paused`."""
    until = subscriber.paused_until
    if until is None:
        return "paused until you resume it"
    return f"paused until {words.date(local_day(until, subscriber.cadence.zone))}"
