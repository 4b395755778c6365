"""What every Intake does: what was announced, what was set aside, who was asked, what happened."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from recommender.domain.events import EventKind, PaperEvent
from recommender.domain.intake import Coverage
from recommender.domain.papers import Announced, PaperId, Refused
from recommender.ports import Store
from tests.builders import NOON, a_paper

DAY = date(2026, 1, 30)
_STEP = timedelta(days=1)
_LONG_AGO = NOON - timedelta(days=400)


def announced(*numbers: int, day: date = DAY) -> Announced:
    """Announce papers by the number of their builder."""
    return Announced(day=day, papers=[a_paper(number).id for number in numbers])


def fold(store: Store, *numbers: int, days: int = 0, **fields: object) -> None:
    """Store papers, first seen some days after noon of the builders' day."""
    with store.write() as unit:
        unit.papers.fold([a_paper(number, **fields) for number in numbers], seen_at=NOON + days * _STEP)


def bad(body: bytes, reason: str = "no title") -> Refused:
    """Build a refused entry with its bytes."""
    return Refused(place=f"http://a/feed, entry of {len(body)} bytes", reason=reason, body=body)


def aside(store: Store, source: str, *refused: Refused, days: int = 0) -> int:
    """Set entries aside and return how many had not come before."""
    with store.write() as unit:
        return len(refused) - len(unit.intake.quarantine(source, refused, at=NOON + days * _STEP))


