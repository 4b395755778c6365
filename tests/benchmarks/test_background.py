"""Making the background: who belongs together, the same numbers every time, nothing from after the day."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.background import fit, main, papers
from benchmarks.background_fit import Lessons, partners
from recommender.ranking.background import Background

LESSONS = Lessons(width=4, epochs=3, lot=16)
TOPICS = (
    "speech voice audio phoneme acoustic",
    "robot arm grasp torque gripper",
    "galaxy star orbit telescope dust",
)


def rows() -> list[dict[str, Any]]:
    """Return 48 papers of three subjects, four by each author."""
    random = np.random.default_rng(0)
    return [
        {
            "id": f"2501.{number:05d}",
            "title": " ".join(random.choice(TOPICS[number % 3].split(), 2)),
            "abstract": " ".join(random.choice(TOPICS[number % 3].split(), 12)),
            "authors": [f"Author Number{number % 12}"],
            "categories": [f"field-{number % 3}"],
            "first_seen": f"2025-0{1 + number % 6}-01",
        }
        for number in range(48)
    ]


def folder_of(found: list[dict[str, Any]], folder: Path) -> Path:
    """Write papers as the data folders hold them."""
    folder.mkdir()
    with gzip.open(folder / "papers-2025-01.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in found)
    return folder


def test_papers_of_one_rare_name_are_partners() -> None:
    """And a crowd's paper, or a paper alone, has none."""
    crowd = tuple(f"person {number}" for number in range(31))
    found = partners((("ann lee", "bo li"), ("ann lee",), ("cy wu",), crowd, crowd)).toarray()

    assert found[0, 1] == found[1, 0] == 1
    assert found.sum() == 2


def test_a_common_name_needs_a_second() -> None:
    """Thirteen papers share one name; only the first two share another as well."""
    found = partners((*[("wei wang", "ann lee")] * 2, *[("wei wang",)] * 11)).toarray()

    assert found[0, 1] > 1
    assert not found[2:].any()


def test_the_same_seed_gives_the_same_numbers() -> None:
    """Another seed gives others."""
    one, two, other = (fit(rows(), LESSONS, seed, 2) for seed in (3, 3, 4))

    assert (one.vectors == two.vectors).all()
    assert (one.sample != two.sample).nnz == 0
    assert not np.array_equal(one.vectors, other.vectors)


def test_one_subject_has_one_direction() -> None:
    """Papers are nearer to their own subject than to another."""
    background = fit(rows(), LESSONS, 0, 2)
    dense = background.dense(background.sample)
    cosines = dense @ dense.T

    assert cosines[:, ::3][::3].mean() > cosines[:, 1::3][::3].mean() + 0.5


def test_later_papers_and_second_sightings_are_left_out(tmp_path: Path) -> None:
    """`before` is a day, and the first folder wins."""
    first = folder_of(rows()[:6], tmp_path / "first")
    again = folder_of([row | {"title": "again"} for row in rows()[:7]], tmp_path / "again")

    found = papers([first, again], "2025-04-01")

    assert [row["id"] for row in found] == ["2501.00000", "2501.00001", "2501.00002", "2501.00006"]
    assert [row["title"] == "again" for row in found] == [False, False, False, True]


def test_the_command_writes_what_the_product_reads(tmp_path: Path) -> None:
    """A run on enough papers that features get vectors."""
    data = folder_of(rows(), tmp_path / "data")
    rich = [row | {"id": f"{row['id']}.{copy}"} for row in rows() for copy in range(12)]
    more = folder_of(rich, tmp_path / "more")

    main(["--data", str(data), "--more", str(more), "--out", str(tmp_path / "b.npz")])

    with (tmp_path / "b.npz").open("rb") as file:
        background = Background.read(file)
    assert background.documents == 48 * 13
    assert background.vectors.shape[0] == len(background.columns) > 10
    assert background.sample.shape[0] == 48 * 13
