"""Folds as an operator works with them: listed, taken back, joined; pairs in doubt."""

import json

from tests.e2e.project import Project
from tests.e2e.test_commands import CONFIG, MORNING

TITLE = "Telling the records of papers apart by their titles"
ROWS = (
    {"id": "2601.00001", "title": TITLE, "abstract": "The first record.", "authors": ["Ada One", "Bo Two"]},
    {"id": "2601.00002", "title": TITLE, "abstract": "The second record.", "authors": ["A. One"]},
    {"id": "2601.00003", "title": TITLE, "abstract": "A stranger's.", "authors": ["Zoe Zed"]},
)
COLUMNS = ["id", "paper", "other", "why", "at", "undone", "title", "other_title"]


def test_folds_are_listed_taken_back_and_joined(project: Project) -> None:
    """The votes of a reader go with their papers; wrong numbers end with 1 and wrong words with 2."""
    project.configure(CONFIG)
    project.subscribe(("ana@example.org", "Ana", "07:00"))
    rows = project.root / "rows.jsonl"
    rows.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    project.run(*MORNING, "import", "rows.jsonl")
    project.run(*MORNING, "save", "ana@example.org", "2601.00002")
    (fold,) = project.run(*MORNING, "folds", "--json").rows()
    assert list(fold) == COLUMNS
    assert (fold["paper"], fold["other"], fold["undone"]) == ("arxiv:2601.00001", "arxiv:2601.00002", None)
    (pair,) = project.run(*MORNING, "folds", "doubtful", "--json").rows()
    assert (pair["paper"], pair["other"], pair["why"]) == (
        "arxiv:2601.00001",
        "arxiv:2601.00003",
        "same title",
    )
    assert "2601.00003" in project.run(*MORNING, "doctor", code=None).out
    assert "two papers again" in project.run(*MORNING, "folds", "undo", fold["id"]).err
    assert "was undone" in project.run(*MORNING, "folds", "undo", fold["id"], code=1).err
    assert project.run(*MORNING, "folds", "undo", "first", code=2).out == ""
    assert "undo 2" in project.run(*MORNING, "folds", "join", "2601.00001", "2601.00002").err
    assert "arxiv:2601.00001" in project.run(*MORNING, "list", "ana@example.org").out
    assert project.run(*MORNING, "folds").out.splitlines()[0].split("\t") == COLUMNS
