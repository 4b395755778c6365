"""The form of one paper's levers: what is offered, and what a posted form means.

Pure. A ticked box `mute-N` or `follow-N` holds the term or the name that is to be turned, `had-mute-N` and
`had-follow-N` those that were turned when the page was shown; `less` asks for a vote against the paper,
`had` says which vote stood, and `vote` (up, down, undo), in a form that takes back, which one is to stand.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from recommender.digest.levers import author_words, term_words
from recommender.domain.errors import InputError
from recommender.domain.feedback import LEVERS, Act, folded
from recommender.domain.papers import PaperId
from recommender.services.levers import Offer
from recommender.services.voting import TURNS, Mark
from recommender.web.sheet import VOTES, Form

_FIELD = re.compile(r"(?:had-)?(?:mute|follow)-[0-9]{1,2}|less|had|vote|sheet")
Named = tuple[Act, str]
"""A lever as a form names it: `mute` or `follow`, and the value as it is compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One box of the page."""

    field: str
    value: str
    label: str
    ticked: bool
    turned: bool
    """Whether it was so before."""
    declared: bool
    asked_for: bool


def boxes(offers: Sequence[Offer], act: Act, proposal: Mark) -> Sequence[Box]:
    """Return the boxes of the levers of one kind; the one that is proposed is ticked."""
    wanted = _named(proposal)
    return [
        Box(
            field=f"{act.value}-{number}",
            value=offer.mark.value,
            label=_label(offer.mark),
            ticked=offer.turned or offer.declared or _named(offer.mark) == wanted,
            turned=offer.turned,
            declared=offer.declared,
            asked_for=offer.asked_for,
        )
        for number, offer in enumerate(offer for offer in offers if offer.mark.act is act)
        if _label(offer.mark)
    ]


def said(form: Form) -> Mapping[str, str]:
    """Return the fields of a form that speak of levers, to be read or to be offered once more."""
    return {name: value for name, value in form.items() if _FIELD.fullmatch(name)}


def turned(offers: Sequence[Offer], form: Form, proposal: Mark) -> Sequence[Mark]:
    """Return what a posted form asks for; an empty one the proposal, `undo` alone the opposite of that.

    Raises InputError for a lever that is not offered or a vote that there is not.
    """
    fields = said(form)
    if not fields:
        back = replace(proposal, act=TURNS.get(proposal.act, Act.UNDO))
        return [back if "undo" in form else proposal]
    ticked, had = _levers(fields, ""), _levers(fields, "had-")
    known = {_named(offer.mark): offer for offer in offers}
    if not ticked | had <= known.keys():
        raise InputError("the form names a lever that this page does not have; open the link again")
    return [*_turns(known, ticked, had), *_votes(fields, proposal.paper)]


def undo_fields(undo: Sequence[Mark]) -> Mapping[str, str]:
    """Return the hidden fields with which a form on the result page takes everything back."""
    fields = {"sheet": "1"}
    for number, mark in enumerate(undo):
        if mark.act in LEVERS:
            fields[f"{mark.act.value}-{number}"] = mark.value
        elif mark.act in TURNS:
            fields[f"had-{TURNS[mark.act].value}-{number}"] = mark.value
        else:
            fields["vote"] = mark.act.value
    return fields


def _label(mark: Mark) -> str:
    if mark.act is Act.FOLLOW:
        return author_words(mark.value)
    term = term_words(mark.value)
    return f"“{term}”" if term else ""


def _named(mark: Mark) -> Named:
    return mark.act, folded(mark.value)


def _levers(fields: Form, before: str) -> set[Named]:
    return {
        (act, folded(value))
        for name, value in fields.items()
        for act in LEVERS
        if name.startswith(f"{before}{act.value}-")
    }


def _turns(known: Mapping[Named, Offer], ticked: set[Named], had: set[Named]) -> Iterator[Mark]:
    """Yield what differs between the page and the form; what another tab changed meanwhile stays."""
    for name, offer in known.items():
        if name in ticked - had:
            yield offer.mark
        elif name in had - ticked:
            yield replace(offer.mark, act=LEVERS[offer.mark.act])


def _votes(fields: Form, paper: PaperId) -> Iterator[Mark]:
    vote, had = fields.get("vote", ""), fields.get("had", "")
    if vote and vote not in VOTES:
        raise InputError("a vote is up, down or undo; open the link again")
    if vote:
        yield Mark(paper=paper, act=VOTES[vote])
    elif "less" in fields and had != Act.DOWN.value:
        yield Mark(paper=paper, act=Act.DOWN)
    elif "less" not in fields and had == Act.DOWN.value:
        yield Mark(paper=paper, act=Act.UNDO)
