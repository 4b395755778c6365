"""What all enrichers are: a service with a name, asked about so many papers at once."""

from recommender.ports import Clock
from recommender.sources.enrichers.sighting import Service
from recommender.sources.kinds import Client


class ServiceEnricher:
    """One service, asked through one client; an enricher adds `enrich`."""

    batch: int
    """Papers that one question may name."""

    def __init__(self, client: Client, service: Service, *, clock: Clock) -> None:
        """Ask nothing yet."""
        self._client = client
        self._service = service
        self._clock = clock

    @property
    def name(self) -> str:
        """Name in configuration, reports and `enriched`."""
        return self._service.name
