"""arXiv's own metadata files become papers."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from recommender.domain.errors import SourceMalformed
from recommender.domain.papers import Paper, PaperStatus
from recommender.sources.arxiv_abs import parse_abs
from recommender.sources.files import read_file
from tests.paths import shared_data

NOW = datetime(2026, 4, 27, 12, tzinfo=UTC)
FILE = r"""------------------------------------------------------------------------------
\\
arXiv:math/0601001
From: Ada One <ada@example.org>
Date: Wed, 4 Jan 2006 17:36:18 GMT   (56kb,D)
Date (revised v2): Thu, 5 Jan 2006 19:58:53 GMT   (57kb)

Title: On metadata: a file that
  goes on
Authors: Ada One (University (of X), Y), Bo T\"oo, Jr. and The Z Collaboration: C.
  Three
Categories: math.AG hep-th
Comments: 4 pages
Journal-ref: J. Tests 1 (2006)
DOI: 10.1234/ABC
License: http://arxiv.org/licenses/nonexclusive-distrib/1.0/
\\
  We write things: down.
Note: this is no field.
\\
"""


def only(text: str | bytes) -> Paper:
    """Read one file that holds one paper."""
    (paper,) = parse_abs(text if isinstance(text, bytes) else text.encode(), place="x").papers
    return paper


def test_a_file_becomes_a_paper() -> None:
    """All fields are read; affiliations go and a collaboration stays."""
    paper = only(FILE)
    assert (paper.id, paper.version, paper.doi) == ("arxiv:math/0601001", 2, "10.1234/abc")
    assert paper.title == "On metadata: a file that goes on"
    assert paper.abstract == "We write things: down. Note: this is no field."
    assert paper.authors == ("Ada One", "Bo Töo Jr.", "The Z Collaboration", "C. Three")
    assert paper.categories == ("math.AG", "hep-th")
    assert (paper.comment, paper.venue, paper.submitter) == ("4 pages", "J. Tests 1 (2006)", None)
    assert paper.published == datetime(2006, 1, 4, 17, 36, 18, tzinfo=UTC)
    assert paper.updated == datetime(2006, 1, 5, 19, 58, 53, tzinfo=UTC)
    assert paper.status is PaperStatus.ACTIVE


@pytest.mark.parametrize(
    "old,new",
    [
        ("(57kb)", "(0kb,I)"),
        ("(57kb)", "(57kb,AI)"),
        ("Comments: 4 pages", "Comments: This paper has been withdrawn"),
    ],
)
def test_withdrawn_versions(old: str, new: str) -> None:
    """By the flag of the last version, or by the author's words."""
    assert only(FILE.replace(old, new)).status is PaperStatus.WITHDRAWN
    assert only(FILE.replace("(56kb,D)", "(0kb,I)")).status is PaperStatus.ACTIVE


def test_bytes_of_another_encoding_and_line_ends_of_another_system() -> None:
    """What is not UTF-8 is read all the same."""
    text = FILE.replace('T\\"oo', "Töo").replace("\n", "\r\n")
    assert only(text.encode("latin-1")).authors[1] == "Bo Töo Jr."


@pytest.mark.parametrize(
    "text,reason",
    [
        (FILE.replace("arXiv:math/0601001", "arXiv:x"), "no arXiv id"),
        (FILE.replace("Title: On metadata: a file that\n  goes on\n", ""), "has no title"),
        ("no fences at all", "no block of fields"),
    ],
)
def test_what_is_no_paper_is_refused_with_its_bytes(text: str, reason: str) -> None:
    """The reason names what is lacking."""
    page = parse_abs(text.encode(), place="x")
    assert (list(page.papers), page.refused[0].body) == ([], text.encode())
    assert reason in page.refused[0].reason


def test_files_are_known_by_what_is_in_them(tmp_path: Path) -> None:
    """Whatever they are called; an empty one is refused by name."""
    (tmp_path / "a.txt").write_text(FILE)
    (tmp_path / "b.abs").write_bytes(b"")
    (page,) = read_file(tmp_path / "a.txt", NOW)
    assert [paper.id for paper in page.papers] == ["arxiv:math/0601001"]
    with pytest.raises(SourceMalformed, match="it is empty"):
        list(read_file(tmp_path / "b.abs", NOW))


def test_recorded_files() -> None:
    """Every recorded file is a paper with its version; the empty one is refused."""
    found: dict[str, Paper] = {}
    refused: list[str] = []
    for path in sorted(shared_data("arxiv-abs").glob("*.abs")):
        try:
            (page,) = read_file(path, NOW)
        except SourceMalformed:
            refused.append(path.stem)
            continue
        (found[path.stem],) = page.papers
    assert (refused, len(found)) == (["ftp--math-ph--papers--0509--0509037"], 285)
    assert all(paper.authors and paper.abstract and paper.published for paper in found.values())
    assert all(paper.version for paper in found.values())
    assert found["ftp--arxiv--papers--2101--2101.10016"].status is PaperStatus.WITHDRAWN
    assert found["ftp--arxiv--papers--0704--0704.0615"].version == 3
    assert found["ftp--arxiv--papers--0704--0704.0185"].authors[1] == "Franz Gähler"
    assert "Emanuele Macrì" in found["ftp--arxiv--papers--1607--1607.08199"].authors
