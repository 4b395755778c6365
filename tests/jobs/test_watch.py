"""Tests of noticing changed files."""

import os
from pathlib import Path

import pytest

from jobs.watch import FileWatch


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a configuration folder with two files and a folder of subscribers."""
    (tmp_path / "main.toml").write_text("a = 1")
    (tmp_path / "subscribers.d").mkdir()
    (tmp_path / "subscribers.d" / "ana.toml").write_text("b = 1")
    return tmp_path


def _watch(folder: Path) -> FileWatch:
    return FileWatch([folder / "main.toml", folder / "subscribers.d", folder / "missing.toml"])


def test_nothing_changed(folder: Path) -> None:
    """Looking changes nothing."""
    watch = _watch(folder)
    assert not watch.changed()
    assert not watch.changed()


def test_a_change_is_told_once(folder: Path) -> None:
    """After the answer yes the next answer is no."""
    watch = _watch(folder)
    (folder / "main.toml").write_text("a = 22")
    assert watch.changed()
    assert not watch.changed()


@pytest.mark.parametrize("name", ["subscribers.d/ana.toml", "subscribers.d/bob.toml", "missing.toml"])
def test_files_in_folders_and_new_files_count(folder: Path, name: str) -> None:
    """A file inside a watched folder, a new one there, and one that was missing are seen."""
    watch = _watch(folder)
    (folder / name).write_text("c = 333")
    assert watch.changed()


def test_a_removed_file_counts(folder: Path) -> None:
    """Taking a file away is a change."""
    watch = _watch(folder)
    (folder / "subscribers.d" / "ana.toml").unlink()
    assert watch.changed()


def test_a_file_replaced_with_the_same_size_and_time_counts(folder: Path) -> None:
    """Editors write beside and rename; the inode tells."""
    watch = _watch(folder)
    before = (folder / "main.toml").stat()
    (folder / "new").write_text("a = 2")
    os.utime(folder / "new", ns=(before.st_atime_ns, before.st_mtime_ns))
    (folder / "new").replace(folder / "main.toml")
    assert watch.changed()
