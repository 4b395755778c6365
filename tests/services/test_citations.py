"""Reading lists as BibTeX, RIS and JSON, read back by independent parsers."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from recommender.domain.papers import Paper, PaperId
from recommender.services.citations import Saved, citation_key, to_json
from recommender.services.citations_bibtex import to_bibtex
from recommender.services.citations_ris import to_ris

SAVED_AT = datetime(2026, 1, 30, 18, tzinfo=UTC)
NASTY = r'50% of B & C_1 ~x ^ # "quoted" $5'


def paper(
    number: int, title: str, authors: Sequence[str] = ("Kevin Meng", "David Bau"), **more: str
) -> Paper:
    """Build a paper of 2022 with an arXiv id."""
    return Paper(
        id=PaperId(f"arxiv:2202.{number:05d}"),
        title=title,
        authors=tuple(authors),
        abstract=more.get("abstract", "We edit\nfacts."),
        venue=more.get("venue"),
        doi=more.get("doi", "10.1000/x_y(1)"),
        url=more.get("url", f"https://arxiv.org/abs/2202.{number:05d}"),
        published=datetime(2022, 2, 10, tzinfo=UTC),
        categories=("cs.CL",),
    )


def saved(*papers: Paper) -> list[Saved]:
    """Build a reading list."""
    return [Saved(paper=entry, saved_at=SAVED_AT, read=False) for entry in papers]


def test_bibtex_survives_a_round_trip() -> None:
    """Titles with every special character come back from a BibTeX parser as they were."""
    bibtexparser = pytest.importorskip("bibtexparser", reason="bibtexparser is not installed")
    middlewares = pytest.importorskip("bibtexparser.middlewares")
    text = to_bibtex(saved(paper(1, "Locating facts"), paper(2, NASTY), paper(3, "Unbalanced } brace {{")))
    library = bibtexparser.parse_string(
        text, append_middleware=[middlewares.LatexDecodingMiddleware(keep_math_mode=False)]
    )
    assert not library.failed_blocks
    titles = [entry["title"].removeprefix("{").removesuffix("}") for entry in library.entries]
    # The decoder writes the circumflex as the modifier letter.
    assert [title.replace("ˆ", "^") for title in titles[:2]] == ["Locating facts", NASTY]
    assert len(titles) == 3


def test_bibtex_keeps_addresses_and_ids_verbatim() -> None:
    """A DOI with an underscore is not escaped, because styles print it as it stands."""
    assert "doi = {10.1000/x_y(1)}" in to_bibtex(saved(paper(1, "A title")))


def test_bibtex_protects_names_that_hold_a_separator() -> None:
    """A group whose name contains `and` stays one author."""
    assert "author = {{Alice and Bob Lab} and Ana Li}" in to_bibtex(
        saved(paper(1, "A title", authors=("Alice and Bob Lab", "Ana Li")))
    )


@pytest.mark.parametrize("venue, kind", [(None, "@misc{"), ("Nature", "@article{")])
def test_bibtex_entry_type_follows_the_venue(venue: str | None, kind: str) -> None:
    """A paper with a venue is an article, any other is misc."""
    entry = Paper(id=PaperId("doi:10.1/x"), title="A title", venue=venue)
    assert to_bibtex(saved(entry)).startswith(kind)


def test_ris_survives_a_round_trip() -> None:
    """Titles, authors, dates and ids come back from an RIS parser, line breaks in values notwithstanding."""
    rispy = pytest.importorskip("rispy", reason="rispy is not installed")
    records = rispy.loads(to_ris(saved(paper(1, NASTY), paper(2, "Two\nER  - \nlines", venue="Nature"))))
    assert [record.get("title") for record in records] == [NASTY, "Two ER - lines"]
    assert records[0]["authors"] == ["Meng, Kevin", "Bau, David"]
    assert [record["type_of_reference"] for record in records] == ["UNPB", "JOUR"]
    assert records[0]["year"] == "2022"
    assert records[0]["doi"] == "10.1000/x_y(1)"


def test_json_is_a_list_of_flat_objects() -> None:
    """Every value of a row is plain, and times are ISO 8601 UTC."""
    (row,) = json.loads(to_json(saved(paper(1, "A title"))))
    assert not [value for value in row.values() if isinstance(value, (list, dict))]
    assert row["saved_at"] == "2026-01-30T18:00:00Z"
    assert row["authors"] == "Kevin Meng; David Bau"
    assert row["arxiv"] == "2202.00001"


def test_citation_keys_depend_on_the_paper_alone() -> None:
    """The key of a paper is the same on every list, and two papers of one author and year differ."""
    one, other = paper(1, "On the editing of facts"), paper(2, "Editing once more")
    assert to_bibtex(saved(one, other)).count(citation_key(one)) == 1
    assert citation_key(one).startswith("meng2022editing-")
    assert citation_key(one) != citation_key(other)


@pytest.mark.parametrize("title", ["", "$$$", "知识编辑", "{}\\", "Ünïcode Título"])
def test_citation_keys_are_plain(title: str) -> None:
    """Keys are ASCII letters, digits and a hyphen whatever the title is made of."""
    assert citation_key(paper(1, title, authors=("Jørgen Åse",))).replace("-", "").isalnum()
    assert citation_key(paper(1, title)).isascii()


def test_control_characters_never_reach_a_file() -> None:
    """Lone surrogates, NUL and line breaks are dropped, so that the text can be written as UTF-8."""
    entry = paper(1, "A\x00 b\ud800\r\nTY  - JOUR", abstract="\x1b[31m")
    for text in (to_bibtex(saved(entry)), to_ris(saved(entry)), to_json(saved(entry))):
        assert b"\x00" not in text.encode()
