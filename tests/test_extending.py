"""docs/extending.md is true: what it says is done to a copy of the project, and works there."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.paths import REPOSITORY
from tests.sources.replay import Answer, Replay, replaying

MANUAL = (REPOSITORY / "docs" / "extending.md").read_text(encoding="utf-8")
COPIED = ("recommender", "jobs", "tests", "config", "templates", "pyproject.toml")
PAPERS = [
    {"title": "On <i>tests</i>", "authors": "Ada One; Bo Two", "day": "2026-04-20", "speaker": "Ada One"},
    {"title": "", "speaker": "Ada One"},
    {"title": "Not wanted", "speaker": "Cy Three"},
]


def blocks() -> Mapping[str, str]:
    """Return the code of the manual by what its text names before it: a path, or a path and `line`."""
    found: dict[str, str] = {}
    place = ""
    for text, code in re.findall(r"(.*?)```\w+\n(.*?)```", MANUAL, re.DOTALL):
        named = re.findall(r"`([\w/.]+\.(?:py|toml))`", text.rsplit("\n#", 1)[-1])
        place = named[-1] if named else place
        found[place if place not in found else f"{place} again"] = code
    return found


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project in which the manual was followed to the letter."""
    root = tmp_path_factory.mktemp("extended") / "project"
    for name in COPIED:
        source = REPOSITORY / name
        if source.is_file():
            shutil.copy(source, root / name)
        else:
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    told = dict(blocks())
    kinds, fitted = "recommender/app/kinds.py", "recommender/ranking/fitted.py"
    insert(root / kinds, after=r"_FILES = \((?:\n    .*)*\n", text=told.pop(kinds))
    insert(root / fitted, after=r"        return \((?:\n {12}.*)*\n", text=told.pop(fitted))
    insert(root / fitted, after=r"(?=from recommender\.ranking\.keywords)", text=told.pop(f"{fitted} again"))
    table = told.pop("config/paperroute.toml")
    for place, code in told.items():
        assert not (root / place).exists(), place
        (root / place).write_text(code, encoding="utf-8")
    (root / "mine" / "config").mkdir(parents=True)
    (root / "mine" / "config" / "subscribers.toml").write_text("")
    (root / "mine" / "config" / "paperroute.toml").write_text(table)
    return root


def insert(file: Path, *, after: str, text: str) -> None:
    """Put text behind the one place that matches."""
    code = file.read_text(encoding="utf-8")
    (found,) = re.finditer(after, code)
    file.write_text(code[: found.end()] + text + code[found.end() :], encoding="utf-8")


def run(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Python command in the copy."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PAPERROUTE_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        env=kept | {"PYTHONPATH": str(copy), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def configured(copy: Path, name: str, more: str) -> str:
    """Write a configuration beside the manual's, with more keys, and return its path."""
    path = copy / "mine" / "config" / name
    path.write_text((copy / "mine" / "config" / "paperroute.toml").read_text() + more)
    return str(path)


def test_the_manual_has_all_that_is_needed() -> None:
    """One file, one line and one class for a source; an import more for a scorer."""
    assert list(blocks()) == [
        "recommender/sources/seminar.py",
        "recommender/app/kinds.py",
        "tests/sources/test_seminar.py",
        "config/paperroute.toml",
        "recommender/ranking/hands.py",
        "recommender/ranking/fitted.py",
        "recommender/ranking/fitted.py again",
        "tests/ranking/test_hands.py",
    ]
    assert blocks()["recommender/app/kinds.py"].count("\n") == 1
    body = blocks()["tests/sources/test_seminar.py"].split("class TestSeminar(SourceLaws):\n")[1]
    assert len([line for line in body.splitlines() if line.strip()]) == 4


def test_the_test_classes_pass(copy: Path) -> None:
    """The laws hold on both, and are really run."""
    paths = ("tests/sources/test_seminar.py", "tests/ranking/test_hands.py")
    done = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *paths)
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) >= 18
    written = [place for place in blocks() if place.endswith(".py")]
    run(copy, "-m", "ruff", "check", "--no-cache", *written)


