"""Readers' libraries."""

import json
from datetime import UTC, datetime

import pytest

from recommender.domain.errors import SourceMalformed
from recommender.sources.bibliography import parse_bibliography, parse_references
from recommender.sources.files import read_file
from recommender.sources.library import LibraryEntry, gathered
from tests.paths import shared_data
from tests.sources.replay import NOW

BIBTEX = r"""
@string{jml = "Journal of Machine Lore"}
@article{one, title = {{G}{\"o}del and 5\% of \emph{tests}},
  author = {{\v R}eh{\r u}{\v r}ek, Radim and Two, Bo and others},
  journal = jml, year = 2021, month = mar, doi = {https://doi.org/10.1234/ABC}, file = {/home/me/secret.pdf}}
@misc{two, title = "On $x^{2}$ things",
  author = {{The Collaboration}}, eprint = {2104.12345v2}, archivePrefix = {arXiv}}
@misc{three, title = {Hidden id}, journal = {arXiv preprint arXiv:2104.99999}, year = 2021}
@misc{one, title = {Same key}, pages = {1234.56789}}
@misc{four, doi = {10.1234/only.id}}
@misc{five, note = {nothing}}
@article{ title = {No key} }
"""
RIS = """TY  - JOUR
TI  - A RIS title
AU  - One, Ada
AU  - Two, Bo
PY  - 2020/05/01/
DO  - 10.1234/ris
UR  - javascript:alert(1)
ER  -

TY  - JOUR
T1  - Second without an end
A1  - Three, Cy
UR  - https://arxiv.org/abs/1706.03762v5
"""
ZOTERO = [
    {
        "data": {
            "itemType": "preprint",
            "title": "Zotero item",
            "creators": [
                {"creatorType": "author", "firstName": "Ada", "lastName": "One"},
                {"creatorType": "editor", "name": "Nobody"},
            ],
            "archiveID": "arXiv:2104.12345",
            "date": "2021-04-01",
            "tags": [{"tag": "good"}],
        }
    },
    {"data": {"itemType": "attachment", "title": "paper.pdf", "path": "/home/me/paper.pdf"}},
]
CSL = [
    {
        "type": "article-journal",
        "title": "CSL item",
        "author": [{"family": "One", "given": "Ada"}, {"literal": "A Group"}],
        "DOI": "10.1234/csl",
        "issued": {"date-parts": [[2020, 3]]},
        "container-title": "J",
    }
]


def test_bibtex() -> None:
    """Accents, strings, repeated and missing keys are understood; all papers are the reader's own."""
    page = parse_bibliography(BIBTEX.encode(), place="x.bib")
    by_title = {paper.title: paper for paper in page.papers}
    first = by_title["Gödel and 5% of tests"]
    assert (first.id, first.authors, first.venue) == (
        "doi:10.1234/abc",
        ("Radim Řehůřek", "Bo Two"),
        "Journal of Machine Lore",
    )
    assert first.published == datetime(2021, 3, 1, tzinfo=UTC)
    second = by_title["On $x^{2}$ things"]
    assert (second.id, second.authors, second.version) == ("arxiv:2104.12345", ("The Collaboration",), 2)
    assert by_title["Hidden id"].id == "arxiv:2104.99999"
    assert by_title["Same key"].id == "title:samekey"
    assert "No key" in by_title
    assert all(paper.library_only for paper in page.papers)
    assert "secret" not in repr(page)
    assert {refused.reason for refused in page.refused} == {
        "it has neither a title nor an arXiv id nor a DOI",
        "doi:10.1234/only.id has no title; an id alone can be a seed, not a paper",
    }


def test_ris() -> None:
    """Both dialects of titles and authors are read; a missing end is supplied, an unsafe link dropped."""
    first, second = parse_bibliography(RIS.encode(), place="x.ris").papers
    assert (first.title, first.authors, first.url) == (
        "A RIS title",
        ("Ada One", "Bo Two"),
        "https://doi.org/10.1234/ris",
    )
    assert first.published == datetime(2020, 5, 1, tzinfo=UTC)
    assert (second.id, second.authors) == ("arxiv:1706.03762", ("Cy Three",))


def test_zotero() -> None:
    """Items are read, attachments and editors are not."""
    (paper,) = parse_bibliography(json.dumps(ZOTERO).encode(), place="x").papers
    assert (paper.id, paper.authors, paper.keywords) == ("arxiv:2104.12345", ("Ada One",), ("good",))


def test_items_of_no_kind_are_read_or_refused() -> None:
    """Whatever stands where the kind should."""
    odd = [*ZOTERO, {"itemType": ["note"], "title": "Odd"}, {"itemType": {}, "title": 7}]
    page = parse_bibliography(json.dumps(odd).encode(), place="x")
    assert [paper.title for paper in page.papers] == ["Zotero item", "Odd"]
    assert [entry.place for entry in page.refused] == ["x: item 4"]


