"""From `[[enricher]]` tables to those who know more. Loaded only by commands that read papers."""

from collections.abc import Callable, Iterable, Mapping

from recommender.ports import Clock, Enricher
from recommender.services.enriching import Errand
from recommender.settings.enricher_models import EnricherSection
from recommender.sources.enrichers.crossref import Crossref
from recommender.sources.enrichers.openalex import OpenAlex
from recommender.sources.enrichers.semantic_scholar import SemanticScholar
from recommender.sources.enrichers.sighting import Service
from recommender.sources.http import Limits, PoliteClient

_LIMITS = Limits(phase=10.0, total=30.0, attempts=2, patience=5.0)
"""Nobody waits for an enricher: what does not answer soon is asked another day."""
_BUILD: Mapping[str, Callable[..., Enricher]] = {
    "semanticscholar": SemanticScholar,
    "openalex": OpenAlex,
    "crossref": Crossref,
}


def build_errands(sections: Iterable[EnricherSection], *, contact: str, clock: Clock) -> list[Errand]:
    """Return the enrichers that the tables describe, and what each is asked."""
    client = PoliteClient(contact=contact, limits=_LIMITS)
    return [_errand(section, client.allowing(section.allow_hosts), contact, clock) for section in sections]


def _errand(section: EnricherSection, client: PoliteClient, contact: str, clock: Clock) -> Errand:
    service = Service(
        name=section.name or section.type,
        base_url=section.base_url,
        api_key=section.api_key.get_secret_value(),
        contact=contact,
    )
    return Errand(
        enricher=_BUILD[section.type](client, service, clock=clock),
        days=section.days,
        again_days=section.again_days,
        per_run=section.per_run,
    )
