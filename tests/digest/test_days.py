"""Days without a year, by locale."""

from datetime import date

import pytest
from babel import Locale, UnknownLocaleError, localedata
from babel.dates import format_date

from recommender.digest.days import day_without_year

DAY = date(2026, 1, 30)


@pytest.mark.parametrize(
    "locale, said",
    [
        ("en-GB", "Friday 30 January"),
        ("en-US", "Friday, January 30"),
        ("de", "Freitag, 30. Januar"),
        ("de-AT", "Freitag, 30. Jänner"),
        ("fr", "vendredi 30 janvier"),
        ("es", "viernes, 30 de enero"),
        ("it", "venerdì 30 gennaio"),
        ("pt-BR", "sexta-feira, 30 de janeiro"),
        ("ru", "пятница, 30 января"),
        ("tr", "30 Ocak Cuma"),
        ("hu", "január 30., péntek"),
        ("lt", "sausio 30 d., penktadienis"),
        ("lv", "piektdiena, 30. janvāris"),
        ("ko", "1월 30일 금요일"),
        ("ja", "1月30日金曜日"),
        ("zh", "1月30日星期五"),
        ("ar", "الجمعة، 30 يناير"),
        ("he", "יום שישי, 30 בינואר"),
    ],
)
def test_a_day_as_the_locale_says_it(locale: str, said: str) -> None:
    """Order, signs and the form of the month are the locale's."""
    assert day_without_year(DAY, locale) == said


def test_where_no_pattern_can_be_had_the_year_stays() -> None:
    """The date is whole rather than made up; an unknown locale is none."""
    assert day_without_year(DAY, "mn") == format_date(DAY, "full", locale="mn")
    with pytest.raises(UnknownLocaleError):
        day_without_year(DAY, "xx")


def test_every_locale_has_its_weekday_and_most_no_year() -> None:
    """Over all that CLDR knows; the few whose grammars differ keep the year."""
    whole = 0
    for name in localedata.locale_identifiers():
        locale = Locale.parse(name)
        said, full = day_without_year(DAY, name.replace("_", "-")), format_date(DAY, "full", locale=locale)
        days = [names[DAY.weekday()] for own in locale.days.values() for names in own.values()]
        assert said == full or any(weekday in said for weekday in days), (name, said)
        whole += said == full
    assert whole < 40
