"""What an inbox shows of an edition before it is opened: the subject, and the preheader beside it."""

from collections.abc import Iterable, Sequence

from recommender.digest.plain import header_text, plain, shorten
from recommender.digest.words import Words
from recommender.domain.digests import DigestPaper
from recommender.domain.editions import EditionItem, Section

SUBJECT = 70
PREHEADER = 140


def best_of(items: Iterable[EditionItem]) -> EditionItem | None:
    """Return the item with the best score: among those chosen for an interest where there are any."""
    rank = list(Section)
    return min(
        items,
        key=lambda item: (rank.index(item.section), -item.score, item.position),
        default=None,
    )


def subject_of(title: str, count: int, considered: int, words: Words) -> str:
    """Return the subject: the best title, cut, and the count; the count always fits."""
    if not title:
        return words.say("subject.nothing", number=considered)
    tail = f" · {words.say('subject.papers', number=count)}"
    return shorten(header_text(title), SUBJECT - len(tail)) + tail


def preheader_of(
    best: EditionItem | None, shown: Sequence[DigestPaper], best_title: str, words: Words
) -> str:
    """Return what follows the subject in an inbox: why the best paper, and what else there is."""
    if best is None:
        return ""
    others = [shorten(paper.title, 60) for paper in shown if paper.title != best_title]
    reason = plain(best.reason)
    text = words.say("preheader.also", reason=reason, titles="; ".join(others[:3])) if others else reason
    return shorten(text, PREHEADER)
