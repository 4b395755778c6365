"""The forms of the reading list, and what a posted one means.

Pure. A paper stands in a field's name as its key. `pick-KEY` is ticked and `do` says what is to happen to the
ticked ones (read, unread, drop); `read-KEY`, `unread-KEY`, `drop-KEY` and `save-KEY` ask for one act.
`labels-KEY` and `note-KEY` are what is to stand; `had-labels-KEY` are the labels that the page showed and
`had-note-KEY` the mark of the note that it showed: what happened elsewhere meanwhile is not overwritten.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from recommender.domain.errors import InputError
from recommender.domain.feedback import Act, folded
from recommender.domain.papers import PaperId
from recommender.domain.remarks import OnList, labels_of, note_of
from recommender.services.voting import Mark, Recorded
from recommender.web.sheet import Form

_ACTS = {"save": Act.SAVE, "drop": Act.UNSAVE, "read": Act.READ, "unread": Act.UNREAD}
_NAMES = {act: name for name, act in _ACTS.items()}
_KEY_LENGTH = 16
_FIELD = re.compile(r"(pick|save|drop|read|unread|(?:had-)?(?:labels|note))-([0-9a-f]{16})")
_MARK_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why one paper's form was not taken: what its reader wrote, to be shown once more, and what is wrong."""

    key: str
    words: str
    labels: str
    had_labels: str
    """The labels that the form's page showed."""
    note: str
    conflict: bool = False
    """The note was changed elsewhere since the form was shown."""
    gone: bool = False
    """The paper is not on the list any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a posted form asks for; nothing of it is to be recorded where there is trouble."""

    marks: Sequence[Mark] = ()
    trouble: Trouble | None = None


def paper_key(paper: PaperId) -> str:
    """Return what stands for a paper in a field's name: ids may hold any character."""
    return hashlib.sha256(paper.encode()).hexdigest()[:_KEY_LENGTH]


def note_mark(note: str) -> str:
    """Return what stands for a note that a page showed."""
    return hashlib.sha256(note.encode()).hexdigest()[:_MARK_LENGTH]


def asked_of(form: Form, papers: Mapping[str, PaperId], listed: Mapping[PaperId, OnList]) -> Asked:
    """Return what a form asks for of the papers that its reader may touch; other names are passed over."""
    marks: list[Mark] = []
    for key, fields in _by_key(form).items():
        if key not in papers:
            continue
        paper = papers[key]
        marks += [Mark(paper=paper, act=act) for act in _acts(fields, form.get("do", ""))]
        if "labels" not in fields and "note" not in fields:
            continue
        before = listed.get(paper, OnList())
        if trouble := _trouble(key, fields, before):
            return Asked(trouble=trouble)
        marks += _remarks(paper, fields)
    return Asked(marks=marks)


def undo_fields(done: Recorded) -> Mapping[str, str]:
    """Return the hidden fields with which a form takes back what was recorded."""
    now = {entry.paper: entry.value for entry in done.entries if entry.act is Act.NOTE}
    fields: dict[str, str] = {}
    texts: dict[str, list[str]] = {}
    for mark in done.undo:
        key = paper_key(mark.paper)
        if mark.act in _NAMES:
            fields[f"{_NAMES[mark.act]}-{key}"] = "yes"
        elif mark.act is Act.NOTE:
            fields |= {f"note-{key}": mark.value, f"had-note-{key}": note_mark(now.get(mark.paper, ""))}
        else:
            texts.setdefault(f"labels-{key}", [])
            texts.setdefault(f"{'' if mark.act is Act.LABEL else 'had-'}labels-{key}", []).append(mark.value)
    return fields | {name: ", ".join(labels) for name, labels in texts.items()}


def _by_key(form: Form) -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, value in form.items():
        if match := _FIELD.fullmatch(name):
            found.setdefault(match[2], {})[match[1]] = value
    return found


def _acts(fields: Mapping[str, str], wish: str) -> Iterator[Act]:
    """Yield the acts that one paper's fields ask for: back on the list before anything else."""
    for name, act in _ACTS.items():
        if fields.get(name) == "yes" or (wish == name and fields.get("pick") == "yes"):
            yield act


def _trouble(key: str, fields: Mapping[str, str], before: OnList) -> Trouble | None:
    labels, note = fields.get("labels", ""), fields.get("note", "")
    told = partial(Trouble, key=key, labels=labels, had_labels=fields.get("had-labels", ""), note=note)
    try:
        wanted, note = labels_of(labels), note_of(note)
        after = OnList(saved=True, labels=before.labels)
        for mark in _remarks(PaperId(""), fields):  # those of other tabs count towards the most there can be
            after = after.after((mark.act, mark.value))
    except InputError as error:
        return told(words=f"This was not kept: {error}.")
    if not before.saved and fields.get("save") != "yes":
        words = "The paper is not on your list any more, so nothing was kept."
        return told(words=words, gone=True) if wanted or note else None
    stale = before.saved and fields.get("had-note") != note_mark(before.note)
    if stale and note != before.note and _rewritten(fields, note):
        words = "The note was changed elsewhere since this page was opened, so nothing was overwritten."
        return told(words=words, conflict=True)
    return None


def _remarks(paper: PaperId, fields: Mapping[str, str]) -> Iterator[Mark]:
    """Yield labels that were added or taken away on the page, and the note as it is to stand."""
    wanted, had = labels_of(fields.get("labels", "")), labels_of(fields.get("had-labels", ""))
    if "labels" in fields:
        yield from _labels(paper, Act.UNLABEL, had, besides=wanted)
        yield from _labels(paper, Act.LABEL, wanted, besides=had)
    if "note" in fields and _rewritten(fields, note := note_of(fields["note"])):
        yield Mark(paper=paper, act=Act.NOTE, value=note)


def _rewritten(fields: Mapping[str, str], note: str) -> bool:
    """Tell whether a form has another note than the one that its page showed."""
    return "note" in fields and note_mark(note) != fields.get("had-note")


def _labels(paper: PaperId, act: Act, labels: Iterable[str], *, besides: Iterable[str]) -> Iterator[Mark]:
    others = set(map(folded, besides))
    return (Mark(paper=paper, act=act, value=label) for label in labels if folded(label) not in others)
