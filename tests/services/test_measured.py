"""The few numbers of an evaluation that are kept: what was found, of when, and nothing made up."""

from datetime import timedelta
from pathlib import Path

import pytest

from recommender.ranking.evaluation import Estimate, Evaluation, EvaluationRow, Kind
from recommender.services.measured import FILE, keep, kept, measured
from tests.builders import NOON

NOTHING = Estimate(mean=None, low=None, high=None)


def a_row(method: str, kind: Kind, ndcg: float | None, ahead: float | None) -> EvaluationRow:
    """Build a row whose intervals are a tenth wide on each side."""
    return EvaluationRow(
        method=method,
        kind=kind,
        readers=40,
        figures={"ndcg_at_10": about(ndcg)},
        difference=about(ahead),
    )


def about(mean: float | None) -> Estimate:
    """Return an estimate around a mean."""
    return NOTHING if mean is None else Estimate(mean=mean, low=mean - 0.1, high=mean + 0.1)


def an_evaluation(*rows: EvaluationRow) -> Evaluation:
    """Build an evaluation of 40 readers."""
    return Evaluation(
        rows=rows, readers=40, candidates=900, split_at=NOON, notes=("900 papers were ranked.", "more")
    )


def test_the_strongest_baseline_is_kept_beside_what_ships(tmp_path: Path) -> None:
    """Scorers are no baselines, however strong; what is read is what was kept."""
    found = measured(
        an_evaluation(
            a_row("fused", Kind.FUSION, 0.5, None),
            a_row("content", Kind.SCORER, 0.9, -0.4),
            a_row("random", Kind.BASELINE, 0.125, 0.375),
            a_row("popular", Kind.BASELINE, 0.25, 0.25),
            a_row("silent", Kind.BASELINE, None, None),
        ),
        NOON,
    )
    assert (found.fused, found.baseline, found.ahead) == ((0.5, 0.4, 0.6), "popular", (0.25, 0.15, 0.35))
    assert (found.readers, found.note, found.at) == (40, "900 papers were ranked.", NOON)
    keep(tmp_path / "artifacts", found)
    assert kept(tmp_path / "artifacts") == found


def test_too_few_votes_are_kept_as_such(tmp_path: Path) -> None:
    """The reason stands there, and no number."""
    note = "Too few votes to evaluate."
    found = measured(Evaluation(rows=(), readers=0, candidates=0, split_at=None, notes=(note,)), NOON)
    keep(tmp_path, found)
    again = kept(tmp_path)
    assert again is not None
    assert (again.fused, again.ahead, again.baseline, again.note) == (None, None, "", note)


def test_the_newest_measurement_replaces_the_one_before(tmp_path: Path) -> None:
    """And leaves one file."""
    for hours in range(2):
        keep(tmp_path, measured(an_evaluation(), NOON + timedelta(hours=hours)))
    again = kept(tmp_path)
    assert again is not None
    assert again.at == NOON + timedelta(hours=1)
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "{",
        "null",
        '{"format": 2}',
        '{"format": 1, "at": "2026-01-30T12:00:00", "readers": 1, "note": "", "fused": null}',
        (
            '{"format": 1, "at": "2026-01-30T12:00:00Z", "readers": 1, "note": "", "fused": [1, 2],'
            ' "baseline": "", "ahead": null}'
        ),
        (
            '{"format": 1, "at": "2026-01-30T12:00:00Z", "readers": [], "note": "", "fused": null,'
            ' "baseline": "", "ahead": null}'
        ),
    ],
)
def test_what_cannot_be_read_counts_as_never_measured(tmp_path: Path, text: str) -> None:
    """A damaged file fails no page."""
    (tmp_path / FILE).write_text(text)
    assert kept(tmp_path) is None


def test_nothing_is_kept_where_nothing_was_measured(tmp_path: Path) -> None:
    """Not even where there is no folder."""
    assert kept(tmp_path / "none") is None
