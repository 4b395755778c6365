"""How sources are, in words: a line for `doctor`, a sentence for the foot of a digest. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from shlex import quote
from zoneinfo import ZoneInfo

from recommender.digest.words import Words
from recommender.domain.condition import Condition, condition_of
from recommender.domain.intake import Coverage
from recommender.domain.papers import SourceState
from recommender.services.findings import Finding, Health

_CALLED = {
    "arxiv": "arXiv",
    "huggingface": "Hugging Face",
    "biorxiv": "bioRxiv",
    "medrxiv": "medRxiv",
}
_HEALTH = {
    Condition.NEVER: Health.WARNING,
    Condition.FAILING: Health.FAILED,
    Condition.STALE: Health.WARNING,
    Condition.LATE: Health.WARNING,
    Condition.LACKING: Health.WARNING,
    Condition.FINE: Health.OK,
}
_ASKED_AGAIN = "it is asked again by itself"
_NAMED = 4
"""Sources that one sentence names; a reader with more wants to hear of the troubled ones."""
_NEWS = timedelta(days=1)
_FIGURES = (
    "last_ok",
    "last_new",
    "expected_next",
    "announced_on",
    "announced",
    "stored",
    "missing",
    "announced_14_days",
    "missing_14_days",
    "failures",
    "parked_until",
    "quiet",
)
"""What `doctor --json` has of each source and enricher."""


def blank_figures() -> dict[str, str | int | datetime | None]:
    """Return the keys of a source's figures with nothing known, for checks that are of no source."""
    return dict.fromkeys(_FIGURES)


def source_finding(
    check: str, state: SourceState | None, coverage: Sequence[Coverage], now: datetime
) -> Finding:
    """Return the line of one source or enricher; `coverage` is that of the last 14 days, oldest first."""
    condition = condition_of(state, now)
    kind, _, name = check.partition(" ")
    needless = kind == "enricher"  # what nobody needs cannot be down
    if state is None or condition is Condition.NEVER:
        return Finding(
            check=check, health=Health.WARNING, detail="never read", fix=_fix(Condition.NEVER, name)
        )
    parts = [_verdict(condition, state), *_history(state), *_completeness(state, coverage)]
    return Finding(
        check=check,
        health=Health.WARNING if needless and condition is Condition.FAILING else _HEALTH[condition],
        detail="; ".join(part for part in parts if part),
        fix=_ASKED_AGAIN if needless and condition is Condition.FAILING else _fix(condition, name),
        figures=_figures(state, coverage),
    )


def _verdict(condition: Condition, state: SourceState) -> str:
    """Say what is the matter, or why it is quiet."""
    if condition is Condition.FAILING:
        failures = max(state.failures, 1)
        runs = "the last run failed" if failures == 1 else f"the last {failures} runs failed"
        rest = f", left alone until {_instant(state.parked_until)}" if state.parked_until else ""
        return f"{runs}{rest}: {state.last_error or 'no reason is known'}"
    if condition is Condition.LATE and state.outlook.expected_next:
        return f"feed lags: new papers were expected at {_instant(state.outlook.expected_next)}"
    return state.outlook.quiet


def _history(state: SourceState) -> list[str]:
    parts = [f"last read {_instant(state.last_ok)}" if state.last_ok else "never read to its end"]
    if state.last_new:
        parts.append(f"last new paper {_instant(state.last_new)}")
    expected = state.outlook.expected_next
    if expected and state.last_ok and expected > state.last_ok:
        parts.append(f"next expected {_instant(expected)}")
    return parts


def _completeness(state: SourceState, coverage: Sequence[Coverage]) -> list[str]:
    """Say how much of what it announced is stored: the last time, and over all the days that are known."""
    parts = []
    if state.announced_on:
        parts.append(f"announced {state.announced_on:%-d %B}: {_stored(state.announced, state.missing)}")
    if len(coverage) > 1:
        whole = _stored(sum(day.announced for day in coverage), sum(day.missing for day in coverage))
        parts.append(f"{len(coverage)} announcements in 14 days: {whole}")
    return parts


def _stored(announced: int, missing: int) -> str:
    return f"{announced - missing:,} of {announced:,} stored, {missing:,} missing"


def _fix(condition: Condition, name: str) -> str:
    if condition is Condition.FAILING:
        return f"{_ASKED_AGAIN}; at once: paperroute ingest --source {quote(name)}"
    if condition in (Condition.NEVER, Condition.STALE):
        return "paperroute ingest, or keep paperroute run running"
    if condition is Condition.LACKING:
        return f"looked for again at each ingest; at once: paperroute ingest --source {quote(name)}"
    return "paperroute run asks again every half hour for some hours" if condition is Condition.LATE else ""


