"""Text and HTML say the same: the same titles, reasons and links, compared as sets both ways."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
import pytest

from recommender.digest.mail_links import without_body
from recommender.digest.render import spans_text
from recommender.domain.digests import Digest, DigestPaper
from recommender.domain.editions import KNOWN
from tests.clients.states import STATES, mail

FULL = 10
"""New papers that are shown whole, whatever the size."""
_LINK = re.compile(r"(?:https?|mailto):\S+")


def _flat(text: str) -> str:
    return " ".join(text.split())


def parsed(page: str) -> Element:
    """Parse as a browser does."""
    tree: Element = html5lib.parse(page, namespaceHTMLElements=False)
    return tree


def _words(tree: Element) -> str:
    """Return the words of a page as they are read aloud: without what is hidden from that."""
    return _flat(" ".join(_seen(next(tree.iter("body")))))


def _seen(element: Element) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.get("aria-hidden") == "true":
        return
    if element.get("role") == "img":
        yield element.get("aria-label") or ""
        return
    yield element.text or ""
    for child in element:
        yield from _seen(child)
        yield child.tail or ""


def _told(paper: DigestPaper) -> Iterator[str]:
    """Walk what must be told of a paper that its reader does not know yet."""
    yield spans_text(paper.sentence)
    yield paper.summary
    yield paper.group
    yield from paper.facts
    yield from paper.signals
    if paper.trend:
        yield paper.trend.spoken


def _always(made: Digest) -> Iterator[str]:
    """Walk what must be told however long the mail is."""
    yield made.title
    for paper in made.papers:
        yield from (paper.title, paper.reason)
    for line in made.overview:
        yield from (line.name, line.words)
    for section in made.sections:
        yield section.note
    footer = made.footer
    yield from (footer.why, footer.next_edition, footer.sources, footer.operator, footer.note)
    if made.missed:
        yield made.missed.when
        yield from (paper.title for paper in made.missed.papers)


@pytest.mark.parametrize("state", STATES)
def test_both_parts_tell_everything(state: str) -> None:
    """Titles, reasons, notes and the foot; where there is room also sentences, facts, signals, trends."""
    made, page, text = mail(state).digest, mail(state).html, mail(state).text
    new = [paper for section in made.sections if section.kind not in KNOWN for paper in section.papers]
    told = [said for paper in new for said in _told(paper)] if len(new) <= FULL else []
    wanted = {_flat(said) for said in (*_always(made), *told)}
    aloud, written = _words(parsed(page)), _flat(text)
    assert {said for said in wanted if said not in aloud} == set()
    assert {said for said in wanted if said not in written} == set()


@pytest.mark.parametrize("state", STATES)
def test_both_parts_lead_to_the_same_places(state: str) -> None:
    """No link is in one part alone; the text leaves out only the prepared body of a mail."""
    hrefs = {without_body(link.get("href") or "") for link in parsed(mail(state).html).iter("a")}
    assert set(_LINK.findall(mail(state).text)) == hrefs


@pytest.mark.parametrize("state", STATES)
def test_titles_come_in_one_order(state: str) -> None:
    """Both parts, and both without styles, have the papers in the order of the digest."""
    titles = [_flat(paper.title) for paper in mail(state).digest.papers]
    headings = [_flat("".join(heading.itertext())) for heading in parsed(mail(state).html).iter("h2")]
    assert headings == titles
    text = _flat(mail(state).text)
    places = [text.index(title) for title in titles if titles.count(title) == 1]
    assert places == sorted(places)
