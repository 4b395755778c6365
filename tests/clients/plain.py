"""The digest that most programs of this kind send, one table without style, of the same papers."""

from html import escape

from recommender.digest.render import spans_text
from recommender.domain.digests import Digest, DigestPaper


def plain_digest(made: Digest) -> str:
    """Return a page with title, authors, abstract and link of every paper, in rows."""
    rows = "".join(_row(paper) for paper in made.papers)
    head = "<tr><th>#<th>Title<th>Authors<th>Abstract<th>Link"
    return f"<!doctype html><meta charset=utf-8><h3>Daily papers</h3><table border=1>{head}{rows}</table>"


def _row(paper: DigestPaper) -> str:
    abstract = " ".join(filter(None, (spans_text(paper.sentence), spans_text(paper.excerpt))))
    cells = (str(paper.number), paper.title, spans_text(paper.byline), abstract, paper.url or "")
    return "<tr>" + "".join(f"<td>{escape(cell)}" for cell in cells)
