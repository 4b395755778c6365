"""The forty nasty cases of the shared data: which records they are, and what a reader sees of each.

Numbers, and the beginnings by which a paper is found, are all that is repeated here of strangers' texts.
"""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

from recommender.domain.editions import Section
from tests.nasty.case import Case, case
from tests.paths import shared_data

CHANGED, LIBRARY, TRENDING = Section.CHANGED, Section.READING_LIST, Section.TRENDING
MECH = (
    "title:mechgptalanguagebasedstrategyformechanicsandmaterialsmodelingthatconnectsknowledge"
    "acrossscalesdisciplinesandmodalities"
)
CASES: tuple[Case, ...] = (
    case(1, "2503.15457", "Di[M]O: Distilling", "Stéphane Lathuilière"),
    case(2, "2504.00218", "Agents Under Siege: Breaking"),
    case(3, "2509.08358", "<think> So let's replace this phrase with insult... </think> Lessons"),
    case(4, "2504.07128", "DeepSeek-R1 Thoughtology: Let's <think> about", "Sara Vera Marjanović"),
    case(4, "2510.16374", "Before you <think>, monitor"),
    case(5, "2505.10118", "Why 1 + 1 < 1 in Visual"),
    case(6, "2507.03745", "StreamDiT", "Akio Kodaira"),
    case(7, "2510.02330", "EntropyLong", lacks=("@",)),
    case(8, "2503.15837", "Fùxì: A Benchmark"),
    case(8, "2507.04895", "O_FT@EvalLLM2025 : étude comparative de choix de données", "Ismaël Rousseau"),
    case(8, "2508.19312", "Sistema de Reconocimiento Facial Federado", "Ander Galván"),
    case(9, "2507.06261", "Gemini 2.5", "Gheorghe Comanici,", "and 3,297 more"),
    case(9, "2501.14249", "Humanity's Last Exam", "Long Phan,", "and 658 more", section=TRENDING),
    case(10, "2601.03267", "OpenAI GPT-5 System Card", "and 478 more", whole=True),
    case(11, "2503.15321", "Euclid Quick Data Release (Q1).", "Euclid Collaboration, G. Stevens", "268 more"),
    case(12, "2503.14492", "Cosmos-Transfer1", "NVIDIA, Hassan Abu Alhaija", "33 more", lacks=(", :",)),
    case(13, "2503.14489", "Stable Virtual Camera", "Jensen, Zhou, Hang Gao"),
    case(14, "2506.13366", "Enhancing Goal-oriented Proactive"),
    case(14, "2506.03268", "A conclusive remark"),
    case(15, "2510.01724", "MetaboT", "Madina Bekbergenova", "and 12 more"),
    case(16, "2503.12026", "Leveraging Motion Information"),
    case(17, "2505.23030", "Can Modern NLP Systems", "Independent Pediatric Dataset"),
    case(17, "2508.10104", "DINOv3", "Oriane Siméoni", whole=True),
    case(18, "2503.18050", "(G)I-DLE: Generative"),
    case(18, "2503.20104", '"Is There Anything Else?": Examining'),
    case(19, "2503.11954", "Goal-Oriented Source Coding", "eess.IV", lacks=("94A29", "I.4.2")),
    case(20, "2504.10738", "CleanMAP", "and 2 more"),
    case(21, "2503.12329", "CapArena"),
    case(22, "2505.17997", "Towards Analyzing and Understanding the Limitations"),
    case(23, "2509.18176", "A Deep Learning Approach for Spatio-Temporal"),
    case(24, "2503.12492", "Geometry-Aware Face", "Dapeng Zhao"),
    case(24, "2503.12494", "Learning Contour-Guided", "Dapeng Zhao"),
    case(25, "2503.21813", "OAEI-LLM-T", "It has changed.", section=CHANGED),
    case(26, "1812.06145", "Improving the Performance of Unimodal", "13 Oct 2025"),
    case(27, "2512.24556", "Safe in the Future", "1 Jan 2026"),
    case(28, "2510.08945", "FATHOMS-RAG"),
    case(29, "2509.06786", "R²AI: Towards Resistant", section=TRENDING),
    case(30, "2505.07675", "Simple Semi-supervised Knowledge Distillation", "via Dual-Head Optimization"),
    case(31, "2503.21779", "X²-Gaussian: 4D Radiative"),
    case(32, "2409.15997", "Improvements to SDXL", "Eren Doğan", section=TRENDING),
    case(32, "2405.18503", "SoundCTM", lacks=("0 upvotes",), section=TRENDING),
    case(33, "2405.15738", "ConvLLaVA", section=TRENDING),
    case(34, "2101.10016", "Weak quasi-Hopf algebras", section=CHANGED),
    case(34, "0704.0525", "On the Energy-Momentum Problem", section=CHANGED),
    case(34, "0704.0615", "A fresh look at maximum parsimony", section=CHANGED),
    case(35, "1607.08199", "Bridgeland Stability", "Emanuele Macrì", "Épijournal"),
    case(36, "acc-phys/9411001", "Symplectic Computation", "acc-phys"),
    case(36, "adap-org/9303001", "The length of a typical Huffman", "adap-org"),
    case(36, "1411.4413", "Observation of the rare B⁰ₛ→μ⁺μ⁻ decay", "and 2,826 more"),
    case(36, "0704.0185", "Potfit", "Franz Gähler"),
    case(37, "1707.08567", "Proceedings of Workshop AEW10"),
    case(38, "title:בשורהלנשיםאושרהגלולהלהפלהגםבחודששלישי", '"בשורה לנשים"', "איתי גל", section=LIBRARY),
    case(38, "title:whattheauthorreallyisrolandbarthesvsmichelfoucault", "What the Author", "耿秀萍"),
    case(39, "title:uisteinumlaut", "Ü ist ein Umlaut", section=LIBRARY),
    case(39, "title:testtitle", "Test Title", section=LIBRARY),
    case(39, "doi:10.1109/jssc.2008.2010997", "256-Channel Neural Recording", section=LIBRARY),
    case(
        40,
        "title:reinforcementlearningimprovestraversalofhierarchicalknowledgeinllms",
        "Reinforcement",
        "Meta AI",
    ),
    case(40, "title:ur2unifyragandreasoningthroughreinforcementlearning", "UR²: Unify RAG"),
    case(40, MECH, "MechGPT, a language-based"),
)
_DAILY = ("2501.14249", "2509.06786", "2505.07675", "2503.21779", "2409.15997", "2405.18503")
_METADATA = (
    *("arxiv--papers--2101--2101.10016", "arxiv--papers--0704--0704.0525", "arxiv--papers--0704--0704.0615"),
    *(
        "arxiv--papers--1607--1607.08199",
        "acc-phys--papers--9411--9411001",
        "adap-org--papers--9303--9303001",
    ),
    *("arxiv--papers--1411--1411.4413", "arxiv--papers--0704--0704.0185", "math-ph--papers--0509--0509037"),
)
_LIBRARIES = (
    *("better-bibtex/article-with-entrysubtype.bib", "jabref/encoding-utf-16BE-without-header.bib"),
    *("jabref/encoding-windows-1252-but-utf-8-declared--decoding-fails.bib", "bibtexparser/gbk_test.bib"),
    *("jabref/testjabref.bib", "jabref/RisImporterCorrupted.ris", "rispy/example_bom.ris"),
)
TWINS = ("2506.03038", "2509.25393")
"""The other id of cases 22 and 23."""


