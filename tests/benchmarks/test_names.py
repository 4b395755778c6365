"""The common-names benchmark, on papers made so that every number is known."""

import gzip
import json
from pathlib import Path

import pytest

from benchmarks.names import commonest, main, measure, read
from recommender.ranking.base import Corpus, RankingSettings
from recommender.ranking.hybrid import HybridRecommender
from recommender.ranking.names import parse
from tests.builders import a_paper

SPEECH = {"title": "phoneme recognition", "abstract": "acoustic speech vowels", "categories": ("eess.AS",)}
STARS = {"title": "", "abstract": "", "categories": ("astro-ph",)}
"""Without a text there is no likeness to speech, not even by chance."""
PAPERS = [
    a_paper(1, **SPEECH, authors=("Wei Zhang", "Ann Lee")),
    a_paper(2, **SPEECH, authors=("Wei Zhang", "Bo Kim")),
    a_paper(3, **STARS, authors=("Wei Zhang", "Cy Day")),
    a_paper(4, **STARS, authors=("Wei Zhang", "Ann Lee")),
    a_paper(5, **STARS, authors=("W. Zhang", "Eve Fox")),
]


def test_whole_names_by_papers() -> None:
    """Initials are no name; ties are in the order of names."""
    assert commonest(PAPERS, 2) == [parse("Wei Zhang"), parse("Ann Lee")]


def test_every_pair_is_told() -> None:
    """Liked are all five: strangers are the speech-star pairs without Ann Lee, and none of them counts."""
    lens = HybridRecommender.fit(Corpus(papers=PAPERS), RankingSettings()).fitted.lens
    (own,) = measure(lens, PAPERS, names=1, taught=5, seed=0)
    assert (own.papers, own.pairs) == (5, 20)
    assert (own.strangers, own.strangers_counted) == (2 * 5, 0)
    assert (own.apart, own.apart_counted) == (18, 8)
    assert own.counted == 10
    assert (own.without, own.within, own.followed) == (0.5, 0, 0)


def test_the_command_prints_a_line_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And writes the same as JSON."""
    rows = [
        {
            "id": paper.id.removeprefix("arxiv:"),
            "title": paper.title,
            "abstract": paper.abstract,
            "authors": paper.authors,
            "categories": paper.categories,
            "day": "2026-01-01",
        }
        for paper in PAPERS
    ]
    with gzip.open(tmp_path / "papers-1.jsonl.gz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
    assert [paper.id for paper in read(tmp_path)] == [paper.id for paper in PAPERS]
    written = tmp_path / "names.json"
    main(["--data", str(tmp_path), "--names", "2", "--json", str(written)])
    told = json.loads(written.read_text(encoding="utf-8"))
    assert [row["name"] for row in told] == ["wei zhang", "ann lee"]
    assert "wei zhang" in capsys.readouterr().out
