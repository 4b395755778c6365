"""Hard papers in words of our own, as files of every kind that they come in."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

_LONG = "On the Patience of Lighthouses, " + ", ".join(f"Lamp {number}" for number in range(1, 26))
_TEXT = "A lamp was lit on each of ninety nights and its keeper was asked to count the ships that passed by."
_PAIR = "Two keepers of one tower wrote the same account of a winter, word for word, and signed it apart."

Row = Mapping[str, object]
ROWS: tuple[Row, ...] = (
    {"id": "2601.90001", "title": r"Di$\mathtt{[K]}$O: Distilling Tea in One Step"},
    {"id": "2601.90002", "title": r"$\textit{Lanterns Under Water}$: Breaking Glass"},
    {"id": "2601.90003", "title": "<think> Let us see... </think> Lessons of a Lamp"},
    {"id": "2601.90004", "title": "Before you <think>, count the ships"},
    {"id": "2601.90005", "title": "Why 1 + 1 < 1 for Umbrellas"},
    {
        "id": "2601.90006",
        "title": "A Link in the Fog",
        "abstract": 'Our page is <a href="https://evil.example/x" onclick="alert(1)">here</a><script>alert(1)'
        '</script><img src="https://evil.example/p.gif"> and <b>nowhere</b> else on this coast. ' + _TEXT,
    },
    {"id": "2601.90007", "title": "Letters to a Keeper", "comment": "Write to <keeper@lamp>, 9 pages"},
    {
        "id": "2601.90008",
        "title": "Fùxì et la mer : étude d'une côte à marée haute",
        "abstract": "Nous comptons les navires qui passent devant un phare. La lampe est allumée le soir.",
    },
    {"id": "2601.90009", "title": "All Hands", "authors": [f"Ana Lamp{number}" for number in range(3303)]},
    {
        "id": "2601.90011",
        "title": "A Survey of the Whole Sky",
        "authors": ["Harbour Collaboration", *(f"Bo Ship{number}" for number in range(273))],
    },
    {"id": "2601.90012", "title": "Tide Tables", "authors": ["Kettle Works", ":", "Cleo Sand", "Dan Reed"]},
    {"id": "2601.90013", "title": "Small Virtual Tower", "authors": ["Jonas", "Zhao", "Eva Bell"]},
    {"id": "2601.90014", "title": "Short and Plain", "abstract": "We lit one lamp, once, and nobody came."},
    {"id": "2601.90015", "title": "A Long Winter", "abstract": " ".join([_TEXT] * 34)},
    {
        "id": "2601.90016",
        "title": "Two Paragraphs",
        "abstract": f"{_TEXT}\n  The second paragraph begins here, and the third\n  ends.",
    },
    {"id": "2601.90017", "title": _LONG},
    {"id": "2601.90117", "title": "LAMPv3"},
    {"id": "2601.90018", "title": "(L)I-GHT: Generative Beams"},
    {"id": "2601.90118", "title": "\"Is There Any Oil?'': Asking the Keeper"},
    {
        "id": "2601.90019",
        "title": "Codes for Beams",
        "categories": ["eess.IV", "cs.IT", "94A29, 94A08", "I.4.2; E.4"],
    },
    {"id": "2601.90020", "title": "A Remark at Length", "comment": "Shown at the harbour. " * 20},
    {
        "id": "2601.90021",
        "title": "Half a Price",
        "abstract": f"A lamp costs $5, and $x is not known. {_TEXT}",
    },
    {"id": "2601.90022", "title": "Twins in One Tower", "authors": ["Eva Bell"], "abstract": _PAIR},
    {"id": "2601.90122", "title": "Twins in One Tower", "authors": ["Eva Bell"], "abstract": _PAIR},
    {"id": "2601.90024", "title": "A Winter, by the Elder", "authors": ["Fay Oar"], "abstract": _PAIR},
    {"id": "2601.90124", "title": "The Winter, by the Younger", "authors": ["Guy Oar"], "abstract": _PAIR},
    {"id": "1801.90026", "title": "An Old Number, Found Today"},
    {"id": "2601.90029", "title": "R^textbf{2LAMP}: Resistant\n  Towers"},
    {"id": "2601.90030", "title": "Via texttt{D}ual-texttt{B}eam", "upvotes": 0},
    {"id": "2601.90031", "title": "X^{2}-Beacon 🗼 in 24h"},
    {"id": "2601.90036", "title": r"The rare $B^0_s\to\mu^+\mu^-$ ship at 50% of $\sqrt{s}$"},
    {"id": "2601.90040", "title": "Run by a Company", "authors": [], "organization": {"name": "Meta Lamp"}},
)
"""Numbers end in that of the case they are like."""


def _filled(row: Row) -> dict[str, object]:
    number = str(row["id"])
    usual = {
        "abstract": f"{_TEXT} This was number {number}.",
        "authors": [f"Hugo Keeper{number[-3:]}", "Ida Reef"],
        "categories": ["cs.CL"],
        "first_seen": "2026-01-29",
    }
    return {**usual, **row}


BIB = """@article{a,
 title={\u200f"\u05d1\u05e9\u05d5\u05e8\u05d4": \u05de\u05d2\u05d3\u05dc\u05d5\u05e8\u200e},
 author={\u05d2\u05dc, \u05d0\u05d9\u05ea\u05d9}, year={2016}}
