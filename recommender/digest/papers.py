"""One paper of a digest: what is said of it and the links under it."""

from collections.abc import Sequence
from dataclasses import dataclass

from recommender.digest.attention import recent, trend_of
from recommender.digest.bylines import byline, facts
from recommender.digest.levers import lever_words
from recommender.digest.links import LESS, LEVER, DigestLinks
from recommender.digest.material import Material, title_of
from recommender.digest.passages import passages
from recommender.digest.plain import plain, shorten
from recommender.digest.words import GOOD, latest_signals
from recommender.domain.digests import DigestPaper, LeverLink, Thumbs
from recommender.domain.editions import KNOWN, EditionItem, Section
from recommender.domain.papers import Paper, Signal

_LEADER = 80
"""Characters of the title that a group is named by."""
_SPOKEN_MATCH = {
    Section.INTEREST: 0.0,
    Section.TRENDING: GOOD,
    Section.DIFFERENT: 2,
    Section.READING_LIST: 2,
    Section.CHANGED: 2,
}
"""Least match that is put into words, by section: above 1 where fit was not the point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a paper stands in the digest, and what is known of the attention to it."""

    number: int
    """From 1."""
    signals: Sequence[Signal] = ()
    """Snapshots, oldest first."""
    leader: Paper | None = None
    """The paper above it that is of the same group."""


def digest_paper(material: Material, item: EditionItem, at: Place, links: DigestLinks) -> DigestPaper:
    """Return the paper of an item."""
    paper, words = material.papers[item.paper], material.words
    texts, made = passages(paper, item, words), material.edition.created_at
    return DigestPaper(
        number=at.number,
        title=title_of(paper),
        url=paper.url,
        byline=byline(paper, words, _followed(material, item)),
        facts=facts(paper, words),
        signals=words.signals(latest_signals(recent(at.signals, made)).get(item.paper, [])),
        sentence=texts.sentence,
        excerpt=texts.excerpt,
        summary=texts.summary,
        summary_by=texts.summary_by,
        reason=plain(item.reason),
        match=words.match(item.match) if item.match >= _SPOKEN_MATCH[item.section] else "",
        code_url=paper.code_url,
        thumbs=_thumbs(material, item, links),
        lever=_lever(material, item, links),
        trend=trend_of(at.signals, made, words),
        group=words.say("paper.group", title=shorten(title_of(at.leader), _LEADER)) if at.leader else "",
    )


def _followed(material: Material, item: EditionItem) -> set[str]:
    """Return whom the reader follows, in the spelling of this paper too where that brought it."""
    named = (own for own in item.evidence if own.scorer == "authors" and own.author and own.paper is None)
    return {*material.followed, *(own.author or "" for own in named)}


def _thumbs(material: Material, item: EditionItem, links: DigestLinks) -> Thumbs:
    reader, now = material.subscriber, material.edition.created_at
    who = (reader.public_id, reader.epoch, item.id)
    saved, less = _on_list(item), material.words.say("paper.less")
    return Thumbs(
        up=links.vote(*who, "up", now),
        down=links.vote(*who, "down", now),
        save=links.unsave(*who, now) if saved else links.save(*who, now),
        save_words=links.unsave_words if saved else material.words.say("paper.save"),
        less="" if item.section in KNOWN else links.lever(who, LESS, less, now),
    )


def _on_list(item: EditionItem) -> bool:
    """Tell whether the paper was on the reading list when the edition was made."""
    return item.section is Section.READING_LIST or any(own.scorer == "saved" for own in item.evidence)


def _lever(material: Material, item: EditionItem, links: DigestLinks) -> LeverLink | None:
    """Return what would change the reason; "less like this" has its link beside the thumbs."""
    words = lever_words(item.lever, material.words) if item.lever else ""
    if not words:
        return None
    reader, now = material.subscriber, material.edition.created_at
    url = links.lever((reader.public_id, reader.epoch, item.id), LEVER, words, now)
    return LeverLink(words=words, url=url)
