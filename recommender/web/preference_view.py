"""What the preference page shows of a reader: controls with what stands, or with what was typed amiss."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from recommender.domain.papers import Paper
from recommender.domain.subscribers import Interest, Subscriber
from recommender.domain.wishes import Facts, Value, facts_of, interest_field, interest_of, lock_of
from recommender.services.preferences import Outcome, mark_of
from recommender.web.context import readable
from recommender.web.preference_choices import (
    AFTER,
    EVERY,
    Choice,
    choices,
    floors,
    locales,
    share_words,
    slots_of,
    weekdays,
    weights,
)
from recommender.web.preference_fields import LISTS, PARTS, SECTIONS, fits, had_of, text_of
from recommender.web.preference_forms import Filled

_YES = {"yes": "Yes", "no": "No"}
_LABELS = {
    "every": "How often",
    "on": "Day, if once a week",
    "at": "Hour",
    "zone": "Time zone",
    "after": "Wait for arXiv's announcement",
    "papers": "Papers at most",
    "floor": "How well a paper has to fit",
    "send_empty": "On a day without papers",
    "name": "Name",
    "locale": "Language, dates and numbers",
    "share": "Your votes may serve other readers",
}
_PART_LABELS = {
    "name": "Name",
    "about": "What to look for",
    "keywords": "Words to look for",
    "mute": "Leave out papers with these words",
    "authors": "Authors to follow",
    "categories": "Categories",
    "seeds": "Example papers",
    "weight": "Share of a digest",
}
_HINTS = {
    "at": "Hours and minutes, like 07:30.",
    "zone": "Begin with a city, or type a name like Europe/Berlin.",
    "papers": "From 1 to 50. Fewer is fine: nothing is filled up.",
    "name": "As the digest calls you; may be empty.",
    "share": "Never with your name, and only together with at least four others.",
}
_PART_HINTS = {
    "name": "The heading in your digest.",
    "about": "A sentence or two in your own words.",
    "keywords": "One a line.",
    "mute": "One a line. A paper with one of them is never shown for this interest.",
    "authors": "One a line, like Ada Lovelace.",
    "categories": "Codes of arXiv, one a line, like cs.CL or math.ST.",
    "seeds": "arXiv ids, DOIs or addresses, one a line.",
    "weight": "Against your other interests, where enough papers fit.",
}
_PICKED = frozenset({"every", "on", "after", "floor", "send_empty", "locale", "share", "weight"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One control of a form."""

    name: str
    label: str
    value: str
    had: str
    kind: str = "text"
    """text, number, zone, area, or pick: a list of choices."""
    hint: str = ""
    fault: str = ""
    choices: Sequence[Choice] = ()
    locked: bool = False
    said: str = ""
    """What is shown in the stead of a control that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A form that could not be taken: what was typed, and what is wrong with it, by control."""

    section: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What controls need to know beside the reader: the installation's locale, the languages of digests."""

    locale: str
    languages: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestRow:
    """An interest on the page."""

    mark: str
    name: str
    paused: bool
    about: str
    words: str
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An example paper of an interest: what its reader wrote, and the paper, if it is in the store."""

    written: str
    title: str = ""
    url: str = ""


def example(written: str, paper: Paper | None) -> Example:
    """Return an example paper as the page shows it."""
    if paper is None:
        return Example(written=written)
    shown = readable(paper)
    return Example(written=written, title=shown.title, url=shown.url or "")


def section(subscriber: Subscriber, name: str, looks: Looks, trouble: Trouble) -> Sequence[Control]:
    """Return the controls of a form of the page."""
    facts = facts_of(subscriber)
    made = [_control(subscriber, field, facts[field], looks) for field in SECTIONS[name]]
    return _troubled(made, trouble if trouble.section == name else Trouble())


def interest(subscriber: Subscriber, key: str, trouble: Trouble) -> Sequence[Control]:
    """Return the controls of an interest's form; an empty `key` is that of a new one."""
    found = next((own for own in subscriber.interests if own.key == key), None)
    shown = found or Interest(name="", key="")
    facts = facts_of(replace(subscriber, interests=(shown,)))
    locked = "interests" in subscriber.locked
    made = []
    for part in PARTS:
        value = facts[interest_field(shown.key, part)]
        kind = "area" if part in LISTS or part == "about" else "pick" if part == "weight" else "text"
        control = Control(
            name=part,
            label=_PART_LABELS[part],
            value=text_of(value),
            had=had_of(value),
            kind=kind,
            hint=_PART_HINTS[part],
            choices=weights(subscriber, shown) if part == "weight" else (),
            locked=locked,
            said=text_of(value).replace("\n", ", "),
        )
        made.append(control if fits(value) else _too_long(control, value))
    return _troubled(made, trouble)


