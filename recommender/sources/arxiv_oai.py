"""The road of OAI-PMH: every record that changed since a day, cross-lists and replacements among them.

A datestamp says when a record changed last and not why, so a paper that was public long ago comes
with an early `first_seen`: this road cannot tell a cross-list from a corrected comment.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from recommender.domain.errors import SourceMalformed, SourceUnavailable
from recommender.domain.papers import PaperId, PaperPage
from recommender.sources.arxiv_fields import dated
from recommender.sources.arxiv_parse import HarvestAnswer, parse_harvest
from recommender.sources.asking import Ask
from recommender.sources.kinds import Client
from recommender.sources.pacing import ARXIV

_PHYSICS = frozenset(
    {
        "astro-ph",
        "cond-mat",
        "gr-qc",
        "hep-ex",
        "hep-lat",
        "hep-ph",
        "hep-th",
        "math-ph",
        "nlin",
        "nucl-ex",
        "nucl-th",
        "physics",
        "quant-ph",
    }
)
"""Archives that OAI-PMH keeps in the group of physics; the others are groups of their own."""
_PARTS = 500
"""Answers to one list after which something must be wrong."""
_STALE = "badResumptionToken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvested:
    """One part of a harvest: its papers with the day each record was changed, and what was deleted."""

    page: PaperPage
    datestamps: Mapping[PaperId, date | None]
    deleted: Sequence[PaperId] = ()


@dataclass(frozen=True, slots=True)
class OaiRoad:
    """Harvests some categories at one address, for one source."""

    source: str
    client: Client
    url: str
    categories: Sequence[str]

    def harvest(self, since: date, now: datetime) -> Iterator[Harvested]:
        """Yield what changed on or after `since`, each paper once though it is in several categories.

        Raises SourceUnavailable and SourceMalformed.
        """
        seen: set[PaperId] = set()
        for category in self.categories:
            reading = _List(self, {"from": since.isoformat(), "set": set_of(category)})
            for answer in reading.parts():
                stamps = dict(zip((p.id for p in answer.page.papers), answer.datestamps, strict=True))
                fresh = {p.id: dated(p, now) for p in answer.page.papers if p.id not in seen}
                seen.update(fresh)
                page = replace(answer.page, papers=list(fresh.values()))
                yield Harvested(page=page, datestamps=stamps, deleted=answer.deleted)

    def ask(self, query: Mapping[str, str]) -> tuple[HarvestAnswer, str]:
        """Ask for one part; return it with its URL."""
        ask = Ask(source=self.source, url=self.url, query={"verb": "ListRecords", **query}, lane=ARXIV)
        fetched = self.client.get(ask)
        return parse_harvest(fetched.body, source=self.source, place=ask.place), ask.place


@dataclass(slots=True)
class _List:
    """One list and its resumption tokens; one that went stale costs one new start."""

    road: OaiRoad
    query: Mapping[str, str]
    restarted: bool = False
    tokens: set[str] = field(default_factory=set)

    def parts(self) -> Iterator[HarvestAnswer]:
        token = ""
        for _ in range(_PARTS):
            first = {"metadataPrefix": "arXiv", **self.query}
            answer, place = self.road.ask({"resumptionToken": token} if token else first)
            if answer.error == _STALE and token and not self.restarted:
                self.restarted, token = True, ""
                self.tokens.clear()
                continue
            self._check(answer, place)
            yield answer
            token = answer.token
            if not token:
                return
            self.tokens.add(token)
        raise SourceUnavailable(self.road.source, self.road.url, f"a list did not end after {_PARTS} parts")

    def _check(self, answer: HarvestAnswer, place: str) -> None:
        if answer.error == _STALE:
            reason = "the list went stale twice while it was read (badResumptionToken)"
            raise SourceUnavailable(self.road.source, place, reason)
        if answer.error:
            raise SourceMalformed(self.road.source, place, f"the server says {answer.error}")
        if answer.token in self.tokens:
            raise SourceUnavailable(self.road.source, place, "the list goes in a circle")


def set_of(category: str) -> str:
    """Return the set of a category or a whole archive: `cs:cs:CL`, `physics:hep-th`, `math`."""
    archive, _, part = category.partition(".")
    group = "physics" if archive in _PHYSICS else archive
    if part:
        return f"{group}:{archive}:{part}"
    return f"{group}:{archive}" if archive in _PHYSICS else archive
