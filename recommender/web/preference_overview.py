"""What the overview of the preference page shows, beside what just happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from recommender.domain.bounces import BOUNCED
from recommender.domain.subscribers import Every, Subscriber, SubscriberState
from recommender.services.preferences import mark_of
from recommender.services.unsubscribing import COMPLAINED, Unsubscribing
from recommender.web.context import WebContext, masked
from recommender.web.preference_choices import BREAKS, LONGEST_PAUSE, choices, local_day, zones
from recommender.web.preference_fields import MOST_INTERESTS
from recommender.web.preference_levers import lever_rows
from recommender.web.preference_view import Looks, Trouble, rows, section
from recommender.web.preference_words import Saying, pause_words

_TITLES = {
    "when": "When it comes",
    "size": "How much comes",
    "manner": "Language, name and privacy",
}
_STATES = {
    SubscriberState.UNSUBSCRIBED: "stopped: you unsubscribed",
    SubscriberState.REMOVED: "stopped: you are no longer in the file",
    SubscriberState.READER: "none: known by votes only",
}
_FEWER = {
    Every.DAY: "Fewer mails: Monday to Friday only",
    Every.WEEKDAY: "Fewer mails: once a week",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One reader's page."""

    context: WebContext
    subscriber: Subscriber
    saying: Saying

    def values(self, trouble: Trouble) -> Mapping[str, object]:
        """Return what the template needs."""
        own = self.subscriber
        locale = self.context.wording.of(own.locale)
        with self.context.store.read() as uow:
            turned = uow.people.levers([own.id])
            reason = uow.people.suppression(own.email) or ""
        return {
            "address": masked(own.email),
            "state": self._state(reason),
            "cadence": locale.cadence(own.cadence),
            "next": "" if reason else self.saying.due(),
            "papers": own.papers,
            "interests": rows(own),
            "interests_locked": "interests" in own.locked,
            "room": len(own.interests) < MOST_INTERESTS,
            "sections": [self._section(name, trouble) for name in _TITLES],
            "pause": self._pause(trouble),
            "fewer": self._fewer(),
            "levers": lever_rows(own, turned),
            "zones": zones(),
        }

    @property
    def _paused(self) -> bool:
        return self.subscriber.state is SubscriberState.PAUSED and not self.saying.awake

    def _state(self, reason: str) -> str:
        if reason.startswith(BOUNCED):
            return "stopped: mail to this address came back"
        if reason == COMPLAINED:
            return "stopped: a digest was reported as spam"
        if reason:
            return _STATES[SubscriberState.UNSUBSCRIBED]
        if self._paused:
            return pause_words(self.subscriber, self.saying.words)
        return _STATES.get(self.subscriber.state, "goes out as planned")

    def _section(self, name: str, trouble: Trouble) -> Mapping[str, object]:
        looks = Looks(locale=self.context.wording.default, languages=sorted(self.context.wording.catalogues))
        controls = section(self.subscriber, name, looks, trouble)
        return {
            "name": name,
            "title": _TITLES[name],
            "controls": controls,
            "open": trouble.section == name,
            "locked": all(control.locked for control in controls),
        }

    def _pause(self, trouble: Trouble) -> Mapping[str, object] | None:
        """Return the form that holds mail; None for somebody who gets none anyway."""
        if self.subscriber.state not in {SubscriberState.ACTIVE, SubscriberState.PAUSED}:
            return None
        own = trouble if trouble.section == "pause" else Trouble()
        typed, today = own.typed, local_day(self.saying.now, self.subscriber.cadence.zone)
        labels = {"": "until I resume it"}
        for days, words in BREAKS.items():
            end = today + timedelta(days=int(days))
            labels[days] = f"for {words}, until {self.saying.words.date(end)}"
        return {
            "paused": self._paused,
            "locked": "paused" in self.subscriber.locked,
            "choices": choices(labels, value if (value := typed.get("days", "7")) in labels else ""),
            "until": typed.get("until", ""),
            "first": f"{today + timedelta(days=1)}",
            "last": f"{today + LONGEST_PAUSE}",
            "fault": own.faults.get("until", ""),
        }

    def _fewer(self) -> Mapping[str, str] | None:
        every = self.subscriber.cadence.every
        going = self.subscriber.state is SubscriberState.ACTIVE or self.saying.awake
        if not going or every not in _FEWER or "every" in self.subscriber.locked:
            return None
        return {"words": _FEWER[every], "shown": mark_of(every.value)}


def held_fields(before: Subscriber, now: datetime) -> Mapping[str, str]:
    """Return the hidden fields that bring back how mail was held before."""
    if before.state is not SubscriberState.PAUSED or before.pause_is_over(now):
        return {"mail": "resume"}
    until = before.paused_until
    return {"mail": "pause", "until": f"{local_day(until, before.cadence.zone)}" if until else ""}


def put_back(
    unsubscribing: Unsubscribing, subscriber: Subscriber, state: SubscriberState, until: datetime | None
) -> None:
    """Pause or resume a reader as it was before."""
    if state is SubscriberState.PAUSED:
        unsubscribing.pause(subscriber, until=until)
    else:
        unsubscribing.resume(subscriber)
