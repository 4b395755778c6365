"""A reader's own library through the command line."""

from pathlib import Path

import pytest

from tests.e2e.project import Project
from tests.e2e.test_commands import MORNING, ready

ANA = "ana@example.org"
TOMATOES = "title:growingtomatoesbylamplight"
LIBRARY = """@misc{one, title = {Erasing what a model was taught}, eprint = {arXiv:2104.12345},
  abstract = {Machine unlearning and knowledge editing of a language model.}}
@misc{two, note = {nothing}}
@misc{three, title = {Lamps for tomatoes in a greenhouse}, doi = {10.1234/tomato}}
"""


def shelf(project: Project) -> Path:
    """Configure Ana and write her library; return its file."""
    ready(project)
    path = project.root / "own.bib"
    path.write_text(LIBRARY, encoding="utf-8")
    return path


def test_a_library_becomes_the_reading_list(project: Project) -> None:
    """The broken entry is named; the second time nothing is new; no paper of it is recommended."""
    shelf(project)
    arguments = (*MORNING, "import", "own.bib", "--for", ANA, "--as", "saved")
    first = project.run(*arguments, code=4).err
    assert "2 new" in first
    assert "own.bib:3" in first
    assert "0 new, 2 already known" in project.run(*arguments, code=4).err
    assert "doi:10.1234/tomato" in project.run("list", ANA, "--format", "json").out
    rows = project.run(*MORNING, "recommend", ANA, "--json").rows()
    assert not {"arxiv:2104.12345", "doi:10.1234/tomato"} & {row["paper"] for row in rows}


@pytest.mark.parametrize("use", ["seed", "up"])
def test_a_library_changes_the_ranking(project: Project, use: str) -> None:
    """Somebody whose interest was model editing and whose library is about tomatoes gets tomatoes."""
    shelf(project)
    before = project.run(*MORNING, "recommend", ANA, "--json").rows()
    project.run(*MORNING, "import", "own.bib", "--for", ANA, "--as", use, code=4)
    after = project.run(*MORNING, "recommend", ANA, "--json").rows()
    assert TOMATOES not in {row["paper"] for row in before}
    assert TOMATOES in {row["paper"] for row in after}


def test_ids_alone_are_enough(project: Project) -> None:
    """A list of ids becomes the reading list; a line that is none is named."""
    ready(project)
    text = "2202.05262\nhttps://doi.org/10.1234/abc\nwhat is this\n"
    (project.root / "ids.txt").write_text(text, encoding="utf-8")
    done = project.run("import", "ids.txt", "--for", ANA, "--as", "saved", code=4)
    assert "ids.txt:3" in done.err
    assert "arXiv:2202.05262" in project.run("list", ANA, "--format", "bibtex").out


@pytest.mark.parametrize(
    "arguments, code, said",
    [
        (("own.bib", "--for", ANA), 2, "belong together"),
        (("own.bib", "--as", "up"), 2, "belong together"),
        (("--feedback", "x.jsonl", "--for", ANA, "--as", "up"), 2, "--for needs"),
        (("own.bib", "--for", ANA, "--as", "liked"), 2, "liked"),
        (("own.bib", "--for", "bob@example.org", "--as", "up"), 1, "paperroute subscribers"),
        (("gone.bib", "--for", ANA, "--as", "up"), 1, "gone.bib"),
    ],
)
def test_wrong_calls_say_what_is_wrong(
    project: Project, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """Options alone, unknown values and readers, and files of which nothing could be used."""
    shelf(project)
    done = project.run("import", *arguments, code=code)
    assert said in done.err
    assert "Traceback" not in done.err
