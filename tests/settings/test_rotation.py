"""A new signing key before the old ones: those go on verifying until they are let go."""

import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from recommender.digest.links import Links, claim_of
from recommender.domain.errors import ConfigError, InputError, LinkInvalid
from recommender.settings.keys import let_go, rotate, signing_keys
from recommender.settings.models import SecretsSection

NOW = datetime(2026, 1, 30, tzinfo=UTC)
NONE = SecretsSection()
SITE = "http://127.0.0.1:8321"


def maker() -> Callable[[], str]:
    """Return what makes keys that can be told apart."""
    made = iter(range(99))
    return lambda: f"key-number-{next(made)}-with-at-least-32-characters"


def test_three_keys_verify_and_those_let_go_do_not(tmp_path: Path) -> None:
    """The newest signs each time."""
    file, make = tmp_path / "var" / "keys", maker()
    signing_keys(NONE, file, make=make)
    tokens = []
    for _ in range(3):
        keys = rotate(NONE, file, make=make)
        tokens.append(Links(keys, SITE).token(claim_of("vote", ("public-id", 0, 7), NOW, "up")))
    assert len(keys) == 4
    everything = Links(signing_keys(NONE, file), SITE)
    assert [everything.read("vote", token, NOW).row for token in tokens] == [7, 7, 7]
    rotate(NONE, file, make=make)
    kept = Links(let_go(NONE, file, 2), SITE)
    assert kept.read("vote", tokens[2], NOW).row == 7
    for token in tokens[:2]:
        with pytest.raises(LinkInvalid):
            kept.read("vote", token, NOW)


def test_the_file_stays_its_owners_alone(tmp_path: Path) -> None:
    """Also where it was readable by others; nothing is left beside it."""
    file = tmp_path / "keys"
    signing_keys(NONE, file)
    file.chmod(0o644)
    keys = rotate(NONE, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text(encoding="utf-8").split() == list(keys)
    assert [entry.name for entry in tmp_path.iterdir()] == ["keys"]


def test_a_first_key_is_made_with_the_new_one(tmp_path: Path) -> None:
    """Rotating what was never used is no error."""
    assert len(rotate(NONE, tmp_path / "keys")) == 2


def test_keys_of_the_configuration_are_not_ours_to_change(tmp_path: Path) -> None:
    """Nothing is written."""
    own = SecretsSection(keys=(SecretStr("k" * 40),))
    with pytest.raises(InputError, match="yours to write"):
        rotate(own, tmp_path / "keys")
    assert not (tmp_path / "keys").exists()


def test_a_damaged_file_is_left_as_it_is(tmp_path: Path) -> None:
    """It names no key it could go on with."""
    (tmp_path / "keys").write_text("short\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="32 characters"):
        rotate(NONE, tmp_path / "keys")
    assert (tmp_path / "keys").read_text(encoding="utf-8") == "short\n"
