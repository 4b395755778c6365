"""`init` writes a working configuration and never overwrites."""

from pathlib import Path

import pytest

from recommender.domain.errors import InputError
from recommender.settings.scaffold import write_config
from tests.paths import REPOSITORY
from tests.settings.folders import load_folder


def test_written_configuration_is_the_shipped_one_and_loads(tmp_path: Path) -> None:
    """Both files and both schemas arrive, and the result is valid."""
    lines = write_config(tmp_path / "new")
    assert len(lines) == 4
    assert all(line.startswith("wrote ") for line in lines)
    for name in ("paperroute.toml", "subscribers.toml", "schema/paperroute.schema.json"):
        written = (tmp_path / "new" / "config" / name).read_bytes()
        assert written == (REPOSITORY / "config" / name).read_bytes()
    assert load_folder(tmp_path / "new" / "config" / "paperroute.toml").warnings == ()


def test_existing_files_are_kept(tmp_path: Path) -> None:
    """A file that is there stays as it is and is reported so."""
    target = tmp_path / "config" / "subscribers.toml"
    target.parent.mkdir()
    target.write_text("# mine\n")
    lines = write_config(tmp_path)
    assert f"kept {target}" in lines
    assert sum(line.startswith("wrote ") for line in lines) == 3
    assert target.read_text() == "# mine\n"


@pytest.mark.parametrize("obstacle", ["config", "config/schema", "config/paperroute.toml/x"])
def test_obstacle_is_named(obstacle: str, tmp_path: Path) -> None:
    """Something else where a file or folder should go is an error in words."""
    path = tmp_path / obstacle
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    with pytest.raises(InputError, match="config"):
        write_config(tmp_path)
