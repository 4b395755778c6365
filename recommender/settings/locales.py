"""The check of a locale: a language, and a country where one matters, as CLDR knows them."""

import re
from difflib import get_close_matches
from typing import Annotated

from babel import Locale as Known
from babel import UnknownLocaleError
from babel.localedata import locale_identifiers
from pydantic import AfterValidator

from recommender.settings.fault import fault, shown
from recommender.settings.fields import one_line

_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}", re.IGNORECASE | re.ASCII)


def locale_name(text: str) -> str:
    """Check a locale and write it as CLDR does, `de-DE`; empty is fine. The fix names the nearest one."""
    if not text:
        return text
    try:
        if _TAG.fullmatch(text):
            return str(Known.parse(text, sep="-")).replace("_", "-")
    except (ValueError, UnknownLocaleError):
        pass
    raise fault(f"{shown(text)} is not a locale", _fix(text))


def _fix(text: str) -> str:
    wanted = re.split(r"[.@]", text.strip().lower())[0].replace("_", "-")
    tags = {name.replace("_", "-").lower(): name.replace("_", "-") for name in locale_identifiers()}
    languages = {name.lower(): code for code, name in Known("en").languages.items() if code in tags}
    language = wanted.partition("-")[0]
    own = {tag: name for tag, name in tags.items() if tag.partition("-")[0] == language}
    # Among the tags of one language letters that are swapped tell enough; between languages they do not.
    for names, alike in ((languages, 0.85), (own, 0.9)):
        if near := get_close_matches(wanted, sorted(names), n=1, cutoff=alike):
            return f'did you mean "{names[near[0]]}"?'
    return f'did you mean "{language}"?' if own else 'write a language and a country, like "de-DE" or "en-US"'


Locale = Annotated[str, AfterValidator(one_line), AfterValidator(locale_name)]
"""A locale or nothing."""