@article{b, title={What the Keeper Is\u202e}, author={耿秀萍 and Geng, Xiu-ping}, year={2011}}
@article{c, title={\\"Uber das Licht \\& die K\\"uste}, author={J{\\"o}rg M{\\"u}ller}, year={2010}}
"""
LATIN = "@article{d, title={Le phare de l'île}, author={Zoé Noël}, year={2009}}\n".encode("cp1252")
ABS = r"""\\
arXiv:{number}
From: Ida Reef <reef@harbour.example>
Date: Tue, 3 Apr 2007 10:00:00 GMT   (9kb)

Title: {title}
Authors: Ida Reef
Categories: {category}
Comments: {comment}
\\
  A tower is described, and what was wrong with it.
\\
"""
ERROR = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>ArXiv Query</title><id>http://arxiv.org/api/x</id>
<updated>2026-01-29T00:00:00-05:00</updated><entry><id>http://arxiv.org/api/errors#incorrect_id_format_for_abc</id>
<title>Error</title><summary>incorrect id format for abc</summary><updated>2026-01-29T00:00:00-05:00</updated>
<author><name>arXiv api core</name></author></entry></feed>"""
NOTHING = ERROR.partition("<entry>")[0] + "</feed>"
DAY = [
    {
        "paper": {
            "id": "2601.90033",
            "title": "The Only Ship of the Day",
            "summary": _TEXT,
            "authors": [{"name": "Kim Quay"}],
            "publishedAt": "2026-01-28T10:00:00.000Z",
            "upvotes": 7,
        }
    }
]


def files(folder: Path) -> Iterator[Path]:
    """Write every file and yield it; some of them hold no paper at all."""
    withdrawn = "This paper has been withdrawn by the author"
    kinds: dict[str, bytes] = {
        "rows.jsonl": "\n".join(json.dumps(_filled(row)) for row in ROWS).encode(),
        "library.bib": BIB.encode(),
        "latin.bib": LATIN,
        "gone.abs": ABS.format(
            number="0704.9034", title="A Tower That Fell", category="math.QA", comment=withdrawn
        ).encode(),
        "old.abs": ABS.format(
            number="acc-phys/9411036", title="A Tower of Old", category="acc-phys", comment="9 pages"
        ).encode(),
        "day.json": json.dumps(DAY).encode(),
        "empty.abs": b"",
        "error.xml": ERROR.encode(),
        "nothing.xml": NOTHING.encode(),
    }
    for name, content in kinds.items():
        (folder / name).write_bytes(content)
        yield folder / name
