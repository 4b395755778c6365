"""`paperroute interests`: what votes fall into, as blocks for the file."""

import json
import tomllib

import pytest

from recommender.settings.samples import interest_block
from tests.e2e.project import Project
from tests.ranking import world

NOW = ("--now", "2026-01-30T08:00Z")
ANA = """
[[subscriber]]
email = "ana@example.org"
name = "Ana"
at = "07:00"

  [[subscriber.interest]]
  name = "Robots"
  about = "robot grasping and manipulation with a tactile gripper"
"""


def voted(project: Project, *subjects: str) -> Project:
    """Import the small world and up-votes of Ana on five papers of each subject."""
    project.configure('[mail]\nbackend = "outbox"\n')
    project.subscribers.write_text(ANA, encoding="utf-8")
    papers = [
        {
            "id": paper.id.removeprefix("arxiv:"),
            "title": paper.title,
            "abstract": paper.abstract,
            "authors": paper.authors,
            "categories": paper.categories,
        }
        for paper in world.papers()
    ]
    votes = [
        {"subscriber": "ana@example.org", "paper": paper.id, "act": "up", "at": "2026-01-29T08:00:00Z"}
        for subject in subjects
        for paper in world.of(subject)[:5]
    ]
    for name, rows in (("papers", papers), ("votes", votes)):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (project.root / f"{name}.jsonl").write_text(text, encoding="utf-8")
    project.run(*NOW, "import", "papers.jsonl")
    project.run(*NOW, "import", "--feedback", "votes.jsonl")
    return project


def test_blocks_of_what_is_not_declared_yet(project: Project) -> None:
    """The output is TOML that adds an interest of the voted papers; the declared one has none."""
    done = voted(project, "robots", "speech").run(*NOW, "interests", "ana@example.org")
    assert "your interest “Robots” finds already" in done.out
    (interest,) = tomllib.loads(ANA.split("  [[", maxsplit=1)[0] + done.out)["subscriber"][0]["interest"]
    assert sorted(interest["seeds"]) == [paper.id for paper in world.of("speech")[:5]]
    project.subscribers.write_text(ANA + done.out, encoding="utf-8")
    project.run("check")
    again = project.run(*NOW, "interests", "ana@example.org").out
    assert "[[subscriber.interest]]" not in again


def test_rows_for_programs(project: Project) -> None:
    """One row a paper, with its suggestion and what covers it."""
    rows = voted(project, "robots", "speech").run(*NOW, "interests", "ana@example.org", "--json").rows()
    assert list(rows[0]) == ["suggestion", "covered_by", "paper", "title"]
    assert len(rows) == 10
    covered = {row["paper"]: row["covered_by"] for row in rows}
    assert covered[world.of("robots")[0].id] == "Robots"
    assert covered[world.of("speech")[0].id] is None


def test_without_votes_there_is_nothing_to_suggest(project: Project) -> None:
    """It says so, and an unknown reader is named."""
    done = voted(project).run(*NOW, "interests", "ana@example.org")
    assert done.out == ""
    assert "more votes" in done.err
    assert project.run("interests", "nobody@example.org", code=1).out == ""


@pytest.mark.parametrize("name", ['say "what"', "tab\there", "back\\slash", "Bell\x07", "Übung"])
def test_any_title_makes_a_block(name: str) -> None:
    """Names come from papers; whatever they hold, the block is TOML."""
    block = tomllib.loads("[[subscriber]]\n" + interest_block(name, ["arxiv:2601.00001"]))
    assert block["subscriber"][0]["interest"] == [
        {"name": name[:1].upper() + name[1:], "seeds": ["arxiv:2601.00001"]}
    ]