class IntakeConformance:
    """Subclass it and give a fixture `store` with an empty store."""

    def test_what_was_announced_and_is_not_there_is_missing(self, store: Store) -> None:
        """By any name that the store knows; each once, though announced on two days."""
        fold(store, 1)
        fold(store, 2, doi="10.1234/two")
        by_doi = Announced(day=DAY, papers=[PaperId("doi:10.1234/two"), PaperId("doi:10.1234/three")])
        with store.write() as unit:
            unit.intake.announce("arxiv", [announced(1, 2, 3), announced(3, day=DAY + _STEP), by_doi])
        with store.read() as unit:
            assert unit.intake.missing("arxiv", DAY) == [a_paper(3).id, "doi:10.1234/three"]
            assert unit.intake.missing("arxiv", DAY + _STEP) == [a_paper(3).id]
            assert unit.intake.missing("arxiv", DAY + 2 * _STEP) == []
            assert unit.intake.missing("biorxiv", DAY) == []

    def test_a_missing_paper_that_comes_is_not_missing(self, store: Store) -> None:
        """Whoever brings it."""
        with store.write() as unit:
            unit.intake.announce("arxiv", [announced(1, 2)])
        fold(store, 1, 2)
        with store.read() as unit:
            assert unit.intake.missing("arxiv", DAY) == []

    def test_announcing_twice_is_announcing_once(self, store: Store) -> None:
        """In one list, in two lists and in two runs."""
        for _ in range(2):
            with store.write() as unit:
                unit.intake.announce("arxiv", [announced(1, 1, 2), announced(2)])
        with store.read() as unit:
            assert unit.intake.coverage("arxiv", DAY) == [Coverage(day=DAY, announced=2, missing=2)]

    def test_coverage_counts_each_day_of_one_source(self, store: Store) -> None:
        """Oldest first, from a day on; a day of nothing is no day."""
        fold(store, 1, 2)
        with store.write() as unit:
            unit.intake.announce("arxiv", [announced(3, 1, day=DAY + _STEP), announced(2), announced()])
            unit.intake.announce("feed", [announced(9)])
        with store.read() as unit:
            assert unit.intake.coverage("arxiv", DAY) == [
                Coverage(day=DAY, announced=1, missing=0),
                Coverage(day=DAY + _STEP, announced=2, missing=1),
            ]
            assert len(unit.intake.coverage("arxiv", DAY + _STEP)) == 1

    def test_announcements_are_forgotten_after_sixty_days(self, store: Store) -> None:
        """Counted from the newest one of that source; others keep theirs."""
        with store.write() as unit:
            unit.intake.announce("arxiv", [announced(1), announced(2, day=DAY + _STEP)])
            unit.intake.announce("feed", [announced(1)])
            unit.intake.announce("arxiv", [announced(3, day=DAY + 61 * _STEP)])
        with store.read() as unit:
            days = [entry.day for entry in unit.intake.coverage("arxiv", date(2000, 1, 1))]
            assert days == [DAY + _STEP, DAY + 61 * _STEP]
            assert len(unit.intake.coverage("feed", date(2000, 1, 1))) == 1

    def test_what_is_set_aside_comes_back_as_it_came(self, store: Store) -> None:
        """Bytes of any kind, newest first, of one source or of all; what has no bytes is not kept."""
        body = bytes(range(256))
        assert aside(store, "feed", bad(body), Refused(place="p", reason="no bytes")) == 2
        assert aside(store, "arxiv", bad(b"later", "no id"), days=1) == 1
        with store.read() as unit:
            later, first = unit.intake.quarantined()
            assert unit.intake.quarantined("feed") == [first]
            assert unit.intake.set_aside() == {"arxiv": 1, "feed": 1}
        assert (first.body, first.place, first.reason) == (body, bad(body).place, "no title")
        assert (first.source, first.at, first.times) == ("feed", NOON, 1)
        assert (later.source, later.reason) == ("arxiv", "no id")
        assert len({first.key, later.key}) == 2

    def test_the_same_bytes_are_one_row_with_a_count(self, store: Store) -> None:
        """Of one source; the time is that of the first. Another source has its own row."""
        assert aside(store, "feed", bad(b"x")) == 1
        assert aside(store, "feed", bad(b"x", "another reason"), days=1) == 0
        assert aside(store, "other", bad(b"x")) == 1
        with store.read() as unit:
            (found,) = unit.intake.quarantined("feed")
        assert (found.times, found.at, found.reason) == (2, NOON, "no title")

    def test_long_entries_are_cut_and_told_apart_by_all_their_bytes(self, store: Store) -> None:
        """64 KiB of each are kept; two that differ after that are two."""
        start = b"a" * 65_536
        assert aside(store, "feed", bad(start + b"1"), bad(start + b"2")) == 2
        with store.read() as unit:
            assert [entry.body for entry in unit.intake.quarantined()] == [start, start]

    def test_a_thousand_rows_of_a_source_are_kept(self, store: Store) -> None:
        """The oldest go; other sources lose nothing."""
        aside(store, "other", bad(b"o"))
        aside(store, "feed", *(bad(b"old %d" % number) for number in range(3)))
        aside(store, "feed", *(bad(b"new %d" % number) for number in range(999)), days=1)
        with store.read() as unit:
            kept = [entry.body for entry in unit.intake.quarantined("feed")]
            assert len(unit.intake.quarantined("other")) == 1
        assert len(kept) == 1000
        assert sum(body.startswith(b"old") for body in kept) == 1

    def test_papers_are_asked_about_once_in_a_while(self, store: Store) -> None:
        """Newest first, at most so many; a paper asked about before is due again when that is long ago."""
        for number in (1, 2, 3):
            fold(store, number, days=number)
        with store.write() as unit:
            unit.intake.note_asked("openalex", [a_paper(2).id], [], at=NOON + 4 * _STEP)
        assert _unasked(store, "openalex", before=NOON) == [3, 1]
        assert _unasked(store, "openalex", before=NOON + 5 * _STEP) == [3, 2, 1]
        assert _unasked(store, "openalex", before=NOON, limit=1) == [3]
        assert _unasked(store, "crossref", before=NOON) == [3, 2, 1]

    def test_asking_again_moves_the_time_on(self, store: Store) -> None:
        """One row for each enricher and paper."""
        fold(store, 1)
        for days in (1, 5):
            with store.write() as unit:
                paper = a_paper(1).id
                unit.intake.note_asked("openalex", [paper, paper], [paper], at=NOON + days * _STEP)
        assert _unasked(store, "openalex", before=NOON + 4 * _STEP) == []
        assert _unasked(store, "openalex", before=NOON + 6 * _STEP) == [1]

    def test_nobody_is_asked_about_old_papers_or_a_readers_own(self, store: Store) -> None:
        """First seen before, or known from a library alone."""
        fold(store, 1, days=-10)
        fold(store, 2, library_only=True)
        fold(store, 3)
        assert _unasked(store, "openalex", before=NOON, since=NOON - _STEP) == [3]

    def test_events_come_back_oldest_first_between_two_instants(self, store: Store) -> None:
        """After the first and up to the second, of some papers or of all; of one instant as they came."""
        fold(store, 1, 2)
        one, two = a_paper(1).id, a_paper(2).id
        kind = next(iter(EventKind))
        happened = [
            PaperEvent(paper=paper, kind=kind, at=NOON + days * _STEP, detail=detail)
            for paper, days, detail in ((one, 2, "c"), (one, 0, "a"), (two, 1, "b"), (two, 2, "d"))
        ]
        with store.write() as unit:
            unit.intake.add_events(happened[:2])
            unit.intake.add_events(happened[2:])
            unit.intake.add_events([])
        assert _events(store, -1, 2) == ["a", "b", "c", "d"]
        assert _events(store, 0, 1) == ["b"]
        assert _events(store, -1, 2, [two]) == ["b", "d"]
        assert _events(store, -1, 2, []) == []


def _unasked(
    store: Store, enricher: str, *, before: datetime, since: datetime = _LONG_AGO, limit: int = 9
) -> list[int]:
    with store.read() as unit:
        found = unit.intake.unasked(enricher, published_since=since, asked_before=before, limit=limit)
    return [int(paper.id[-1]) for paper in found]


def _events(store: Store, since: int, until: int, papers: Sequence[PaperId] | None = None) -> list[str]:
    with store.read() as unit:
        found = unit.intake.events(NOON + since * _STEP, NOON + until * _STEP, papers)
    return [event.detail for event in found]
