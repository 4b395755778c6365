"""From an edition's rows to the words and links of its digest. Pure: the same rows, the same digest.

Chooses nothing: which papers, in which order and why was settled when the edition was made.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from recommender.digest.bylines import byline, facts
from recommender.digest.excerpt import excerpt
from recommender.digest.links import DigestLinks
from recommender.digest.plain import header_text, plain, shorten
from recommender.digest.tex import to_unicode
from recommender.digest.words import GOOD, Words, latest_signals
from recommender.domain.digests import (
    Digest,
    DigestFooter,
    DigestMissed,
    DigestPaper,
    DigestSection,
    MissedPaper,
    Span,
    Thumbs,
)
from recommender.domain.editions import KNOWN, Edition, EditionItem, Section, Slot
from recommender.domain.papers import Paper, PaperId, Signal
from recommender.domain.subscribers import Subscriber

SUBJECT = 70
PREHEADER = 140
_TITLE = 300
MISSED = 10
"""Titles shown of an edition that may not have arrived."""
_MISSED_TITLE = 160
_SOURCES = 400
_SPOKEN_MATCH = {
    Section.INTEREST: 0.0,
    Section.TRENDING: GOOD,
    Section.DIFFERENT: 2,
    Section.READING_LIST: 2,
    Section.CHANGED: 2,
}
"""Least match that is put into words, by section: above 1 where fit was not the point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything a digest is composed of. `papers` lacks what left the store; `sender` is a mailbox."""

    edition: Edition
    subscriber: Subscriber
    papers: Mapping[PaperId, Paper]
    """Those of `edition` and of `missed`."""
    sender: str
    words: Words
    order: Sequence[Section] = tuple(Section)
    """Of the sections."""
    footer: str = ""
    """A line of whoever runs this."""
    signals: Sequence[Signal] = ()
    next_slot: Slot | None = None
    missed: Edition | None = None
    """The edition of the row number `edition.missed`, if there is one."""


def compose(material: Material, links: DigestLinks) -> Digest:
    """Return the digest of an edition. Links are issued as of the edition's `created_at`."""
    words = material.words
    items = _items(material, material.edition)
    sections = _sections(material, items, links)
    shown = [paper for section in sections for paper in section.papers]
    best = _best(items)
    best_title = _title(material.papers[best.paper]) if best else ""
    fresh = sum(len(section.papers) for section in sections if section.kind not in KNOWN)
    summary = _summary(sections, material.edition.considered, words)
    subject = _subject(best_title, fresh or len(shown), material.edition.considered, words)
    return Digest(
        subject=material.edition.subject or subject,
        preheader=_preheader(best, shown, best_title, words) or summary,
        title=words.say("masthead.title", day=_day(material.edition, material.subscriber, words)),
        reader=shorten(plain(material.subscriber.name), 60),
        summary=summary,
        sections=tuple(sections),
        footer=_footer(material, links),
        missed=_missed(material, material.missed, links) if material.missed else None,
        language=words.language,
        direction=words.direction,
    )


def _items(material: Material, edition: Edition) -> list[EditionItem]:
    """Return items in their order: of two that were folded into one paper since, the first."""
    first: dict[PaperId, EditionItem] = {}
    for item in sorted(edition.items, key=lambda item: item.position):
        if item.paper in material.papers:
            first.setdefault(item.paper, item)
    return list(first.values())


def _sections(material: Material, items: Sequence[EditionItem], links: DigestLinks) -> list[DigestSection]:
    """Group items: interests in the order the reader gave them, then the other sections."""
    words = material.words
    names = {interest.key: plain(interest.name) for interest in material.subscriber.interests}
    order = {key: place for place, key in enumerate(names)}
    groups: dict[tuple[int, int, str], list[EditionItem]] = {}
    for item in items:
        rank = material.order.index(item.section)
        key = item.interest if item.section is Section.INTEREST else ""
        groups.setdefault((rank, order.get(key, len(order)), key), []).append(item)
    attention = latest_signals(material.signals)
    sections: list[DigestSection] = []
    number = 0
    for (_, _, key), group in sorted(groups.items(), key=lambda entry: entry[0]):
        kind = group[0].section
        own = names.get(key, plain(key)) or words.say("section.votes")
        papers = []
        for item in group:
            number += 1
            papers.append(_paper(material, item, number, attention.get(item.paper, []), links))
        sections.append(
            DigestSection(
                kind=kind,
                heading=own if kind is Section.INTEREST else words.say(f"section.{kind.value}"),
                note="" if kind is Section.INTEREST else words.say(f"section.{kind.value}_note"),
                papers=tuple(papers),
            )
        )
    return sections


