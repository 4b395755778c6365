"""How a digest that is too long for mail programs gets shorter: by what readers miss least, first."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from recommender.digest.mail_links import without_body
from recommender.digest.plain import shorten
from recommender.domain.digests import Digest, DigestPaper, Span

SIZE = 70_000
"""Octets of HTML over which the rest of abstracts and summaries are cut."""
MOST = 90_000
"""Octets over which more is cut; Gmail hides what is beyond about 102,000."""

_FULL = 10
"""Papers that are shown whole longest."""

Step = Callable[[DigestPaper], DigestPaper]


def fitting(digest: Digest, fill: Callable[[Digest], str]) -> str:
    """Return the page that `fill` makes of the longest version that fits, or of the shortest.

    Fills few of them: where the first is too long, it looks for the place by halving.
    """
    found = tuple(versions(digest))
    pages: dict[int, str] = {}

    def fits(place: int) -> bool:
        limit, version = found[place]
        pages[place] = fill(version)
        return len(pages[place].encode()) <= limit

    last = len(found) - 1
    place = 0 if fits(0) else 1 + bisect_left(range(1, last), True, key=fits)
    return pages[place] if place in pages else fill(found[place][1])


def versions(digest: Digest) -> Iterator[tuple[int, Digest]]:
    """Yield a digest and shorter and shorter ones, each with the octets it should not be over.

    The rest of each abstract is cut first, then the text that mails from buttons propose; then the rest goes,
    first after the tenth paper; then other people's summaries. Then papers after the tenth are shown in
    short, then without their key sentence, then all are; at last who wrote them goes. No paper,
    title or reason is left out.
    """
    yield SIZE, digest
    for limit, step in _STEPS:
        sections = [
            replace(section, papers=tuple(step(paper) for paper in section.papers))
            for section in digest.sections
        ]
        digest = replace(digest, sections=tuple(sections))
        yield limit, digest


def cut_spans(spans: Sequence[Span], length: int) -> tuple[Span, ...]:
    """Return spans cut to at most `length` characters, at the end of a word; none where it is 0."""
    if length == 0:
        return ()
    text = "".join(span.text for span in spans)
    kept = shorten(text, length)
    if kept == text:
        return tuple(spans)
    rest = len(kept) - 1
    found: list[Span] = []
    for span in spans:
        if rest > 0:
            found.append(replace(span, text=span.text[:rest]))
        rest -= len(span.text)
    return (*found, Span("…"))


def _rest(length: int, first: int = 0) -> Step:
    def step(paper: DigestPaper) -> DigestPaper:
        return replace(paper, excerpt=cut_spans(paper.excerpt, length)) if paper.number > first else paper

    return step


def _without_bodies(paper: DigestPaper) -> DigestPaper:
    thumbs = paper.thumbs
    links = {name: without_body(getattr(thumbs, name)) for name in ("up", "down", "save", "less")}
    lever = paper.lever and replace(paper.lever, url=without_body(paper.lever.url))
    return replace(paper, thumbs=replace(thumbs, **links), lever=lever)


def _no_summary(paper: DigestPaper) -> DigestPaper:
    return replace(paper, summary="", summary_by="")


def _in_short(first: int) -> Step:
    def step(paper: DigestPaper) -> DigestPaper:
        if paper.number <= first:
            return paper
        return replace(paper, brief=True, code_url=None, lever=None)

    return step


def _no_sentence(first: int) -> Step:
    return lambda paper: replace(paper, sentence=()) if paper.number > first else paper


def _no_byline(paper: DigestPaper) -> DigestPaper:
    return replace(paper, byline=(), facts=())


_STEPS: tuple[tuple[int, Step], ...] = (
    (SIZE, _rest(160)),
    (SIZE, _without_bodies),
    (SIZE, _rest(0, _FULL)),
    (SIZE, _rest(0)),
    (MOST, _no_summary),
    (MOST, _in_short(_FULL)),
    (MOST, _no_sentence(_FULL)),
    (MOST, _in_short(0)),
    (MOST, _no_sentence(0)),
    (MOST, _no_byline),
)
"""What is done next, and the octets that are well after it."""
