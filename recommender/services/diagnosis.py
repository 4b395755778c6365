"""What `doctor` looks at: store, zones, clock, sources, artifact, backlog, and probes given from outside."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recommender.domain.bounces import BOUNCED
from recommender.domain.editions import WAITING, DeliveryState, Standing
from recommender.domain.errors import PaperRouteError
from recommender.domain.subscribers import Subscriber
from recommender.ports import Clock, Store, UnitOfWork
from recommender.services.findings import Finding, Health, Probe
from recommender.services.identity_health import identity_finding
from recommender.services.source_health import source_finding

_STALE_ARTIFACT = timedelta(days=8)
_STALE_BACKLOG = timedelta(hours=2)
_COUNTED = timedelta(days=14)
"""How far back announcements are held against the store."""
_LATELY = timedelta(days=7)
"""How long something that went wrong asks for somebody."""
_NEEDS = {
    DeliveryState.HELD: "they may have arrived, and the next edition says so",
    DeliveryState.IN_DOUBT: "the relay's answer is awaited, or its process died",
    DeliveryState.FAILED: "refused for good",
    DeliveryState.DEFERRED: "refused for now, tried again by itself",
    DeliveryState.EXPIRED: "never sent, for they were too old",
}
_ENDED = frozenset({DeliveryState.HELD, DeliveryState.FAILED, DeliveryState.EXPIRED})
_THEN = {
    DeliveryState.HELD: ", then paperroute retry ID if a second copy hurts less than none",
    DeliveryState.IN_DOUBT: "; paperroute deliver holds them when no other process runs",
    DeliveryState.FAILED: ", then paperroute retry ID once the reason is gone",
    DeliveryState.DEFERRED: " shows why and when; paperroute retry ID tries at once",
    DeliveryState.EXPIRED: ", then paperroute retry ID if somebody still wants them",
}


class Diagnosis:
    """Runs every check and never stops at the first fault."""

    def __init__(
        self, store: Store, clock: Clock, asked: Sequence[tuple[str, str]], probes: Sequence[Probe]
    ) -> None:
        """`asked` are the configured sources and enrichers, each as what it is and its name.

        `probes` look at the world outside the store.
        """
        self._store = store
        self._clock = clock
        self._asked = asked
        self._probes = probes

    def run(self) -> list[Finding]:
        """Return the findings in a fixed order."""
        try:
            with self._store.read() as unit:
                found = [
                    Finding(check="store", health=Health.OK, detail=f"{unit.papers.count():,} papers"),
                    self._people(unit),
                    *self._stopped(unit),
                    *_zones(unit.people.all()),
                    *self._sources(unit),
                    *_set_aside(unit.intake.set_aside()),
                    identity_finding(unit),
                    self._artifact(unit),
                    *self._outbox(unit),
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

    def quick(self, unit: UnitOfWork, people: Sequence[Subscriber]) -> list[Finding]:
        """Return what the store tells at once, in the caller's transaction: neither the world outside nor the
        texts of papers are looked at. `people` are all subscribers.
        """
        return [*_zones(people), *self._sources(unit), self._artifact(unit), *self._outbox(unit)]

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

    def _stopped(self, unit: UnitOfWork) -> list[Finding]:
        """Say who is not mailed any more because mail to them came back."""
        reasons = unit.people.suppressions()
        return [
            Finding(
                check="bounced",
                health=Health.WARNING,
                detail=f"{subscriber.key or subscriber.email}: {reason}",
                fix=f"when the mailbox works: paperroute subscribers lift {subscriber.email}",
            )
            for subscriber in unit.people.all()
            if (reason := reasons.get(subscriber.email.lower(), "")).startswith(BOUNCED)
        ]

    def _sources(self, unit: UnitOfWork) -> list[Finding]:
        states = unit.papers.source_states()
        now = self._clock.now()
        since = (now - _COUNTED).date()
        return [
            source_finding(f"{kind} {name}", states.get(name), unit.intake.coverage(name, since), now)
            for kind, name in self._asked
        ]

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

    def _outbox(self, unit: UnitOfWork) -> list[Finding]:
        now = self._clock.now()
        standings = unit.outbox.standings(frozenset(_NEEDS) | WAITING, now=now, since=now - _LATELY)
        sent = unit.outbox.states().get(DeliveryState.SENT, 0)
        return [
            _backlog(standings, sent, now),
            *(_needing(state, standings[state], now) for state in _NEEDS if state in standings),
            *_last_words(unit.outbox.last_reply()),
        ]


def _zones(people: Sequence[Subscriber]) -> list[Finding]:
    """Say which time zones of subscribers nobody knows here."""
    findings = []
    for zone in sorted({subscriber.cadence.zone for subscriber in people}):
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


def _set_aside(entries: Mapping[str, int]) -> list[Finding]:
    """Say how many entries of sources could not become papers."""
    if not entries:
        return []
    named = ", ".join(f"{count:,} of {source}" for source, count in entries.items())
    detail = f"entries that could not become papers: {named}"
    return [Finding(check="quarantine", health=Health.OK, detail=detail, fix="paperroute quarantine")]


def _backlog(standings: Mapping[DeliveryState, Standing], sent: int, now: datetime) -> Finding:
    """Say what waits, and warn when the oldest has waited longer than any refusal explains."""
    waiting = [standings[state] for state in WAITING if state in standings]
    count, due = sum(entry.count for entry in waiting), sum(entry.due for entry in waiting)
    detail = f"{count} waiting, {due} of them due; {sent} sent"
    if not waiting:
        return Finding(check="outbox", health=Health.OK, detail=detail)
    oldest = now - min(entry.oldest for entry in waiting)
    late = bool(due) and oldest > _STALE_BACKLOG
    return Finding(
        check="outbox",
        health=Health.WARNING if late else Health.OK,
        detail=f"{detail}; the oldest was made {_ago(oldest)}",
        fix="paperroute deliver, or keep paperroute run running" if late else "",
    )


def _needing(state: DeliveryState, standing: Standing, now: datetime) -> Finding:
    """Say what is in a state that may need somebody; what ended long ago is told and no more."""
    ended = state in _ENDED
    lately = standing.lately if ended else standing.count
    words = f"{standing.count} {state.value.replace('_', ' ')}"
    if ended:
        words += f", {standing.lately} of them in the last {_LATELY.days} days"
    return Finding(
        check=f"outbox {state.value}",
        health=Health.WARNING if lately else Health.OK,
        detail=f"{words}; {_NEEDS[state]}; the oldest was made {_ago(now - standing.oldest)}",
        fix=f"paperroute deliveries --state {state.value}{_THEN[state]}" if lately else "",
    )


def _last_words(last: tuple[datetime, str] | None) -> list[Finding]:
    """Repeat what the relay said last."""
    if last is None:
        return []
    at, reply = last
    return [Finding(check="relay's last words", health=Health.OK, detail=f"{at:%Y-%m-%d %H:%M} UTC: {reply}")]


def _ago(age: timedelta) -> str:
    """Return an age in its largest unit."""
    for unit, length in (("days", timedelta(days=1)), ("hours", timedelta(hours=1))):
        if age >= 2 * length:
            return f"{age // length} {unit} ago"
    return f"{max(age, timedelta(0)) // timedelta(minutes=1)} minutes ago"
