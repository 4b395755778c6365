"""The checklist of a good digest: `checklist.toml` names the tests of each line; some of them are here."""

import re
import tomllib
from dataclasses import replace
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from recommender.digest.render import spans_text
from recommender.domain.editions import KNOWN
from tests.clients.states import STATES, mail, mail_of, web
from tests.clients.test_parts import parsed
from tests.digest.samples import PAPERS, digest, reader, wording
from tests.paths import REPOSITORY

LINES: list[dict[str, Any]] = tomllib.loads(
    (REPOSITORY / "tests" / "clients" / "checklist.toml").read_text(encoding="utf-8")
)["line"]


@cache
def _tests_of(path: str) -> frozenset[str]:
    source = (REPOSITORY / "tests" / path).read_text(encoding="utf-8")
    return frozenset(re.findall(r"^def (test_\w+)\(", source, re.MULTILINE))


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["asks"][:40])
def test_every_line_has_its_tests(line: dict[str, Any]) -> None:
    """Each test that a line names exists; a line without any says why."""
    assert bool(line.get("tests")) != bool(line.get("missing"))
    for name in line.get("tests", ()):
        path, _, test = name.partition("::")
        assert test in _tests_of(path), name


def test_the_subject_begins_with_the_best_paper() -> None:
    """The first 40 characters, all that many programs show, are about the paper and not about us."""
    made = digest(by=web())
    assert made.subject[:30] == PAPERS[0].title[:30]


@pytest.mark.parametrize("state", STATES)
def test_the_text_part_is_fit_for_a_terminal(state: str) -> None:
    """No tab, no control character, no invisible sign; no line of prose is over 78 columns."""
    text = mail(state).text
    assert not re.findall(r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]", text)
    assert [line for line in text.splitlines() if len(line) > 78 and not re.search("://|mailto:", line)] == []


def test_colour_is_never_the_only_sign() -> None:
    """What is set off is bold, who is followed and how well a paper fits is said, thumbs have words."""
    page, made = mail("rich").html, mail("rich").digest
    bold = {" ".join("".join(element.itertext()).split()) for element in parsed(page).iter("b")}
    marked = {span.text for paper in made.papers for span in (*paper.byline, *paper.sentence) if span.marked}
    assert marked
    assert marked <= bold
    assert {paper.match.capitalize() for paper in made.papers if paper.match} <= bold
    assert "(followed)" in page
    assert all("".join(link.itertext()).strip() for link in parsed(page).iter("a"))


@pytest.mark.parametrize("state", ["rich", "composed", "by-mail", "many"])
def test_each_paper_is_whole(state: str) -> None:
    """Its page, who wrote it, why it is here, both thumbs and save stand between its title and the next."""
    made = mail(state).digest
    blocks = re.split(r"<h2", mail(state).html)[1:]
    for paper, block in zip(made.papers, blocks, strict=True):
        links = [link.get("href") for link in parsed(f"<h2{block}").iter("a")]
        wanted = [paper.thumbs.up, paper.thumbs.down, paper.thumbs.save, *filter(None, [paper.url])]
        assert set(wanted) <= set(links)
        told = " ".join("".join(parsed(f"<h2{block}").itertext()).split())
        assert paper.title in told
        assert paper.reason
        assert paper.reason in told
        assert " ".join(spans_text(paper.byline).split()) in told
        assert all(fact in told for fact in paper.facts)


def test_long_lists_of_authors_are_cut() -> None:
    """Three hundred authors take one line, and how many more there are is said."""
    crowd = replace(PAPERS[0], authors=tuple(f"Author {place}" for place in range(300)))
    text = " ".join(mail_of(digest((crowd,), by=web())).text.split())
    assert re.search(r"and 29\d more", text)


@pytest.mark.parametrize("state", STATES)
def test_the_foot_is_whole(state: str) -> None:
    """Why, when next and in which zone, the way out and the sender; where there are pages, those as well."""
    foot = mail(state).digest.footer
    page, text = parsed(mail(state).html), " ".join(mail(state).text.split())
    told = " ".join("".join(page.itertext()).split())
    for said in (foot.why, foot.next_edition, foot.sender):
        assert said
        assert said in told
        assert said in text
    assert "Europe/Berlin" in foot.next_edition
    links = {link.get("href") for link in page.iter("a")}
    ways = (
        [foot.unsubscribe, foot.help]
        if "mail" in state
        else [foot.unsubscribe, foot.preferences, foot.reading]
    )
    assert all(ways)
    assert set(ways) <= links


def test_a_german_digest_is_german() -> None:
    """Language, dates, numbers and every text of ours are those of the reader's locale."""
    german = wording().of("de-DE")
    made = digest(by=web().in_words(german), subscriber=reader(locale="de-DE"), words=german)
    sent = mail_of(made, german)
    assert 'lang="de' in sent.html
    assert "30. Januar" in made.title
    assert re.search(r"31\. Januar.* 07:30", made.footer.next_edition)
    for english in ("Your papers", "Useful", "Not for me", "Unsubscribe", "Next edition"):
        assert english not in sent.html
        assert english not in sent.text


def test_bars_are_two_cells_told_in_words() -> None:
    """A bar is a row of two cells with colours as attributes; beside it stand the numbers."""
    made, tree = mail("rich").digest, parsed(mail("rich").html)
    bars = [_cells(row) for row in tree.iter("tr") if all(cell.get("bgcolor") for cell in row)]
    shown = [interest for interest in made.overview if interest.share]
    assert [bar[0].get("width") for bar in bars] == [f"{interest.share}%" for interest in shown]
    assert {len(bar) for bar in bars} == {2}
    assert all(interest.words for interest in made.overview)


def test_trends_are_spoken() -> None:
    """Glyphs are pictures with a sentence of their own, which the text part writes out."""
    made, tree = mail("rich").digest, parsed(mail("rich").html)
    trends = [paper.trend for paper in made.papers if paper.trend and _is_new(made, paper.number)]
    trends += [interest.trend for interest in made.overview if interest.trend]
    spoken = {
        image.get("aria-label"): "".join(image.itertext()) for image in tree.iter("span") if image.get("role")
    }
    assert trends
    assert spoken == {trend.spoken: trend.glyphs for trend in trends}
    assert all(set(trend.glyphs) <= set("▁▂▃▄▅▆▇█") for trend in trends)
    assert all(trend.spoken in " ".join(mail("rich").text.split()) for trend in trends)


def _is_new(made: Any, number: int) -> bool:
    return any(
        paper.number == number
        for section in made.sections
        if section.kind not in KNOWN
        for paper in section.papers
    )


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row if cell.tag == "td"]
