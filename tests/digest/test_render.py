"""The rendered parts, against the checklist of the digest."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from recommender.digest.render import Renderer, web_url
from recommender.domain.papers import Paper, PaperId
from tests.digest.samples import PAPERS, digest, english, renderer
from tests.paths import REPOSITORY

NASTY = (
    '"><script>alert(1)</script><a href="javascript:x">',
    "<think> a & b </think> 1 < 2",
    "שלום \u202eRTL עולם",
    "Emoji 🧪 50% off $5 and $10",
    "W" * 400,
)
LINKS = 10
"""Of a digest of one paper with code: title, code, three buttons, less, and four ways."""
TEMPLATES = sorted((REPOSITORY / "templates").rglob("*.html"))


def many(number: int = 25) -> tuple[Paper, ...]:
    """Build papers as large as real ones get: long titles, six authors, a full excerpt, some with code."""
    return tuple(
        replace(
            PAPERS[0],
            id=PaperId(f"arxiv:2601.{place:05d}"),
            title=f"Paper {place} has a title of about eighty characters as titles of our day often do",
            url=f"https://arxiv.org/abs/2601.{place:05d}",
            code_url=PAPERS[0].code_url if place % 3 == 0 else None,
        )
        for place in range(number)
    )


def parsed(page: str) -> Element:
    """Parse strictly enough to notice what a browser would have to mend."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree: Element = parser.parse(page)
    assert parser.errors == []
    return tree


def tags(tree: Element, name: str) -> Iterator[Element]:
    """Walk the elements of one name."""
    return tree.iter(name)


@pytest.fixture(scope="module", name="page")
def page_fixture() -> str:
    """Return the HTML part of the sample digest."""
    return renderer().html(digest(), english())


@pytest.fixture(scope="module", name="text")
def text_fixture() -> str:
    """Return the text part of the sample digest."""
    return renderer().text(digest(), english())


def test_html_is_valid(page: str) -> None:
    """The part parses without one error."""
    parsed(page)


def test_head_has_what_mail_programs_ask_for(page: str) -> None:
    """Language, direction, title, charset, viewport and colour schemes are declared."""
    tree = parsed(page)
    assert (tree.get("lang"), tree.get("dir")) == ("en", "ltr")
    names = {meta.get("name") for meta in tags(tree, "meta")}
    assert {"viewport", "color-scheme", "supported-color-schemes"} <= names
    assert page.index('<meta charset="utf-8">') < 200
    assert page.count("charset") == 1
    assert [title.text for title in tags(tree, "title")] == [digest().subject]


def test_headings(page: str) -> None:
    """One main heading, one heading a paper, one main landmark."""
    tree = parsed(page)
    assert len(list(tags(tree, "h1"))) == 1
    assert ["".join(heading.itertext()) for heading in tags(tree, "h2")] == [
        paper.title for paper in digest().papers
    ]
    assert len([element for element in tree.iter() if element.get("role") == "main"]) == 1


def test_layout_tables_are_presentation(page: str) -> None:
    """No table pretends to be data; the sheet is at most 640 px wide."""
    tree = parsed(page)
    assert {table.get("role") for table in tags(tree, "table")} == {"presentation"}
    assert max(int(width) for width in re.findall(r"max-width:(\d+)px;background", page)) <= 640


def test_nothing_active_or_remote(page: str) -> None:
    """No script, form, picture, style sheet link, variable or flexible box."""
    tree = parsed(page)
    forbidden = {"script", "form", "iframe", "link", "img", "svg", "picture", "object", "input", "button"}
    assert not forbidden & {element.tag for element in tree.iter() if isinstance(element.tag, str)}
    for word in ("var(--", "flex", "grid", "url(", "@import", "@font-face", "data:"):
        assert word not in page


def test_styles_are_inlined(page: str) -> None:
    """Only at-rules stay in the head."""
    rules = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert rules is not None
    assert rules[1].lstrip().startswith("@media")
    assert 'style="' in page


def test_buttons(page: str) -> None:
    """Thumbs are links with words, a name of their own each, and at least 44 px high."""
    tree = parsed(page)
    rows = [row for row in tags(tree, "div") if row.get("style") == "line-height:44px"]
    thumbs = [link for row in rows for link in tags(row, "a") if link.get("aria-label")]
    labels = [link.get("aria-label") or "" for link in thumbs]
    recommended = len([paper for paper in digest().papers if paper.thumbs.less])
    assert len(labels) == len(set(labels)) == 3 * len(digest().papers) + recommended
    assert labels[0] == "Useful: Rank-One Updates Write Facts…"
    assert {link.text for link in thumbs} == {"Useful", "Not for me", "Save", "Saved", "Less like this"}
    boxes = [link for link in thumbs if link.get("class") in {"yes", "btn"}]
    assert len(boxes) == 3 * recommended
    assert all("display:inline-block" in (link.get("style") or "") for link in boxes)
    assert ".quiet,.way{display:inline-block" in page.replace(" ", "")
    assert not [link for link in thumbs if "line-height" in (link.get("style") or "")]


