"""Readers' data handed out and forgotten, with mail on its way, others about, and files that name them."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from recommender.digest.traces import PREFIX, Traces
from recommender.domain.editions import DeliveryState, Edition, Settlement
from recommender.domain.errors import UnknownSubscriber
from recommender.domain.papers import SourceState
from recommender.domain.requests import End, Request, RequestKind
from recommender.domain.wishes import Wish
from recommender.mail.written import OutboxShelf
from recommender.services.privacy import ERASED, rekey
from tests.builders import NOON
from tests.services.estate import KEYS, Estate
from tests.store.household import ADDRESSLESS, ANA, BOB, knock


def test_forgetting_leaves_a_trace_and_nothing_else(household: Estate) -> None:
    """The report counts, says where the file names them, and names no address."""
    household.write_mail("2026-01-30-ana", ANA)
    household.write_mail("2026-01-30-bob", BOB)
    report = household.privacy().forget(household.ana)
    told = f"{report.counts} {report.notes} {report.warnings} {report.failures}".lower()
    assert "ana" not in told
    assert (report.counts["files"], report.partial) == (3, False)
    assert report.counts["rows"] > 12
    assert "subscribers.toml:1 still names them" in told
    assert household.files() == [f"2026-01-30-bob{end}" for end in (".eml", ".html", ".txt")]
    (trace,) = [address for address, reason in household.suppressions().items() if reason == ERASED]
    assert trace.startswith(PREFIX)
    assert household.suppressions() == {trace: ERASED, BOB: "unsubscribed by the reader"}
    assert b"ahrenholz" not in (household.folder / "store.db").read_bytes().lower()
    with pytest.raises(UnknownSubscriber):
        household.privacy().held(ANA)


def test_the_file_cannot_bring_them_back(household: Estate) -> None:
    """Whatever key was the newest then; others of the file are stored."""
    household.privacy(KEYS[:1]).forget(household.ana)
    for keys in (KEYS[:1], KEYS[1::-1], KEYS[::-1]):
        assert household.reload(ANA.upper(), "cleo@example.org", keys=keys) == ["cleo@example.org"]


def test_traces_follow_the_newest_key(household: Estate) -> None:
    """While a file names the address; then the older key can go, and without it they would be back."""
    household.privacy(KEYS[:1]).forget(household.ana)
    old = Traces(KEYS[:1]).of(ANA)[0]
    both = Traces(KEYS[1::-1])
    assert rekey(household.store, household.clock, both.of, [BOB, ANA.upper()]) == 1
    assert rekey(household.store, household.clock, both.of, [BOB, ANA]) == 0
    assert (both.of(ANA)[0] in household.suppressions(), old in household.suppressions()) == (True, False)
    assert household.reload(ANA, keys=KEYS[1:2]) == []
    assert household.reload(ANA, keys=KEYS[:1]) == [ANA]


def test_an_address_of_before_leaves_a_trace_too(household: Estate) -> None:
    """Who moved on the page is named in the file by the old address."""
    new = "ana@new.example.org"
    with household.store.write() as unit:
        unit.people.change(household.ana.id, replace(household.ana, email=new))
        moved = Wish(field="email", value=new, declared=ANA, at=NOON)
        unit.people.set_wishes(household.ana.id, [moved])
    household.write_mail("2026-01-29-ana", ANA)
    household.privacy().forget_known(new)
    assert household.reload(ANA, new) == []
    assert household.files() == []


def test_an_address_that_was_only_asked_for_is_somebody_elses(household: Estate) -> None:
    """It was never confirmed: no trace of it is left, its owner can be a subscriber, and its mail stays.

    But for the letter that asked whether it is hers.
    """
    for stem in ("answer", "letter-20260130-new-1"):
        household.write_mail(stem, f"new.{ANA}")
    household.privacy().forget(household.ana)
    assert household.files() == ["answer.eml", "answer.html", "answer.txt"]
    assert household.reload(f"new.{ANA}") == [f"new.{ANA}"]


def test_an_address_that_is_anothers_by_now_is_theirs(household: Estate) -> None:
    """Bob has the address that Ana once had: forgetting her takes nothing of his."""
    with household.store.write() as unit:
        was = Wish(field="email", value=ANA, declared=BOB, at=NOON)
        unit.people.set_wishes(household.ana.id, [was])
    household.write_mail("2026-01-30-bob", BOB)
    household.privacy().forget(household.ana)
    assert len(household.files()) == 3
    assert household.suppressions()[BOB] == "unsubscribed by the reader"


def test_a_file_of_mail_is_found_by_what_its_delivery_says(household: Estate) -> None:
    """Written to an address of long ago; one of the same name that is now another's stays."""
    household.write_mail("2026-01-30-her", "ana@long.ago.example.org")
    delivery = household.claim()
    with household.store.write() as unit:
        unit.outbox.mark_in_doubt(delivery, now=NOON, body_sha256="0")
        sent = Settlement(state=DeliveryState.SENT, reply="written to /srv/var/outbox/2026-01-30-her.eml")
        unit.outbox.settle(delivery, sent, now=NOON)
    held = household.privacy()
    assert held.leavings.mail.of([], stems=["2026-01-30-her"], others=["ana@long.ago.example.org"]) == []
    held.forget(household.ana)
    assert household.files() == []


