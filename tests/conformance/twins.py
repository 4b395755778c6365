"""What every Twins does: folds are written down, taken back, and made by hand."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from recommender.domain.errors import InputError, UnknownPaper
from recommender.domain.events import EventKind, PaperEvent
from recommender.domain.feedback import Act, Feedback
from recommender.domain.papers import Paper, PaperId, PaperStatus, Signal
from recommender.domain.subscribers import SubscriberState
from recommender.ports import Store
from tests.builders import NOON, a_declaration, a_paper

HOUR = timedelta(hours=1)
FIRST = a_paper(1, abstract="What the first record says.", version=1)
SECOND = a_paper(
    2, title=FIRST.title, authors=("A. Author1", "Cy Third"), abstract="The second one.", version=4
)
JOURNAL = a_paper(
    3,
    id=PaperId("doi:10.1000/j"),
    doi="10.1000/j",
    title=FIRST.title,
    authors=FIRST.authors,
    venue="A journal",
    url=None,
)


def kept(store: Store, *papers: Paper) -> tuple[PaperId, ...]:
    """Fold papers in one transaction and return their ids."""
    with store.write() as unit:
        return unit.papers.fold(papers, seen_at=NOON).ids


def voted(store: Store, reader: str, *acts: tuple[Paper, Act, int]) -> None:
    """Record acts of one reader, each so many hours after noon."""
    with store.write() as unit:
        known = {one.email: one.id for one in unit.people.all()}
        if reader not in known:
            known[reader] = unit.people.add(a_declaration(reader), state=SubscriberState.ACTIVE, at=NOON).id
        unit.people.record(
            [
                Feedback(subscriber=known[reader], paper=paper.id, act=act, at=NOON + hours * HOUR)
                for paper, act, hours in acts
            ]
        )


def log(store: Store) -> Counter[tuple[PaperId, Act]]:
    """Return which acts stand at which papers."""
    with store.read() as unit:
        return Counter((entry.paper, entry.act) for entry in unit.people.feedback())


def undone(store: Store, number: int | None = None) -> None:
    """Take a fold back, by default the newest that stands."""
    with store.write() as unit:
        unit.twins.undo(number or unit.twins.folds(standing=True)[0].id, at=NOON + HOUR)


class TwinsConformance:
    """Subclass it and give a fixture `store` with an empty store."""

    def test_a_fold_by_texts_is_written_down(self, store: Store) -> None:
        """With both ids, both titles and the reason."""
        kept(store, FIRST)
        kept(store, SECOND)
        with store.read() as unit:
            (fold,) = unit.twins.folds()
            assert (fold.paper, fold.other, fold.undone_at) == (FIRST.id, SECOND.id, None)
            assert (fold.why, fold.at, fold.title) == ("same title and first author", NOON, FIRST.title)
            assert unit.twins.count() == 1

    def test_a_fold_by_an_id_alone_is_no_fold_to_doubt(self, store: Store) -> None:
        """Another sighting, another version, a listing entry, a preprint that gets a DOI."""
        listed = replace(FIRST, id=PaperId("title:papernumber1onsubject1"), url=None)
        kept(store, FIRST, replace(FIRST, version=2), listed, replace(FIRST, doi="10.1000/x"))
        with store.read() as unit:
            assert (unit.papers.count(), list(unit.twins.folds())) == (1, [])

    def test_undoing_gives_both_records_back_as_they_were(self, store: Store) -> None:
        """And each is found by its own names."""
        kept(store, FIRST)
        kept(store, SECOND)
        undone(store)
        with store.read() as unit:
            assert unit.papers.get([FIRST.id, SECOND.id]) == {
                FIRST.id: replace(FIRST, first_seen=NOON),
                SECOND.id: replace(SECOND, first_seen=NOON),
            }
            assert unit.papers.resolve(["2601.00001", "2601.00002"]) == {
                "2601.00001": FIRST.id,
                "2601.00002": SECOND.id,
            }
            assert unit.twins.count() == 0
            assert unit.twins.folds()[0].undone_at == NOON + HOUR

    def test_what_is_apart_is_not_folded_again(self, store: Store) -> None:
        """By no later sighting of either, alone or together, and not by a new version with the title."""
        kept(store, FIRST, SECOND)
        undone(store)
        kept(store, SECOND, FIRST)
        kept(store, replace(FIRST, version=2))
        kept(store, replace(SECOND, version=5, abstract=FIRST.abstract))
        with store.read() as unit:
            assert (unit.papers.count(), unit.twins.count()) == (2, 0)
            assert unit.twins.apart() == {frozenset((FIRST.id, SECOND.id))}

    def test_a_third_record_joins_one_of_two_that_are_apart(self, store: Store) -> None:
        """And does not bring them together."""
        kept(store, FIRST, SECOND)
        undone(store)
        third = replace(FIRST, id=PaperId("arxiv:2601.00009"))
        kept(store, third)
        with store.read() as unit:
            assert unit.papers.count() == 2
            assert unit.papers.resolve([third.id]) == {third.id: FIRST.id}

    def test_a_title_alone_is_nobodys_own_id(self, store: Store) -> None:
        """Two works with one short title, folded into two papers that are apart, are known again."""
        first = Paper(id=PaperId("title:short"), title="Short", abstract="One text.")
        second = replace(first, abstract="Something else.")
        one, other = a_paper(8), a_paper(9)
        plain, salted, *_ = kept(store, first, second, one, other)
        for pair in ((one.id, other.id), None, (one.id, plain), (other.id, salted)):
            if pair is None:
                undone(store)
                continue
            with store.write() as unit:
                unit.twins.join(*pair, at=NOON)
        assert kept(store, second, first) == (other.id, one.id)
        with store.read() as unit:
            assert unit.papers.resolve([plain, salted]) == {plain: one.id, salted: other.id}

    def test_a_doi_is_not_believed_where_nothing_else_agrees(self, store: Store) -> None:
        """A preprint claims the DOI of another work, by mistake or because it is that of a whole volume."""
        volume = replace(JOURNAL, title="Proceedings of it all", authors=("Ed Itor",), abstract="A volume.")
        kept(store, volume)
        voted(store, "ana@example.org", (volume, Act.SAVE, 0))
        claiming = replace(FIRST, doi=volume.doi)
        assert kept(store, claiming, volume, claiming) == (FIRST.id, volume.id, FIRST.id)
        assert log(store) == {(volume.id, Act.SAVE): 1}

    def test_a_doi_that_was_claimed_before_its_record_came_can_be_taken_back(self, store: Store) -> None:
        """Then each is its own paper, and stays it."""
        volume = replace(JOURNAL, title="Proceedings of it all", authors=("Ed Itor",), abstract="A volume.")
        claiming = replace(FIRST, doi=volume.doi)
        assert kept(store, claiming) == kept(store, volume) == (FIRST.id,)
        with store.read() as unit:
            assert [fold.why for fold in unit.twins.folds()] == ["same DOI, another title and other authors"]
        undone(store)
        assert kept(store, claiming, volume, claiming) == (FIRST.id, volume.id, FIRST.id)
        with store.read() as unit:
            titles = {paper.id: paper.title for paper in unit.papers.all()}
        assert titles == {FIRST.id: FIRST.title, volume.id: volume.title}

    def test_sightings_after_the_fold_go_to_their_own_record(self, store: Store) -> None:
        """A new version of either shows when they are parted."""
        kept(store, FIRST, SECOND)
        kept(store, replace(SECOND, version=9, abstract="Far better, and longer than anything before it."))
        kept(store, replace(FIRST, version=2, abstract="Shorter."))
        undone(store)
        with store.read() as unit:
            found = unit.papers.get([FIRST.id, SECOND.id])
        assert (found[FIRST.id].version, found[FIRST.id].abstract) == (2, "Shorter.")
        assert (found[SECOND.id].version, found[SECOND.id].abstract[:10]) == (9, "Far better")

    def test_a_better_id_takes_the_row_and_gives_it_back(self, store: Store) -> None:
        """A journal record is folded into its preprint; the votes on it return to it."""
        kept(store, JOURNAL)
        voted(store, "ana@example.org", (JOURNAL, Act.UP, 0), (JOURNAL, Act.SAVE, 1))
        assert kept(store, FIRST) == (FIRST.id,)
        assert log(store) == {(FIRST.id, Act.UP): 1, (FIRST.id, Act.SAVE): 1}
        voted(store, "ana@example.org", (FIRST, Act.READ, 2))
        undone(store)
        assert log(store) == {(JOURNAL.id, Act.UP): 1, (JOURNAL.id, Act.SAVE): 1, (FIRST.id, Act.READ): 1}
        with store.read() as unit:
            reader = unit.people.find("ana@example.org").id
            assert unit.people.saved(reader) == [(JOURNAL.id, NOON + HOUR, False)]
            assert unit.papers.get([JOURNAL.id])[JOURNAL.id].venue == "A journal"
            assert unit.papers.get([FIRST.id])[FIRST.id].venue is None

    def test_two_rows_made_one_by_an_id_can_be_parted(self, store: Store) -> None:
        """Votes, signals and events go home; an act that both had comes back."""
        other = replace(JOURNAL, title="Another wording", authors=("Z. Zed", *FIRST.authors))
        kept(store, FIRST, other)
        voted(store, "ana@example.org", (FIRST, Act.UP, 0), (other, Act.UP, 0), (other, Act.SAVE, 1))
        signals = [Signal(paper=one.id, source="s", taken_at=NOON, stars=1) for one in (FIRST, other)]
        event = PaperEvent(paper=other.id, kind=EventKind.WITHDRAWN, at=NOON)
        with store.write() as unit:
            unit.papers.add_signals(signals)
            unit.intake.add_events([event])
        kept(store, replace(FIRST, doi="10.1000/j"))
        assert log(store) == {(FIRST.id, Act.UP): 1, (FIRST.id, Act.SAVE): 1}
        undone(store)
        assert log(store) == {(FIRST.id, Act.UP): 1, (other.id, Act.UP): 1, (other.id, Act.SAVE): 1}
        with store.read() as unit:
            assert {signal.paper for signal in unit.papers.signals(NOON - HOUR, NOON)} == {FIRST.id, other.id}
            assert unit.intake.events(NOON - HOUR, NOON, [other.id]) == [event]

    def test_names_that_claim_each_other_stay_apart_once_parted(self, store: Store) -> None:
        """The preprint still names the DOI; that no longer makes them one."""
        kept(store, FIRST, replace(JOURNAL, title="Another wording"))
        kept(store, replace(FIRST, doi="10.1000/j"))
        undone(store)
        kept(store, replace(FIRST, doi="10.1000/j", version=3))
        with store.read() as unit:
            assert unit.papers.count() == 2
            assert unit.papers.resolve(["10.1000/j"]) == {"10.1000/j": JOURNAL.id}

    def test_one_of_several_folds_is_undone(self, store: Store) -> None:
        """The others stay, and the paper still says what they brought."""
        third = replace(FIRST, id=PaperId("arxiv:2601.00009"), comment="9 pages")
        kept(store, FIRST, SECOND, third)
        with store.read() as unit:
            number = next(fold.id for fold in unit.twins.folds() if fold.other == SECOND.id)
        undone(store, number)
        with store.read() as unit:
            assert unit.papers.resolve([third.id, SECOND.id]) == {third.id: FIRST.id, SECOND.id: SECOND.id}
            assert unit.papers.get([FIRST.id])[FIRST.id].comment == "9 pages"

    def test_a_fold_inside_a_fold_goes_back_with_its_paper(self, store: Store) -> None:
        """What was in the other's row is in it again."""
        other = replace(SECOND, title="Another wording of it all")
        third = replace(other, id=PaperId("arxiv:2601.00009"))
        kept(store, FIRST)
        kept(store, other, third)
        voted(store, "ana@example.org", (third, Act.UP, 0))
        with store.write() as unit:
            outer = unit.twins.join(FIRST.id, other.id, at=NOON)
        assert log(store) == {(FIRST.id, Act.UP): 1}
        undone(store, outer.id)
        assert log(store) == {(other.id, Act.UP): 1}
        with store.read() as unit:
            assert unit.papers.resolve([third.id]) == {third.id: other.id}
        undone(store)
        with store.read() as unit:
            assert unit.papers.count() == 3
            assert unit.papers.resolve([third.id]) == {third.id: third.id}

    def test_what_was_parted_can_be_joined(self, store: Store) -> None:
        """And a later sighting leaves it so; the votes of both are there."""
        kept(store, FIRST, SECOND)
        undone(store)
        voted(store, "ana@example.org", (FIRST, Act.DOWN, 0), (SECOND, Act.UP, 1))
        with store.write() as unit:
            fold = unit.twins.join(SECOND.id, FIRST.id, at=NOON)
        assert (fold.why, fold.paper, fold.other) == ("joined by hand", SECOND.id, FIRST.id)
        kept(store, FIRST, SECOND)
        assert log(store) == {(SECOND.id, Act.DOWN): 1, (SECOND.id, Act.UP): 1}
        with store.read() as unit:
            assert (unit.papers.count(), unit.twins.apart()) == (1, frozenset())

    def test_what_cannot_be_is_refused(self, store: Store) -> None:
        """An unknown fold, one taken back already, a paper joined to itself or to a strange one."""
        kept(store, FIRST, SECOND)
        number = 1
        undone(store)
        with store.write() as unit:
            number = unit.twins.folds()[0].id
            for wrong in (number, number + 7):
                with pytest.raises(InputError):
                    unit.twins.undo(wrong, at=NOON)
            with pytest.raises(InputError):
                unit.twins.join(FIRST.id, FIRST.id, at=NOON)
            with pytest.raises(UnknownPaper):
                unit.twins.join(FIRST.id, PaperId("arxiv:2699.99999"), at=NOON)

    def test_an_erased_reader_does_not_come_back(self, store: Store) -> None:
        """Not even with an act that had to go when two papers became one."""
        other = replace(JOURNAL, title="Another wording")
        kept(store, FIRST, other)
        voted(store, "ana@example.org", (FIRST, Act.UP, 0), (other, Act.UP, 0))
        voted(store, "bob@example.org", (FIRST, Act.UP, 0), (other, Act.UP, 0))
        kept(store, replace(FIRST, doi="10.1000/j"))
        with store.write() as unit:
            unit.people.erase(unit.people.find("ana@example.org").id)
        undone(store)
        assert log(store) == {(FIRST.id, Act.UP): 1, (other.id, Act.UP): 1}

    def test_texts_are_those_of_the_newest(self, store: Store) -> None:
        """Or of all."""
        kept(store, replace(FIRST, first_seen=NOON - HOUR), a_paper(5))
        with store.read() as unit:
            assert {text.id for text in unit.twins.texts()} == {FIRST.id, a_paper(5).id}
            (newest,) = unit.twins.texts(newest=1)
        assert (newest.id, newest.title, newest.authors) == (
            a_paper(5).id,
            a_paper(5).title,
            a_paper(5).authors,
        )

    def test_what_happens_to_a_known_paper_is_told_once(self, store: Store) -> None:
        """A jump of versions is one event; sightings again, late ones and other records tell nothing."""
        kept(store, FIRST)
        kept(store, replace(FIRST, version=3), replace(FIRST, version=2))
        kept(store, replace(FIRST, version=3), FIRST)
        kept(store, SECOND)
        kept(store, replace(SECOND, version=8, status=PaperStatus.WITHDRAWN))
        kept(store, replace(FIRST, version=3, venue="A journal"))
        kept(store, replace(FIRST, version=3, venue="A journal"))
        kept(store, replace(FIRST, version=4, status=PaperStatus.WITHDRAWN))
        with store.read() as unit:
            told = [(event.kind.value, event.detail) for event in unit.intake.events(NOON - HOUR, NOON)]
        assert told == [("version", "v3"), ("published", "A journal"), ("version", "v4"), ("withdrawn", "")]

    def test_a_published_version_found_by_its_title_is_news(self, store: Store) -> None:
        """It is another record, and still says where the paper came out."""
        kept(store, FIRST)
        kept(store, JOURNAL)
        with store.read() as unit:
            (event,) = unit.intake.events(NOON - HOUR, NOON)
        assert (event.paper, event.kind, event.detail) == (FIRST.id, EventKind.PUBLISHED, "A journal")

    def test_a_new_paper_is_no_event(self, store: Store) -> None:
        """Nor is an id that turns up for a paper known by its title."""
        kept(store, replace(JOURNAL, authors=()), a_paper(7, version=5))
        kept(store, replace(FIRST, doi="10.1000/j", venue="A journal"))
        with store.read() as unit:
            assert not unit.intake.events(NOON - HOUR, NOON)