def test_csl() -> None:
    """CSL items are read with their parts of dates."""
    (paper,) = parse_bibliography(json.dumps(CSL).encode(), place="x").papers
    assert (paper.id, paper.authors, paper.venue) == ("doi:10.1234/csl", ("Ada One", "A Group"), "J")
    assert paper.published == datetime(2020, 3, 1, tzinfo=UTC)


def test_a_doi_in_small_letters_is_one() -> None:
    """Services that describe a work in JSON write its DOI as an address, under a key of their own."""
    item = {"type": "article", "title": "A work", "doi": "https://doi.org/10.1234/Work"}
    (paper,) = parse_bibliography(json.dumps(item).encode(), place="work.json").papers
    assert paper.id == "doi:10.1234/work"


def test_references_of_a_library() -> None:
    """Every entry that names a work is a reference, with or without a title."""
    references, refused = parse_references(BIBTEX.encode(), "x.bib")
    assert references[:2] == ("doi:10.1234/abc", "arxiv:2104.12345")
    assert "doi:10.1234/only.id" in references
    assert [entry.place for entry in refused] == ["x.bib:11"]


def test_references_of_a_plain_list() -> None:
    """Ids, DOIs and links, one a line, with comments; other lines are refused by number."""
    text = "# mine\n2104.12345v3 # good\n\nhttps://arxiv.org/abs/hep-th/9901001\n10.1234/ABC\n10.48550/arXiv.2104.12345\nwhat?\n"
    references, refused = parse_references(text.encode(), "ids.txt")
    assert references == ("arxiv:2104.12345", "arxiv:hep-th/9901001", "doi:10.1234/abc")
    assert [entry.place for entry in refused] == ["ids.txt:7"]


@pytest.mark.parametrize(
    "body, reason",
    [
        (b"2104.12345\n1706.03762\n", "seeds_file of an interest, or with --for and --as"),
        (b"", "no library"),
        (b"a letter", "no library"),
        (b'{"a": 1}', "no items"),
        (b"[" * 100_000, "not JSON"),
        (b"@comment{nothing}", "no entries"),
    ],
)
def test_other_files_are_malformed(body: bytes, reason: str) -> None:
    """What is no library is refused with the reason, a list of ids with its use."""
    with pytest.raises(SourceMalformed, match=reason):
        parse_bibliography(body, place="x")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "cp1252"])
def test_encodings(encoding: str) -> None:
    """Exports in other encodings are read."""
    page = parse_bibliography("@article{a,\r title = {Über Tests}}\r".encode(encoding), place="x")
    assert page.papers[0].title == "Über Tests"


def test_every_real_export_gives_papers_or_a_refusal() -> None:
    """All files of other people's libraries, as `import --for` reads them; none escapes another way."""
    with_papers = papers = refused = files = 0
    for path in sorted(shared_data("imports").glob("*/*")):
        files += 1
        try:
            pages = list(read_file(path, NOW, bare=True))
        except SourceMalformed:
            refused += 1
            continue
        assert all(page.papers or page.refused for page in pages)
        assert all(paper.library_only and paper.title for page in pages for paper in page.papers)
        own = sum(len(page.papers) for page in pages)
        papers += own
        with_papers += bool(own)
    assert (files, refused) == (207, 7)
    assert with_papers >= 185
    assert papers >= 4_189


def chapter(number: int, doi: str, author: str = "", title: str = "") -> LibraryEntry:
    """Return a chapter of a book."""
    authors = [author or f"Writer{'abcd'[number]}, Ann"]
    return LibraryEntry(
        place="a.bib", title=title or f"Chapter {number} about its own", authors=authors, doi=doi
    )


@pytest.mark.parametrize("doi", ["10.1007/978-3-540-12345-6", "10.1201/9781003012345", "10.1145/3292500"])
def test_chapters_with_the_doi_of_their_volume_stay_papers_of_their_own(doi: str) -> None:
    """Whoever saved three chapters has saved three papers."""
    papers = gathered([chapter(number, doi) for number in range(3)]).papers
    assert len({paper.id for paper in papers}) == 3
    assert all(paper.doi is None for paper in papers)


@pytest.mark.parametrize("doi", ["10.1007/978-3-540-12345-6_3", "10.1145/3292500.3330701"])
def test_a_chapter_with_a_doi_of_its_own_keeps_it(doi: str) -> None:
    """Also where it is listed twice, once with another title or without its authors."""
    again = chapter(1, doi, author="A. Writera", title="The chapter, renamed")
    nameless = LibraryEntry(place="a.bib", title="The chapter in other words", doi=doi)
    papers = gathered([chapter(0, doi), again, nameless]).papers
    assert {paper.id for paper in papers} == {f"doi:{doi}"}