def _figures(state: SourceState, coverage: Sequence[Coverage]) -> Mapping[str, str | int | datetime | None]:
    counted = state.announced_on is not None
    return {
        "last_ok": state.last_ok,
        "last_new": state.last_new,
        "expected_next": state.outlook.expected_next,
        "announced_on": state.announced_on.isoformat() if state.announced_on else None,
        "announced": state.announced if counted else None,
        "stored": state.announced - state.missing if counted else None,
        "missing": state.missing if counted else None,
        "announced_14_days": sum(day.announced for day in coverage) if coverage else None,
        "missing_14_days": sum(day.missing for day in coverage) if coverage else None,
        "failures": state.failures,
        "parked_until": state.parked_until,
        "quiet": state.outlook.quiet or None,
    }


def sources_sentence(
    names: Sequence[str], states: Mapping[str, SourceState], *, now: datetime, zone: str, words: Words
) -> str:
    """Return one sentence for a digest: how complete and how fresh the configured sources are.

    Dates are in the reader's `zone`. Empty where there is nothing to tell: no source, or none that was ever
    asked. No address and no text that a source brought is in it.
    """
    known = [name for name in names if name in states]
    if not known:
        return ""
    teller = _Teller(now, ZoneInfo(zone), words)
    phrases = {name: teller.phrase(name, states.get(name)) for name in names}
    fine = [name for name in names if condition_of(states.get(name), now) is Condition.FINE]
    shown = [*(name for name in names if name not in fine), *fine][:_NAMED]
    parts = [phrases[name] for name in names if name in shown]
    if more := len(names) - len(shown):
        well = set(names) - set(shown) <= set(fine)
        parts.append(words.say("sources.more_fine" if well else "sources.more", number=more))
    return words.say("sources.all", parts=words.say("sources.between").join(parts))


def troubled(names: Sequence[str], states: Mapping[str, SourceState], now: datetime) -> str:
    """Name the sources from which papers may be lacking, with what is the matter; empty if none is."""
    conditions = {name: condition_of(states.get(name), now) for name in names}
    return ", ".join(
        f"{name} {condition.value}"
        for name, condition in conditions.items()
        if condition is not Condition.FINE
    )


@dataclass(frozen=True, slots=True)
class _Teller:
    """Says how one source is, at an instant, to a reader."""

    now: datetime
    zone: ZoneInfo
    words: Words

    def phrase(self, name: str, state: SourceState | None) -> str:
        """Return what matters most of a source."""
        source = _CALLED.get(name, name)
        condition = condition_of(state, self.now)
        if state is None or condition is Condition.NEVER:
            return self.words.say("sources.never", source=source)
        if condition in (Condition.FAILING, Condition.STALE):
            key = "sources.unread_since" if condition is Condition.STALE else "sources.unreached_since"
            if state.last_ok is None:
                return self.words.say("sources.unreached", source=source)
            return self.words.say(key, source=source, day=self._day(state.last_ok))
        expected = state.outlook.expected_next
        if condition is Condition.LATE and expected:
            return self.words.say("sources.late", source=source, day=self._day(expected))
        return self._quiet(state, self._complete(source, state))

    def _complete(self, source: str, state: SourceState) -> str:
        """Say how much of the last announcement is stored, or when it was read where it announces nothing."""
        if state.announced_on is None:
            day = self._day(state.last_ok) if state.last_ok else ""
            return self.words.say("sources.read", source=source, day=day)
        return self.words.say(
            "sources.incomplete" if state.missing else "sources.complete",
            source=source,
            stored=state.announced - state.missing,
            announced=state.announced,
            day=self.words.month_day(state.announced_on),
        )

    def _quiet(self, state: SourceState, said: str) -> str:
        """Add when there will be something where the source said that there is nothing new."""
        # Why nothing is new is worth a word only where nothing is.
        new = state.last_new is not None and self.now - state.last_new < _NEWS
        if new or not state.outlook.quiet:
            return said
        expected = state.outlook.expected_next
        if expected and expected > self.now:
            return self.words.say("sources.next", state=said, day=self._day(expected))
        return self.words.say("sources.nothing_new", state=said)

    def _day(self, moment: datetime) -> str:
        return self.words.month_day(moment.astimezone(self.zone).date())


def _instant(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "never"
