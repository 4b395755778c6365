"""Papers of the shared data that are hard to read, and what is held of them; numbered as in its index."""

import gzip
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from recommender.domain.errors import SourceMalformed
from recommender.domain.papers import Paper, PaperStatus
from recommender.services.importing import Importing
from recommender.sources.arxiv_parse import parse_query
from recommender.sources.files import read_file
from recommender.sources.sieve import MOST_AUTHORS
from tests.conformance.source import papers_of
from tests.paths import shared_data
from tests.sources.replay import NOW, FixedClock
from tests.stores import sqlite_store

TITLES = {
    "2503.15457": r"Di$\mathtt{[M]}$O: Distilling Masked Diffusion Models into One-step Generator",
    "2504.00218": r"$\textit{Agents Under Siege}$: Breaking",
    "2509.08358": "<think> So let's replace this phrase with insult... </think> Lessons",
    "2504.07128": "DeepSeek-R1 Thoughtology: Let's <think> about LLM Reasoning",
    "2510.16374": "Before you <think>, monitor",
    "2505.10118": "Why 1 + 1 < 1 in Visual Token Pruning",
    "2503.15837": "Fùxì: A Benchmark",
    "2507.04895": "O_FT@EvalLLM2025 : étude comparative de choix de données",
    "2508.19312": "Sistema de Reconocimiento Facial Federado",
    "2508.10104": "DINOv3",
    "2503.18050": "(G)I-DLE: Generative Inference",
    "2503.20104": "\"Is There Anything Else?'': Examining",
    "2505.07675": r"Simple Semi-supervised Knowledge Distillation from Vision-Language Models via $\mathbf{",
    "2503.21779": "X$^{2}$-Gaussian: 4D Radiative",
    "2509.06786": "R^textbf{2AI}: Towards Resistant and Resilient AI",
}
"""Cases 1 to 5, 8, 17, 18 and 29 to 31: how the title held begins."""
AUTHORS = {"2507.06261": 3303, "2601.03267": 484, "2503.15321": 274, "2503.14489": 10, "2501.14249": 664}
"""Cases 9 to 11 and 13."""
ABSTRACTS = {"2506.13366": 102, "2506.03268": 105, "2510.01724": 3488, "2409.15997": 165}
"""Cases 14, 15 and 32: characters."""
FIRST_SEEN = {"1812.06145": "2025-10-13", "2512.24556": "2026-01-01", "2503.21813": "2025-03-31"}
"""Cases 25 to 27."""
OTHERS = ("2507.03745", "2510.02330", "2503.14492", "2503.12026", "2505.23030", "2503.11954", "2503.12329")
DAYS = {"2501.14249", "2509.06786", "2505.07675", "2503.21779", "2409.15997", "2405.18503"}
"""Held from the daily lists too, or only."""


def _rows(folder: str, wanted: set[str]) -> Iterator[bytes]:
    """Yield the recorded lines of some papers."""
    named = re.compile(rb'"id": ?"(%s)"' % b"|".join(number.encode() for number in wanted))
    for path in sorted(shared_data(folder).glob("papers-*.jsonl.gz")):
        with gzip.open(path) as lines:
            yield from (line for line in lines if named.search(line))


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Paper]:
    """Return the papers as a store has them after both collections were imported, by arXiv id."""
    folder = tmp_path_factory.mktemp("nasty")
    arxiv = {*TITLES, *AUTHORS, *ABSTRACTS, *FIRST_SEEN, *OTHERS}
    for name, wanted in (("arxiv", arxiv), ("hf-daily", DAYS)):
        (folder / f"{name}.jsonl").write_bytes(b"".join(_rows(name, wanted)))
    store = sqlite_store(folder)
    report = Importing(store, FixedClock(), read_file).run(
        [folder / "arxiv.jsonl", folder / "hf-daily.jsonl"]
    )
    assert not report.failures
    with store.read() as unit:
        return {paper.id.removeprefix("arxiv:"): paper for paper in unit.papers.all()}


@pytest.mark.parametrize("number", TITLES)
def test_titles(held: Mapping[str, Paper], number: str) -> None:
    """TeX, tags that are none, accents and quotes stay; TeX lost by one collection comes from the other."""
    assert held[number].title.startswith(TITLES[number])
    assert "\n" not in held[number].title


@pytest.mark.parametrize("number", AUTHORS)
def test_authors(held: Mapping[str, Paper], number: str) -> None:
    """Thousands of names (the first of them and their number), a collaboration first, names of one word."""
    paper, told = held[number], AUTHORS[number]
    assert len(paper.authors) == min(told, MOST_AUTHORS)
    assert (paper.author_count or len(paper.authors)) == told


def test_a_lone_colon_is_nobody(held: Mapping[str, Paper]) -> None:
    """Case 12: what stands between a company and its people."""
    assert held["2503.14492"].authors[:2] == ("NVIDIA", "Hassan Abu Alhaija")


@pytest.mark.parametrize("number", ABSTRACTS)
def test_abstracts(held: Mapping[str, Paper], number: str) -> None:
    """Short and long ones are whole."""
    assert len(held[number].abstract) == ABSTRACTS[number]


def test_texts_that_look_like_something_else(held: Mapping[str, Paper]) -> None:
    """Cases 6, 7, 16, 17, 19 and 21: a link in an abstract, an address in a comment, codes that are none."""
    assert '<a href="' in held["2507.03745"].abstract
    assert (held["2510.02330"].comment or "").count("<") == 1
    assert "settings. To this end" in held["2503.12026"].abstract
    assert len(held["2505.23030"].title) == 226
    assert held["2503.11954"].categories == ("eess.IV", "cs.AI", "cs.CV", "cs.IT", "cs.LG", "math.IT")
    assert held["2503.12329"].abstract.count("$") % 2 == 1


