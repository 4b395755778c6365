"""How interests stood, what was left out, and sections without papers."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.digest.compose import compose
from recommender.domain.digests import Digest
from recommender.domain.editions import EditionItem, Evidence, InterestStanding, Section
from tests.builders import an_interest
from tests.digest.samples import digest, edition, links, material, reader

READERS = reader(
    interests=(
        an_interest("Model editing", key="editing"),
        an_interest("Old maps", key="maps"),
        an_interest("Whales", key="whales", paused=True),
    )
)
STANDINGS = (
    InterestStanding(interest="editing", name="Model editing", fitting=34, left=32, days=(3, 1, 4, 0, 9)),
    InterestStanding(interest="maps", name="Old maps", days=(0, 0, 0, 0, 0)),
    InterestStanding(interest="whales", name="Whales", paused=True),
)


def made(*standings: InterestStanding, items: tuple[EditionItem, ...] | None = None) -> Digest:
    """Compose the sample edition with standings."""
    own = edition() if items is None else replace(edition(), items=items)
    return compose(material(edition=replace(own, standings=standings), subscriber=READERS), links())


def test_each_interest_has_a_line() -> None:
    """How much of the edition it has and how it fared; a paused one is there as paused."""
    lines = made(*STANDINGS).overview
    assert [(line.name, line.words, line.share) for line in lines] == [
        ("Model editing", "2 of 34 that fit", 67),
        ("Old maps", "nothing fits well enough", 0),
        ("Whales", "paused", 0),
    ]
    assert lines[0].trend is not None
    assert lines[0].trend.glyphs == "▄▂▅▁█"
    assert lines[0].trend.spoken == "papers that fitted, day by day: 3, 1, 4, 0, 9"
    assert lines[1].trend is None
    assert lines[2].trend is None


def test_a_starved_interest_says_so_in_one_line() -> None:
    """In its place, without papers; a paused one has no section."""
    sections = made(*STANDINGS).sections
    assert [(own.heading, len(own.papers)) for own in sections] == [
        ("Model editing", 2),
        ("Old maps", 0),
        ("Trending near you", 1),
        ("Still on your list", 1),
    ]
    assert [own.note for own in sections[:2]] == [
        "2 shown, 32 more fitted.",
        "Nothing fits well enough this time.",
    ]
    assert [paper.number for paper in made(*STANDINGS).papers] == [1, 2, 3, 4]


def test_what_fitted_and_had_no_room_is_not_called_nothing() -> None:
    """An interest whose quota was nought."""
    crowded = replace(STANDINGS[1], fitting=4, left=4)
    assert made(STANDINGS[0], crowded).sections[1].note == "None shown this time, 4 fitted."


def test_where_more_may_fit_than_was_looked_at_it_says_at_least() -> None:
    """And draws no days, which are not all counted."""
    capped = replace(STANDINGS[0], fitting=400, left=398, capped=True)
    digest = made(capped, *STANDINGS[1:])
    assert digest.sections[0].note == "2 shown, at least 398 more fitted."
    assert digest.overview[0].words == "2 of at least 400 that fit"
    assert digest.overview[0].trend is None
    assert "At least 398 more fitted." in digest.summary


def test_the_summary_counts_what_was_left_out() -> None:
    """In few words."""
    assert made(*STANDINGS).summary == (
        "3 of 312 new papers: 2 for Model editing and 1 trending near you. 32 more fitted. "
        "1 paper still on your reading list."
    )


def test_a_single_interest_has_no_bars() -> None:
    """Its section says as much."""
    one = made(STANDINGS[0])
    assert one.overview == ()
    assert one.sections[0].note == "2 shown, 32 more fitted."


def test_an_edition_without_recommendations_has_no_bars_and_no_empty_sections() -> None:
    """The summary says that nothing fits; saying it for each interest would not help."""
    empty = made(*STANDINGS, items=())
    assert (empty.overview, empty.sections) == ((), ())
    reminders = made(*STANDINGS, items=edition().items[3:])
    assert [own.kind for own in reminders.sections] == [Section.READING_LIST]


def test_rows_from_before_standings_say_nothing_of_them() -> None:
    """No note, no line, no empty section."""
    old = digest(edition=replace(edition(), standings=()))
    assert old.overview == ()
    assert old.sections[0].note == ""
    assert "fitted" not in old.summary


def test_what_else_changed_is_counted_under_the_heading() -> None:
    """Beyond the papers that are named."""
    counted = Evidence(scorer="counted", share=0.0, terms=("version@1 a", "version@2 b"), count=2)
    item = replace(edition().items[0], section=Section.CHANGED, evidence=(counted,))
    note = made(*STANDINGS, items=(edition().items[1], item)).sections[-1].note
    assert note.endswith("were shown. 2 more changed.")


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            InterestStanding,
            interest=st.sampled_from(["editing", "maps", "whales", "gone"]),
            name=st.text(max_size=20),
            fitting=st.integers(0, 500),
            left=st.integers(0, 500),
            capped=st.booleans(),
            days=st.lists(st.integers(0, 90), max_size=14).map(tuple),
            paused=st.booleans(),
        ),
        max_size=4,
        unique_by=lambda own: own.interest,
    )
)
def test_any_standings_compose(standings: list[InterestStanding]) -> None:
    """Shares are per cent and make at most a hundred; a glyph a day; papers are all there."""
    own = made(*standings)
    assert all(0 <= line.share <= 100 for line in own.overview)
    assert sum(line.share for line in own.overview) <= 101
    assert [paper.number for paper in own.papers] == [1, 2, 3, 4]
    lengths = {len(standing.days) for standing in standings}
    assert all(
        line.words and (line.trend is None or len(line.trend.glyphs) in lengths) for line in own.overview
    )
