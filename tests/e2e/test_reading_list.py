"""The reading list through the command line, and out of one store into another."""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from recommender.digest.tex import to_unicode
from recommender.domain.feedback import Act, Feedback
from recommender.domain.identity import canonical_id
from recommender.domain.papers import Paper, PaperId
from recommender.services.citations import Saved, date_parts
from recommender.services.reading import Reading
from recommender.sources.jsonl import parse_jsonl
from recommender.store.sql_store import SqlStore
from tests.builders import NOON
from tests.e2e.project import Project
from tests.e2e.test_commands import CONFIG
from tests.paths import shared_data

ANA = "ana@example.org"
NOW = ("--now", "2026-02-01T08:00Z")
PAPERS = 300
ENDS = {"bibtex": "bib", "ris": "ris", "csl": "json"}


def odd(
    title: str,
    *,
    arxiv: str = "",
    doi: str = "",
    authors: Sequence[str] = ("Ada One", "Bo Two"),
    **more: object,
) -> Paper:
    """Build a paper as a source would name it."""
    name = canonical_id(title=title, arxiv=arxiv or None, doi=doi or None)
    values: dict[str, object] = {"id": name, "title": title, "authors": tuple(authors), "doi": doi or None}
    return Paper(**(values | more))  # type: ignore[arg-type]  # a builder takes any field by name


ODD = (
    odd(r"On the $\mathcal{O}(n \log n)$ bound of $\alpha$-stable {B}races", arxiv="2601.90001"),
    odd(r"Schr\"odinger, {\it in vivo} and 50\% more \& better", arxiv="2601.90002"),
    odd("Sets {a, b} and a } lone brace {", arxiv="2601.90003"),
    odd("Names of one word", arxiv="2601.90004", authors=("Aristotle", "OpenAI", "Ada One")),
    odd(
        "Names that hold a separator",
        arxiv="2601.90005",
        authors=("Alice and Bob Lab", "Ludwig van Beethoven"),
    ),
    odd(
        "Suffixes, groups and one with a comma",
        arxiv="2601.90010",
        authors=("Jane Q. Doe Jr.", "Sammy Davis III", "The ATLAS Collaboration", "Smith & Co Lab", "OpenAI"),
    ),
    odd("Nobody wrote this", arxiv="2601.90006", authors=()),
    odd("No date, no abstract, no link", doi="10.1234/none_(7)x"),
    odd("A DOI alone", doi="10.1234/alone", url="https://doi.org/10.1234/alone", venue="Nature & Science"),
    odd("A title is all that is known of this work", authors=("Ada One",)),
    odd("知识编辑：大型语言模型的研究", authors=("王 小明",)),
    odd("A year alone", doi="10.1234/year", published=datetime(2019, 1, 1, tzinfo=UTC)),
    odd("A month alone", doi="10.1234/month", published=datetime(2019, 5, 1, tzinfo=UTC)),
    odd("Both an arXiv id and a DOI", arxiv="math/0211159", doi="10.1234/both", url="https://example.org/x"),
    odd("Type: TY  - JOUR in @article{a title}", arxiv="2601.90007", abstract="ER  - \nTY  - BOOK"),
    odd("100% of #tags, 5$ and 6$ for x_1 ~ y^2 \\ z", arxiv="2601.90008"),
    odd("Accents: Ångström, Łódź, Ğ, ß and naïve", arxiv="2601.90009", authors=("Jørgen Åse", "Ö. Ğül")),
)
NOTE = "Compare arXiv:2301.99999 and {this}.\nSecond line: 50% & more"


def fill(project: Project, papers: Sequence[Paper]) -> SqlStore:
    """Put papers on Ana's list, with labels and a note on every third, and return the store."""
    project.configure(CONFIG)
    project.subscribe((ANA, "Ana", "07:00"))
    project.run(*NOW, "list", ANA)
    store = SqlStore(f"sqlite:///{project.store}")
    with store.write() as uow:
        ids = uow.papers.fold(papers, seen_at=NOON).ids
        ana = uow.people.find(ANA).id
        acts = [(paper, Act.SAVE, "") for paper in ids]
        for paper in ids[::3]:
            acts += [
                (paper, Act.LABEL, "to read"),
                (paper, Act.LABEL, "Größe & 50%"),
                (paper, Act.NOTE, NOTE),
            ]
        uow.people.record(
            [
                Feedback(
                    subscriber=ana, paper=paper, act=act, value=value, at=NOON + timedelta(seconds=number)
                )
                for number, (paper, act, value) in enumerate(acts)
            ]
        )
    return store


def saved(store: SqlStore) -> dict[PaperId, Saved]:
    """Return Ana's list by paper."""
    return {row.paper.id: row for row in Reading(store).rows(ANA)}


