"""From an edition's rows to the words and links of its digest. Pure: the same rows, the same digest.

Chooses nothing: which papers, in which order and why was settled when the edition was made.
"""

from dataclasses import replace

from recommender.digest.footer import MISSED, footer_of, missed_of
from recommender.digest.links import DigestLinks
from recommender.digest.material import Material, day_of, items_of, local_date, title_of
from recommender.digest.overview import overview_of
from recommender.digest.plain import header_text, plain, shorten
from recommender.digest.sections import sections_of
from recommender.digest.subject import PREHEADER, SUBJECT, Headline, best_of, preheader_of, subject_of
from recommender.digest.summary import summary_of
from recommender.domain.digests import Digest


def compose(material: Material, links: DigestLinks) -> Digest:
    """Return the digest of an edition. Links are issued as of the edition's `created_at`."""
    words, edition = material.words, material.edition
    links = links.in_words(words)
    items = items_of(material, edition)
    sections = sections_of(material, items, links)
    lead = best_of(items)
    digest = Digest(
        subject=shorten(header_text(edition.subject), SUBJECT) or _subject(material),
        preheader="",
        title=words.say("masthead.title", day=day_of(edition, material.subscriber, words)),
        reader=shorten(plain(material.subscriber.name), 60),
        summary=summary_of(sections, edition, words),
        sections=tuple(sections),
        footer=footer_of(material, links),
        overview=overview_of(material, items),
        missed=missed_of(material, material.missed, links) if material.missed else None,
        language=words.language,
        direction=words.direction,
    )
    title = title_of(material.papers[lead.paper]) if lead else ""
    return replace(digest, preheader=preheader_of(digest, lead, title, words))


def _subject(material: Material) -> str:
    """Return the subject of a row from before subjects were kept."""
    items = items_of(material, material.edition)
    headline = Headline.of(items, material.papers, material.edition.considered)
    return subject_of(headline, local_date(material.edition.due_at, material.subscriber), material.words)


__all__ = ["MISSED", "PREHEADER", "SUBJECT", "Material", "compose"]
