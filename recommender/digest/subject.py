"""What an inbox shows of an edition before it is opened: the subject, and the preheader beside it.

The subject is settled when an edition is made, against those that its reader had before.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count

from recommender.digest.material import title_of
from recommender.digest.plain import header_text, plain, shorten
from recommender.digest.words import Words
from recommender.domain.digests import Digest
from recommender.domain.editions import KNOWN, EditionItem, Section
from recommender.domain.events import EventKind
from recommender.domain.papers import Paper, PaperId

SUBJECT = 70
PREHEADER = 140
_OTHER = 60
"""Characters of a further title in the preheader."""
_OTHERS = 3
_FIRST_SENTENCE = re.compile(r".+?[.!?…](?=\s)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """What a subject is made of: a title, how many papers, and what happened where that is all there is."""

    title: str
    papers: int
    considered: int
    change: EventKind | None = None

    @classmethod
    def of(cls, items: Sequence[EditionItem], papers: Mapping[PaperId, Paper], considered: int) -> "Headline":
        """Return the best paper's headline; without recommendations, that of the first change."""
        fresh = sum(item.section not in KNOWN for item in items)
        lead = best_of(items)
        change = what_changed(lead) if lead else None
        named = lead is not None and (fresh or change)
        title = title_of(papers[lead.paper]) if lead and named and lead.paper in papers else ""
        return cls(title=title, papers=fresh, considered=considered, change=change)


def best_of(items: Iterable[EditionItem]) -> EditionItem | None:
    """Return the item that the mail is named after.

    The best score among those chosen for an interest, else the first of the sections after; a change
    comes before a reminder.
    """
    rank = [own for own in Section if own is not Section.READING_LIST] + [Section.READING_LIST]
    return min(
        items,
        key=lambda item: (rank.index(item.section), -item.score, item.position),
        default=None,
    )


def what_changed(item: EditionItem) -> EventKind | None:
    """Return what happened to the paper of an item in "Changed", the weightiest first; None of others."""
    if item.section is not Section.CHANGED:
        return None
    told = [term.partition("@")[0] for own in item.evidence for term in own.terms]
    return EventKind(told[0]) if told and told[0] in list(EventKind) else EventKind.REVISED


def subject_of(headline: Headline, day: date, words: Words, taken: Collection[str] = ()) -> str:
    """Return a subject that is not among `taken`: with the date where needed, then with a number."""
    for turn in count():
        ends = [words.date(day)] if turn else []
        ends += [f"({words.number(turn)})"] if turn > 1 else []
        subject = _subject(headline, ends, words)
        if subject not in taken:
            return subject
    raise AssertionError  # count() does not end


def _subject(headline: Headline, ends: Sequence[str], words: Words) -> str:
    """Return the title, cut, and the count; what tells this subject from others always fits."""
    tail = "".join(f" · {end}" for end in ends)
    room = SUBJECT - len(tail)
    return shorten(_told(headline, room, words), room) + tail


def _told(headline: Headline, room: int, words: Words) -> str:
    """Return the subject without what comes after it; the title alone is cut, where that is enough."""
    if not headline.title:
        among = headline.considered
        return words.say("subject.nothing", number=among) if among else words.say("subject.none")
    if headline.change is None:
        frame = "{title} · " + words.say("subject.papers", number=headline.papers)
    else:
        frame = words.say(f"subject.{headline.change.value}", title="{title}")
    left = room - len(frame.replace("{title}", ""))
    title = shorten(header_text(headline.title), max(1, left // max(1, frame.count("{title}"))))
    return frame.replace("{title}", title)


def preheader_of(digest: Digest, lead: EditionItem | None, lead_title: str, words: Words) -> str:
    """Return what follows the subject in an inbox: why the first paper is there, and what else there is.

    At most 140 characters that never repeat the subject. `digest` needs no preheader yet.
    """
    others = [paper.title for paper in digest.papers if paper.title != lead_title]
    reason = plain(lead.reason) if lead else ""
    if reason and others and len(reason) > PREHEADER - _OTHER and (first := _FIRST_SENTENCE.match(reason)):
        reason = first[0]
    titles = "; ".join(shorten(title, _OTHER) for title in others[:_OTHERS])
    if reason:
        text = words.say("preheader.also", reason=reason, titles=titles) if titles else reason
    else:
        text = titles or digest.footer.next_edition or digest.footer.sources
    found = shorten(text, PREHEADER)
    return found if not _repeats(found, digest.subject) else shorten(digest.summary, PREHEADER)


def _repeats(text: str, subject: str) -> bool:
    return not text or text == subject or subject in text or text in subject