@pytest.mark.parametrize("ends", [True, False])
def test_mail_on_its_way_is_waited_for(household: Estate, *, ends: bool) -> None:
    """Its file is written before anything is deleted; one that never ends is told of."""
    delivery = household.claim()
    with household.store.write() as unit:
        assert unit.outbox.mark_in_doubt(delivery, now=NOON, body_sha256="0")

    def arrive() -> None:
        if ends and len(household.naps) == 3:
            household.write_mail("late", ANA)
            with household.store.write() as unit:
                settled = Settlement(state=DeliveryState.SENT, reply="250")
                assert unit.outbox.settle(delivery, settled, now=NOON)

    household.on_nap = arrive
    report = household.privacy().forget(household.ana)
    assert (len(household.naps) == 3) is ends
    assert bool(report.warnings) is not ends
    assert household.files() == []
    assert household.suppressions()


def test_a_worker_that_had_claimed_sends_nothing_any_more(household: Estate) -> None:
    """Its mark and its end meet no row; nothing is made again."""
    delivery = household.claim()
    household.privacy().forget(household.ana)
    with household.store.write() as unit:
        assert not unit.outbox.mark_in_doubt(delivery, now=NOON, body_sha256="0")
        assert not unit.outbox.settle(delivery, Settlement(state=DeliveryState.DEFERRED), now=NOON)
        assert [row.subscriber for row in unit.outbox.deliveries()] == [household.bob.id]


def test_publishing_and_forgetting_at_once(household: Estate) -> None:
    """Editions are put by another thread all the time; in the end there is none of hers."""
    stop, errors = threading.Event(), list[Exception]()

    def publish() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                with household.store.write() as unit:
                    for who in (household.ana, household.bob):
                        made = Edition(
                            subscriber=who.id, key=f"k{number}", created_at=NOON, due_at=NOON, considered=0
                        )
                        unit.outbox.put(made, message_id=f"<{number}.{who.id}@example.org>", date=NOON)
            except Exception as error:  # noqa: BLE001 the test asks for it
                errors.append(error)
                return

    thread = threading.Thread(target=publish)
    thread.start()
    report = household.privacy().forget(household.ana)
    stop.set()
    thread.join()
    assert (errors, report.partial) == ([], False)
    with household.store.read() as unit:
        assert {row.subscriber for row in unit.outbox.deliveries()} == {household.bob.id}
        assert not unit.holdings.mentions([ANA, household.ana.public_id])


def test_who_is_no_subscriber_is_forgotten_too(household: Estate) -> None:
    """A request, a suppression or a file of mail is enough; twice is once; nothing at all is an error."""
    knock(household.store)
    household.write_mail("letter", ADDRESSLESS)
    report = household.privacy().forget_known(ADDRESSLESS)
    assert (report.counts["rows"], report.counts["files"]) == (1, 3)
    assert household.reload(ADDRESSLESS) == []
    assert household.privacy().forget_known(ADDRESSLESS).counts["rows"] == 0
    for nobody in ("nobody@example.org", "no-address"):
        with pytest.raises(UnknownSubscriber):
            household.privacy().forget_known(nobody)


def test_a_readers_own_library_is_forgotten_as_a_source(household: Estate) -> None:
    """Where it was read to; other sources are left alone."""
    household.sources = ["annas-library"]
    with household.store.write() as unit:
        for name in ("annas-library", "arxiv"):
            unit.papers.save_source_state(SourceState(source=name))
    household.privacy().forget(household.ana)
    with household.store.read() as unit:
        assert set(unit.papers.source_states()) == {"arxiv"}


def test_a_confirmed_move_counts_as_an_address(household: Estate) -> None:
    """The one she was at before a request was done is hers; its mail goes too."""
    elsewhere = "ana@elsewhere.example.org"
    done = Request(
        public_id="r-moved",
        kind=RequestKind.ADDRESS,
        at=NOON,
        subscriber=household.ana.id,
        email=elsewhere,
    )
    with household.store.write() as unit:
        number = unit.requests.add(done, []).id
        unit.requests.confirm(number, End.NEW, at=NOON)
        unit.requests.finish(number, at=NOON)
    household.write_mail("there", elsewhere)
    household.privacy().forget(household.ana)
    assert household.files() == []
    assert household.reload(elsewhere) == []


def test_half_written_mail_goes_when_nobody_writes_it_any_more(household: Estate) -> None:
    """A crash left it; what is being written right now is left alone."""
    household.write_mail("any", BOB)
    folder = household.folder / "outbox"
    (folder / ".a.tmp").write_text("half", encoding="utf-8")
    shelf = OutboxShelf(folder, household.clock)
    household.clock.instant = datetime.fromtimestamp((folder / ".a.tmp").stat().st_mtime, UTC)
    assert shelf.remove([]) == 0
    household.clock.move(minutes=11)
    assert shelf.remove([]) == 1
