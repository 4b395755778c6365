"""The sections of a digest: items under headings, interests in the order that their reader gave them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recommender.digest.attention import by_paper
from recommender.digest.links import DigestLinks
from recommender.digest.material import Material
from recommender.digest.overview import note_of
from recommender.digest.papers import Place, digest_paper
from recommender.digest.plain import interest_name
from recommender.digest.series import led_by
from recommender.domain.digests import DigestPaper, DigestSection
from recommender.domain.editions import KNOWN, EditionItem, InterestStanding, Section
from recommender.domain.papers import PaperId, Signal

Key = tuple[Section, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interests:
    """The interests of an edition: their names, in the order of its reader, and how they stood."""

    names: Mapping[str, str]
    standings: Mapping[str, InterestStanding]

    @classmethod
    def of(cls, material: Material) -> "Interests":
        """Return them as they were when the edition was made; of an old one, as they are."""
        standings = {own.interest: own for own in material.edition.standings}
        made = {key: interest_name(own.name) for key, own in standings.items()}
        now = {interest.key: interest_name(interest.name) for interest in material.subscriber.interests}
        return cls(
            names=made | {key: made.get(key) or name for key, name in now.items()}, standings=standings
        )


def sections_of(material: Material, items: Sequence[EditionItem], links: DigestLinks) -> list[DigestSection]:
    """Group items in the order of the theme, interests in the reader's order; starved ones have a note."""
    interests = Interests.of(material)
    groups: dict[Key, list[EditionItem]] = {}
    for item in items:
        key = item.interest if item.section is Section.INTEREST else ""
        groups.setdefault((item.section, key), []).append(item)
    if any(item.section not in KNOWN for item in items):
        for starved in _starved(interests, groups):
            groups[Section.INTEREST, starved] = []
    places = {key: place for place, key in enumerate(interests.names)}
    ordered = sorted(
        groups, key=lambda own: (material.order.index(own[0]), places.get(own[1], len(places)), own[1])
    )
    signals = by_paper(material.signals)
    sections: list[DigestSection] = []
    number = 1
    for place in ordered:
        papers = _papers(material, groups[place], number, signals, links)
        number += len(papers)
        sections.append(_section(material, place, groups[place], papers, interests))
    return sections


def _starved(interests: Interests, groups: Mapping[Key, Sequence[EditionItem]]) -> list[str]:
    return [
        key
        for key, standing in interests.standings.items()
        if not standing.paused and (Section.INTEREST, key) not in groups
    ]


def _papers(
    material: Material,
    items: Sequence[EditionItem],
    number: int,
    signals: Mapping[PaperId, Sequence[Signal]],
    links: DigestLinks,
) -> tuple[DigestPaper, ...]:
    leaders = led_by([material.papers[item.paper] for item in items])
    return tuple(
        digest_paper(
            material,
            item,
            Place(
                number=number + place,
                signals=signals.get(item.paper, ()),
                leader=None if leader is None else material.papers[items[leader].paper],
            ),
            links,
        )
        for place, (item, leader) in enumerate(zip(items, leaders, strict=True))
    )


def _section(
    material: Material,
    key: Key,
    items: Sequence[EditionItem],
    papers: tuple[DigestPaper, ...],
    interests: Interests,
) -> DigestSection:
    kind, interest = key
    words = material.words
    if kind is Section.INTEREST:
        heading = interests.names.get(interest, interest_name(interest)) or words.say("section.votes")
        note = note_of(interests.standings.get(interest), len(papers), words)
    else:
        heading, note = words.say(f"section.{kind.value}"), words.say(f"section.{kind.value}_note")
    more = sum(own.count or 0 for item in items for own in item.evidence) if kind is Section.CHANGED else 0
    if more:
        note += " " + words.say("section.changed_more", number=more)
    return DigestSection(kind=kind, heading=heading, note=note, papers=papers)
