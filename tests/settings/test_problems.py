"""Every fault is reported at its place, in plain words, with a fix."""

from pathlib import Path

import pytest

from tests.settings.bad_files import MAIN, PEOPLE, Bad
from tests.settings.folders import problems_in, write_folder

MARK = "@@"


def marked(text: str) -> tuple[str, int, int]:
    """Return the text without its mark, and the mark's line and column from 1."""
    before, mark, after = text.partition(MARK)
    assert mark, text
    return before + after, before.count("\n") + 1, len(before) - before.rfind("\n")


def check(bad: Bad, path: Path, name: str) -> None:
    """Assert that the folder has exactly the one problem the case announces."""
    _, line, column = marked(bad.text)
    (problem,) = problems_in(path)
    assert Path(problem.file).name == name
    assert (problem.line, problem.column) == (line, column), str(problem)
    assert bad.message in problem.message, str(problem)
    assert bad.fix in problem.fix, str(problem)
    assert problem.fix
    assert "\n" not in str(problem)


@pytest.mark.parametrize("bad", MAIN, ids=lambda bad: bad.text[:60])
def test_fault_of_the_settings_has_place_and_fix(bad: Bad, tmp_path: Path) -> None:
    """Each faulty paperroute.toml gives one problem at the marked place."""
    check(bad, write_folder(tmp_path, marked(bad.text)[0]), "paperroute.toml")


@pytest.mark.parametrize("bad", PEOPLE, ids=lambda bad: bad.text[-60:])
def test_fault_of_the_subscribers_has_place_and_fix(bad: Bad, tmp_path: Path) -> None:
    """Each faulty subscribers.toml gives one problem at the marked place."""
    check(bad, write_folder(tmp_path, "", marked(bad.text)[0]), "subscribers.toml")