def test_every_link_is_web(page: str) -> None:
    """Each link is http or https; none is dead."""
    hrefs = [link.get("href") or "" for link in tags(parsed(page), "a")]
    assert all(web_url(href) for href in hrefs)


def test_preheader_comes_first(page: str) -> None:
    """The preheader is the first text of the body, padded against what follows."""
    tree = parsed(page)
    body = next(tags(tree, "body"))
    first = next(text for text in body.itertext() if text.strip())
    assert first.startswith(digest().preheader)
    assert first.count("\u034f") >= 30


def test_text_has_what_html_has(page: str, text: str) -> None:
    """Every title, reason and link of the HTML part is in the text part."""
    flat = " ".join(text.split())
    for paper in digest().papers:
        assert paper.title in flat
        assert paper.reason in flat
    hrefs = {link.get("href") or "" for link in tags(parsed(page), "a")}
    assert all(href in text for href in hrefs)


def test_text_is_wrapped(text: str) -> None:
    """No line of prose is over 78 columns; only lines with a link are."""
    assert all(len(line) <= 78 for line in text.splitlines() if "://" not in line)
    assert "\n\n\n" not in text


@pytest.mark.parametrize("title", NASTY)
def test_nasty_titles_survive(title: str) -> None:
    """Whatever a title holds, the page is valid and shows it as text."""
    made = digest((replace(PAPERS[0], title=title, authors=(title,), abstract=title, venue=title),))
    tree = parsed(renderer().html(made, english()))
    assert "".join(next(tags(tree, "h2")).itertext()) == made.papers[0].title
    assert not list(tags(tree, "script"))


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://user@evil.example/",
        "//x",
        "",
        "http://",
        "https://a b/",
        'http://x/"><b>',
        "https://arxiv.org\x00.evil.example/",
        "https://arxiv.org/\u202egro.vixra",
        "https://arxiv.org/\ud800",
    ],
)
def test_only_web_urls_become_links(url: str) -> None:
    """Links of other schemes, or with tricks in them, are not links."""
    assert web_url(url) == ""
    made = digest((replace(PAPERS[0], url=url, code_url=url),))
    assert "javascript" not in renderer().html(made, english())
    assert '<a class="t"' not in renderer().html(made, english())


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_renders(title: str, abstract: str) -> None:
    """No text breaks the page or adds an element."""
    made = digest((replace(PAPERS[0], title=title, abstract=abstract),))
    tree = parsed(renderer().html(made, english()))
    assert len(list(tags(tree, "a"))) == LINKS
    assert renderer().text(made, english())


@pytest.mark.parametrize("title", NASTY, ids=str)
def test_no_attribute_holds_a_bare_bracket(title: str) -> None:
    """Valid HTML, but a careless mail program sees a tag."""
    hostile = replace(PAPERS[0], title=title, code_url="https://example.org/code")
    page = renderer().html(digest((hostile,)), english())
    values = re.findall(r'="([^"]*)"', page)
    assert not [value for value in values if "<" in value or ">" in value]


def test_no_template_marks_text_as_safe() -> None:
    """Escaping has no way around it."""
    for path in TEMPLATES:
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup", source), path


@pytest.mark.parametrize("name", ["x.html", "x.html.j2", "x.HTML", "x.html.txt", "x.xml", "x"])
def test_everything_but_text_is_escaped(tmp_path: Path, name: str) -> None:
    """A name that says HTML anywhere is escaped, and so is what says nothing."""
    (tmp_path / name).write_text("{{ value }}", encoding="utf-8")
    assert Renderer([tmp_path]).page(name, value="<b>") == "&lt;b&gt;"


def test_text_templates_are_not_escaped(tmp_path: Path) -> None:
    """Text is text."""
    (tmp_path / "x.txt").write_text("{{ value }}", encoding="utf-8")
    assert Renderer([tmp_path]).page("x.txt", value="<b>") == "<b>"


def test_unknown_names_fail(tmp_path: Path) -> None:
    """A template that names something unknown fails instead of showing a hole."""
    (tmp_path / "x.html").write_text("{{ missing }}", encoding="utf-8")
    with pytest.raises(UndefinedError):
        Renderer([tmp_path]).page("x.html")


def test_first_folder_wins(tmp_path: Path) -> None:
    """A reader's own templates come before ours."""
    (tmp_path / "digest.txt").write_text("{{ digest.title }}!", encoding="utf-8")
    assert Renderer([tmp_path, REPOSITORY / "templates"]).text(digest(), english()) == f"{digest().title}!\n"


def test_empty_digest_renders() -> None:
    """An edition without papers is still a readable mail."""
    made = replace(digest(), sections=())
    assert made.summary in " ".join(renderer().text(replace(made, reader=""), english()).split())
    parsed(renderer().html(made, english()))