def _paper(
    material: Material, item: EditionItem, number: int, signals: Sequence[Signal], links: DigestLinks
) -> DigestPaper:
    paper, words = material.papers[item.paper], material.words
    text = excerpt(paper.abstract)
    return DigestPaper(
        number=number,
        title=_title(paper),
        url=paper.url,
        byline=byline(paper, words),
        facts=facts(paper, words),
        signals=words.signals(signals),
        sentence=(),
        excerpt=(Span(text),) if text else (),
        reason=plain(item.reason),
        match=words.match(item.match) if item.match >= _SPOKEN_MATCH[item.section] else "",
        code_url=paper.code_url,
        thumbs=_thumbs(material, item, links),
    )


def _thumbs(material: Material, item: EditionItem, links: DigestLinks) -> Thumbs:
    reader, now = material.subscriber, material.edition.created_at
    who = (reader.public_id, reader.epoch, item.id)
    saved = item.section is Section.READING_LIST
    return Thumbs(
        up=links.vote(*who, "up", now),
        down=links.vote(*who, "down", now),
        save=links.unsave(*who, now) if saved else links.save(*who, now),
        save_words=links.unsave_words if saved else material.words.say("paper.save"),
    )


def _footer(material: Material, links: DigestLinks) -> DigestFooter:
    reader, now, words = material.subscriber, material.edition.created_at, material.words
    who = (reader.public_id, reader.epoch)
    zone = reader.cadence.zone
    return DigestFooter(
        why=words.say("footer.why", cadence=words.cadence(reader.cadence)),
        next_edition=words.say("footer.next", slot=words.slot(material.next_slot, zone))
        if material.next_slot
        else "",
        sender=plain(material.sender),
        note=links.note,
        sources=shorten(plain(material.edition.sources), _SOURCES),
        operator=plain(material.footer),
        unsubscribe=links.unsubscribe(*who, now),
        help=links.help(*who, now),
        view=links.view(*who, material.edition.id, now),
        reading=links.reading(*who, now),
        preferences=links.preferences(*who, now),
    )


def _missed(material: Material, missed: Edition, links: DigestLinks) -> DigestMissed:
    """Return what to say of an edition that may not have arrived; what left the store is not named."""
    reader, now = material.subscriber, material.edition.created_at
    papers = [material.papers[item.paper] for item in _items(material, missed)]
    return DigestMissed(
        when=_day(missed, reader, material.words),
        papers=tuple(
            MissedPaper(title=shorten(_title(paper), _MISSED_TITLE), url=paper.url)
            for paper in papers[:MISSED]
        ),
        more=max(len(papers) - MISSED, 0),
        view=links.view(reader.public_id, reader.epoch, missed.id, now),
    )


def _title(paper: Paper) -> str:
    return shorten(to_unicode(paper.title) or paper.id, _TITLE)


def _day(edition: Edition, reader: Subscriber, words: Words) -> str:
    """Return the day of an edition in the reader's zone, or the week to it."""
    day = words.day(edition.due_at, reader.cadence.zone)
    return words.say("masthead.week", day=day) if "-W" in edition.key else day


def _best(items: Iterable[EditionItem]) -> EditionItem | None:
    """Return the item with the best score: among those chosen for an interest where there are any."""
    rank = list(Section)
    return min(
        items,
        key=lambda item: (rank.index(item.section), -item.score, item.position),
        default=None,
    )


def _subject(title: str, count: int, considered: int, words: Words) -> str:
    """Return the subject: the best title, cut, and the count; the count always fits."""
    if not title:
        return words.say("subject.nothing", number=considered)
    tail = f" · {words.say('subject.papers', number=count)}"
    return shorten(header_text(title), SUBJECT - len(tail)) + tail


def _preheader(best: EditionItem | None, shown: Sequence[DigestPaper], best_title: str, words: Words) -> str:
    """Return what follows the subject in an inbox: why the best paper, and what else there is."""
    if best is None:
        return ""
    others = [shorten(paper.title, 60) for paper in shown if paper.title != best_title]
    reason = plain(best.reason)
    text = words.say("preheader.also", reason=reason, titles="; ".join(others[:3])) if others else reason
    return shorten(text, PREHEADER)


def _summary(sections: Sequence[DigestSection], considered: int, words: Words) -> str:
    """Say in words what is inside, and out of how many."""
    counts = {kind: sum(len(own.papers) for own in sections if own.kind is kind) for kind in Section}
    parts = [
        words.say(f"summary.{section.kind.value}", number=len(section.papers), name=section.heading)
        for section in sections
        if section.kind not in KNOWN
    ]
    fresh = sum(count for kind, count in counts.items() if kind not in KNOWN)
    said = [
        words.say("summary.chosen", number=fresh, considered=considered, parts=words.listed(parts))
        if fresh
        else words.say("summary.nothing", number=considered)
    ]
    for kind, key in ((Section.READING_LIST, "waiting"), (Section.CHANGED, "changed")):
        said += [words.say(f"summary.{key}", number=counts[kind])] if counts[kind] else []
    return " ".join(said)
