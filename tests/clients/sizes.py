"""How large a digest is: octets of HTML, of text and of the whole message, by the number of its papers."""

from dataclasses import dataclass

from recommender.digest.links import DigestLinks
from tests.clients.states import by_mail, mail_of, many, web
from tests.digest.samples import digest

NUMBERS = (5, 10, 25, 50)
WAYS: dict[str, DigestLinks] = {"web": web(), "by mail": by_mail()}


@dataclass(frozen=True, slots=True)
class Size:
    """Octets, and how many papers and characters of excerpts are left in the HTML."""

    html: int
    text: int
    message: int
    papers: int


def size(number: int, way: str) -> Size:
    """Return how large a digest of that many papers is, as large as real ones, with links of `WAYS`."""
    sent = mail_of(digest(many(number), by=WAYS[way]))
    return Size(len(sent.html.encode()), len(sent.text.encode()), len(sent.message), sent.html.count("<h2"))
