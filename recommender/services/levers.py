"""The levers of one paper of an edition: which ones its reader may turn because of it. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from recommender.domain.editions import EditionItem
from recommender.domain.feedback import Act, Feedback, folded
from recommender.domain.papers import Paper
from recommender.domain.subscribers import Interest, Subscriber
from recommender.ranking.stems import singular
from recommender.services.voting import Mark

_TERMS = 6
_AUTHORS = 3
"""Of the paper's list; those whom its evidence names come on top."""
_ACTS: Mapping[str, Act] = {"mute": Act.MUTE, "follow": Act.FOLLOW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One lever that a paper gives cause for: its mark mutes a term or follows an author."""

    mark: Mark
    """As it would be turned; its interest is empty where it holds for all of them."""
    turned: bool = False
    declared: bool = False
    """The subscribers file says so: nothing else can change that."""
    asked_for: bool = False
    """A term of what the reader wrote of the interest, or of many likes: muting it may leave little."""


def own_lever(item: EditionItem, subscriber: Subscriber) -> Mark:
    """Return the act that turns the lever of an item; a vote against its paper where it has no other."""
    act = _ACTS.get(item.lever.act) if item.lever else None
    if item.lever is None or act is None or not folded(item.lever.value):
        return Mark(paper=item.paper, act=Act.DOWN)
    return _mark(item, act, item.lever.value, subscriber)


def offers(
    item: EditionItem, paper: Paper, subscriber: Subscriber, levers: Iterable[Feedback]
) -> Sequence[Offer]:
    """Return the levers of an item: its own first, then terms that its evidence shares, then authors.

    Who brought a paper without being followed can be muted as a term can. `levers` are the acts of the
    subscriber that stand.
    """
    own = own_lever(item, subscriber)
    first = [own.value]
    interest = _interest(item, subscriber)
    keywords = {_sense(keyword) for keyword in interest.keywords}
    shared = (term for own in item.evidence if own.scorer == "content" for term in own.terms)
    terms = [
        *(first if own.act is Act.MUTE else ()),
        *(term for term in shared if _sense(term) not in keywords),
    ]
    known = [own for own in item.evidence if own.scorer == "authors" and own.author]
    named = [own.author or "" for own in known]
    learned = [own.author or "" for own in known if own.paper is not None]
    authors = [*(first if own.act is Act.FOLLOW else ()), *named, *paper.authors[:_AUTHORS]]
    standing = list(levers)
    found = [
        *(
            _mark(item, Act.MUTE, term, subscriber)
            for term in _distinct([*_distinct(terms)[:_TERMS], *learned])
        ),
        *(_mark(item, Act.FOLLOW, name, subscriber) for name in _distinct(authors)),
    ]
    wanted = {_sense(term) for own in item.evidence for term in own.wanted}
    return [_offer(mark, interest, standing, wanted) for mark in found]


def place_of(item: EditionItem, subscriber: Subscriber) -> str:
    """Return the key of the interest whose levers an item has; empty, for all, where that is gone."""
    return item.interest if any(own.key == item.interest for own in subscriber.interests) else ""


def _mark(item: EditionItem, act: Act, value: str, subscriber: Subscriber) -> Mark:
    return Mark(paper=item.paper, act=act, value=value, interest=place_of(item, subscriber))


def _interest(item: EditionItem, subscriber: Subscriber) -> Interest:
    found = (own for own in subscriber.interests if own.key == item.interest)
    return next(found, Interest(name=""))


def _offer(mark: Mark, interest: Interest, standing: Iterable[Feedback], wanted: Collection[str]) -> Offer:
    """Return a mark with how it stands; a lever that holds for all interests is turned back for all."""
    file = interest.mute if mark.act is Act.MUTE else interest.authors
    if folded(mark.value) in {folded(value) for value in file}:
        return Offer(mark=mark, declared=True)
    for entry in standing:
        meant = (entry.act, folded(entry.value)) == (mark.act, folded(mark.value))
        if meant and (entry.interest or "") in {"", mark.interest}:
            return Offer(mark=replace(mark, interest=entry.interest or ""), turned=True)
    text = _sense(" ".join((interest.name, interest.about, *interest.keywords)))
    value = _sense(mark.value)
    return Offer(mark=mark, asked_for=mark.act is Act.MUTE and (value in text or value in wanted))


def _sense(term: str) -> str:
    """Return a term as mutes find it: in whatever case, in the singular, with or without hyphens."""
    return " ".join(map(singular, folded(term).replace("-", " ").split()))


def _distinct(values: Iterable[str]) -> list[str]:
    """Return each value once, in whatever case, in the spelling that comes first."""
    found: dict[str, str] = {}
    for value in values:
        if key := folded(value):
            found.setdefault(key, value)
    return list(found.values())
