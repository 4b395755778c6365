"""Documents that must stay true: the words and the layers."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from recommender.cli.main import app
from recommender.domain.editions import DeliveryState
from recommender.store.schema import METADATA
from tests.paths import REPOSITORY


def test_every_table_is_a_word_of_the_glossary() -> None:
    """Table names are made of the glossary's terms."""
    glossary = (REPOSITORY / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = {match.lower() for match in re.findall(r"(?m)^\| (\w+) \|", glossary)}
    known = terms | {"alias", "item", "saved", "state", "version", "alembic"}
    words = {word for table in METADATA.tables for word in table.split("_")}
    assert words - known == set()


def test_a_word_of_the_glossary_has_one_meaning() -> None:
    """No term stands there twice."""
    glossary = (REPOSITORY / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"(?m)^\| ([^|]+?) \|", glossary)
    assert len(terms) > 80
    assert [term for term in terms if terms.count(term) > 1] == []


def test_every_command_stands_in_the_readme() -> None:
    """The table of the README names each command of the program, and none besides."""
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    table = readme.split("## Commands\n")[1].split("\nData goes")[0]
    listed = set(re.findall(r"`([\w-]+)`", table))
    commands = getattr(get_command(app), "commands", {})
    below = {name for command in commands.values() for name in getattr(command, "commands", {})}
    assert len(commands) > 30
    assert set(commands) <= listed <= set(commands) | below


def test_links_between_the_documents_lead_somewhere() -> None:
    """Files and headings that a document names are there."""
    documents = [REPOSITORY / "README.md", REPOSITORY / "CHANGELOG.md", *(REPOSITORY / "docs").rglob("*.md")]
    texts = {path.resolve(): path.read_text(encoding="utf-8") for path in documents}
    headings = {
        path: {anchor(line) for line in re.findall(r"(?m)^#+ (.*)$", text)} for path, text in texts.items()
    }
    dead = []
    for path, text in texts.items():
        prose = re.sub(r"(?s)```.*?```", "", text)
        for link in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", prose):
            name, _, part = link.partition("#")
            target = (path.parent / name).resolve() if name else path
            if not target.exists() or (part and part not in headings.get(target, {part})):
                dead.append(f"{path.name}: {link}")
    assert len(documents) > 40
    assert dead == []


def test_the_layers_in_the_document_are_those_of_the_contract() -> None:
    """The layer table names the packages in the order that the import contract enforces."""
    text = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
    config = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    contract = config["tool"]["importlinter"]["contracts"][0]["layers"]
    enforced = [name.strip() for layer in contract for name in layer.split("|")]
    table = text.split("## From a feed")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = [name.removeprefix("recommender.") for row in rows for name in re.findall(r"`([\w.]+)`", row)]
    assert [name for name in named if name != "jobs"] == enforced


def test_every_delivery_state_has_a_row_for_operators() -> None:
    """A state that is added or dropped must be so in the manual too."""
    rows = re.findall(r"(?m)^\| `(\w+)` \|", section("What the states mean and what to do"))
    assert sorted(rows) == sorted(DeliveryState)


def test_the_metrics_in_the_manual_are_those_that_are_served() -> None:
    """Names are written down in two places only: where they are made, and there."""
    manual = set(re.findall(r"paperroute_(\w+)", section("Watching it")))
    code = (REPOSITORY / "recommender" / "web" / "metrics.py").read_text(encoding="utf-8")
    assert manual == set(re.findall(r'name="(\w+)"', code))


def test_the_systemd_unit_is_one(tmp_path: Path) -> None:
    """The tool of systemd finds no fault in the example, with a program and a user that exist here."""
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("no systemd-analyze here")
    (unit,) = re.findall(r"(?s)```ini\n(.*?)```", section("Running it with systemd"))
    unit = unit.replace("/srv/paperroute/.venv/bin/paperroute", sys.executable)
    (tmp_path / "paperroute.service").write_text(unit.replace("User=paperroute", "User=root"))
    done = subprocess.run(
        [analyse, "verify", "--man=no", "paperroute.service"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def anchor(heading: str) -> str:
    """Return what a link to a heading says after its #."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def section(title: str) -> str:
    """Return one section of the operator's manual."""
    manual = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    return manual.split(f"## {title}\n")[1].split("\n## ")[0]
