"""What the operator's page shows, in words. Pure; times are UTC, for its readers live in many zones."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from shlex import quote

from recommender.domain.editions import WAITING, Delivery, DeliveryState, Slot
from recommender.domain.inbound import InboundKind
from recommender.domain.reports import Report
from recommender.domain.requests import LetterState, RequestKind
from recommender.domain.subscribers import Subscriber, SubscriberState
from recommender.services.findings import Finding, Health
from recommender.services.measured import Interval, Measurement
from recommender.services.operating import Overview, Returned
from recommender.web.admin_jobs import Outcome

MEANING: Mapping[DeliveryState, str] = {
    DeliveryState.READY: "wait to be sent",
    DeliveryState.CLAIMED: "in the hands of a worker",
    DeliveryState.IN_DOUBT: "handed over, no answer yet",
    DeliveryState.SENT: "the relay took them",
    DeliveryState.DEFERRED: "refused for now, tried again",
    DeliveryState.FAILED: "refused for good",
    DeliveryState.HELD: "may have arrived",
    DeliveryState.EXPIRED: "too old to be sent",
    DeliveryState.SUPPRESSED: "their readers want no mail",
}
_NEED = (DeliveryState.HELD, DeliveryState.FAILED, DeliveryState.EXPIRED, DeliveryState.IN_DOUBT)
_KINDS = {
    InboundKind.HARD_BOUNCE: "hard bounce",
    InboundKind.SOFT_BOUNCE: "soft bounce",
    InboundKind.COMPLAINT: "complaint",
}
_ASKED = {
    RequestKind.JOIN: "subscribe",
    RequestKind.ADDRESS: "change the address",
    RequestKind.EXPORT: "export",
    RequestKind.ERASE: "be forgotten",
    RequestKind.LINKS: "have fresh links",
}
_HEALTH = {Health.WARNING: "look"}
_UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))
_SHOWN_FAILURES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a list: what it is about, what is to be said, and where more is."""

    name: str
    words: str
    more: str = ""
    url: str = ""
    tag: str = ""
    mark: str = ""
    """Class of the tag, for its colour."""


