"""What every Papers does, whatever keeps them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from recommender.domain.identity import canonical_id
from recommender.domain.papers import Cursor, Paper, PaperId, PaperStatus, Signal, SourceState
from recommender.ports import Store
from tests.builders import NOON, a_paper

HOUR = timedelta(hours=1)


def kept(store: Store, *papers: Paper) -> tuple[PaperId, ...]:
    """Fold papers in one transaction and return their ids."""
    with store.write() as unit:
        return unit.papers.fold(papers, seen_at=NOON).ids


def titled(title: str, **fields: object) -> Paper:
    """Build a paper that has no id but its title, as on a listing page."""
    nameless: dict[str, object] = {
        "id": canonical_id(title=title),
        "title": title,
        "authors": (),
        "url": None,
    }
    return a_paper(1, **(nameless | {"categories": ()} | fields))


class PapersConformance:
    """Subclass it and give a fixture `store` with an empty store."""

    def test_a_paper_comes_back_as_it_went_in(self, store: Store) -> None:
        """Every field survives, with the import time as first sighting."""
        paper = a_paper(doi="10.1000/x", version=2, comment="9 pages", keywords=("a", "b"), published=NOON)
        (stored,) = kept(store, paper)
        with store.read() as unit:
            assert unit.papers.get([stored]) == {paper.id: replace(paper, first_seen=NOON)}

    def test_an_aware_time_of_another_zone_comes_back_as_the_same_instant_in_utc(self, store: Store) -> None:
        """Noon in Tokyo is 03:00 UTC."""
        tokyo = datetime(2026, 1, 30, 12, tzinfo=timezone(9 * HOUR))
        (stored,) = kept(store, a_paper(published=tokyo))
        with store.read() as unit:
            found = unit.papers.get([stored])[stored].published
        assert (found, found and found.tzinfo) == (datetime(2026, 1, 30, 3, tzinfo=UTC), UTC)

    def test_folding_counts_what_it_did(self, store: Store) -> None:
        """New, changed and unchanged papers are told apart."""
        kept(store, a_paper(1), a_paper(2))
        batch = [a_paper(1), a_paper(2, comment="accepted"), a_paper(3)]
        with store.write() as unit:
            done = unit.papers.fold(batch, seen_at=NOON + HOUR)
        assert (done.added, done.changed, done.unchanged) == (1, 1, 1)

    def test_the_earliest_sighting_is_kept(self, store: Store) -> None:
        """A later import does not make a paper fresh again."""
        (stored,) = kept(store, a_paper())
        with store.write() as unit:
            unit.papers.fold([a_paper()], seen_at=NOON + HOUR)
            assert unit.papers.get([stored])[stored].first_seen == NOON

    def test_a_listing_entry_folds_into_the_paper_with_an_id(self, store: Store) -> None:
        """Same title and nearly the same abstract are one work, and the id wins."""
        paper = a_paper(abstract="one two three four five six seven eight nine ten")
        listed = titled(paper.title, abstract="one two three four five six seven eight nine eleven")
        assert kept(store, paper, listed) == (paper.id, paper.id)

    def test_a_paper_known_by_title_is_renamed_when_its_id_turns_up(self, store: Store) -> None:
        """Row, old name and everything that points to it follow."""
        listed = titled(a_paper().title, abstract=a_paper().abstract)
        kept(store, listed)
        with store.write() as unit:
            unit.papers.add_signals([Signal(paper=listed.id, source="listing", taken_at=NOON, comments=3)])
        kept(store, a_paper())
        with store.read() as unit:
            assert unit.papers.count() == 1
            assert unit.papers.resolve([listed.id]) == {listed.id: a_paper().id}
            assert [signal.paper for signal in unit.papers.signals(NOON - HOUR, NOON)] == [a_paper().id]

    def test_a_poorer_sighting_does_not_overwrite_a_richer_one(self, store: Store) -> None:
        """TeX signs, authors and categories stay when a source has lost them."""
        rich = a_paper(title=r"R$^\textbf{2AI}$", abstract="Long and complete, with $x$.")
        poor = a_paper(title="R^textbf{2AI}", abstract="Long and complete", authors=(), categories=())
        kept(store, rich)
        kept(store, poor)
        with store.read() as unit:
            assert unit.papers.get([rich.id])[rich.id] == replace(rich, first_seen=NOON)

    def test_a_richer_sighting_replaces_a_poorer_one(self, store: Store) -> None:
        """The order of arrival does not matter."""
        rich = a_paper(title=r"R$^\textbf{2AI}$", abstract="Long and complete, with $x$.")
        kept(store, a_paper(title="R^textbf{2AI}", abstract="Long and complete", authors=()))
        kept(store, rich)
        with store.read() as unit:
            assert unit.papers.get([rich.id])[rich.id] == replace(rich, first_seen=NOON)

    def test_a_newer_version_brings_its_text(self, store: Store) -> None:
        """And an older one arriving late does not take it back."""
        newer = a_paper(title="New title", abstract="Short.", version=2)
        kept(store, a_paper(version=1), newer)
        kept(store, a_paper(version=1))
        with store.read() as unit:
            found = unit.papers.get([newer.id])[newer.id]
        assert (found.title, found.abstract, found.version) == ("New title", "Short.", 2)

    def test_two_records_of_one_work_are_one_paper(self, store: Store) -> None:
        """Same title and first author under two arXiv ids: the earlier id stays, the later resolves to it."""
        one, two = a_paper(1), a_paper(2, title=a_paper(1).title, authors=("A. Author1",))
        assert kept(store, one, two) == (one.id, one.id)
        with store.read() as unit:
            assert unit.papers.resolve([two.id]) == {two.id: one.id}

    def test_one_abstract_under_two_titles_stays_two_papers(self, store: Store) -> None:
        """Identical abstracts alone prove nothing."""
        assert len(set(kept(store, a_paper(1, abstract="Same."), a_paper(2, abstract="Same.")))) == 2

    def test_two_works_of_one_title_without_ids_stay_two(self, store: Store) -> None:
        """The second gets an id of its own, and both are recognised again."""
        one, two = (
            titled("Editorial", abstract="On cats."),
            titled("Editorial", abstract="About dogs, at length"),
        )
        first = kept(store, one, two)
        assert (len(set(first)), kept(store, two, one)) == (2, first[::-1])

    def test_two_rows_become_one_when_a_paper_has_both_names(self, store: Store) -> None:
        """A preprint and a journal record meet when the preprint names its DOI."""
        authors = ("Z. Zed", *a_paper().authors)
        journal = titled("Another wording", id=PaperId("doi:10.1000/j"), doi="10.1000/j", authors=authors)
        kept(store, a_paper(), journal)
        with store.write() as unit:
            unit.papers.add_signals(
                [
                    Signal(paper=paper, source="s", taken_at=NOON, stars=1)
                    for paper in (a_paper().id, journal.id)
                ]
            )
        kept(store, a_paper(doi="10.1000/j"))
        with store.read() as unit:
            assert unit.papers.resolve([journal.id]) == {journal.id: a_paper().id}
            assert (unit.papers.count(), len(unit.papers.signals(NOON - HOUR, NOON))) == (1, 1)

    def test_a_paper_of_a_library_becomes_a_candidate_when_a_source_brings_it(self, store: Store) -> None:
        """And a library does not hide a paper that a source brought."""
        (stored,) = kept(store, a_paper(library_only=True))
        with store.read() as unit:
            assert not unit.papers.fresh(NOON - HOUR, NOON)
        kept(store, a_paper(), a_paper(library_only=True))
        with store.read() as unit:
            assert [paper.id for paper in unit.papers.fresh(NOON - HOUR, NOON)] == [stored]

    def test_withdrawn_papers_are_not_fresh(self, store: Store) -> None:
        """A withdrawal takes a paper out of the candidates."""
        kept(store, a_paper(version=1), a_paper(version=2, status=PaperStatus.WITHDRAWN))
        with store.read() as unit:
            assert not unit.papers.fresh(NOON - HOUR, NOON)

    def test_fresh_is_open_on_the_left_and_closed_on_the_right(self, store: Store) -> None:
        """A paper seen exactly at `since` was in the last edition."""
        kept(store, a_paper(1, first_seen=NOON - HOUR), a_paper(2), a_paper(3, first_seen=NOON + HOUR))
        with store.read() as unit:
            assert [paper.id for paper in unit.papers.fresh(NOON - HOUR, NOON)] == [a_paper(2).id]

    @pytest.mark.parametrize(
        "reference",
        ["2601.00001", "arXiv:2601.00001v3", "https://arxiv.org/pdf/2601.00001", "10.1000/X", "doi:10.1000/x",
         "10.48550/arXiv.2601.00001", "arxiv:2601.00001", "title:papernumber1onsubject1"],
    )  # fmt: skip
    def test_what_people_type_resolves(self, store: Store, reference: str) -> None:
        """Ids, URLs, DOIs and title keys find the paper."""
        kept(store, a_paper(doi="10.1000/x"))
        with store.read() as unit:
            assert unit.papers.resolve([reference]) == {reference: a_paper().id}

    def test_what_is_unknown_is_absent(self, store: Store) -> None:
        """Nothing is guessed."""
        kept(store, a_paper())
        with store.read() as unit:
            assert unit.papers.resolve(["2601.99999", "cats", "title:", ""]) == {}

    def test_search_puts_most_words_first(self, store: Store) -> None:
        """Case does not matter, in any alphabet, and authors are searched too."""
        kept(store, a_paper(1, title="Cats"), a_paper(2, title="CATS and dogs", authors=("ÅSA Öberg",)))
        with store.read() as unit:
            found = unit.papers.containing(["cats", "Dogs", "åsa"], limit=5)
            assert [paper.id for paper in found] == [a_paper(2).id, a_paper(1).id]

    def test_search_takes_wildcards_for_themselves(self, store: Store) -> None:
        """A per cent sign is a per cent sign."""
        kept(store, a_paper(1, title="100% sure"), a_paper(2, title="100 times"))
        with store.read() as unit:
            assert [paper.id for paper in unit.papers.containing(["0%"], limit=5)] == [a_paper(1).id]
            assert not unit.papers.containing(["_", ""], limit=5)

    def test_all_yields_every_paper_by_id(self, store: Store) -> None:
        """As many as `count` says."""
        kept(store, *(a_paper(number) for number in (3, 1, 2)))
        with store.read() as unit:
            assert [paper.id for paper in unit.papers.all()] == [a_paper(number).id for number in (1, 2, 3)]
            assert unit.papers.count() == 3

    def test_signals_are_kept_once_and_found_by_alias(self, store: Store) -> None:
        """A snapshot that comes again is not new, and one of an unknown paper is left out."""
        kept(store, a_paper(doi="10.1000/x"))
        taken = Signal(paper=PaperId("doi:10.1000/x"), source="huggingface", taken_at=NOON, upvotes=7)
        strange = replace(taken, paper=PaperId("arxiv:2601.99999"))
        with store.write() as unit:
            assert unit.papers.add_signals([taken, strange]) == 1
            assert unit.papers.add_signals([taken]) == 0
            assert unit.papers.signals(NOON - HOUR, NOON) == [replace(taken, paper=a_paper().id)]

    def test_signals_of_some_papers(self, store: Store) -> None:
        """Those alone; of none, none."""
        kept(store, a_paper(1), a_paper(2))
        taken = [Signal(paper=a_paper(own).id, source="h", taken_at=NOON, upvotes=own) for own in (1, 2)]
        with store.write() as unit:
            unit.papers.add_signals(taken)
            assert unit.papers.signals(NOON - HOUR, NOON, [a_paper(2).id]) == taken[1:]
            assert unit.papers.signals(NOON - HOUR, NOON, []) == []
            assert unit.papers.signals(NOON - HOUR, NOON) == taken

    def test_snapshots_that_tell_nothing_are_taken_away(self, store: Store) -> None:
        """Of one paper and source each; doing it again takes nothing."""
        kept(store, a_paper(1), a_paper(2))
        taken = [
            Signal(paper=a_paper(paper).id, source=source, taken_at=NOON - hour * HOUR, upvotes=votes)
            for paper, source in ((1, "huggingface"), (1, "other"), (2, "huggingface"))
            for hour, votes in ((0, 3), (1, 3), (2, 3), (3, 3), (4, None))
        ]
        far = [
            Signal(paper=a_paper(1).id, source="far", taken_at=NOON - days * 24 * HOUR, upvotes=days)
            for days in (98, 96, 94)
        ]
        with store.write() as unit:
            unit.papers.add_signals([*taken, *far])
            assert unit.papers.thin_signals(now=NOON) == 7
            assert unit.papers.thin_signals(now=NOON) == 0
            left = unit.papers.signals(NOON - 100 * 24 * HOUR, NOON)
        hours = [(NOON - signal.taken_at) // HOUR for signal in left]
        assert hours == [98 * 24, 94 * 24, 4, 4, 4, 3, 3, 3, 0, 0, 0]

    def test_the_state_of_a_source_is_remembered(self, store: Store) -> None:
        """The last state saved is the one found."""
        state = SourceState(source="arxiv", cursor=Cursor(position="p1", etag="e"), last_ok=NOON, papers=3)
        with store.write() as unit:
            unit.papers.save_source_state(SourceState(source="arxiv", last_error="down", last_error_at=NOON))
            unit.papers.save_source_state(state)
            assert unit.papers.source_states() == {"arxiv": state}
