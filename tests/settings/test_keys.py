"""Signing keys are made once, privately, and kept."""

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from recommender.domain.errors import ConfigError
from recommender.settings.keys import signing_keys
from recommender.settings.models import SecretsSection

KEY = "0123456789abcdef0123456789abcdef"


def test_key_is_made_once_and_private(tmp_path: Path) -> None:
    """The first use writes a file only its owner reads; the second returns the same key."""
    file = tmp_path / "var" / "keys"
    first = signing_keys(SecretsSection(), file)
    assert len(first[0]) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert signing_keys(SecretsSection(), file) == first
    assert [path.name for path in file.parent.iterdir()] == ["keys"]


def test_configured_keys_win_and_nothing_is_written(tmp_path: Path) -> None:
    """Keys of the configuration need no file."""
    section = SecretsSection(keys=(SecretStr(KEY), SecretStr(f"{KEY}2")))
    assert signing_keys(section, tmp_path / "keys") == (KEY, f"{KEY}2")
    assert not (tmp_path / "keys").exists()


def test_all_keys_of_the_file_are_read_newest_first(tmp_path: Path) -> None:
    """One key a line, blank lines left out."""
    file = tmp_path / "keys"
    file.write_text(f"{KEY}2\n\n{KEY}1\n")
    assert signing_keys(SecretsSection(), file) == (f"{KEY}2", f"{KEY}1")


@pytest.mark.parametrize("text", ["", "\n", "short\n", f"{KEY}\nshort\n"])
def test_file_without_a_usable_key_is_refused(text: str, tmp_path: Path) -> None:
    """An empty or cut file is an error: a new key would void every link already mailed."""
    file = tmp_path / "keys"
    file.write_text(text)
    with pytest.raises(ConfigError, match="signing key"):
        signing_keys(SecretsSection(), file)


def test_key_of_another_process_stays(tmp_path: Path) -> None:
    """Of two processes at once, both use the key that was there first."""
    file = tmp_path / "keys"

    def make() -> str:
        file.write_text(f"{KEY}-other\n")
        return KEY

    assert signing_keys(SecretsSection(), file, make=make) == (f"{KEY}-other",)


def test_place_that_cannot_hold_a_file_is_refused(tmp_path: Path) -> None:
    """A file in the way of the folder is a configuration error."""
    (tmp_path / "var").write_text("")
    with pytest.raises(ConfigError, match="cannot be kept here"):
        signing_keys(SecretsSection(), tmp_path / "var" / "keys")
