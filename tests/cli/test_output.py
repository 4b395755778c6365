"""Tests of what a terminal shows: columns, and longer texts beneath their row."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from recommender.cli.output import Layout, Row, show

AT = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
ANSI = re.compile(r"\x1b\[[0-9;]*m")
ROWS: list[Row] = [
    {"id": "1", "who": "ana", "count": 3, "empty": None, "at": AT, "words": "word " * 30},
    {"id": "2", "who": "日本語", "count": 12, "empty": "", "at": None, "words": ""},
]


def shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], layout: Layout | None
) -> list[str]:
    """Return the lines on a terminal of 40 columns."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    show(ROWS, as_json=False, layout=layout)
    return ANSI.sub("", capsys.readouterr().out).splitlines()


def test_long_texts_stand_beneath_folded_between_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Columns are aligned by what letters take on the screen; a column with nothing in it is left out."""
    lines = shown(monkeypatch, capsys, Layout(beneath=("at", "words"), hidden=("id",)))
    assert lines[0] == "who     count"
    assert lines[1] == "ana         3"
    assert lines[2] == "    at: 2026-11-21 06:30 UTC"
    assert lines[3].strip() == ("word " * 7).strip()
    assert lines[-1] == "日本語     12"
    assert max(map(len, lines)) <= 40


def test_without_a_layout_every_column_with_something_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is cut, even where the terminal has to wrap it."""
    lines = shown(monkeypatch, capsys, None)
    assert lines[0].split() == ["id", "who", "count", "at", "words"]
    assert lines[1].split().count("word") == 30
    assert lines[2].split() == ["2", "日本語", "12", "-"]


def test_a_pipe_gets_every_column(capsys: pytest.CaptureFixture[str]) -> None:
    """Layouts are for eyes."""
    show(ROWS, as_json=False, layout=Layout(beneath=("words",), hidden=("id",)))
    assert capsys.readouterr().out.splitlines()[0].split("\t") == list(ROWS[0])


def test_a_reader_of_stdout_who_has_gone_is_no_fault() -> None:
    """As with `| head`: what waits in the buffer is dropped, without a word, and the exit code stays."""
    ours, theirs = os.pipe()
    os.close(ours)
    script = "from recommender.cli.main import main; main(['--config', 'not-there.toml', 'check', '--json'])"
    try:
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
            stdout=theirs,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    finally:
        os.close(theirs)
    assert (done.returncode, done.stderr) == (3, b"")
