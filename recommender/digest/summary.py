"""An edition in one line: what is inside, out of how many, and how much was left out."""

from collections.abc import Sequence

from recommender.digest.overview import left_out
from recommender.digest.words import Words
from recommender.domain.digests import DigestSection
from recommender.domain.editions import KNOWN, Edition, Section


def summary_of(sections: Sequence[DigestSection], edition: Edition, words: Words) -> str:
    """Say in words what is inside, and out of how many."""
    counts = {kind: sum(len(own.papers) for own in sections if own.kind is kind) for kind in Section}
    parts = [
        words.say(f"summary.{section.kind.value}", number=len(section.papers), name=section.heading)
        for section in sections
        if section.kind not in KNOWN and section.papers
    ]
    fresh = sum(count for kind, count in counts.items() if kind not in KNOWN)
    considered = edition.considered
    if fresh:
        said = [words.say("summary.chosen", number=fresh, considered=considered, parts=words.listed(parts))]
    else:
        said = [words.say("summary.nothing", number=considered) if considered else words.say("summary.none")]
    left, more = left_out(edition.standings)
    if fresh and left:
        said.append(words.say("summary.left_capped" if more else "summary.left", number=left))
    for kind, key in ((Section.READING_LIST, "waiting"), (Section.CHANGED, "changed")):
        said += [words.say(f"summary.{key}", number=counts[kind])] if counts[kind] else []
    return " ".join(said)
