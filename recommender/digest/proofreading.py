"""A catalogue held against the English one, key by key: every slip, before a reader finds it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from babel import Locale

from recommender.digest.catalogue import PLURALS, Catalogue, Entry, gaps

_GAP = re.compile(r"\{([a-z_]+)\}")
_LONGEST = 1_000
_NONE: frozenset[str] = frozenset()
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_MARKUP = re.compile(r"<[a-zA-Z/]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What is wrong with a key: an error where the catalogue cannot be used, else a warning."""

    path: tuple[str, ...]
    message: str
    fix: str
    severity: str = "error"


def proofread(language: str, tables: Mapping[str, object], english: Catalogue) -> Iterator[Slip]:
    """Yield the slips of the nested `tables` of a TOML file; `english` has every key there is."""
    needed = _forms(language)
    for path, value in _leaves(tables, english):
        key = ".".join(path)
        if key not in english.entries:
            near = get_close_matches(key, english.entries, n=1, cutoff=0.7)
            fix = f"did you mean {near[0]}?" if near else "the texts are named in templates/words/en.toml"
            yield Slip(path=path, message=f"there is no text {key}", fix=fix)
        elif isinstance(value, str):
            yield from _text_slips(path, "", value, english.entries[key])
        elif isinstance(value, Mapping):
            yield from _form_slips(
                path, value, needed if isinstance(english.entries[key], Mapping) else _NONE
            )
            for form, text in value.items():
                yield from _text_slips((*path, form), form, text, english.entries[key])
        else:
            yield Slip(path=path, message=f"{key} must be text", fix="put it in quotes")


def _leaves(
    tables: Mapping[str, object], english: Catalogue, before: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield the values that are texts, or stand where one should."""
    for name, value in tables.items():
        path = (*before, name)
        key = ".".join(path)
        if isinstance(value, Mapping) and any(known.startswith(f"{key}.") for known in english.entries):
            yield from _leaves(value, english, path)
        else:
            yield path, value


def _form_slips(path: tuple[str, ...], forms: Mapping[str, object], needed: frozenset[str]) -> Iterator[Slip]:
    key = ".".join(path)
    for strange in [form for form in forms if form not in PLURALS]:
        near = get_close_matches(strange, PLURALS, n=1, cutoff=0.6)
        fix = f"did you mean {near[0]}?" if near else f"the forms are {', '.join(PLURALS)}"
        yield Slip(path=(*path, strange), message=f"{strange} is not a plural form", fix=fix)
    if "other" not in forms:
        yield Slip(path=path, message=f'{key} lacks the plural form "other"', fix='add other = "…"')
    if missing := sorted(needed - forms.keys() - {"other"}, key=PLURALS.index):
        fix = f'add {missing[0]} = "…"; "other" stands in until then'
        message = f'{key} lacks the plural form "{missing[0]}", which the language has'
        yield Slip(path=path, message=message, fix=fix, severity="warning")


def _text_slips(path: tuple[str, ...], form: str, text: object, model: Entry) -> Iterator[Slip]:
    key = ".".join(path)
    if not isinstance(text, str):
        yield Slip(path=path, message=f"{key} must be text", fix="put it in quotes")
        return
    if unfit := _unfit(key, text):
        yield Slip(path=path, message=unfit[0], fix=unfit[1])
    known, own = gaps(model), frozenset(_GAP.findall(text))
    named = ", ".join(f"{{{gap}}}" for gap in sorted(known)) or "none"
    if re.search(r"[{}]", _GAP.sub("", text)):
        yield Slip(path=path, message=f"{key} has a brace that is no {{gap}}", fix=f"its gaps: {named}")
    for gap in sorted(own - known):
        yield Slip(path=path, message=f"{key}: nothing fills {{{gap}}}", fix=f"its gaps: {named}")
    # "one paper" is well said without the number.
    lost = known - own - ({"number"} if form not in {"", "other"} else set())
    for gap in sorted(lost):
        message = f"{key} does without {{{gap}}}"
        yield Slip(path=path, message=message, fix="add it if readers should see it", severity="warning")
    if _MARKUP.search(text) and not any(_MARKUP.search(one) for one in _texts(model)):
        fix = "texts are plain; what they look like is for templates"
        yield Slip(path=path, message=f"{key}: markup is shown as it is written", fix=fix, severity="warning")


def _unfit(key: str, text: str) -> tuple[str, str] | None:
    """Return why a text cannot stand in a mail, and what to do."""
    if not text.strip():
        return f"{key} is empty", "write something, or leave the line out"
    if len(text) > _LONGEST:
        return f"{key} has {len(text)} characters, at most {_LONGEST} are said", "say it shorter"
    if _UNFIT.search(text):
        message = f"{key} holds a line break, a control character, or one that turns the direction over"
        return message, "write it on one line, in plain letters"
    return None


def _texts(entry: Entry) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry.values())


def _forms(language: str) -> frozenset[str]:
    return frozenset(Locale.parse(language, sep="-").plural_form.tags)
