"""The configuration file is found in the documented order."""

from pathlib import Path

import pytest

from recommender.domain.errors import ConfigError
from recommender.settings.locating import locate, root_of, shown_path


def touch(path: Path) -> Path:
    """Make an empty file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_flag_comes_first_even_if_the_file_is_missing(tmp_path: Path) -> None:
    """A named file is never silently replaced by another."""
    touch(tmp_path / "config" / "paperroute.toml")
    named = tmp_path / "other.toml"
    assert locate(named, {"PAPERROUTE_CONFIG": "x.toml"}, tmp_path, tmp_path) == named


def test_variable_comes_before_the_working_directory(tmp_path: Path) -> None:
    """PAPERROUTE_CONFIG wins over ./config."""
    touch(tmp_path / "config" / "paperroute.toml")
    assert locate(None, {"PAPERROUTE_CONFIG": "x.toml"}, tmp_path, tmp_path) == Path("x.toml")


def test_working_directory_comes_before_the_user_folder(tmp_path: Path) -> None:
    """./config/paperroute.toml wins over the user's own."""
    home = tmp_path / "home"
    own = touch(home / ".config" / "paperroute" / "paperroute.toml")
    assert locate(None, {}, tmp_path, home) == own
    here = touch(tmp_path / "config" / "paperroute.toml")
    assert locate(None, {}, tmp_path, home) == here


def test_xdg_variable_moves_the_user_folder(tmp_path: Path) -> None:
    """XDG_CONFIG_HOME is honoured."""
    own = touch(tmp_path / "xdg" / "paperroute" / "paperroute.toml")
    assert locate(None, {"XDG_CONFIG_HOME": str(tmp_path / "xdg")}, tmp_path, tmp_path) == own


def test_nothing_found_names_every_place_and_init(tmp_path: Path) -> None:
    """The error lists where it looked and the command that helps."""
    with pytest.raises(ConfigError) as caught:
        locate(None, {}, tmp_path / "cwd", tmp_path / "home")
    text = str(caught.value)
    for words in (
        "--config",
        "$PAPERROUTE_CONFIG",
        "cwd/config/paperroute.toml",
        "home/.config",
        "paperroute init",
    ):
        assert words in text


def test_root_is_the_parent_of_a_config_folder_only(tmp_path: Path) -> None:
    """Relative paths start above config/, else beside the file."""
    assert root_of(tmp_path / "config" / "a.toml") == tmp_path
    assert root_of(tmp_path / "etc" / "a.toml") == tmp_path / "etc"


def test_relative_name_inside_config_finds_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Standing inside config/ gives the same root."""
    (tmp_path / "config").mkdir()
    monkeypatch.chdir(tmp_path / "config")
    assert root_of(Path("paperroute.toml")) == tmp_path


def test_paths_below_the_working_directory_are_shown_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others are shown as they are."""
    monkeypatch.chdir(tmp_path)
    assert shown_path(tmp_path / "config" / "x.toml") == "config/x.toml"
    assert shown_path(Path("/etc/x.toml")) == "/etc/x.toml"
