"""What a digest shows of a paper's text: the key sentence, and more of the abstract or a summary."""

from dataclasses import dataclass

from recommender.digest.excerpt import JOINER, LIMIT, beginning, beside, excerpt
from recommender.digest.highlight import highlight, terms_of
from recommender.digest.plain import plain, shorten
from recommender.digest.words import Words
from recommender.domain.digests import Span
from recommender.domain.editions import EditionItem
from recommender.domain.papers import Paper

_WHO = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """The texts of one paper, terms that speak for it set off; see `DigestPaper`."""

    sentence: tuple[Span, ...]
    excerpt: tuple[Span, ...]
    summary: str = ""
    summary_by: str = ""


def passages(paper: Paper, item: EditionItem, words: Words) -> Passages:
    """Return what is shown of the text of an item's paper.

    A sentence is shown as it was chosen, though the abstract may have changed since. A summary that a source
    brought takes the place of the rest of the abstract, unless it only says the sentence again.
    """
    chosen = plain(item.sentence)
    sentence, more = beside(paper.abstract, chosen) if chosen else ("", beginning(paper.abstract, LIMIT))
    summary = excerpt(paper.summary or "")
    if _bare(summary) == _bare(chosen):
        summary = ""
    key, rest = highlight([sentence, "" if summary else more], terms_of(item.evidence))
    return Passages(
        sentence=key,
        excerpt=rest,
        summary=summary,
        summary_by=_summary_by(paper, words) if summary else "",
    )


def _summary_by(paper: Paper, words: Words) -> str:
    who = shorten(plain(paper.summary_by or ""), _WHO)
    return words.say("paper.summary_by", who=who) if who else words.say("paper.summary")


def _bare(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum() and char != JOINER)
