"""One paper of a digest: what is said of it and the links under it."""

from collections.abc import Sequence

from recommender.digest.bylines import byline, facts
from recommender.digest.excerpt import excerpt
from recommender.digest.links import DigestLinks
from recommender.digest.material import Material, title_of
from recommender.digest.plain import plain
from recommender.digest.words import GOOD
from recommender.domain.digests import DigestPaper, Span, Thumbs
from recommender.domain.editions import EditionItem, Section
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
