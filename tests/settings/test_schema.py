"""The exported schemas are those of the models, and fit the shipped files."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from recommender.app.kinds import kinds
from recommender.settings.schema import NAMES, schema_models, schema_text, write_schemas
from tests.paths import REPOSITORY

FILES = schema_models(kinds())
TAPLO = shutil.which("taplo", path=f"{Path(sys.executable).parent}:{Path(shutil.__file__).parent}")


@pytest.mark.parametrize("name", NAMES)
def test_exported_schema_is_up_to_date(name: str) -> None:
    """If this fails, run: python -m recommender.app.schema config/schema."""
    kept = (REPOSITORY / "config" / "schema" / name).read_text(encoding="utf-8")
    assert kept == schema_text(FILES[name])


@pytest.mark.parametrize("name", NAMES)
def test_every_key_has_a_description(name: str) -> None:
    """Editors show what each key is for."""
    schema = json.loads(schema_text(FILES[name]))
    for model in (schema, *schema["$defs"].values()):
        for key, value in model.get("properties", {}).items():
            described = value.get("description") or "$ref" in value or "const" in value
            assert described, f"{name}: {key}"


def test_schemas_are_written(tmp_path: Path) -> None:
    """Both files are made, folder included."""
    paths = write_schemas(tmp_path / "schema", kinds())
    assert sorted(path.name for path in paths) == sorted(NAMES)


@pytest.mark.parametrize("name", ["paperroute", "subscribers"])
def test_shipped_file_names_its_schema(name: str) -> None:
    """The first line makes editors complete."""
    first = (REPOSITORY / "config" / f"{name}.toml").read_text().split("\n")[0]
    assert first == f"#:schema ./schema/{name}.schema.json"


def run_taplo(folder: Path) -> int:
    """Lint the .toml files of a folder against their schemas; return the exit code."""
    if TAPLO is None:
        pytest.skip("taplo is not installed")
    files = sorted(map(str, folder.glob("*.toml")))
    return subprocess.run([TAPLO, "lint", *files], cwd=folder, capture_output=True, check=False).returncode


def test_editor_linter_accepts_the_shipped_files() -> None:
    """Taplo finds nothing to complain about."""
    assert run_taplo(REPOSITORY / "config") == 0


def test_editor_linter_refuses_an_unknown_key(tmp_path: Path) -> None:
    """The schema is really used: a wrong key is found by the linter too."""
    write_schemas(tmp_path / "schema", kinds())
    (tmp_path / "paperroute.toml").write_text(
        "#:schema ./schema/paperroute.schema.json\n[mail]\nbakend = 'x'\n"
    )
    assert run_taplo(tmp_path) != 0
