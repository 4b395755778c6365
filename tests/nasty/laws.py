"""What holds for every digest, whatever its papers say."""

import re
from collections.abc import Collection
from unicodedata import bidirectional

from recommender.digest.links import Links
from recommender.digest.render import web_url
from recommender.domain.papers import Paper
from tests.digest.samples import URL, links
from tests.faults.reception import PURPOSES
from tests.nasty.press import EMAIL, MADE
from tests.nasty.sheet import Sheet

OWN = re.compile(rf"{re.escape(URL)}/([a-z])/([\w.-]+)", re.ASCII)
COLUMNS = 76
LARGEST = 70_000
"""Octets of a page of up to `MANY` papers."""
MANY = 25


def check(sheet: Sheet, shown: Collection[Paper]) -> None:
    """Assert of a message to Ana that nothing in it is broken: markup, order, links, parts, headers."""
    papers = len(shown)
    assert len(sheet.blocks) == papers
    assert len({block.title for block in sheet.blocks}) == papers
    for block in sheet.blocks:
        assert block.title
        assert block.heading.get("dir", "ltr") in (
            {"auto", "rtl"} if _leftward(block.title) else {"auto", "ltr"}
        )
    assert papers > MANY or len(sheet.page.encode()) <= LARGEST
    _check_layout(sheet)
    _check_links(sheet, {web_url(url) for paper in shown for url in (paper.url, paper.code_url)})
    _check_text(sheet)
    assert "h1" not in {block.heading.tag for block in sheet.blocks}
    assert len(sheet.headers["Subject"]) <= 70
    assert sheet.headers["To"].endswith(f"<{EMAIL}>")


def _leftward(text: str) -> bool:
    """Tell whether the first letter of a text is of a script that runs from right to left."""
    strong = next((kind for char in text if (kind := bidirectional(char)) in {"L", "R", "AL"}), "L")
    return strong != "L"


def _check_layout(sheet: Sheet) -> None:
    """One heading of the mail, one main part, and one sheet no paper climbs out of."""
    assert len(list(sheet.tree.iter("h1"))) == 1
    (main,) = (part for part in sheet.tree.iter() if part.get("role") == "main")
    assert [block.heading for block in sheet.blocks] == list(main.iter("h2"))
    (body,) = sheet.tree.iter("body")
    assert {child.tag for child in body if isinstance(child.tag, str)} <= {"div", "table"}
    assert not {element.tag for element in sheet.tree.iter()} & {"script", "form", "iframe", "object", "svg"}


def _check_links(sheet: Sheet, foreign: Collection[str]) -> None:
    """Each is ours and verified, or leads to a paper or its code; a paper has its own thumbs."""
    signer: Links = links()
    for href in sheet.links:
        own = OWN.fullmatch(href)
        if own and own[1] in PURPOSES:
            signer.read(PURPOSES[own[1]], own[2], MADE)
        else:
            assert href in foreign, href
            assert href == web_url(href) != "", href
    for block in sheet.blocks[:-1]:
        assert sum(f"{URL}/v/" in href for href in block.links) == 2
        assert sum(f"{URL}/s/" in href for href in block.links) == 1
    thumbs = [href for href in sheet.links if href.startswith((f"{URL}/v/", f"{URL}/s/"))]
    assert len(thumbs) == len(set(thumbs)) == 3 * len(sheet.blocks)


def _check_text(sheet: Sheet) -> None:
    """Look for every title and link of the page in the text part; its lines are wrapped, words whole."""
    for block in sheet.blocks:
        assert block.title in sheet.prose, block.title
    missing = [href for href in sheet.links if href not in sheet.text]
    assert not missing
    lines = [line for line in sheet.text.splitlines() if len(line) > COLUMNS]
    assert all(len(line.split()[-1]) > COLUMNS - 30 for line in lines), lines
