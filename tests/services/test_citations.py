"""Reading lists as BibTeX, RIS and JSON, read back by independent parsers."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from recommender.domain.papers import Paper, PaperId, PaperStatus
from recommender.services.citations import Saved, citation_key, to_json
from recommender.services.citations_bibtex import to_bibtex
from recommender.services.citations_csl import to_csl
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


def saved(*papers: Paper, labels: tuple[str, ...] = (), note: str = "") -> list[Saved]:
    """Build a reading list."""
    return [Saved(paper=entry, saved_at=SAVED_AT, read=False, labels=labels, note=note) for entry in papers]


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


@pytest.mark.parametrize(
    "published, bibtex, ris, csl",
    [
        (datetime(2019, 1, 1, tzinfo=UTC), ["year = {2019}"], ["PY  - 2019"], [2019]),
        (
            datetime(2019, 5, 1, tzinfo=UTC),
            ["year = {2019}", "month = may"],
            ["PY  - 2019", "DA  - 2019/05"],
            [2019, 5],
        ),
        (
            datetime(2019, 1, 1, 9, tzinfo=UTC),
            ["year = {2019}", "month = jan"],
            ["PY  - 2019", "DA  - 2019/01/01"],
            [2019, 1, 1],
        ),
        (None, [], [], None),
    ],
)
def test_no_format_tells_more_of_a_date_than_is_known(
    published: datetime | None, bibtex: list[str], ris: list[str], csl: list[int] | None
) -> None:
    """A year alone is a year, in every format: nobody said the first of January."""
    rows = saved(replace(paper(1, "A title"), published=published))
    lines = [line.strip().rstrip(",") for line in to_bibtex(rows).splitlines()]
    assert [line for line in lines if line.startswith(("year", "month", "date"))] == bibtex
    assert [line for line in to_ris(rows).splitlines() if line[:2] in {"PY", "DA"}] == ris
    issued = json.loads(to_csl(rows))[0].get("issued")
    assert issued == ({"date-parts": [csl]} if csl else None)


def test_labels_and_notes_go_along() -> None:
    """Labels are keywords, before the paper's own and once; a note is a note, whatever stands in it."""
    entry = replace(paper(1, "A title"), keywords=("editing", "Models"))
    rows = saved(entry, labels=("models", "50% & more"), note="one {two\nthree \\x")
    bibtex = to_bibtex(rows)
    assert r"keywords = {models, 50\% \& more, editing}" in bibtex
    assert r"annote = {one \textbraceleft{}two three \textbackslash{}x}" in bibtex
    ris = to_ris(rows).splitlines()
    assert [line for line in ris if line.startswith("KW")] == [
        f"KW  - {word}" for word in ("models", "50% & more", "editing", "cs.CL")
    ]
    assert "N1  - one {two three \\x" in ris
    (item,) = json.loads(to_csl(rows))
    assert (item["keyword"], item["annote"]) == ("models, 50% & more, editing", "one {two\nthree \\x")
    (row,) = json.loads(to_json(rows))
    assert (row["labels"], row["note"]) == ("models; 50% & more", "one {two\nthree \\x")


def test_every_format_names_the_arxiv_id_and_says_withdrawn() -> None:
    """Also where the link leads elsewhere."""
    rows = saved(replace(paper(1, "A title", url="https://example.org/x"), status=PaperStatus.WITHDRAWN))
    assert "eprint = {2202.00001}" in to_bibtex(rows)
    assert "note = {Withdrawn}" in to_bibtex(rows)
    assert {"DB  - arXiv", "AN  - arXiv:2202.00001", "N1  - Withdrawn"} <= set(to_ris(rows).splitlines())
    (item,) = json.loads(to_csl(rows))
    assert (item["number"], item["publisher"], item["status"]) == ("arXiv:2202.00001", "arXiv", "withdrawn")


CSL_TEXTS = frozenset(
    ["id", "type", "title", "container-title", "publisher", "number", "DOI", "URL", "abstract", "keyword"]
) | {"status", "annote"}
"""Fields of the schema csl-data.json (version 1.0.2) that are texts and that we write."""


def test_csl_keeps_to_its_schema() -> None:
    """Only fields of csl-data.json, of its types; names are given and family, or literal."""
    rows = saved(
        paper(1, NASTY, authors=("Aristotle", "Ludwig van Beethoven", "")),
        paper(2, "A title", venue="Nature"),
        Paper(id=PaperId("title:x"), title="X"),
        labels=("to read",),
        note="a note",
    )
    items = json.loads(to_csl(rows))
    for item in items:
        assert item.keys() <= CSL_TEXTS | {"author", "issued"}
        assert {"id", "type"} <= item.keys()
        assert all(isinstance(item[name], str) for name in item.keys() & CSL_TEXTS)
        for name in item.get("author", ()):
            assert set(name) in ({"family", "given"}, {"literal"})
    assert [item["type"] for item in items] == ["article", "article-journal", "article"]
    assert items[0]["author"] == [{"literal": "Aristotle"}, {"family": "Beethoven", "given": "Ludwig van"}]


def test_bibtex_is_read_without_a_fault() -> None:
    """A month as a macro, notes of several lines and lone braces in every field leave no block unread."""
    bibtexparser = pytest.importorskip("bibtexparser", reason="bibtexparser is not installed")
    odd = replace(paper(1, "A } title {", abstract="} @article{x, ", venue="{"), keywords=("a}", "%"))
    library = bibtexparser.parse_string(
        to_bibtex(saved(odd, paper(2, "B"), labels=("{",), note="} \n\n @misc{y,"))
    )
    assert not library.failed_blocks
    assert [entry["month"] for entry in library.entries] == ["feb", "feb"]
    assert len({entry.key for entry in library.entries}) == 2


@pytest.mark.parametrize(
    "name, bibtex, ris, csl",
    [
        ("Kevin Meng", "Kevin Meng", "Meng, Kevin", {"family": "Meng", "given": "Kevin"}),
        (
            "Jane Q. Doe Jr.",
            "Doe, Jr., Jane Q.",
            "Doe, Jane Q., Jr.",
            {"family": "Doe", "given": "Jane Q.", "suffix": "Jr."},
        ),
        (
            "ATLAS Collaboration",
            "{ATLAS Collaboration}",
            "ATLAS Collaboration",
            {"literal": "ATLAS Collaboration"},
        ),
        ("Li, Wei", "Wei Li", "Li, Wei", {"family": "Li", "given": "Wei"}),
        ("One, Two, Three", "{One, Two, Three}", "One, Two, Three", {"literal": "One, Two, Three"}),
        ("Aristotle", "{Aristotle}", "Aristotle", {"literal": "Aristotle"}),
        ("Sandy Andersen", "Sandy Andersen", "Andersen, Sandy", {"family": "Andersen", "given": "Sandy"}),
    ],
)
def test_names_are_written_as_each_format_wants_them(
    name: str, bibtex: str, ris: str, csl: dict[str, str]
) -> None:
    """Groups are no people with a family name, and a suffix is none."""
    rows = saved(paper(1, "A title", authors=(name,)))
    assert f"author = {{{bibtex}}}," in to_bibtex(rows)
    assert f"AU  - {ris}\r\n" in to_ris(rows)
    assert json.loads(to_csl(rows))[0]["author"] == [csl]