FAULTY = """\
rooms = "x"
length = 501
base_url = "seminar"
[[source]]
type = "seminar"
name = "second"
[[source]]
type = "seminer"
name = "third"
[[source]]
type = "seminar"
name = "fourth"
room = "a"
speakers = "Ada"
"""
DRIVER = """
import json, runpy, sys
from pathlib import Path
from tests.e2e.project import Project

project = Project(root=Path("mine").absolute())
told = []
for arguments in json.loads(sys.argv[1]):
    done = project.run(*arguments, code=None)
    told.append([done.code, done.out + done.err])
print(json.dumps(told))
sys.argv[1:] = ["schema"]
runpy.run_module("recommender.app.schema", run_name="__main__")
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What the commands of a person who followed the manual ended with and said, and what a server heard."""

    check: tuple[int, str]
    ingest: tuple[int, str]
    again: tuple[int, str]
    faulty: tuple[int, str]
    server: Replay


@pytest.fixture(scope="module")
def walk(copy: Path) -> Walk:
    """Run the commands in the copy, all in one process: starting it is most of the time."""
    with replaying() as server:
        body = json.dumps(PAPERS).encode()
        server.says("/lab-3.json", Answer(body=body, headers={"ETag": '"1"'}), Answer(status=304))
        more = f'base_url = "{server.url("")}"\nallow_hosts = ["127.0.0.1"]\n'
        served = ("--config", configured(copy, "served.toml", more))
        ingest = (*served, "ingest", "--source", "seminar")
        faulty = ("--config", configured(copy, "faulty.toml", FAULTY), "check")
        done = run(copy, "-c", DRIVER, json.dumps([(*served, "check"), ingest, ingest, faulty]))
    ends = dict(zip(("check", "ingest", "again", "faulty"), json.loads(done.stdout), strict=True))
    return Walk(**ends, server=server)


def test_the_source_is_read_from_its_table(walk: Walk) -> None:
    """`ingest` stores the paper, refuses the bad entry alone, and asks with what was stored next time."""
    assert walk.check[0] == 0
    assert "1 source (seminar)" in walk.check[1]
    assert walk.ingest[0] == 4
    assert "1 added" in walk.ingest[1]
    assert "it has no title" in walk.ingest[1]
    assert walk.again[0] == 0
    assert walk.server.asked == ["/lab-3.json?limit=100"] * 2
    assert [headers.get("if-none-match") for headers in walk.server.headers] == [None, '"1"']


def test_its_table_is_checked_like_all_others(walk: Walk) -> None:
    """With file, line, column and a fix, all faults together."""
    assert walk.faulty[0] == 3
    told = [line.split("faulty.toml:")[1] for line in walk.faulty[1].splitlines()]
    assert told == [
        "5:1: 'rooms' is not a key here (did you mean room?)",
        "6:10: length must be at most 500, not 501 (write 500 or less)",
        "7:12: 'seminar' is not a web address (write it in full, like \"https://example.org\")",
        '8:1: room is missing (add room = "lab-3")',
        told[4],
        '18:12: speakers must be a list, not \'Ada\' (write it in square brackets, like ["one", "two"])',
    ]
    assert told[4].startswith("12:8: type must be ")
    assert told[4].endswith('(did you mean "seminar"?)')


@pytest.mark.usefixtures("walk")
def test_the_schema_knows_it(copy: Path) -> None:
    """With the descriptions from the file."""
    schema = json.loads((copy / "schema" / "paperroute.schema.json").read_text(encoding="utf-8"))
    own = schema["$defs"]["SeminarSource"]
    assert own["description"] == "The reading list of a seminar."
    assert own["properties"]["room"]["description"] == "Which seminar, by the name in its address."
    assert own["properties"]["length"] | {"description": ""} == {
        "default": 100,
        "description": "",
        "maximum": 500,
        "minimum": 1,
        "type": "integer",
    }
    assert own["required"] == ["type", "room"]
