"""Saved papers that wait to be read: which ones an edition reminds of."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from recommender.digest.words import Words
from recommender.domain.editions import EditionItem, Section
from recommender.domain.papers import PaperId
from recommender.domain.subscribers import Subscriber

MOST = 2
AFTER = timedelta(days=2)
UNTIL = timedelta(days=60)


def waiting(
    listed: Sequence[tuple[PaperId, datetime, bool]], now: datetime, besides: Collection[PaperId] = ()
) -> list[tuple[PaperId, datetime]]:
    """Return up to two of a reading list that are unread since two days at least, with when they were saved.

    Which ones moves on from day to day. Papers `besides` are left out.
    """
    open_ = [
        (paper, saved_at)
        for paper, saved_at, read in listed
        if not read and AFTER <= now - saved_at <= UNTIL and paper not in besides
    ]
    first = (now.toordinal() * MOST) % max(len(open_), 1)
    return (open_[first:] + open_[:first])[:MOST]


def reminders(
    chosen: Sequence[tuple[PaperId, datetime]], subscriber: Subscriber, words: Words
) -> list[EditionItem]:
    """Return the items of the section; positions are for the caller to set."""
    zone = ZoneInfo(subscriber.cadence.zone)
    return [
        EditionItem(
            paper=paper,
            section=Section.READING_LIST,
            interest="",
            position=place,
            score=0.0,
            match=0.0,
            reason=words.say("reason.saved", day=words.month_day(saved_at.astimezone(zone).date())),
        )
        for place, (paper, saved_at) in enumerate(chosen)
    ]
