"""The foot of a digest, and what it says of an edition that may not have arrived."""

from recommender.digest.links import DigestLinks
from recommender.digest.material import Material, day_of, items_of, title_of
from recommender.digest.plain import plain, shorten
from recommender.domain.digests import DigestFooter, DigestMissed, MissedPaper
from recommender.domain.editions import Edition

MISSED = 10
"""Titles shown of an edition that may not have arrived."""
_MISSED_TITLE = 160
_SOURCES = 400


def footer_of(material: Material, links: DigestLinks) -> DigestFooter:
    """Return the foot: why this came, when the next one comes, every way out."""
    reader, now, words = material.subscriber, material.edition.created_at, material.words
    who = (reader.public_id, reader.epoch)
    zone = reader.cadence.zone
    return DigestFooter(
        why=words.say("footer.why", name=material.name, cadence=words.cadence(reader.cadence)),
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


def missed_of(material: Material, missed: Edition, links: DigestLinks) -> DigestMissed:
    """Return what to say of an edition that may not have arrived; what left the store is not named."""
    reader, now = material.subscriber, material.edition.created_at
    papers = [material.papers[item.paper] for item in items_of(material, missed)]
    return DigestMissed(
        when=day_of(missed, reader, material.words),
        papers=tuple(
            MissedPaper(title=shorten(title_of(paper), _MISSED_TITLE), url=paper.url)
            for paper in papers[:MISSED]
        ),
        more=max(len(papers) - MISSED, 0),
        view=links.view(reader.public_id, reader.epoch, missed.id, now),
    )