FIELDS: dict[str, Callable[[Paper], object]] = {
    "title": lambda paper: to_unicode(paper.title),
    "authors": lambda paper: tuple(map(to_unicode, paper.authors)),
    "abstract": lambda paper: to_unicode(paper.abstract),
    "doi": lambda paper: paper.doi,
    "venue": lambda paper: paper.venue,
    "year": lambda paper: date_parts(paper.published)[:1],
    "month": lambda paper: date_parts(paper.published)[:2],
    "day": lambda paper: date_parts(paper.published),
}


def carried(
    project: Project, other: Project, form: str, papers: Sequence[Paper]
) -> tuple[Counter[str], list[str]]:
    """Export a list, read it into a fresh store, count by field what is the same there, and name the rest."""
    before = saved(fill(project, papers))
    name = f"list.{ENDS[form]}"
    text = project.run(*NOW, "list", ANA, "--format", form).out
    (other.root / name).write_text(text, encoding="utf-8", newline="")
    other.configure(CONFIG)
    other.subscribe((ANA, "Ana", "07:00"))
    other.run(*NOW, "import", name, "--for", ANA, "--as", "saved")
    after = saved(SqlStore(f"sqlite:///{other.store}"))
    counts: Counter[str] = Counter(
        papers=len(before), ids=len(before.keys() & after.keys()), more=len(after.keys() - before.keys())
    )
    unlike: list[str] = []
    for paper in before.keys() & after.keys():
        for field, read in FIELDS.items():
            one, two = read(before[paper].paper), read(after[paper].paper)
            counts[field] += one == two
            if one != two:
                unlike.append(f"{field} of {paper}: {one!r} became {two!r}")
    return counts, unlike + [f"lost: {paper}" for paper in before.keys() - after.keys()]


def real() -> Sequence[Paper]:
    """Return 300 papers of arXiv, published on the days on which they were announced."""
    body = gzip.decompress(shared_data("arxiv/papers-2025-11.jsonl.gz").read_bytes())
    pages = parse_jsonl(body.splitlines()[:PAPERS], place="papers")
    found = [paper for page in pages for paper in page.papers]
    return [
        replace(paper, published=paper.first_seen + timedelta(hours=13))
        for paper in found
        if paper.first_seen
    ]


@pytest.fixture
def other(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give a second, fresh project."""
    return Project(root=tmp_path_factory.mktemp("other"))


@pytest.mark.parametrize("form", ["bibtex", "ris"])
def test_odd_papers_come_back(project: Project, other: Project, form: str) -> None:
    """Formulas, braces, separators in names, parts of dates, ids of every kind: nothing is lost."""
    assert carried(project, other, form, ODD)[1] == []


@pytest.mark.parametrize("form", sorted(ENDS))
def test_a_long_list_comes_back(project: Project, other: Project, form: str) -> None:
    """Of 317 papers each field is the same; BibTeX has no day of the month."""
    counts, unlike = carried(project, other, form, [*real(), *ODD])
    days = len(ODD) if form == "bibtex" else PAPERS + len(ODD)
    expected = {"papers": PAPERS + len(ODD), "ids": PAPERS + len(ODD), "more": 0, "day": days}
    assert counts == dict.fromkeys(FIELDS, PAPERS + len(ODD)) | expected, unlike[:20]
    if form != "bibtex":
        assert unlike == []


def test_the_list_is_printed_in_words(project: Project) -> None:
    """A line says whether a paper was read, its labels and its note; options choose."""
    fill(project, ODD[:6])
    columns, *lines = (line.split("\t") for line in project.run(*NOW, "list", ANA).out.splitlines())
    rows = [dict(zip(columns, line, strict=True)) for line in lines]
    assert [row["read"] for row in rows] == ["no"] * 6
    assert {row["labels"] for row in rows} == {"-", "to read, Größe & 50%"}
    assert "Compare arXiv:2301.99999 and {this}. Second line: 50% & more" in {row["note"] for row in rows}
    labelled = ("list", ANA, "--label", "TO read")
    chosen = json.loads(project.run(*NOW, *labelled, "--format", "json").out)
    assert [row["paper"] for row in chosen] == ["arxiv:2601.90004", "arxiv:2601.90001"]
    assert chosen[0]["labels"] == "to read; Größe & 50%"
    assert chosen[0]["note"] == NOTE
    none = project.run(*NOW, "list", ANA, "--label", "none")
    assert (none.out, "nothing on the reading list" in none.err) == ("", True)
    assert "csl" in project.run(*NOW, "list", ANA, "--format", "docx", code=2).err


def test_links_of_a_reader_are_voided(project: Project) -> None:
    """From then on the reader's links have another epoch; a stranger is named."""
    store = fill(project, ODD[:1])
    project.run(*NOW, "subscribers", "void", ANA)
    with store.read() as uow:
        assert uow.people.find(ANA).epoch == 1
    assert "nobody@example.org" in project.run(*NOW, "subscribers", "void", "nobody@example.org", code=1).err
