"""Real rows of arXiv and Hugging Face through our own parser: what cleaning changes, and that it is little.

One row in twenty in a normal run; all 50,431 with PAPERROUTE_TEXTS=full, which takes half a minute.
"""

import gzip
import json
import os
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from recommender.domain.papers import Paper
from recommender.sources.jsonl import parse_jsonl
from recommender.sources.sieve import MOST_AUTHORS
from recommender.sources.text import clean_abstract, clean_title
from tests.paths import shared_data

FULL = os.environ.get("PAPERROUTE_TEXTS") == "full"
CHANGED = {
    "arxiv": {"rows": 43_950, "title": 0, "abstract": 1, "names": 9, "nobody": 31, "codes": 2_140},
    "hf-daily": {"rows": 6_481, "title": 0, "abstract": 0, "names": 0, "nobody": 0, "codes": 0},
}


def lines(folder: str) -> Iterator[bytes]:
    """Yield the rows of a folder, or one in twenty of them."""
    for path in sorted(shared_data(folder).glob("papers-*.jsonl.gz")):
        with gzip.open(path) as file:
            yield from islice(file, 0, None, 1 if FULL else 20)


def on_one_line(text: str) -> str:
    """Return a text with white space made single, and nothing else changed."""
    return " ".join(text.split())


def seen(row: dict[str, Any], paper: Paper) -> Counter[str]:
    """Count what was changed in a row, and hold every text against what was sent."""
    title, abstract = on_one_line(row["title"]), on_one_line(row["abstract"] or "")
    assert (paper.original_title is None) == (paper.title == title)
    assert (paper.original_abstract is None) == (paper.abstract == abstract)
    assert clean_title(paper.title) == paper.title
    assert clean_abstract(paper.abstract) == paper.abstract
    assert paper.title.count("<") + paper.abstract.count("<") == f"{title}{abstract}".count("<")
    somebody = [name for name in row["authors"] if any(map(str.isalnum, name))]
    assert len(paper.authors) == min(len(somebody), MOST_AUTHORS)
    changed = [name for name, kept in zip(somebody, paper.authors, strict=False) if on_one_line(name) != kept]
    assert all(set(name) & set("\\~") or len(name) > 200 for name in changed)
    return Counter(
        rows=1,
        title=int(paper.original_title is not None),
        abstract=int(paper.original_abstract is not None),
        names=len(changed),
        nobody=len(row["authors"]) - len(somebody),
        codes=len(row.get("categories") or ()) - len(paper.categories),
    )


def test_real_rows_are_hardly_changed() -> None:
    """One abstract with an entity, nine names with TeX or too long, lone colons, codes of other schemes."""
    for folder, expected in CHANGED.items():
        counts: Counter[str] = Counter()
        rows = lines(folder)
        while batch := list(islice(rows, 1_000)):
            papers = [paper for page in parse_jsonl(batch, place="x") for paper in page.papers]
            for line, paper in zip(batch, papers, strict=True):
                counts += seen(json.loads(line), paper)
        if FULL:
            assert {key: counts[key] for key in expected} == expected
        assert counts["rows"] * 19 < expected["rows"] or FULL
        assert all(counts[key] <= expected[key] for key in expected)
