"""Numbers for whoever watches the installation, in the Prometheus text format: counts and ages.

Written out here because the format is a few lines; no address, token or title is in it. The store counts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from recommender.domain.condition import is_late
from recommender.domain.editions import WAITING, DeliveryState
from recommender.domain.feedback import Act
from recommender.domain.inbound import BOUNCES, InboundKind
from recommender.domain.requests import LetterState
from recommender.domain.subscribers import SubscriberState
from recommender.ports import UnitOfWork
from recommender.web.context import WebContext
from recommender.web.security import is_local

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_DAY = timedelta(days=1)
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A number that goes up and down, or several told apart by one label."""

    name: str
    help: str
    values: Mapping[str, float]
    """By the label's value; by the empty string where there is no label."""
    label: str = ""
    kind: str = "gauge"
    """`counter` for one that only grows while the process lives."""

    def lines(self) -> Iterator[str]:
        """Yield the gauge in the text format, version 0.0.4."""
        name = f"paperroute_{self.name}"
        yield f"# HELP {name} {self.help}"
        yield f"# TYPE {name} {self.kind}"
        for value, number in self.values.items():
            labels = f'{{{self.label}="{value.translate(_ESCAPES)}"}}' if self.label else ""
            yield f"{name}{labels} {number:.10g}"


def may_watch(context: WebContext, request: Request) -> bool:
    """Tell whether a request may see the numbers: from this machine under a name of this machine, or anybody
    where the configuration opens them.
    """
    return context.open_metrics or is_local(request)


def metrics_page(context: WebContext) -> Response:
    """Return all numbers at this moment."""
    now = context.clock.now()
    with context.store.read() as unit:
        gauges = [*_outbox(unit, now), *_sources(unit, now), *_people(unit, now), *_artifact(unit, now)]
    gauges += _process(context)
    lines = [line for gauge in gauges if gauge.values for line in gauge.lines()]
    return PlainTextResponse("\n".join([*lines, ""]), media_type=CONTENT_TYPE)


def _outbox(unit: UnitOfWork, now: datetime) -> Iterator[Gauge]:
    counts = unit.outbox.states()
    waiting = unit.outbox.standings(WAITING, now=now, since=now).values()
    ages = [(now - standing.oldest).total_seconds() for standing in waiting]
    due = sum(standing.due for standing in waiting)
    yield Gauge(
        name="deliveries",
        help="Deliveries by state.",
        label="state",
        values={state.value: counts.get(state, 0) for state in DeliveryState},
    )
    yield Gauge(name="due_backlog", help="Deliveries that could go now.", values={"": due})
    yield Gauge(
        name="oldest_waiting_seconds",
        help="Age of the oldest edition that is still to be sent.",
        values={"": max([0.0, *ages])},
    )


def _sources(unit: UnitOfWork, now: datetime) -> Iterator[Gauge]:
    states = unit.papers.source_states()
    asked = {name: state for name, state in states.items() if state.last_ok or state.failures}
    counted = {name: state for name, state in states.items() if state.announced_on is not None}
    ages = {name: now - state.last_ok for name, state in states.items() if state.last_ok is not None}
    gauges = (
        Gauge(
            name="source_age_seconds",
            help="Time since a source was last read without an error.",
            values={name: age.total_seconds() for name, age in ages.items()},
        ),
        Gauge(
            name="source_papers",
            help="Papers of a source's last good run.",
            values={name: state.papers for name, state in asked.items()},
        ),
        Gauge(
            name="source_failures",
            help="Runs of a source that failed since its last good one.",
            values={name: state.failures for name, state in asked.items()},
        ),
        Gauge(
            name="source_late",
            help="1 while a source lacks what it should have by now.",
            values={name: is_late(state, now) for name, state in asked.items()},
        ),
        Gauge(
            name="source_announced",
            help="Papers that a source announced last.",
            values={name: state.announced for name, state in counted.items()},
        ),
        Gauge(
            name="source_missing",
            help="Of those, the papers that are not stored.",
            values={name: state.missing for name, state in counted.items()},
        ),
    )
    return (replace(gauge, label="source") for gauge in gauges)


def _people(unit: UnitOfWork, now: datetime) -> Iterator[Gauge]:
    acts = unit.counts.acts(now - _DAY)
    returned = unit.counts.inbound(now - _DAY)
    states = unit.counts.subscribers()
    yield Gauge(
        name="acts_24h",
        help="Acts of readers in the last 24 hours that count.",
        label="act",
        values={
            act.value: sum(n for (_, own, odd), n in acts.items() if own is act and not odd) for act in Act
        },
    )
    yield Gauge(
        name="suspect_acts_24h",
        help="Acts of the last 24 hours that look like a scanner's.",
        values={"": sum(number for (_, _, suspect), number in acts.items() if suspect)},
    )
    yield Gauge(
        name="returned_24h",
        help="Bounces and complaints of the last 24 hours.",
        label="kind",
        values={kind.value: returned.get(kind, 0) for kind in (*sorted(BOUNCES), InboundKind.COMPLAINT)},
    )
    yield Gauge(
        name="subscribers",
        help="Subscribers by state.",
        label="state",
        values={state.value: states.get(state, 0) for state in SubscriberState},
    )
    letters = unit.counts.letters()
    yield Gauge(
        name="letters",
        help="Letters of requests by state.",
        label="state",
        values={state.value: letters.get(state, 0) for state in LetterState},
    )
    yield Gauge(
        name="suppressed", help="Addresses that are never mailed.", values={"": unit.counts.suppressed()}
    )


def _artifact(unit: UnitOfWork, now: datetime) -> Iterator[Gauge]:
    names = unit.artifacts.names()
    ages = {"": (now - names[0][1]).total_seconds()} if names else {}
    yield Gauge(name="artifact_age_seconds", help="Time since the recommender was last fitted.", values=ages)


def _process(context: WebContext) -> Iterator[Gauge]:
    """Yield what the process knows by itself; it begins at nought with each start."""
    yield Gauge(
        name="tick_age_seconds",
        help="Time since a job of the daemon last ended.",
        label="job",
        values=context.tick_ages(),
    )
    rendered = context.rendered()
    yield Gauge(name="renders_total", help="Mails rendered.", values={"": rendered.count}, kind="counter")
    yield Gauge(
        name="render_seconds_total",
        help="Seconds that rendering them took.",
        values={"": rendered.seconds},
        kind="counter",
    )
