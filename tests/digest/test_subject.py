"""Subjects and preheaders: short, whole, never the same twice."""

import unicodedata
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.digest.compose import PREHEADER, SUBJECT
from recommender.digest.subject import Headline, best_of, subject_of
from recommender.domain.editions import EditionItem, Evidence, Section
from recommender.domain.events import EventKind
from tests.digest.samples import PAPERS, digest, edition, english, wording

DAY = date(2026, 1, 30)
LONG = "Rank-One Updates Write Facts into Mid-Layer Feed-Forward Weights of Very Large Language Models"


def headline(title: str = "A Study", papers: int = 12, change: EventKind | None = None) -> Headline:
    """Build a headline out of 743."""
    return Headline(title=title, papers=papers, considered=743, change=change)


def test_a_title_is_cut_at_a_word_and_the_count_is_whole() -> None:
    """The first forty characters are the title's own."""
    subject = subject_of(headline(LONG), DAY, english())
    assert subject == "Rank-One Updates Write Facts into Mid-Layer Feed-Forward… · 12 papers"
    assert subject[:40] == LONG[:40]


def test_a_subject_that_was_is_given_the_date_then_a_number() -> None:
    """In the reader's locale."""
    taken: set[str] = set()
    found = []
    for _ in range(4):
        found.append(subject_of(headline(), DAY, english(), taken))
        taken.add(found[-1])
    assert found == [
        "A Study · 12 papers",
        "A Study · 12 papers · 30 Jan 2026",
        "A Study · 12 papers · 30 Jan 2026 · (2)",
        "A Study · 12 papers · 30 Jan 2026 · (3)",
    ]
    assert subject_of(headline(), DAY, wording().of("en-US"), {found[0]}).endswith("· Jan 30, 2026")


def test_an_empty_edition_has_a_subject_of_its_own_each_time() -> None:
    """Nothing found among as many papers as yesterday."""
    empty = headline("", 0)
    first = subject_of(empty, DAY, english())
    assert first == "Nothing new for you among 743 papers"
    assert subject_of(empty, DAY, english(), {first}) == f"{first} · 30 Jan 2026"


@pytest.mark.parametrize(
    "own, told",
    [
        ({"subject.none": "Nothing for anybody " * 5}, headline("", 0)),
        ({"subject.papers": "papers that are worth reading " * 4}, headline()),
        ({"subject.version": "{title}, anew, " * 12}, headline(LONG, 0, EventKind.VERSION)),
        ({"subject.version": "There is something new about a paper that you know, " * 3}, headline(LONG, 0)),
    ],
)
def test_own_texts_of_any_length_leave_room_for_what_tells_subjects_apart(
    own: dict[str, str], told: Headline
) -> None:
    """So two editions of one day do not look the same once their subjects are cut."""
    english_texts = english().catalogue
    words = replace(english(), catalogue=replace(english_texts, entries={**english_texts.entries, **own}))
    told = replace(told, considered=0)
    taken: set[str] = set()
    for _ in range(4):
        taken.add(subject_of(told, DAY, words, taken))
    assert max(map(len, taken)) <= SUBJECT
    assert sum(subject.endswith(" · 30 Jan 2026 · (3)") for subject in taken) == 1


@pytest.mark.parametrize("change", EventKind)
def test_an_edition_of_news_alone_names_the_news(change: EventKind) -> None:
    """And the paper, cut so that all fits."""
    subject = subject_of(headline(LONG, 0, change), DAY, english())
    said = {
        "version": "New version",
        "revised": "Revised",
        "withdrawn": "Withdrawn",
        "published": "Published",
    }
    assert subject.startswith(f"{said[change.value]}: Rank-One Updates")
    assert len(subject) <= SUBJECT


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=200),
    st.integers(0, 10**6),
    st.one_of(st.none(), st.sampled_from(EventKind)),
    st.sampled_from(["en-GB", "de-DE", "fr-FR", "ar-EG", "ja-JP"]),
    st.integers(0, 4),
)
def test_every_subject_is_short_one_line_and_new(
    title: str, papers: int, change: EventKind | None, locale: str, before: int
) -> None:
    """However often a reader had it."""
    words = wording().of(locale)
    taken: set[str] = set()
    for _ in range(before + 1):
        subject = subject_of(headline(title, papers, change), DAY, words, taken)
        assert subject not in taken
        assert 0 < len(subject) <= SUBJECT
        assert not {unicodedata.category(char) for char in subject} & {"Cc", "Zl", "Zp", "Cs"}
        assert "=?" not in subject
        taken.add(subject)


