"""A pause until a date ends by itself, and what was missed comes with the next edition."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from recommender.domain.cadence import next_slot, start_of
from recommender.domain.editions import DeliveryState
from recommender.domain.subscribers import Cadence, Subscriber, SubscriberState
from tests.builders import a_subscriber
from tests.services.household import House
from tests.services.newsroom import NewsRoom, ids

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    "zone, day, begins, due",
    [
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-28T23:00", "2026-03-29T05:30"),
        ("Europe/Berlin", date(2026, 10, 25), "2026-10-24T22:00", "2026-10-25T06:30"),
        ("America/Havana", date(2026, 3, 8), "2026-03-08T05:00", "2026-03-08T11:30"),
        ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T03:00", "2018-11-04T09:30"),
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00", "2011-12-30T17:30"),
    ],
    ids=["hour lost", "hour twice", "no midnight", "no midnight in the south", "no such date"],
)
def test_the_edition_of_the_day_a_pause_ends_is_made(
    house: House, zone: str, day: date, begins: str, due: str
) -> None:
    """Not that of the day before, whose hour is not long ago; and none at midnight."""
    news, reader = paused(house, Cadence(at=time(7, 30), zone=zone), start_of(day, zone))
    begin, slot = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (begins, due))
    assert reader.paused_until == begin
    news.clock.instant = begin - MINUTE
    assert news.publishing.run().counts["due"] == 0
    assert state(news) is SubscriberState.PAUSED
    news.bring(1)
    news.clock.instant = begin
    report = news.publishing.run()
    assert (report.counts["due"], report.notes) == (0, ("1 paused until now; mail goes out again",))
    assert (state(news), news.deliveries()) == (SubscriberState.ACTIVE, [])
    news.clock.instant = slot - MINUTE
    assert news.publishing.run().counts == dict.fromkeys(news.publishing.run().counts, 0)
    news.clock.instant = slot
    assert news.publishing.run().counts["editions"] == 1
    assert len(news.deliveries()) == 1


def test_what_was_missed_comes_with_the_first_edition(house: House) -> None:
    """Papers from the whole of a pause, also older than candidates usually are; nothing was skipped."""
    news = news_room(house, most=20)
    news.clock.instant = datetime(2026, 1, 30, 12, tzinfo=UTC)
    reader = news.join()
    news.bring(1)
    assert news.publish()
    news.settle(DeliveryState.SENT)
    began = news.clock.now()
    with news.store.write() as unit:
        unit.people.set_state(
            reader.id, SubscriberState.PAUSED, at=began, until=start_of(date(2026, 2, 20), "Europe/Berlin")
        )
    for day in range(1, 20):
        news.clock.instant = began + timedelta(days=day)
        news.bring(1 + day)
    news = NewsRoom(news.store, most=20)  # a new process, which does not know when somebody last looked
    news.clock.instant = datetime(2026, 2, 20, 6, 30, tzinfo=UTC)
    report = news.publishing.run()
    assert (report.counts["editions"], report.counts["skipped"]) == (1, 0)
    with news.store.read() as unit:
        edition = unit.outbox.edition(news.deliveries()[-1].edition)
    assert edition is not None
    assert {item.paper for item in edition.items} == set(ids(*range(2, 21)))


def test_a_pause_without_an_end_stays(house: House) -> None:
    """Somebody has to end it; then the edition of the present day is made."""
    news, reader = paused(house, Cadence(at=time(7, 30), zone="Europe/Berlin"), None)
    news.bring(1)
    news.clock.instant += timedelta(days=400)
    assert news.publishing.run().counts["due"] == 0
    with news.store.write() as unit:
        unit.people.set_state(reader.id, SubscriberState.ACTIVE, at=news.clock.now())
    assert news.publishing.run().counts["due"] == 1


def test_the_next_slot_of_who_is_paused_is_the_first_after_it() -> None:
    """That which falls on the end belongs to it; without an end there is none."""
    until = datetime(2026, 2, 10, 6, 30, tzinfo=UTC)  # 07:30 in Berlin
    reader = a_subscriber(state=SubscriberState.PAUSED, paused_until=until)
    slot = next_slot(reader, until - timedelta(days=3))
    assert slot is not None
    assert slot.due_at == until
    assert next_slot(a_subscriber(state=SubscriberState.PAUSED), until) is None
    assert next_slot(a_subscriber(state=SubscriberState.UNSUBSCRIBED), until) is None
    awake = next_slot(a_subscriber(paused_until=until), until)
    assert awake is not None
    assert awake.due_at == until + timedelta(days=1)


def news_room(house: House, most: int) -> NewsRoom:
    """Return a news room in an empty house."""
    return NewsRoom(house.store.inner, most=most)


def paused(house: House, cadence: Cadence, until: datetime | None) -> tuple[NewsRoom, Subscriber]:
    """Return a news room with one paused reader."""
    news = news_room(house, most=5)
    news.clock.instant = (until or news.clock.now()) - timedelta(days=3)
    reader = news.join(cadence=cadence)
    with news.store.write() as unit:
        unit.people.set_state(reader.id, SubscriberState.PAUSED, at=news.clock.now(), until=until)
        return news, unit.people.find(reader.public_id)


def state(news: NewsRoom) -> SubscriberState:
    """Return how the reader stands, who is the last one stored."""
    with news.store.read() as unit:
        return unit.people.all()[-1].state