@pytest.mark.parametrize("number", FIRST_SEEN)
def test_first_seen(held: Mapping[str, Paper], number: str) -> None:
    """The first listing counts, whatever the id says and however often it came again."""
    first_seen = held[number].first_seen
    assert first_seen
    assert first_seen.date().isoformat() == FIRST_SEEN[number]


@pytest.mark.parametrize(
    "name, number, version, status",
    [
        ("ftp--arxiv--papers--2101--2101.10016", "2101.10016", 8, "withdrawn"),
        ("orig--arxiv--papers--2101--2101.10016v7", "2101.10016", 7, "active"),
        ("ftp--arxiv--papers--0704--0704.0525", "0704.0525", 2, "withdrawn"),
        ("ftp--arxiv--papers--0704--0704.0615", "0704.0615", 3, "withdrawn"),
        ("orig--arxiv--papers--0704--0704.0615v1", "0704.0615", 1, "active"),
        ("ftp--arxiv--papers--1607--1607.08199", "1607.08199", 5, "active"),
        ("ftp--acc-phys--papers--9411--9411001", "acc-phys/9411001", 1, "active"),
        ("ftp--adap-org--papers--9303--9303001", "adap-org/9303001", 1, "active"),
    ],
)
def test_metadata_of_arxiv(name: str, number: str, version: int, status: str) -> None:
    """Cases 34 to 36: versions, withdrawals, ids of the old style, bytes that are not UTF-8."""
    (paper,) = papers_of(list(read_file(shared_data("arxiv-abs") / f"{name}.abs", NOW)))
    assert (paper.id, paper.version, paper.status) == (f"arxiv:{number}", version, PaperStatus(status))


def test_people_in_metadata_of_arxiv() -> None:
    """Case 36: accents in TeX, and affiliations that are numbers or in brackets."""
    folder = shared_data("arxiv-abs")
    (paper,) = papers_of(list(read_file(folder / "ftp--arxiv--papers--0704--0704.0185.abs", NOW)))
    assert paper.authors == ("Peter Brommer", "Franz Gähler")
    (large,) = papers_of(list(read_file(folder / "ftp--arxiv--papers--1411--1411.4413.abs", NOW)))
    assert large.author_count
    assert large.author_count > 2_000
    assert not [name for name in large.authors if re.search(r"\d", name)]


@pytest.mark.parametrize(
    "start, papers, error",
    [("id_0000.0000_", 0, ""), ("id_abc_", 0, "incorrect id"), ("id_0808.05394_1707.", 1, "")],
)
def test_answers_of_the_query_api(start: str, papers: int, error: str) -> None:
    """Case 37: an unknown id, one that is none, and two of which one is known."""
    (path,) = shared_data("api-fixtures/arxiv-api").glob(f"{start}*")
    answer = parse_query(path.read_bytes(), source="arxiv", place="")
    assert len(answer.page.papers) == papers
    assert error in answer.error


@pytest.mark.parametrize(
    "name, reason",
    [
        ("imports/jabref/RisImporterCorrupted.ris", "format is not known"),
        ("arxiv-abs/ftp--math-ph--papers--0509--0509037.abs", "empty"),
    ],
)
def test_what_cannot_be_read(name: str, reason: str) -> None:
    """Cases 35 and 39: refused with a reason."""
    with pytest.raises(SourceMalformed, match=reason):
        list(read_file(shared_data(name), NOW))


@pytest.mark.parametrize(
    "name, title, author",
    [
        ("better-bibtex/article-with-entrysubtype.bib", "בשורה לנשים", "גל"),
        ("jabref/encoding-utf-16BE-without-header.bib", "Ü ist ein Umlaut", ""),
        ("bibtexparser/gbk_test.bib", "Test Title", ""),
        ("jabref/testjabref.bib", "256-Channel Neural Recording", "Joseph N. Y. Aziz"),
    ],
)
def test_libraries(name: str, title: str, author: str) -> None:
    """Cases 38 and 39: scripts from right to left, encodings that are not told, marks of direction."""
    papers = papers_of(list(read_file(shared_data("imports") / name, NOW)))
    assert title in papers[0].title
    assert author in " ".join(papers[0].authors)
    assert not [paper.id for paper in papers if re.search("[\u200e\u200f\u202a-\u202e]", paper.title)]


def test_saved_listings() -> None:
    """Case 40: an organisation in place of people, TeX in titles, one paper on several pages."""
    pages = {path.name[:3]: path for path in shared_data("daily-papers").glob("0*.txt")}
    found = {name: papers_of(list(read_file(path, NOW))) for name, path in pages.items()}
    assert any(paper.organisation for paper in found["001"])
    assert any("UR$^2$" in paper.title for paper in found["003"])
    mech = [paper.id for papers in found.values() for paper in papers if "MechGPT" in paper.title]
    assert len(mech) > 1
    assert len({*mech}) == 1


def test_days_of_the_daily_lists() -> None:
    """Case 33: one paper, fifty papers, and a year without the newer fields."""
    folder: Path = shared_data("hf-daily/raw")
    now = datetime(2026, 2, 1, tzinfo=UTC)
    counts = {
        day: len(papers_of(list(read_file(folder / f"{day}.json", now))))
        for day in ("2025-01-21", "2025-09-30")
    }
    assert counts == {"2025-01-21": 1, "2025-09-30": 50}
    oldest = papers_of(list(read_file(folder / "2024-05-27.json", now)))
    assert oldest
    assert not [paper.id for paper in oldest if paper.keywords or paper.organisation or not paper.title]
