"""How large a digest is: octets of HTML, of text and of the whole message, by the number of its papers."""

from collections.abc import Callable
from dataclasses import dataclass

from recommender.digest.links import DigestLinks
from recommender.digest.render import spans_text
from recommender.domain.digests import Digest
from recommender.domain.editions import KNOWN
from tests.clients.states import by_mail, mail_of, many, web
from tests.digest.rich import crowd
from tests.digest.samples import digest

NUMBERS = (5, 10, 25, 50)
WAYS: dict[str, DigestLinks] = {"web": web(), "by mail": by_mail()}
KINDS: dict[str, Callable[[int, DigestLinks], Digest]] = {
    "usual": lambda number, ways: digest(many(number), by=ways),
    "long": crowd,
    "full": lambda number, ways: crowd(number, ways, every=True),
}
"""Papers as real ones are; with long texts and levers, some with code, attention, a summary; with all."""


@dataclass(frozen=True, slots=True)
class Size:
    """Octets; how many papers are in the HTML, and how many new ones without all of their excerpt."""

    html: int
    text: int
    message: int
    papers: int
    cut: int


def size(number: int, way: str, kind: str = "usual") -> Size:
    """Return how large a digest of that many papers is, with links of `WAYS` and papers of `KINDS`."""
    sent = mail_of(KINDS[kind](number, WAYS[way]))
    blocks = sent.html.split("<h2")[1:]
    new = {paper for section in sent.digest.sections if section.kind not in KNOWN for paper in section.papers}
    shown = [
        spans_text(paper.excerpt)[-30:] in block or paper not in new
        for paper, block in zip(sent.digest.papers, blocks, strict=True)
    ]
    octets = (len(sent.html.encode()), len(sent.text.encode()), len(sent.message))
    return Size(*octets, papers=len(blocks), cut=shown.count(False))
