"""Every field of a digest is shown in both parts, and what is empty is left out."""

from dataclasses import replace
from xml.etree.ElementTree import Element

import pytest

from recommender.digest.mail_links import without_body
from recommender.digest.render import bar, direction, spans_text
from recommender.domain.digests import Digest, DigestPaper, LeverLink, Spark, Thumbs
from recommender.domain.editions import KNOWN
from tests.digest.rich import rich
from tests.digest.samples import english, mail_links, renderer
from tests.digest.test_render import parsed, tags


def flat(element: Element) -> str:
    """Return the words of an element on one line."""
    return " ".join("".join(element.itertext()).split())


def only(made: Digest, paper: DigestPaper) -> Digest:
    """Return a digest of one paper."""
    return replace(made, sections=(replace(made.sections[0], papers=(paper,)),), overview=())


def trends_of(made: Digest) -> list[Spark]:
    """Return every row of glyphs, in reading order."""
    found = [interest.trend for interest in made.overview] + [paper.trend for paper in made.papers]
    return [trend for trend in found if trend]


@pytest.fixture(scope="module", name="tree")
def tree_fixture() -> Element:
    """Return the HTML part, parsed."""
    return parsed(renderer().html(rich(), english()))


@pytest.fixture(scope="module", name="text")
def text_fixture() -> str:
    """Return the text part."""
    return renderer().text(rich(), english())


def said(made: Digest) -> list[str]:
    """Return every text of a digest that both parts have."""
    texts = [made.title, made.summary[1:], made.footer.operator, made.footer.sources, made.footer.sender]
    for interest in made.overview:
        texts += [interest.name, interest.words, interest.trend.glyphs if interest.trend else ""]
    for section in made.sections:
        texts += [section.note]
    for paper in made.papers:
        texts += [paper.title, paper.reason, paper.group, *paper.facts, *paper.signals]
        texts += [spans_text(paper.byline), paper.trend.glyphs if paper.trend else ""]
        texts += [f"{paper.summary_by} {paper.summary}".strip(), paper.lever.words if paper.lever else ""]
    for paper in (own for section in made.sections if section.kind not in KNOWN for own in section.papers):
        texts += [spans_text(paper.sentence), spans_text(paper.excerpt)]
    return [one for one in texts if one]


def test_html_says_everything(tree: Element) -> None:
    """Every text is in the HTML part."""
    words = flat(tree)
    assert len(said(rich())) == 80
    assert not [one for one in said(rich()) if one not in words]


def test_text_says_everything(text: str) -> None:
    """Every text is in the text part, and what the glyphs mean too."""
    words = " ".join(text.split())
    assert not [one for one in said(rich()) if one not in words]
    trends = trends_of(rich())
    assert len(trends) == 4
    assert not [trend for trend in trends if f"{trend.glyphs} {trend.spoken}" not in words]


@pytest.mark.parametrize("made", [rich(), rich(mail_links())], ids=["web", "mail"])
def test_every_link_is_in_both_parts(made: Digest) -> None:
    """Levers and less like this too; in short there are three links and no more."""
    hrefs = {link.get("href") or "" for link in tags(parsed(renderer().html(made, english())), "a")}
    text = renderer().text(made, english())
    for section in made.sections:
        for paper in section.papers:
            thumbs = paper.thumbs
            links = [thumbs.up, thumbs.down, thumbs.save, thumbs.less, paper.lever.url if paper.lever else ""]
            assert {link for link in links if link} <= hrefs
            assert not thumbs.less or section.kind not in KNOWN
    assert not [href for href in hrefs if without_body(href) not in text.split()]


def test_marks_are_more_than_a_colour(tree: Element) -> None:
    """Terms that matched and authors who are followed are bold, and the latter say so."""
    marks = {
        kind: [flat(own) for own in tags(tree, "b") if own.get("class") == kind] for kind in ("m", "who")
    }
    papers = rich().papers
    assert marks["m"] == [span.text for paper in papers for span in paper.sentence if span.marked]
    assert marks["who"] == ["Jonas Moreau (followed)"]


def test_glyphs_are_spoken(tree: Element) -> None:
    """A row of glyphs is one picture with a name, for who hears the mail."""
    pictures = [own for own in tags(tree, "span") if own.get("role") == "img"]
    trends = trends_of(rich())
    assert [(flat(own), own.get("aria-label")) for own in pictures] == [
        (trend.glyphs, trend.spoken) for trend in trends
    ]


def test_bars_have_two_cells(tree: Element) -> None:
    """A bar's first cell is as wide as the share, in a colour that does without styles; no share, no bar."""
    cells = [(own.get("class"), own.get("width")) for own in tags(tree, "td") if own.get("bgcolor")]
    assert cells == [("full", "60%"), ("rest", None), ("full", "20%"), ("rest", None)]


def test_an_interest_that_nothing_fits_has_one_line(tree: Element, text: str) -> None:
    """Its heading and a sentence stand there, and no paper."""
    assert "PROTEIN DESIGN\n--------------\nNothing fits well enough this time.\n\nTRENDING NEAR YOU" in text
    assert "Protein design Nothing fits well enough this time. Trending near you" in flat(tree)


def test_what_is_empty_is_left_out() -> None:
    """No link leads nowhere, and nothing stands for what is not known."""
    bare = Thumbs(up="", down="", save="", save_words="", less="")
    paper = replace(
        rich().papers[0],
        url=None,
        code_url=None,
        byline=(),
        facts=(),
        signals=(),
        sentence=(),
        excerpt=(),
        summary="",
        summary_by="",
        reason="",
        match="",
        trend=None,
        lever=LeverLink(words="Mute", url=""),
        thumbs=bare,
    )
    made = only(rich(), paper)
    hrefs = [link.get("href") for link in tags(parsed(renderer().html(made, english())), "a")]
    assert len(hrefs) == 4
    assert all(hrefs)
    after = renderer().text(made, english()).partition(paper.title)[2]
    assert after.split()[0] == "=" * 74


def test_direction_is_said_where_it_differs(tree: Element) -> None:
    """A title runs as its first letter does; a page in another direction turns what is beside."""
    assert [own.get("dir") for own in tags(tree, "h2")] == [None] * 4 + ["rtl"] + [None] * 3
    turned = renderer().html(replace(rich(), direction="rtl", language="he"), english())
    assert [own.get("dir") for own in tags(parsed(turned), "h2")] == ["ltr"] * 4 + [None] + ["ltr"] * 3
    assert "text-align:right" in turned
    assert "border-right:3px" in turned
    assert "border-left" not in turned


def test_direction_of_text() -> None:
    """The first letter that has a direction decides; signs and digits have none."""
    assert direction("«12» שלום world") == "rtl"
    assert direction("(3) world שלום") == "ltr"
    assert direction("12 — ∑") == ""


@pytest.mark.parametrize("share, full", [(0, 0), (1, 1), (50, 10), (99, 20), (100, 20), (130, 20)])
def test_bars_in_text(share: int, full: int) -> None:
    """Twenty columns, one at least for a share above nothing."""
    assert bar(share) == "█" * full + "░" * (20 - full)


def test_lines_fit_a_terminal(text: str) -> None:
    """Only lines with a link are over 74 columns."""
    assert not [line for line in text.splitlines() if len(line) > 74 and "://" not in line]
