"""What nobody needs for ever goes after its days, by a clock that is moved."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from recommender.domain.editions import DeliveryState, Edition, Settlement
from recommender.domain.inbound import InboundKind
from recommender.domain.retention import Keeping, Limits, limits
from recommender.mail.written import OutboxShelf
from recommender.ranking.base import RankingSettings
from recommender.services.retention import Retention
from recommender.services.unlearning import Unlearning
from recommender.store.sql_store import SqlStore
from tests.builders import NOON
from tests.services.mailroom import Hands
from tests.store.household import settle

DAY = timedelta(days=1)
FULL = Keeping(outbox_days=14, edition_days=90, inbound_days=90, quarantine_days=30)


class House:
    """A store of two readers and an outbox folder, as they are some days later."""

    def __init__(self, folder: Path, migrated: Path) -> None:
        """Settle two readers at noon."""
        (folder / "store.db").write_bytes(migrated.read_bytes())
        self.store, self.clock, self.outbox = (
            SqlStore(f"sqlite:///{folder / 'store.db'}"),
            Hands(NOON),
            folder / "o",
        )
        self.ana, self.bob = settle(self.store)
        self.unlearning = Unlearning(self.store, folder / "artifacts", RankingSettings())

    def clear(self, keeping: Keeping, **later: float) -> dict[str, int]:
        """Run some time after noon; return what went."""
        self.clock.instant = NOON + timedelta(**later)
        report = Retention(
            store=self.store,
            clock=self.clock,
            keeping=keeping,
            mail=OutboxShelf(self.outbox, self.clock),
            artifacts=self.unlearning,
        ).run()
        assert not report.failures
        return {key: count for key, count in report.counts.items() if count}

    def publish(self, *, at: datetime, state: DeliveryState) -> int:
        """Give Ana another edition, made then and standing so; return its number."""
        with self.store.write() as unit:
            made = Edition(
                subscriber=self.ana.id, key=f"{at:%Y-%m-%d}", created_at=at, due_at=at, considered=0
            )
            assert unit.outbox.put(made, message_id=f"<{at:%j}@example.org>", date=at)
            number = unit.outbox.deliveries()[0].edition
        self.settle(state, at)
        return number

    def settle(self, state: DeliveryState, at: datetime) -> None:
        """Send whatever waits, or hold it."""
        with self.store.write() as unit:
            for person in unit.people.all():
                unit.people.lift(person.email)
            for row in unit.outbox.claim(worker="w", now=at, lease=DAY / 24, limit=99):
                assert unit.outbox.mark_in_doubt(row, now=at, body_sha256="0")
                assert unit.outbox.settle(row, Settlement(state=state, reply="so it is"), now=at)

    def editions(self) -> set[int]:
        """Return the numbers of the editions there are."""
        with self.store.read() as unit:
            return {delivery.edition for delivery in unit.outbox.deliveries()}


@pytest.fixture
def house(tmp_path: Path, migrated: Path) -> Iterator[House]:
    """Give a house."""
    house = House(tmp_path, migrated)
    yield house
    house.store.close()


def test_nothing_is_old_on_its_day() -> None:
    """A day that is not over does not count; 0 days is for ever."""
    never = Keeping(outbox_days=0, edition_days=0, inbound_days=0, quarantine_days=0)
    week = NOON - 7 * DAY
    assert limits(never, NOON) == Limits(
        outbox=None, editions=None, inbound=None, quarantine=None, requests=week
    )
    assert limits(FULL, NOON).editions == NOON - 90 * DAY


def test_what_ships_keeps_mail_and_editions() -> None:
    """The files of the outbox backend are the mail itself."""
    assert (Keeping().outbox_days, Keeping().edition_days) == (0, 0)


def test_requests_go_after_a_week(house: House) -> None:
    """With their letters; once."""
    assert house.clear(FULL, days=7) == {}
    assert house.clear(FULL, days=7, seconds=1) == {"requests": 2}
    assert house.clear(FULL, days=7, seconds=1) == {}


def test_refused_entries_go_after_their_days(house: House) -> None:
    """Not where they are kept for ever."""
    assert "entries" not in house.clear(Keeping(quarantine_days=0), days=3650)
    assert house.clear(FULL, days=31)["entries"] == 2
    with house.store.read() as unit:
        assert not unit.intake.set_aside()


def test_of_mail_that_came_back_only_that_it_came_is_kept(house: House) -> None:
    """It is known by its key, so that it is not taken for new; a bounce of that age counts for nothing."""
    assert house.clear(FULL, days=91)["inbound_mails"] == 4
    assert "inbound_mails" not in house.clear(FULL, days=92)
    with house.store.write() as unit:
        mails = unit.inbound.newest(list(InboundKind), limit=9)
        assert [(mail.subscriber, mail.delivery, mail.detail) for mail in mails] == [(None, None, "")] * 4
        assert not unit.inbound.record(mails[0])


def test_editions_go_but_for_the_newest_and_what_is_open(house: House) -> None:
    """What was sent goes; held mail may be sent once more, and one edition says when the last was."""
    house.settle(DeliveryState.SENT, NOON)
    first = house.editions()
    held = house.publish(at=NOON + DAY, state=DeliveryState.HELD)
    gone = house.publish(at=NOON + 2 * DAY, state=DeliveryState.SENT)
    newest = house.publish(at=NOON + 3 * DAY, state=DeliveryState.SENT)
    assert "editions" not in house.clear(FULL, days=90)
    assert house.clear(FULL, days=365)["editions"] == 2
    assert house.editions() == {held, newest, max(first)}
    assert gone not in house.editions()
    with house.store.read() as unit:
        assert len(unit.inbound.newest(list(InboundKind), limit=9)) == 4
        assert len(unit.people.feedback(house.ana.id)) == 4


def test_files_of_the_outbox_go_if_that_is_wanted(house: House) -> None:
    """All three of a message, by the age of the message."""
    house.outbox.mkdir()
    for stem, age in (("old", 15), ("new", 13)):
        for suffix in (".eml", ".html", ".txt"):
            file = house.outbox / f"{stem}{suffix}"
            file.write_text("To: ana@example.org\n\n", encoding="utf-8")
            os.utime(file, times=((NOON - age * DAY).timestamp(),) * 2)
    assert house.clear(Keeping()) == {}
    assert house.clear(FULL) == {"files": 3}
    assert {file.stem for file in house.outbox.iterdir()} == {"new"}
