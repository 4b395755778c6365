"""Made papers in the formats that sources speak: as long and as varied as real ones, the same every time.

A format is a list of bodies: one file of JSON lines, or pages of XML as a server would send them.
"""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from xml.sax.saxutils import escape

PAGE = 1_000
"""Entries on one page of XML: what the query API and the harvest answer with."""
_SYLLABLES = (
    "ba",
    "co",
    "di",
    "fu",
    "gra",
    "hel",
    "in",
    "jo",
    "ka",
    "lim",
    "mo",
    "nu",
    "pre",
    "qua",
    "sta",
    "ven",
)
_CATEGORIES = ("cs.CL", "cs.LG", "cs.IR", "cs.AI", "cs.CV", "stat.ML", "math.OC", "astro-ph.GA")
_VOCABULARY = 20_000
_ABSTRACT = 139
"""Words: the mean of real abstracts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One made paper."""

    name: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    day: str


def papers(count: int, seed: int) -> Iterator[Made]:
    """Yield `count` papers, 10,000 a month from January 2007 on."""
    chance = random.Random(seed)  # noqa: S311 - made papers need no secrecy
    words = ["".join(chance.choices(_SYLLABLES, k=chance.randint(2, 5))) for _ in range(_VOCABULARY)]
    weights = [1 / (rank + 10) for rank in range(_VOCABULARY)]
    for number in range(count):
        month = number // 10_000
        text = chance.choices(words, weights, k=_ABSTRACT + chance.randint(-60, 60))
        title = chance.choices(words, k=chance.randint(5, 12))
        yield Made(
            name=f"{7 + month // 12:02d}{1 + month % 12:02d}.{number % 10_000 + 1:05d}",
            title=" ".join(title).capitalize(),
            abstract=_sentences(text),
            authors=tuple(
                " ".join(word.capitalize() for word in chance.choices(words, k=2))
                for _ in range(chance.randint(1, 9))
            ),
            categories=tuple(dict.fromkeys(chance.choices(_CATEGORIES, k=chance.randint(1, 3)))),
            day=f"20{7 + month // 12:02d}-{1 + month % 12:02d}-{1 + number % 28:02d}",
        )


def _sentences(words: list[str]) -> str:
    parts = [words[start : start + 18] for start in range(0, len(words), 18)]
    return " ".join(" ".join(part).capitalize() + "." for part in parts)


def write(folder: Path, kind: str, count: int, seed: int) -> list[Path]:
    """Write `count` papers as one of FORMATS and return the files, in order."""
    made = papers(count, seed)
    if kind == "jsonl":
        path = folder / f"{kind}-{count}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(_line(paper) for paper in made)
        return [path]
    head, entry, tail = FORMATS[kind]
    files: list[Path] = []
    while page := list(islice(made, PAGE)):
        path = folder / f"{kind}-{count}-{len(files):04d}.xml"
        path.write_text(head + "".join(map(entry, page)) + tail, encoding="utf-8")
        files.append(path)
    return files


def _line(paper: Made) -> str:
    row = {
        "id": paper.name,
        "title": paper.title,
        "abstract": paper.abstract,
        "authors": paper.authors,
        "categories": paper.categories,
        "published_at": f"{paper.day}T00:00:00Z",
    }
    return json.dumps(row) + "\n"


def _atom(paper: Made) -> str:
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)
    terms = "".join(
        f'<category term="{name}" scheme="http://arxiv.org/schemas/atom"/>' for name in paper.categories
    )
    return (
        f"<entry><id>http://arxiv.org/abs/{paper.name}v1</id><updated>{paper.day}T00:00:00Z</updated>"
        f"<published>{paper.day}T00:00:00Z</published><title>{escape(paper.title)}</title>"
        f"<summary>{escape(paper.abstract)}</summary>{authors}"
        f'<link href="http://arxiv.org/abs/{paper.name}v1" rel="alternate" type="text/html"/>'
        f'<arxiv:primary_category term="{paper.categories[0]}"/>{terms}</entry>\n'
    )


def _rss(paper: Made) -> str:
    terms = "".join(f"<category>{name}</category>" for name in paper.categories)
    return (
        f"<item><title>{escape(paper.title)}</title><link>https://arxiv.org/abs/{paper.name}</link>"
        f"<description>arXiv:{paper.name}v1 Announce Type: new \n"
        f"Abstract: {escape(paper.abstract)}</description>"
        f'<guid isPermaLink="false">oai:arXiv.org:{paper.name}v1</guid>{terms}'
        "<pubDate>Fri, 30 Jan 2026 00:00:00 -0500</pubDate>"
        "<arxiv:announce_type>new</arxiv:announce_type>"
        f"<dc:creator>{escape(', '.join(paper.authors))}</dc:creator></item>\n"
    )


def _oai(paper: Made) -> str:
    authors = "".join(
        "<author><keyname>{1}</keyname><forenames>{0}</forenames></author>".format(*name.split())
        for name in paper.authors
    )
    return (
        f"<record><header><identifier>oai:arXiv.org:{paper.name}</identifier>"
        f"<datestamp>{paper.day}</datestamp><setSpec>cs</setSpec></header><metadata>"
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{paper.name}</id><created>{paper.day}</created>'
        f"<authors>{authors}</authors><title>{escape(paper.title)}</title>"
        f"<categories>{' '.join(paper.categories)}</categories>"
        f"<abstract>{escape(paper.abstract)}</abstract></arXiv></metadata></record>\n"
    )


_Entry = Callable[[Made], str]
FORMATS: dict[str, tuple[str, _Entry, str]] = {
    "jsonl": ("", _line, ""),
    "atom": (
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
            'xmlns:arxiv="http://arxiv.org/schemas/atom" '
            'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><title>made</title>\n'
        ),
        _atom,
        "</feed>\n",
    ),
    "rss": (
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
            'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            "<channel><title>made</title><pubDate>Fri, 30 Jan 2026 00:00:00 -0500</pubDate>\n"
        ),
        _rss,
        "</channel></rss>\n",
    ),
    "oai": (
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
            "<responseDate>2026-01-30T00:00:00Z</responseDate><ListRecords>\n"
        ),
        _oai,
        "</ListRecords></OAI-PMH>\n",
    ),
}
"""Head, entry and tail of each."""