def moment(at: datetime) -> str:
    """Return an instant to the minute."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def ago(now: datetime, at: datetime) -> str:
    """Return how long ago, or in how long, in the largest unit that fits twice."""
    age = abs(now - at)
    for unit, length in _UNITS:
        if age >= 2 * length or (unit == "minute" and age >= length):
            number = age // length
            words = f"{number:,} {unit}{'s' if number != 1 else ''}"
            return f"{words} ago" if at <= now else f"in {words}"
    return "just now"


def counted(number: int, word: str) -> str:
    """Return a count with its word, `1 edition` or `2 editions`; the word is a plural."""
    return (
        f"{number:,} {word.replace('_', ' ')}" if number != 1 else f"1 {word.replace('_', ' ').rstrip('s')}"
    )


def lead(view: Overview) -> str:
    """Say first what needs somebody."""
    due = "1 delivery is due" if view.due == 1 else f"{view.due:,} deliveries are due"
    needing = [f"{view.states[state]:,} {spoken(state)}" for state in _NEED if view.states.get(state)]
    return f"{due}. {'Look at: ' + ', '.join(needing) + '.' if needing else 'No delivery needs you.'}"


def figures(view: Overview) -> Sequence[Row]:
    """Return the numbers that stand first."""
    states = view.states
    back = ", ".join(
        counted(view.returns[kind], f"{word}s") for kind, word in _KINDS.items() if kind in view.returns
    )
    return (
        Row(
            name="Due now",
            words=f"{view.due:,}",
            more=f"of {sum(states.get(s, 0) for s in WAITING):,} waiting",
        ),
        Row(name="Sent", words=f"{states.get(DeliveryState.SENT, 0):,}"),
        Row(name="Held", words=f"{states.get(DeliveryState.HELD, 0):,}", more="may have arrived"),
        Row(name="Failed", words=f"{states.get(DeliveryState.FAILED, 0):,}", more="refused for good"),
        Row(
            name="Came back",
            words=f"{sum(view.returns.values()):,}",
            more=f"in 30 days{': ' * bool(back)}{back}",
        ),
    )


def states(view: Overview) -> Sequence[Row]:
    """Return a line for each state that there is, with its newest delivery."""
    return [
        Row(
            name=f"{spoken(state)}: {view.states[state]:,}",
            words=MEANING[state],
            more=f"newest: {_newest(view.newest[state])}",
            url=f"deliveries?state={state.value}",
        )
        for state in DeliveryState
        if state in view.states
    ]


def people_rows(people: Mapping[SubscriberState, int], suppressed: int) -> Sequence[Row]:
    """Return how many subscribers there are in each state, and how many addresses are not mailed."""
    rows = [
        Row(name=f"{state.value}: {people[state]:,}", words="", url=f"subscribers?state={state.value}")
        for state in SubscriberState
        if state in people
    ]
    if suppressed:
        rows.append(
            Row(name=f"suppressed: {suppressed:,}", words="never mailed", url="subscribers?state=suppressed")
        )
    return rows


def upcoming_row(now: datetime, subscriber: Subscriber, slot: Slot) -> Row:
    """Return an edition that will be due."""
    return Row(
        name=f"{slot.key} for {subscriber.email}", words=moment(slot.due_at), more=ago(now, slot.due_at)
    )


def finding_row(found: Finding) -> Row:
    """Return what one check found, as `doctor` says it."""
    return Row(
        name=found.check,
        words=found.detail,
        more=found.fix,
        tag=_HEALTH.get(found.health, found.health.value),
        mark=found.health.value,
    )


def tick_row(job: str, seconds: float) -> Row:
    """Return how long ago a job of the daemon ended."""
    return Row(name=job, words=f"ended {seconds:,.0f} seconds ago")


def request_rows(view: Overview) -> Sequence[Row]:
    """Return what readers asked for and have not confirmed, and how the letters that ask them stand."""
    asked = ", ".join(
        f"{view.requests[kind]:,} to {_ASKED[kind]}" for kind in RequestKind if kind in view.requests
    )
    letters = ", ".join(f"{view.letters[own]:,} {own.value}" for own in LetterState if own in view.letters)
    rows = [Row(name="Not confirmed yet", words=asked)] if asked else []
    return [*rows, *([Row(name="Letters", words=letters)] if letters else [])]


def returned_row(now: datetime, entry: Returned) -> Row:
    """Return a bounce or a complaint."""
    mail = entry.mail
    return Row(
        name=f"{_KINDS[mail.kind]}, {entry.email or 'nobody known'}",
        words=mail.detail,
        more=f"{moment(mail.at)}, {ago(now, mail.at)}",
    )


def set_aside_rows(entries: Mapping[str, int]) -> Sequence[Row]:
    """Return how many entries of each source could not become papers."""
    return [
        Row(
            name=source,
            words="1 entry that could not become a paper"
            if number == 1
            else f"{number:,} entries that could not become papers",
            more=f"paperroute quarantine --source {quote(source)}",
        )
        for source, number in entries.items()
    ]


def measurement_words(now: datetime, measurement: Measurement | None) -> Sequence[str]:
    """Say what `evaluate` found last, and of when; nothing is made up where it was never run."""
    if measurement is None:
        return ("Offline relevance has not been measured yet: paperroute evaluate measures it.",)
    when = f"Measured {ago(now, measurement.at)} ({moment(measurement.at)}) by paperroute evaluate."
    if measurement.fused is None:
        return (when, measurement.note)
    words = [f"nDCG@10 {_interval(measurement.fused)} over {counted(measurement.readers, 'readers')}."]
    if measurement.ahead:
        words.append(
            f"Ahead of the strongest baseline, {measurement.baseline}, by {_interval(measurement.ahead)}."
        )
    return (when, *words, measurement.note)


def outcome_words(outcome: Outcome) -> Sequence[str]:
    """Say what a piece of work has come to."""
    if outcome.ended is None:
        return (f"{outcome.name}: running since {outcome.began:%H:%M:%S} UTC",)
    head = f"{outcome.name}: ended {moment(outcome.ended)}"
    return (head, *report_lines(outcome.reports), *([outcome.fault] if outcome.fault else ()))


def report_lines(reports: Sequence[Report]) -> Iterator[str]:
    """Yield what reports say, as the command line would."""
    for report in reports:
        counts = ", ".join(counted(number, name) for name, number in report.counts.items())
        yield f"{report.name}: {counts or 'nothing to do'}"
        yield from report.notes
        yield from (f"warning: {warning}" for warning in report.warnings)
        yield from (f"{failure.place}: {failure.reason}" for failure in report.failures[:_SHOWN_FAILURES])
        if len(report.failures) > _SHOWN_FAILURES:
            yield f"… and {len(report.failures) - _SHOWN_FAILURES} more"


def spoken(state: DeliveryState) -> str:
    """Return a state as people write it."""
    return state.value.replace("_", " ")


def _newest(row: Delivery) -> str:
    made = f", made {moment(row.date)}" if row.date else ""
    return f"{row.edition_key} for {row.email}{made}"


def _interval(own: Interval) -> str:
    mean, low, high = own
    return f"{mean:.3f} ({low:.3f} to {high:.3f})"
