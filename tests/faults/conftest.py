"""What all fault tests share: the seed in sight, and the figures gathered and shown at the end."""

import json
import os
from collections.abc import Callable, Generator, Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.faults.scale import OUT, PROPERTY, SEED, Figures, amount, seed

_FOLDER = Path(__file__).parent


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Figures:
    """Count what happens in a test; what is counted by its end goes into its report, even a failed one."""
    counted = Figures()
    record_property(PROPERTY, counted.counts)
    return counted


def pytest_report_header() -> str:
    """Show how much runs and by which seed."""
    return f"faults: {amount()}, {SEED}={seed()}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the seed beside every failure."""
    report = yield
    if report.failed and item.path.is_relative_to(_FOLDER):
        report.sections.append(("chance", f"{SEED}={seed()}"))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures of every test that has some, and write them where that was asked for."""
    ended = (terminalreporter.stats.get(outcome, ()) for outcome in ("passed", "failed"))
    rows = summary(chain.from_iterable(ended))
    if not rows:
        return
    terminalreporter.section(f"fault figures ({amount()}, {SEED}={seed()})")
    for name, row in rows.items():
        counts = ", ".join(f"{what} {number:,}" for what, number in row["counts"].items())
        terminalreporter.write_line(f"{name}: {counts} ({row['seconds']} s, {row['outcome']})")
    if target := os.environ.get(OUT):
        found = {"amount": amount(), "seed": seed(), "tests": rows}
        Path(target).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def summary(reports: Iterable[pytest.TestReport]) -> dict[str, dict[str, Any]]:
    """Return counts, seconds and outcome by test, in order of name."""
    found: dict[str, dict[str, Any]] = {}
    for report in reports:
        counts = dict(report.user_properties).get(PROPERTY)
        # Set up and tear down report apart and carry the same properties.
        if report.when == "call" and counts:
            name = report.nodeid.partition("faults/")[2]
            found[name] = {
                "counts": counts,
                "seconds": round(report.duration, 1),
                "outcome": report.outcome,
            }
    return dict(sorted(found.items()))
