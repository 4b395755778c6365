"""A poisoned entry costs itself: it is set aside with its bytes or stored clean; every digest goes out."""

from collections.abc import Sequence
from email import message_from_bytes
from email.policy import SMTP
from functools import cache

import pytest

from recommender.domain.papers import Paper, PaperPage, Refused
from recommender.sources.sieve import fault_of
from recommender.store.sql_store import SqlStore
from tests.digest.samples import digest, english, mail, renderer
from tests.hostile.full import FULL
from tests.hostile.poison import Dose, doses
from tests.hostile.scales import READERS
from tests.sources.replay import NOW
from tests.stores import sqlite_store

DOSES = doses()[:: 1 if FULL else 5]


@cache
def taken(dose: Dose) -> PaperPage:
    """Return what a parser makes of a dose."""
    return READERS[dose.reader](dose.body)


@pytest.mark.parametrize("reader", ["daily", "query", "feed"])
def test_ninety_nine_are_stored(reader: str) -> None:
    """Whatever is in the bad one, the others come through, and what comes through can be stored."""
    for dose in (dose for dose in DOSES if dose.reader == reader):
        page = taken(dose)
        assert len(page.papers) + len(page.refused) == 100, dose.name
        assert len(page.refused) <= 1, dose.name
        assert [fault for fault in map(fault_of, page.papers) if fault] == [], dose.name
        assert all(entry.body and entry.reason for entry in page.refused), dose.name


def test_there_are_enough_of_them() -> None:
    """More than two hundred pairs, some refused and some cleaned, by every reader."""
    assert len(DOSES) > (900 if FULL else 180)
    for reader in ("daily", "query", "feed"):
        refused = [dose for dose in DOSES if dose.reader == reader and taken(dose).refused]
        cleaned = [dose for dose in DOSES if dose.reader == reader and not taken(dose).refused]
        assert cleaned
        assert refused or not FULL


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> SqlStore:
    """Return a store with all of it: papers folded, refused entries set aside."""
    store = sqlite_store(tmp_path_factory.mktemp("poison"))
    with store.write() as unit:
        unit.papers.fold([paper for dose in DOSES for paper in survivors(dose)], seen_at=NOW)
        unit.papers.add_signals([signal for dose in DOSES for signal in taken(dose).signals])
        unit.intake.quarantine("poison", [entry for dose in DOSES for entry in taken(dose).refused], at=NOW)
    return store


def survivors(dose: Dose) -> Sequence[Paper]:
    """Return the paper of the bad entry, if it came through."""
    return () if taken(dose).refused else taken(dose).papers[50:51]


def test_bytes_are_set_aside(store: SqlStore) -> None:
    """Each refused entry is there as it came, with the reason, and within its bounds."""
    with store.read() as unit:
        kept = {entry.body: entry.reason for entry in unit.intake.quarantined("poison")}
    for entry in (entry for dose in DOSES for entry in taken(dose).refused):
        assert kept[body_of(entry)] == entry.reason
        assert 0 < len(body_of(entry)) <= 64 * 1024


def body_of(entry: Refused) -> bytes:
    """Return the bytes of an entry that has some."""
    assert entry.body is not None
    return entry.body


def test_the_digest_goes_out(store: SqlStore) -> None:
    """All papers that came through, in one digest: nothing stops it, and nothing of it is active."""
    with store.read() as unit:
        papers = tuple(unit.papers.all())
    assert len(papers) > (300 if FULL else 60)
    made = digest(papers)
    html, text = renderer().html(made, english()), renderer().text(made, english())
    message = message_from_bytes(mail(made), policy=SMTP)
    assert message["Bcc"] is None
    for inert in ("<script", "onerror=alert(1)>", 'href="javascript:', 'href="data:', "\x00", "\u202e"):
        assert inert not in html
    assert "A sound title" in text
