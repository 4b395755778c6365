"""The rating sheet: every paper of one edition with its thumbs, and what a posted sheet means.

Pure: rows in, marks out. Fields are `vote-N` (up, down, undo) and `save-N` (yes, no), where N is the
edition's own item number; `had-N` and `kept-N` say what the page showed, so that a sheet left open
in another tab takes nothing back that its reader did not touch.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from recommender.domain.editions import Edition, EditionItem
from recommender.domain.errors import InputError
from recommender.domain.feedback import Act, Vote, vote_act
from recommender.domain.papers import Paper, PaperId
from recommender.services.claims import Proposal
from recommender.services.voting import Mark

Form = Mapping[str, str]
"""Posted fields; of a repeated one the last counts."""

VOTES = {act.value: act for act in (Act.UP, Act.DOWN, Act.UNDO)}
_FIELD = re.compile(r"(vote|save|had|kept)-([0-9]{1,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """One paper on the sheet: `standing` is what counts now, `chosen` the thumb that is preselected."""

    item: EditionItem
    paper: Paper
    standing: str
    chosen: str
    saved: bool
    keep: bool
    """Whether the save box is ticked."""
    proposed: bool
    held: bool = False
    """What is preselected came as a scanner's vote would, and does not count yet."""


def with_held(row: SheetRow, act: Act | None) -> SheetRow:
    """Return a row on which a vote that nobody confirmed is preselected, unless the link proposes another."""
    if act is None or act.value == row.standing or row.proposed:
        return row
    return replace(row, chosen=act.value, held=True)


def rows(
    edition: Edition,
    papers: Mapping[PaperId, Paper],
    votes: Mapping[PaperId, Vote],
    saved: frozenset[PaperId],
    proposal: Proposal | None = None,
) -> Sequence[SheetRow]:
    """Return the rows in the edition's order; a paper that left the store has none."""
    return [
        _row(item, papers[item.paper], votes=votes, saved=saved, proposal=proposal)
        for item in sorted(edition.items, key=lambda item: item.position)
        if item.paper in papers
    ]


def _row(
    item: EditionItem,
    paper: Paper,
    *,
    votes: Mapping[PaperId, Vote],
    saved: frozenset[PaperId],
    proposal: Proposal | None,
) -> SheetRow:
    act = proposal.act if proposal and proposal.item == item.id else None
    standing = vote_act(votes.get(item.paper)).value
    return SheetRow(
        item=item,
        paper=paper,
        standing=standing,
        chosen=act.value if act and act.value in VOTES else standing,
        saved=item.paper in saved,
        keep=item.paper in saved or act is Act.SAVE,
        proposed=act is not None,
    )


def marks(edition: Edition, form: Form, proposal: Proposal | None = None) -> Sequence[Mark]:
    """Return what a posted sheet asks for.

    An empty form asks for the proposal, `undo` alone for the opposite of it. Raises InputError for
    an item of another edition or a value that no sheet has.
    """
    papers = {item.id: item.paper for item in edition.items}
    touched = _touched(form)
    if not touched.keys() <= papers.keys():
        raise InputError("the form names a paper that is not in this edition; open the link again")
    found = [mark for item, fields in touched.items() for mark in item_marks(papers[item], fields)]
    if proposal and not _decided(touched.get(proposal.item, {}), proposal.act):
        act = proposal.act
        if "undo" not in form:
            found.insert(0, Mark(paper=papers[proposal.item], act=act))
        elif not touched:
            found.append(Mark(paper=papers[proposal.item], act=_opposite(act)))
    return found


def undo_fields(edition: Edition, undo: Sequence[Mark]) -> Mapping[str, str]:
    """Return the hidden fields with which a form on the result page takes everything back."""
    items = {item.paper: item.id for item in edition.items}
    fields = {"undo": "1"}
    for mark in undo:
        if mark.act in VOTES.values():
            fields[f"vote-{items[mark.paper]}"] = mark.act.value
        elif mark.act in {Act.SAVE, Act.UNSAVE}:  # that it was read, a sheet cannot say
            fields[f"save-{items[mark.paper]}"] = "yes" if mark.act is Act.SAVE else "no"
    return fields


def sheet_fields(form: Form) -> Mapping[str, str]:
    """Return the fields of a form that a sheet understands, to be offered once more."""
    return {name: value for name, value in form.items() if _FIELD.fullmatch(name)}


def _touched(form: Form) -> dict[int, dict[str, str]]:
    fields: dict[int, dict[str, str]] = {}
    for name, value in form.items():
        if match := _FIELD.fullmatch(name):
            fields.setdefault(int(match[2]), {})[match[1]] = value
    return fields


def _decided(fields: Mapping[str, str], act: Act) -> bool:
    """Tell whether a form itself speaks about what the link proposes (an unticked box is silent)."""
    return "kept" in fields or "save" in fields if act is Act.SAVE else "vote" in fields


def _opposite(act: Act) -> Act:
    return Act.UNSAVE if act is Act.SAVE else Act.UNDO


def item_marks(paper: PaperId, fields: Mapping[str, str]) -> Iterator[Mark]:
    """Yield what the fields `vote`, `had`, `save`, `kept` of one paper ask for; raises InputError."""
    vote, had = fields.get("vote"), fields.get("had")
    if vote is not None and vote not in VOTES:
        raise InputError("a thumb is up, down or undo; open the link again")
    if vote is not None and vote != had:
        yield Mark(paper=paper, act=VOTES[vote])
    save, kept = fields.get("save"), fields.get("kept") == "yes"
    if save == "yes" and not kept:
        yield Mark(paper=paper, act=Act.SAVE)
    elif save == "no" or (save is None and kept):
        yield Mark(paper=paper, act=Act.UNSAVE)
