"""Files that declare subscribers are known again, or not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from recommender.settings.stamps import Stamps
from tests.settings.folders import load_folder, write_folder

PERSON = '[[subscriber]]\nemail = "{}@example.org"\n'


def replaced(folder: Path) -> None:
    """Put another file of one size in its place."""
    new = folder / "new"
    new.write_text(PERSON.format("bob"), encoding="utf-8")
    new.replace(folder / "a.toml")


CHANGES: dict[str, Callable[[Path], object]] = {
    "longer": lambda folder: (folder / "a.toml").write_text(PERSON.format("anna"), encoding="utf-8"),
    "replaced": replaced,
    "gone": lambda folder: (folder / "a.toml").unlink(),
    "one more": lambda folder: (folder / "b.toml").write_text("", encoding="utf-8"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_noticed(change: Callable[[Path], object], tmp_path: Path) -> None:
    """In a file, of a file, and beside it."""
    path = write_folder(tmp_path, '[subscribers]\nfile = "people"\n')
    folder = tmp_path / "config" / "people"
    folder.mkdir()
    (folder / "a.toml").write_text(PERSON.format("ana"), encoding="utf-8")
    stamps = load_folder(path).stamps
    (folder / ".a.toml.new").touch()
    assert stamps.hold()
    change(folder)
    assert not stamps.hold()


def test_a_single_file_is_known(tmp_path: Path) -> None:
    """What lies beside it is none of its business."""
    path = write_folder(tmp_path, "", PERSON.format("ana"))
    stamps = load_folder(path).stamps
    (path.parent / "other.toml").touch()
    assert stamps.hold()
    (path.parent / "subscribers.toml").unlink()
    assert not stamps.hold()


def test_what_was_not_there_may_stay_away(tmp_path: Path) -> None:
    """And is noticed when it comes."""
    stamps = Stamps.of([tmp_path / "none.toml"], None)
    assert stamps.hold()
    (tmp_path / "none.toml").touch()
    assert not stamps.hold()
