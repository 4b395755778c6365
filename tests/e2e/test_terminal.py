"""What tables look like to a person: commands that print papers, on a terminal."""

import pytest

from tests.e2e.project import Project
from tests.e2e.test_commands import ready
from tests.e2e.test_outbox_commands import on_terminal


@pytest.mark.parametrize("words", [("search", "knowledge"), ("recommend", "ana@example.org")])
def test_papers_are_shown_on_a_terminal(project: Project, words: tuple[str, ...]) -> None:
    """Also where rows lack what those of another command have beneath them."""
    ready(project)
    code, told = on_terminal(project, *words)
    assert (code, "Editing Facts in Language Models" in told) == (0, True)
