"""Dates, counts and names in words."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import islice

import pytest
from babel import Locale, UnknownLocaleError

from recommender.digest.bylines import byline, facts
from recommender.digest.render import spans_text
from recommender.digest.words import Wording, Words, latest_signals
from recommender.domain.editions import Slot
from recommender.domain.papers import Paper, PaperId, Signal
from recommender.domain.subscribers import After, Cadence, Every
from tests.digest.pseudo import shipped
from tests.digest.samples import NOW, PAPERS, english, renderer, wording
from tests.digest.tour import digests


@pytest.mark.parametrize(
    "authors, count, organisation, line",
    [
        (("A B", "C D"), None, None, "A B, C D"),
        (tuple(f"A {n}" for n in range(9)), None, None, "A 0, A 1, A 2, A 3, A 4, A 5 and 3 more"),
        (("A B",), 3303, None, "A B and 3,302 more"),
        ((), 7, None, "7 authors"),
        ((), 1, "Example Lab", "1 author · Example Lab"),
        (("NVIDIA", ":", "Jensen"), None, None, "NVIDIA, Jensen"),
        ((), None, None, ""),
    ],
)
def test_byline(authors: tuple[str, ...], count: int | None, organisation: str | None, line: str) -> None:
    """Six names, then how many more; a count where names are unknown; punctuation is nobody."""
    paper = Paper(
        id=PaperId("title:x"), title="x", authors=authors, author_count=count, organisation=organisation
    )
    assert spans_text(byline(paper, english())) == line


def test_facts_leave_out_what_is_unknown() -> None:
    """Category, venue and date, those there are."""
    assert facts(PAPERS[2], english()) == ("cs.IR", "ECIR 2026", "29 Jan 2026")
    assert facts(PAPERS[3], english()) == ()
    assert facts(replace(PAPERS[3], first_seen=NOW), english()) == ("first seen 30 Jan 2026",)


@pytest.mark.parametrize(
    "match, said",
    [(1.0, "strong match"), (0.98, "strong match"), (0.97, "good match"), (0.4, "worth a look")],
)
def test_match_words(match: float, said: str) -> None:
    """Fit is said in words, never as a number."""
    assert english().match(match) == said


@pytest.mark.parametrize(
    "cadence, said",
    [
        (Cadence(at=time(7, 30), zone="Europe/Berlin"), "every day at 07:30 (Europe/Berlin time)"),
        (Cadence(every=Every.WEEKDAY, at=time(6)), "Monday to Friday at 06:00 (UTC time)"),
        (
            Cadence(at=time(6), after=After.ARXIV),
            "every day at 06:00 (UTC time), after arXiv's announcement",
        ),
        (Cadence(every=Every.WEEK, on=2, at=time(18, 5)), "every Wednesday at 18:05 (UTC time)"),
    ],
)
def test_cadence_words(cadence: Cadence, said: str) -> None:
    """Cadence in words, with its zone."""
    assert english().cadence(cadence) == said


def test_slot_is_told_in_the_readers_zone() -> None:
    """The next edition is told on the reader's own clock, over a clock change too."""
    slot = Slot(key="2026-03-29", due_at=datetime(2026, 3, 29, 5, 30, tzinfo=UTC))
    assert english().slot(slot, "Europe/Berlin") == "Sunday 29 March at 07:30 (Europe/Berlin time)"


def test_latest_signal_of_each_source_counts() -> None:
    """Of several snapshots the newest counts; of several sources the largest number."""
    old = Signal(paper=PAPERS[0].id, source="a", taken_at=NOW - timedelta(days=1), upvotes=99)
    new = replace(old, taken_at=NOW, upvotes=12, stars=1200)
    other = replace(old, source="b", upvotes=20, comments=1)
    signals = latest_signals([new, old, other])[PAPERS[0].id]
    assert english().signals(signals) == ("20 upvotes", "1 comment", "1,200 stars")


def test_zero_upvotes_are_not_mentioned() -> None:
    """Nothing is said of nothing."""
    assert english().signals([Signal(paper=PAPERS[0].id, source="a", taken_at=NOW, upvotes=0)]) == ()


