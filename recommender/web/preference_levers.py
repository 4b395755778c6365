"""Levers on the preference page: every one that was turned is shown, and can be taken back from there."""

from collections.abc import Mapping, Sequence

from recommender.domain.errors import InputError
from recommender.domain.feedback import LEVERS, Act, Feedback
from recommender.domain.subscribers import Subscriber
from recommender.services.profiles import interest_names
from recommender.services.voting import Mark
from recommender.web.levers import lever_said
from recommender.web.sheet import Form


def lever_rows(subscriber: Subscriber, turned: Sequence[Feedback]) -> Sequence[Mapping[str, object]]:
    """Return what a row of each lever says, and the fields that take it back."""
    names = interest_names(subscriber)
    return [
        {
            "words": lever_said(own.act, own.value),
            "where": names.get(own.interest, own.interest) if own.interest else "",
            "fields": lever_fields(_mark(own, LEVERS[own.act])),
        }
        for own in turned
    ]


def lever_fields(mark: Mark) -> Mapping[str, str]:
    """Return the hidden fields that ask for the act of a lever."""
    return {"lever": mark.act.value, "value": mark.value, "interest": mark.interest or ""}


def lever_mark(log: Sequence[Feedback], form: Form) -> Mark:
    """Return the act that a form asks for; InputError where its lever was never turned."""
    for entry in log:
        if entry.act in LEVERS and not entry.suspect:
            for act in (entry.act, LEVERS[entry.act]):
                mark = _mark(entry, act)
                if lever_fields(mark).items() <= form.items():
                    return mark
    raise InputError("the form names a lever that was never turned; open the page again")


def _mark(entry: Feedback, act: Act) -> Mark:
    return Mark(paper=entry.paper, act=act, value=entry.value, interest=entry.interest or "")