def rows(subscriber: Subscriber) -> Sequence[InterestRow]:
    """Return the interests."""
    return [
        InterestRow(
            mark=mark_of(own.key),
            name=own.name,
            paused=own.paused,
            about=own.about,
            words=_words(own),
            share=share_words(slots_of(subscriber, own, own.weight), subscriber.papers),
        )
        for own in subscriber.interests
    ]


def trouble_of(section: str, filled: Filled, outcome: Outcome | None) -> Trouble:
    """Return what is wrong with a form, with all that was typed."""
    faults = dict(filled.faults)
    if outcome:
        faults |= _stale_faults(outcome.stale, facts_of(outcome.subscriber))
        faults |= _locked_faults(outcome.locked)
    return Trouble(section=section, typed=filled.typed, faults=faults)


def _stale_faults(fields: Iterable[str], facts: Facts) -> Mapping[str, str]:
    """Say of each control that its field was changed meanwhile, and what stands now."""
    return {_name(name): _stale(facts.get(name)) for name in fields}


def _locked_faults(fields: Iterable[str]) -> Mapping[str, str]:
    """Say of each control that its field is the file's."""
    return {_name(name): "this is kept to the configuration file." for name in fields}


def _name(field: str) -> str:
    place = interest_of(field)
    return (place[1] or "name") if place else field


def _stale(value: Value) -> str:
    text = text_of(value).replace("\n", ", ") if not isinstance(value, dict) else ""
    now = f" to “{text[:200]}”" if text else ""
    return f"this was changed{now} while this page was open; send it again to have it as you wrote it."


def _control(subscriber: Subscriber, field: str, value: Value, looks: Looks) -> Control:
    text = text_of(value)
    picks = _picks(field, text, looks)
    kinds = {"papers": "number", "zone": "zone"}
    return Control(
        name=field,
        label=_LABELS[field],
        value=text,
        had=had_of(value),
        kind="pick" if field in _PICKED else kinds.get(field, "text"),
        hint=_HINTS.get(field, ""),
        choices=picks,
        locked=lock_of(field) in subscriber.locked,
        said=next((choice.label for choice in picks if choice.chosen), text),
    )


def _picks(field: str, text: str, looks: Looks) -> Sequence[Choice]:
    if field == "floor":
        return floors(text)
    if field == "locale":
        return locales(text, looks.locale, looks.languages)
    labels: Mapping[str, Mapping[str, str]] = {
        "every": {every.value: words for every, words in EVERY.items()},
        "on": weekdays(),
        "after": {after.value: words for after, words in AFTER.items()},
        "send_empty": {"no": "No mail", "yes": "A short mail that says so"},
        "share": _YES,
    }
    return choices(labels[field], text) if field in labels else ()


def _too_long(control: Control, value: Value) -> Control:
    number = len(value) if isinstance(value, list) else len(text_of(value))
    what = "entries" if isinstance(value, list) else "characters"
    return replace(control, locked=True, said=f"{number:,} {what}: too long for this page, see the file")


def _troubled(controls: Sequence[Control], trouble: Trouble) -> Sequence[Control]:
    """Return controls as they were filled in, with what is wrong."""
    return [_typed(own, trouble.typed.get(own.name), trouble.faults.get(own.name, "")) for own in controls]


def _typed(control: Control, text: str | None, fault: str) -> Control:
    if control.locked:
        return replace(control, fault=fault)
    value = control.value if text is None else text
    marked = [replace(choice, chosen=choice.value == value) for choice in control.choices]
    return replace(control, value=value, choices=marked, fault=fault)


def _words(own: Interest) -> str:
    seeds = f"{len(own.seeds)} example paper{'' if len(own.seeds) == 1 else 's'}" if own.seeds else ""
    muted = [f"not {word}" for word in own.mute]
    return " · ".join([*own.keywords, *own.authors, *own.categories, *muted, *([seeds] if seeds else [])])