def news(place: int, kind: EventKind) -> EditionItem:
    """Return the item of a paper that changed."""
    return replace(
        edition().items[place],
        section=Section.CHANGED,
        score=0.0,
        reason="Withdrawn on 29 January. You saved this paper.",
        evidence=(Evidence(scorer="saved", share=0.0, terms=(f"{kind.value}@2026-01-29T00:00:00",)),),
    )


def test_recommendations_name_the_mail_before_news_and_news_before_reminders() -> None:
    """Whatever their positions."""
    recommended, _, _, reminder = edition().items
    change = news(1, EventKind.WITHDRAWN)
    assert best_of([change, reminder, recommended]) == recommended
    assert best_of([reminder, change]) == change
    assert best_of([]) is None


def test_a_mail_of_reminders_alone_says_that_nothing_is_new() -> None:
    """A reminder is no reason to write its name on the mail."""
    made = digest(edition=replace(edition(), items=edition().items[3:]))
    assert made.subject == "Nothing new for you among 312 papers"
    assert made.preheader == "You saved this on 20 January and have not marked it read."


def test_a_mail_of_news_alone_is_named_by_it() -> None:
    """Subject, preheader and summary each say something else."""
    made = digest(edition=replace(edition(), items=(news(0, EventKind.WITHDRAWN),)))
    assert made.subject.startswith("Withdrawn: Rank-One Updates")
    assert made.preheader == "Withdrawn on 29 January. You saved this paper."
    assert made.summary.endswith("1 paper you know has changed.")


def test_a_stored_subject_is_kept() -> None:
    """And a row of before subjects were stored has one all the same."""
    assert digest(edition=replace(edition(), subject="As it was")).subject == "As it was"
    assert digest(edition=replace(edition(), subject="")).subject.startswith("Rank-One")


TITLES = st.lists(st.text(max_size=120), min_size=1, max_size=4)


@settings(max_examples=100, deadline=None)
@given(TITLES, st.text(max_size=200), st.sampled_from(["", "Sources: all complete."]))
def test_the_preheader_adds_to_the_subject(titles: list[str], reason: str, sources: str) -> None:
    """At most 140 characters, never empty, never the subject nor a part of it or around it."""
    papers = tuple(replace(PAPERS[place], title=title) for place, title in enumerate(titles))
    items = tuple(replace(item, reason=reason) for item in edition(papers).items)
    made = digest(papers, edition=replace(edition(papers), items=items, sources=sources))
    assert 0 < len(made.preheader) <= PREHEADER
    assert made.preheader not in made.subject
    assert made.subject not in made.preheader


def test_an_empty_edition_says_when_the_next_one_comes() -> None:
    """What the subject does not say."""
    made = digest(edition=replace(edition(), items=()))
    assert made.preheader.startswith("Next edition: Saturday 31 January")


def test_the_preheader_has_the_reason_and_other_titles() -> None:
    """Of a long reason the first sentence, so that there is room."""
    items = edition().items
    long = f"Close to “{'a very long title ' * 4}”. {'Shares much with your interest. ' * 3}"
    made = digest(edition=replace(edition(), items=(replace(items[0], reason=long), *items[1:])))
    assert made.preheader.startswith("Close to “a very long title")
    assert "Also: " in made.preheader
    assert len(made.preheader) <= PREHEADER
