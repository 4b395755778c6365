"""The check of a reader's locale."""

from pathlib import Path

import pytest

from recommender.settings.locales import locale_name
from tests.settings.folders import problems_in, write_folder


@pytest.mark.parametrize(
    "text, name",
    [("", ""), ("de", "de"), ("de-de", "de-DE"), ("pt-br", "pt-BR"), ("zh-TW", "zh-Hant-TW"), ("he", "he")],
)
def test_locales_are_written_as_cldr_does(text: str, name: str) -> None:
    """Letters may be large or small; a country tells the script where that matters."""
    assert locale_name(text) == name
    assert locale_name(name) == name


@pytest.mark.parametrize(
    "text, hint",
    [
        ("de_DE", 'did you mean "de-DE"?'),
        ("en-GB.UTF-8", 'did you mean "en-GB"?'),
        ("german", 'did you mean "de"?'),
        ("Germn", 'did you mean "de"?'),
        ("de-XX", 'did you mean "de"?'),
        ("xx", 'write a language and a country, like "de-DE" or "en-US"'),
        ("root", 'write a language and a country, like "de-DE" or "en-US"'),
        ("../en", 'write a language and a country, like "de-DE" or "en-US"'),
    ],
)
def test_what_is_no_locale_is_refused_with_the_nearest(tmp_path: Path, text: str, hint: str) -> None:
    """At its line, with what was probably meant."""
    people = f'[[subscriber]]\nemail = "ana@example.org"\nlocale = "{text}"\n'
    (problem,) = problems_in(write_folder(tmp_path, "", people))
    assert (problem.line, problem.message, problem.fix) == (3, f"'{text}' is not a locale", hint)
