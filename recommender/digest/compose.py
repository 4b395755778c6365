"""From an edition's rows to the words and links of its digest. Pure: the same rows, the same digest.

Chooses nothing: which papers, in which order and why was settled when the edition was made.
"""

from recommender.digest.footer import MISSED, footer_of, missed_of
from recommender.digest.links import DigestLinks
from recommender.digest.material import Material, day_of, items_of, title_of
from recommender.digest.plain import plain, shorten
from recommender.digest.sections import sections_of
from recommender.digest.subject import PREHEADER, SUBJECT, best_of, preheader_of, subject_of
from recommender.digest.summary import summary_of
from recommender.domain.digests import Digest
from recommender.domain.editions import KNOWN


def compose(material: Material, links: DigestLinks) -> Digest:
    """Return the digest of an edition. Links are issued as of the edition's `created_at`."""
    words = material.words
    items = items_of(material, material.edition)
    sections = sections_of(material, items, links)
    shown = [paper for section in sections for paper in section.papers]
    best = best_of(items)
    best_title = title_of(material.papers[best.paper]) if best else ""
    fresh = sum(len(section.papers) for section in sections if section.kind not in KNOWN)
    summary = summary_of(sections, material.edition.considered, words)
    subject = subject_of(best_title, fresh or len(shown), material.edition.considered, words)
    return Digest(
        subject=material.edition.subject or subject,
        preheader=preheader_of(best, shown, best_title, words) or summary,
        title=words.say("masthead.title", day=day_of(material.edition, material.subscriber, words)),
        reader=shorten(plain(material.subscriber.name), 60),
        summary=summary,
        sections=tuple(sections),
        footer=footer_of(material, links),
        missed=missed_of(material, material.missed, links) if material.missed else None,
        language=words.language,
        direction=words.direction,
    )


__all__ = ["MISSED", "PREHEADER", "SUBJECT", "Material", "compose"]
