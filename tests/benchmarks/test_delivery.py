"""The delivery benchmark runs, counts what arrived, and says the same in words and in JSON."""

import json
from pathlib import Path

import pytest

from benchmarks.delivery import main
from benchmarks.delivery_house import Watch, prepared


def test_a_small_run_measures_every_method_and_loses_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three methods on one connection and on four; the server took every message of every turn."""
    said = tmp_path / "said.json"
    small = ["--messages", "3", "--repeats", "1", "--kilobytes", "4", "--folder", str(tmp_path)]
    assert main([*small, "--json", str(said)]) == 0
    figures = json.loads(said.read_text(encoding="utf-8"))
    methods = [(line["method"], line["connections"]) for line in figures["lines"]]
    assert methods == [
        (name, number) for number in (1, 4) for name in ("bare smtplib", "with 2 commits", "product")
    ]
    assert all(line["lowest"] <= line["median"] <= line["highest"] for line in figures["lines"])
    turns_and_split = 2 * len(methods) + 1
    assert figures["accepted"] == 3 * turns_and_split
    assert set(figures["split_ms"]) == {"store", "render", "guard", "wire", "rest"}
    assert "product" in capsys.readouterr().out


def test_the_prepared_message_has_its_size_and_is_the_same_every_time() -> None:
    """Within a tenth of what was asked for."""
    assert prepared(60, 0) == prepared(60, 0) != prepared(60, 1)
    assert 54_000 < len(prepared(60, 0)) < 66_000


def test_the_watch_counts_what_is_inside_for_the_inner_name() -> None:
    """Names share the time and count none of it twice."""
    watch = Watch()
    with watch.on("outer"), watch.on("inner"):
        pass
    assert set(watch.seconds) == {"outer", "inner"}
    assert all(seconds >= 0 for seconds in watch.seconds.values())