@pytest.mark.parametrize(
    "locale, day, date, clock, number, upvotes",
    [
        ("", "Friday 30 January", "30 Jan 2026", "19:30", "1,234", "1 upvote"),
        ("en-US", "Friday, January 30", "Jan 30, 2026", "7:30\u202fPM", "1,234", "1 upvote"),
        ("de-DE", "Freitag, 30. Januar", "30.01.2026", "19:30", "1.234", "1 Stimme"),
        ("de-CH", "Freitag, 30. Januar", "30.01.2026", "19:30", "1’234", "1 Stimme"),
        ("fr", "vendredi 30 janvier", "30 janv. 2026", "19:30", "1\u202f234", "1 upvote"),
        ("ja", "1月30日金曜日", "2026/01/30", "19:30", "1,234", "1 upvote"),
        ("ar", "الجمعة، 30 يناير", "30\u200f/01\u200f/2026", "7:30 م", "1,234", "1 upvote"),
        ("he", "יום שישי, 30 בינואר", "30 בינו׳ 2026", "19:30", "1,234", "1 upvote"),
        ("xx-XX", "Friday 30 January", "30 Jan 2026", "19:30", "1,234", "1 upvote"),
    ],
)
def test_locales(locale: str, day: str, date: str, clock: str, number: str, upvotes: str) -> None:  # noqa: PLR0917 - a row of the table
    """Dates, hours and numbers are the locale's; plurals go with the texts; an unknown one is the default."""
    words = wording().of(locale)
    assert (words.day(NOW, "UTC"), words.date(NOW.date())) == (day, date)
    assert (words.time(time(19, 30)), words.number(1234)) == (clock, number)
    assert words.say("signal.upvotes", number=1) == upvotes


def test_lists_go_with_the_texts() -> None:
    """No `et` between English words."""
    said = [wording().of(locale).listed(["a", "b"]) for locale in ("en-GB", "fr-FR", "de-AT", "ja")]
    assert said == ["a and b", "a and b", "a und b", "a and b"]


def test_the_nearest_catalogue_is_used() -> None:
    """That of the very locale, of its script, of its language, else English; the language is the texts'."""
    names = ("en", "pt", "pt-BR", "zh-Hant")
    held = Wording({name: replace(shipped(), language=name) for name in names})
    found = {name: held.of(name).language for name in ("pt-BR", "pt-PT", "zh-TW", "zh-CN", "fr", "")}
    assert found == {
        "pt-BR": "pt-BR",
        "pt-PT": "pt",
        "zh-TW": "zh-Hant",
        "zh-CN": "en",
        "fr": "en",
        "": "en",
    }


def test_a_default_that_is_no_locale_is_no_default() -> None:
    """It would be found at the first digest."""
    with pytest.raises(UnknownLocaleError):
        Wording({"en": shipped()}, "xx").of("")


@pytest.mark.parametrize("locale", ["en-US", "de-DE", "fr", "ja", "ar", "he"])
def test_every_digest_renders_in_every_locale(locale: str) -> None:
    """Nothing is missing, and a page runs from right to left only where its texts do."""
    words = wording().of(locale)
    for digest in islice(digests(words), 0, None, 4):
        page = renderer().html(digest, words)
        assert f'lang="{"de" if locale == "de-DE" else "en"}"' in page
        assert 'dir="rtl"' not in page
        assert renderer().text(digest, words)


def test_texts_of_a_language_from_right_to_left_turn_the_page() -> None:
    """The direction is that of the catalogue."""
    hebrew = replace(shipped(), language="he")
    words = Words(hebrew, Locale.parse("he"))
    assert (words.language, words.direction) == ("he", "rtl")
    digest = next(iter(digests(words)))
    assert '<html lang="he" dir="rtl"' in renderer().html(digest, words)


def test_german_sentences() -> None:
    """Cases and plurals of composed sentences."""
    words = wording().of("de-DE")
    cadence = Cadence(every=Every.WEEK, on=2, at=time(7, 30), zone="Europe/Berlin", after=After.ARXIV)
    assert words.cadence(cadence) == (
        "jeden Mittwoch um 07:30 Uhr (Zeitzone Europe/Berlin), sobald arXiv angekündigt hat"
    )
    parts = [
        words.say("summary.interest", number=3, name="Texte"),
        words.say("summary.trending", number=1),
    ]
    assert words.say("summary.chosen", number=4, considered=1743, parts=words.listed(parts)) == (
        "4 von 1.743 neuen Papern: 3 für Texte und 1 gerade im Gespräch."
    )
    waiting = [words.say("summary.waiting", number=number) for number in (1, 2)]
    assert waiting == [
        "1 Paper wartet noch auf deiner Leseliste.",
        "2 Paper warten noch auf deiner Leseliste.",
    ]
    assert words.say("missed.told", when=words.say("masthead.week", day="30. Januar")) == (
        "Die Verbindung brach ab, bevor der Mailserver die Ausgabe für die Woche bis 30. Januar "
        "bestätigt hat."
    )
