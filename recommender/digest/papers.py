"""One paper of a digest: what is said of it and the links under it."""

from collections.abc import Sequence

from recommender.digest.bylines import byline, facts
from recommender.digest.excerpt import excerpt
from recommender.digest.levers import lever_words
from recommender.digest.links import LESS, LEVER, DigestLinks
from recommender.digest.material import Material, title_of
from recommender.digest.plain import plain
from recommender.digest.words import GOOD
from recommender.domain.digests import DigestPaper, LeverLink, Span, Thumbs
from recommender.domain.editions import KNOWN, EditionItem, Section
from recommender.domain.papers import Signal

_SPOKEN_MATCH = {
    Section.INTEREST: 0.0,
    Section.TRENDING: GOOD,
    Section.DIFFERENT: 2,
    Section.READING_LIST: 2,
    Section.CHANGED: 2,
}
"""Least match that is put into words, by section: above 1 where fit was not the point."""


def digest_paper(
    material: Material, item: EditionItem, number: int, signals: Sequence[Signal], links: DigestLinks
) -> DigestPaper:
    """Return the paper of an item; `number` is its place from 1, `signals` its newest attention."""
    paper, words = material.papers[item.paper], material.words
    text = excerpt(paper.abstract)
    return DigestPaper(
        number=number,
        title=title_of(paper),
        url=paper.url,
        byline=byline(paper, words, _followed(material, item)),
        facts=facts(paper, words),
        signals=words.signals(signals),
        sentence=(),
        excerpt=(Span(text),) if text else (),
        reason=plain(item.reason),
        match=words.match(item.match) if item.match >= _SPOKEN_MATCH[item.section] else "",
        code_url=paper.code_url,
        thumbs=_thumbs(material, item, links),
        lever=_lever(material, item, links),
    )


def _followed(material: Material, item: EditionItem) -> set[str]:
    """Return whom the reader follows, in the spelling of this paper too where that brought it."""
    named = (own for own in item.evidence if own.scorer == "authors" and own.author and own.paper is None)
    return {*material.followed, *(own.author or "" for own in named)}


def _thumbs(material: Material, item: EditionItem, links: DigestLinks) -> Thumbs:
    reader, now = material.subscriber, material.edition.created_at
    who = (reader.public_id, reader.epoch, item.id)
    saved, less = item.section is Section.READING_LIST, material.words.say("paper.less")
    return Thumbs(
        up=links.vote(*who, "up", now),
        down=links.vote(*who, "down", now),
        save=links.unsave(*who, now) if saved else links.save(*who, now),
        save_words=links.unsave_words if saved else material.words.say("paper.save"),
        less="" if item.section in KNOWN else links.lever(who, LESS, less, now),
    )


def _lever(material: Material, item: EditionItem, links: DigestLinks) -> LeverLink | None:
    """Return what would change the reason; "less like this" has its link beside the thumbs."""
    words = lever_words(item.lever, material.words) if item.lever else ""
    if not words:
        return None
    reader, now = material.subscriber, material.edition.created_at
    url = links.lever((reader.public_id, reader.epoch, item.id), LEVER, words, now)
    return LeverLink(words=words, url=url)
