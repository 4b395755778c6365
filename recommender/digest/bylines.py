"""Who wrote a paper and the plain facts about it, cut to what fits on a line."""

from collections.abc import Collection

from recommender.digest.plain import plain, shorten
from recommender.digest.tex import to_unicode
from recommender.digest.words import Words
from recommender.domain.digests import Span
from recommender.domain.papers import Paper

AUTHORS = 6
"""Names shown before "and N more"."""
_LONGEST_NAME = 60
_NO_NAME = frozenset(":;,.-–& ")


def byline(paper: Paper, words: Words, followed: Collection[str] = ()) -> tuple[Span, ...]:
    """Return who wrote it: up to six names "and N more", else how many authors, and the organisation.

    Of authors in `followed` the name is marked, and it is shown however far down the list it stands.
    """
    names = [name for name in (plain(to_unicode(name)) for name in paper.authors) if set(name) - _NO_NAME]
    total = max(len(names), paper.author_count or 0)
    own = {_folded(name) for name in followed}
    shown = _shown(names, own)
    spans: list[Span] = []
    for name in shown:
        marked = _folded(name) in own
        text = words.say("byline.followed", name=name) if marked else shorten(name, _LONGEST_NAME)
        spans += [Span(", ")] if spans else []
        spans.append(Span(text, marked=marked))
    if shown and total > len(shown):
        spans.append(Span(" " + words.say("byline.more", number=total - len(shown))))
    elif total and not shown:
        spans.append(Span(words.say("byline.authors", number=total)))
    if organisation := shorten(plain(paper.organisation or ""), _LONGEST_NAME):
        spans += [Span(" · ")] if spans else []
        spans.append(Span(organisation))
    return tuple(spans)


def facts(paper: Paper, words: Words) -> tuple[str, ...]:
    """Return the primary category, the venue, and when it was published or else first seen; what is known."""
    category = plain(paper.categories[0]) if paper.categories else ""
    venue = shorten(plain(to_unicode(paper.venue or "")), 60)
    day = words.date(paper.published.date()) if paper.published else ""
    if not day and paper.first_seen:
        day = words.say("facts.seen", day=words.date(paper.first_seen.date()))
    return tuple(fact for fact in (shorten(category, 30), venue, day) if fact)


def _shown(names: list[str], followed: set[str]) -> list[str]:
    """Return the first names, the last of them given up for followed authors further down."""
    later = [name for name in names[AUTHORS:] if _folded(name) in followed][:AUTHORS]
    return [*names[: AUTHORS - len(later)], *later]


def _folded(name: str) -> str:
    return plain(to_unicode(name)).casefold()
