"""Exports of EndNote, PubMed and Web of Science, and ids without titles."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from recommender.domain.errors import SourceMalformed
from recommender.sources.bibliography import parse_bibliography, parse_references
from recommender.sources.files import read_file
from tests.sources.replay import NOW

REFER = """%0 Journal Article
%T An EndNote title
%A One, Ada
%A Two, Bo
%J Journal of Machine Lore
%D 2020
%R 10.1234/refer
%K alpha
%X What it says.

%0 Generic
%T Second on arXiv
%A Three, Cy
%U https://arxiv.org/abs/1706.03762v5
%0 Book
%A Nobody
"""
PUBMED = """
PMID- 27169098
DP  - 2016 Apr
TI  - A title that goes on
      in the next line.
LID - 67 [pii]
LID - 10.1234/PubMed [doi]
AB  - Short.
FAU - One, Ada
AU  - One A
JT  - Lore medical
OT  - alpha

PMID- 2
TI  - Second.
"""
SCIENCE = """FN Clarivate
VR 1.0
PT J
AU One, A
   Two, B
AF One, Ada
   Two, Bo
TI A title in
   two lines
SO LORE
DI 10.1234/wos
PY 2004
ID ALPHA; BETA
ER

PT J
TI Second
AU Three, Cy; Four, Di
ER
EF
"""


@pytest.mark.parametrize(
    "text, name, title, keywords, year",
    [
        (REFER, "doi:10.1234/refer", "An EndNote title", ("alpha",), 2020),
        (PUBMED, "doi:10.1234/pubmed", "A title that goes on in the next line", ("alpha",), 2016),
        (SCIENCE, "doi:10.1234/wos", "A title in two lines", ("ALPHA", "BETA"), 2004),
    ],
)
def test_tagged_exports(text: str, name: str, title: str, keywords: tuple[str, ...], year: int) -> None:
    """Ids, titles over two lines, authors, keywords and years are read; each record is a paper."""
    first, second = parse_bibliography(text.encode(), place="x").papers
    assert (first.id, first.title, first.keywords) == (name, title, keywords)
    assert first.authors[0] == "Ada One"
    assert first.published == datetime(year, 1, 1, tzinfo=UTC)
    assert second.title.startswith("Second")
    assert first.library_only
    assert second.library_only


def test_a_record_without_title_and_id_is_refused() -> None:
    """By the line it begins at."""
    page = parse_bibliography(REFER.encode(), place="x.enw")
    assert [entry.place for entry in page.refused] == ["x.enw:15"]


def test_further_lines_of_authors_are_further_authors() -> None:
    """Web of Science writes the tag once; names joined by semicolons are several as well."""
    first, second = parse_bibliography(SCIENCE.encode(), place="x").papers
    assert first.authors == ("Ada One", "Bo Two")
    assert second.authors == ("Cy Three", "Di Four")


def test_tagged_exports_can_be_seeds() -> None:
    """A `seeds_file` may be one of them."""
    references, _ = parse_references(REFER.encode(), "x.enw")
    assert references == ("doi:10.1234/refer", "arxiv:1706.03762")


def test_ids_without_titles_become_bare_papers_where_asked(tmp_path: Path) -> None:
    """A list of ids, with a comment and a line that is none; without being asked the file is refused."""
    path = tmp_path / "ids.txt"
    path.write_text(
        "# mine\n2104.12345v3\nhttps://doi.org/10.1234/ABC\n2104.12345\nwhat?\n"
        "https://arxiv.org/abs/hep-th/9901001\ntitle:secret\n"
    )
    (page,) = read_file(path, NOW, bare=True)
    assert [(paper.id, paper.title, paper.url) for paper in page.papers] == [
        ("arxiv:2104.12345", "arXiv:2104.12345", "https://arxiv.org/abs/2104.12345"),
        ("doi:10.1234/abc", "doi:10.1234/abc", "https://doi.org/10.1234/abc"),
        ("arxiv:hep-th/9901001", "arXiv:hep-th/9901001", "https://arxiv.org/abs/hep-th/9901001"),
    ]
    assert all(paper.library_only for paper in page.papers)
    assert len(page.refused) == 2
    with pytest.raises(SourceMalformed, match="seeds_file"):
        list(read_file(path, NOW))


def test_an_entry_without_a_title_is_a_bare_paper_where_asked() -> None:
    """In a library too."""
    body = b"@misc{four, doi = {10.1234/only.id}}"
    assert parse_bibliography(body, place="x").papers == []
    (paper,) = parse_bibliography(body, place="x", bare=True).papers
    assert paper.id == "doi:10.1234/only.id"


def test_a_text_with_a_few_ids_in_it_is_no_list(tmp_path: Path) -> None:
    """Most lines must name a paper."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear all,\nplease read 2104.12345\nand think of it.\nYours\n")
    with pytest.raises(SourceMalformed, match="format is not known"):
        list(read_file(path, NOW, bare=True))