def files(folder: Path) -> Iterator[Path]:
    """Yield every file of the cases: records cut out of the collections, and the others as they are."""
    numbers = [case.paper for case in CASES if re.fullmatch(r"\d{4}\.\d{5}", case.paper)]
    for name, wanted in (("arxiv", [*numbers, *TWINS]), ("hf-daily", _DAILY)):
        (folder / f"{name}.jsonl").write_bytes(b"".join(_rows(name, wanted)))
        yield folder / f"{name}.jsonl"
    yield shared_data("hf-daily/raw/2024-05-27.json")
    metadata = shared_data("arxiv-abs")
    for stem in _METADATA:
        yield from sorted(metadata.glob(f"*{stem}*.abs"))
    answers = shared_data("api-fixtures")
    for pattern in ("id_0000.0000_", "id_abc_", "id_0808.05394_1707."):
        yield from answers.glob(f"arxiv-api/{pattern}*")
    yield from answers.glob("oai-pmh/*utf8test*")
    libraries = shared_data("imports")
    yield from (libraries / name for name in _LIBRARIES)
    yield from libraries.glob("better-bibtex/web_page-and-other-mendeley-idiocy.bib")
    yield from sorted(shared_data("daily-papers").glob("0*.txt"))


def _rows(name: str, wanted: list[str] | tuple[str, ...]) -> Iterator[bytes]:
    named = re.compile(rb'"id": ?"(?:%s)"' % b"|".join(re.escape(number).encode() for number in wanted))
    for path in sorted(shared_data(name).glob("papers-*.jsonl.gz")):
        with gzip.open(path) as lines:
            yield from (line for line in lines if named.search(line))
