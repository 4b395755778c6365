"""The sections of a digest: items under headings, interests in the order that their reader gave them."""

from collections.abc import Sequence

from recommender.digest.links import DigestLinks
from recommender.digest.material import Material
from recommender.digest.papers import digest_paper
from recommender.digest.plain import plain
from recommender.digest.words import latest_signals
from recommender.domain.digests import DigestSection
from recommender.domain.editions import EditionItem, Section


def sections_of(material: Material, items: Sequence[EditionItem], links: DigestLinks) -> list[DigestSection]:
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
            papers.append(digest_paper(material, item, number, attention.get(item.paper, []), links))
        sections.append(
            DigestSection(
                kind=kind,
                heading=own if kind is Section.INTEREST else words.say(f"section.{kind.value}"),
                note="" if kind is Section.INTEREST else words.say(f"section.{kind.value}_note"),
                papers=tuple(papers),
            )
        )
    return sections
