"""What readers write to the papers of their reading list: labels and a note; and how a paper stands on it.

Pure. Labels are compared as levers are, without case; they are shown as they were written first.
"""

import re
import unicodedata
from dataclasses import dataclass, replace

from recommender.domain.errors import InputError
from recommender.domain.feedback import Act, SavedPaper, folded

LABEL_LIMIT = 50
"""Characters of a label."""
LABELS_LIMIT = 20
"""Labels of one paper."""
NOTE_LIMIT = 4_000
"""Characters of a note."""
LIST_ACTS = frozenset({Act.SAVE, Act.UNSAVE, Act.READ, Act.UNREAD, Act.LABEL, Act.UNLABEL, Act.NOTE})
"""Acts that change a reading list."""
_HIDING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
Step = tuple[Act, str]
"""An act and its value."""


def label_of(text: str) -> str:
    """Return a label as it is kept: one blank between words. Raises InputError where it cannot be one."""
    label = unicodedata.normalize("NFC", " ".join(text.split()))
    if not label:
        raise InputError("a label has at least one letter")
    if len(label) > LABEL_LIMIT:
        raise InputError(f"a label has at most {LABEL_LIMIT} characters; this one has {len(label)}")
    if "," in label:
        raise InputError("a label has no comma; commas stand between labels")
    _require_seen(label, "a label")
    return label


def labels_of(text: str) -> tuple[str, ...]:
    """Return the labels of a text with commas between them, each once. Raises InputError."""
    found: dict[str, str] = {}
    for part in text.split(","):
        if part.strip():
            label = label_of(part)
            found.setdefault(folded(label), label)
    if len(found) > LABELS_LIMIT:
        raise InputError(f"a paper has at most {LABELS_LIMIT} labels; these are {len(found)}")
    return tuple(found.values())


def note_of(text: str) -> str:
    """Return a note as it is kept, plain text of several lines. Raises InputError where it cannot be one."""
    lines = (line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    note = "\n".join(lines).strip("\n")
    if len(note) > NOTE_LIMIT:
        raise InputError(f"a note has at most {NOTE_LIMIT:,} characters; this one has {len(note):,}")
    _require_seen(note.replace("\n", " ").replace("\t", " "), "a note")
    return note


def _require_seen(text: str, what: str) -> None:
    """Refuse characters that nobody can see and that turn others around."""
    for letter in text:
        if unicodedata.category(letter) in {"Cc", "Cs"} or _HIDING.match(letter):
            raise InputError(f"{what} is plain text; it must not hold the character U+{ord(letter):04X}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OnList:
    """How one paper stands on a reading list; what is off the list has no labels and no note."""

    saved: bool = False
    read: bool = False
    labels: tuple[str, ...] = ()
    note: str = ""

    @classmethod
    def of(cls, row: SavedPaper) -> "OnList":
        """Return how a row of a list stands."""
        return cls(saved=True, read=row.read, labels=row.labels, note=row.note)

    def after(self, step: Step) -> "OnList":
        """Return how the paper stands after an act, the same where it changes nothing.

        Raises InputError for one label too many.
        """
        act, value = step
        if act is Act.SAVE:
            return self if self.saved else replace(self, saved=True, read=False)
        if not self.saved:
            return self
        match act:
            case Act.UNSAVE:
                return replace(self, saved=False, read=False)
            case Act.READ | Act.UNREAD:
                return replace(self, read=act is Act.READ)
            case Act.NOTE:
                return replace(self, note=value)
            case _:
                return self._labelled(act, value)

    def _labelled(self, act: Act, value: str) -> "OnList":
        known = self.spelt(value)
        if act is Act.UNLABEL and known:
            return replace(self, labels=tuple(label for label in self.labels if label != known))
        if act is not Act.LABEL or known:
            return self
        if len(self.labels) >= LABELS_LIMIT:
            raise InputError(f"a paper has at most {LABELS_LIMIT} labels; take one off first")
        return replace(self, labels=(*self.labels, value))

    def back(self, step: Step) -> tuple[Step, ...]:
        """Return the acts that bring this state back after an act that changed it, in their order."""
        act, value = step
        match act:
            case Act.SAVE:
                return ((Act.UNSAVE, ""),)
            case Act.UNSAVE:
                return ((Act.SAVE, ""), (Act.READ, "")) if self.read else ((Act.SAVE, ""),)
            case Act.READ | Act.UNREAD:
                return ((Act.UNREAD if act is Act.READ else Act.READ, ""),)
            case Act.NOTE:
                return ((Act.NOTE, self.note),)
            case Act.LABEL:
                return ((Act.UNLABEL, value),)
            case _:
                return ((Act.LABEL, self.spelt(value) or value),)

    def spelt(self, label: str) -> str:
        """Return a label of the paper as it was written first, or an empty string where it has none such."""
        return next((own for own in self.labels if folded(own) == folded(label)), "")


def checked(step: Step) -> Step:
    """Return an act with its value as it is kept. Raises InputError where the value cannot be one."""
    act, value = step
    if act in {Act.LABEL, Act.UNLABEL}:
        return act, label_of(value)
    return (act, note_of(value)) if act is Act.NOTE else step
