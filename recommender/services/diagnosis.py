"""What `doctor` looks at: store, zones, clock, sources, artifact, backlog, and probes given from outside."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recommender.domain.editions import DeliveryState
from recommender.domain.errors import PaperRouteError
from recommender.ports import Clock, Store, UnitOfWork

_STALE_SOURCE = timedelta(days=3)
_STALE_ARTIFACT = timedelta(days=8)


class Health(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check: its name, how it came out, what was seen, and what to do about it."""

    check: str
    health: Health
    detail: str
    fix: str = ""


Probe = Callable[[], Iterable[Finding]]
"""A check that reaches outside (mail relay, DNS, folders); it must not raise."""


class Diagnosis:
    """Runs every check and never stops at the first fault."""

    def __init__(
        self, store: Store, clock: Clock, source_names: Sequence[str], probes: Sequence[Probe]
    ) -> None:
        """`source_names` are the configured sources; `probes` look at the world outside the store."""
        self._store = store
        self._clock = clock
        self._source_names = source_names
        self._probes = probes

    def run(self) -> list[Finding]:
        """Return the findings in a fixed order."""
        try:
            with self._store.read() as unit:
                found = [
                    Finding(check="store", health=Health.OK, detail=f"{unit.papers.count():,} papers"),
                    self._people(unit),
                    *self._zones(unit),
                    *self._sources(unit),
                    self._artifact(unit),
                    *self._backlog(unit),
                ]
        except PaperRouteError as error:
            found = [
                Finding(
                    check="store",
                    health=Health.FAILED,
                    detail=str(error),
                    fix="look at [store] url and its folder",
                )
            ]
        found.append(
            Finding(check="clock", health=Health.OK, detail=f"{self._clock.now():%Y-%m-%d %H:%M:%S} UTC")
        )
        for probe in self._probes:
            found.extend(probe())
        return found

    def _people(self, unit: UnitOfWork) -> Finding:
        mailable = sum(subscriber.mailable for subscriber in unit.people.all())
        if mailable:
            return Finding(check="subscribers", health=Health.OK, detail=f"{mailable} get mail")
        return Finding(
            check="subscribers",
            health=Health.WARNING,
            detail="nobody gets mail",
            fix="declare subscribers in subscribers.toml",
        )

    def _zones(self, unit: UnitOfWork) -> list[Finding]:
        findings = []
        for zone in sorted({subscriber.cadence.zone for subscriber in unit.people.all()}):
            try:
                ZoneInfo(zone)
            except (ZoneInfoNotFoundError, ValueError):
                findings.append(
                    Finding(
                        check="zones",
                        health=Health.FAILED,
                        detail=f"unknown zone {zone}",
                        fix="install tzdata",
                    )
                )
        return findings or [Finding(check="zones", health=Health.OK, detail="all known")]

    def _sources(self, unit: UnitOfWork) -> list[Finding]:
        states = unit.papers.source_states()
        now = self._clock.now()
        findings = []
        for name in self._source_names:
            check = f"source {name}"
            state = states.get(name)
            if state is None:
                findings.append(
                    Finding(check=check, health=Health.WARNING, detail="never read", fix="paperroute ingest")
                )
            elif state.last_error:
                findings.append(Finding(check=check, health=Health.FAILED, detail=state.last_error))
            elif state.last_ok and now - state.last_ok > _STALE_SOURCE:
                detail = f"last read {state.last_ok:%Y-%m-%d %H:%M} UTC"
                findings.append(
                    Finding(check=check, health=Health.WARNING, detail=detail, fix="paperroute ingest")
                )
            else:
                findings.append(
                    Finding(check=check, health=Health.OK, detail=f"{state.papers} papers last time")
                )
        return findings

    def _artifact(self, unit: UnitOfWork) -> Finding:
        names = unit.artifacts.names()
        if not names:
            return Finding(
                check="artifact",
                health=Health.WARNING,
                detail="none; ranking fits on the spot",
                fix="paperroute train",
            )
        name, created_at = names[0]
        age = self._clock.now() - created_at
        health = Health.WARNING if age > _STALE_ARTIFACT else Health.OK
        fix = "paperroute train" if health is Health.WARNING else ""
        return Finding(check="artifact", health=health, detail=f"{name}, {age.days} days old", fix=fix)

    def _backlog(self, unit: UnitOfWork) -> list[Finding]:
        states = Counter(delivery.state for delivery in unit.outbox.deliveries())
        waiting = states[DeliveryState.READY] + states[DeliveryState.DEFERRED] + states[DeliveryState.CLAIMED]
        findings = [
            Finding(
                check="outbox",
                health=Health.OK,
                detail=f"{waiting} waiting, {states[DeliveryState.SENT]} sent",
            )
        ]
        for state in (DeliveryState.HELD, DeliveryState.IN_DOUBT, DeliveryState.FAILED):
            if states[state]:
                detail = f"{states[state]} {state.value.replace('_', ' ')}"
                fix = f"paperroute deliveries --state {state.value}"
                findings.append(Finding(check="outbox", health=Health.WARNING, detail=detail, fix=fix))
        return findings
