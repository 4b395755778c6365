"""Tests of the harness itself: its amounts, its chance, and the figures it keeps."""

from typing import Literal

import pytest

from tests.faults.conftest import summary
from tests.faults.scale import AMOUNT, PROPERTY, Figures, chance, scaled


@pytest.mark.parametrize("asked,count", [("", 1), ("quick", 2), ("full", 3)])
def test_the_environment_says_how_much(monkeypatch: pytest.MonkeyPatch, asked: str, count: int) -> None:
    """Each amount has its count."""
    monkeypatch.setenv(AMOUNT, asked)
    assert scaled(tiny=1, quick=2, full=3) == count


def test_an_unknown_amount_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip in the environment does not pass for a full run."""
    monkeypatch.setenv(AMOUNT, "ful")
    with pytest.raises(ValueError, match="quick, full or nothing"):
        scaled(tiny=1, quick=2, full=3)


def test_chance_is_the_same_for_the_same_names() -> None:
    """A failure can be had again."""
    assert chance("kills", 1).random() == chance("kills", 1).random()
    assert chance("kills", 1).random() != chance("kills", 2).random()


def test_figures_of_passed_and_failed_tests_are_shown() -> None:
    """What was counted reaches the summary, a nought included, whatever became of the test."""
    figures = Figures()
    figures.add(kills=2, duplicates=0)
    figures.add(kills=3)
    figures.most(in_doubt=1)
    figures.most(in_doubt=0)
    reports = [_report("b", "passed", figures.counts), _report("a", "failed", {"rows": 1})]
    assert summary(reports) == {
        "test_a.py::a": {"counts": {"rows": 1}, "seconds": 1.2, "outcome": "failed"},
        "test_a.py::b": {
            "counts": {"kills": 5, "duplicates": 0, "in_doubt": 1},
            "seconds": 1.2,
            "outcome": "passed",
        },
    }


def _report(name: str, outcome: Literal["passed", "failed"], counts: dict[str, int]) -> pytest.TestReport:
    return pytest.TestReport(
        f"tests/faults/test_a.py::{name}",
        ("tests/faults/test_a.py", 1, name),
        keywords={},
        outcome=outcome,
        longrepr=None,
        when="call",
        duration=1.23,
        user_properties=[(PROPERTY, counts)],
    )
