"""Signing keys: from the configuration, or generated into a file on first use."""

import contextlib
import os
import secrets
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from recommender.domain.errors import ConfigError, InputError, Problem
from recommender.ports.folders import make_private
from recommender.settings.models import SecretsSection
from recommender.settings.replacing import replace_content

_SHORTEST = 32
_PRIVATE = 0o600


def signing_keys(
    section: SecretsSection, file: Path, *, make: Callable[[], str] = secrets.token_urlsafe
) -> tuple[str, ...]:
    """Return the keys, newest first; makes `file` (mode 0600, one key a line) when there is none.

    Raises ConfigError when the file cannot be read or made, or holds no usable key.
    """
    if section.keys:
        return tuple(key.get_secret_value() for key in section.keys)
    try:
        if not file.exists():
            _make(file, make())
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ConfigError(
            [
                Problem(
                    str(file), 1, 1, f"the signing keys cannot be kept here: {reason}", "set [secrets] file"
                )
            ]
        ) from error
    return _checked([line.strip() for line in lines], file)


def _checked(lines: list[str], file: Path) -> tuple[str, ...]:
    short = [number for number, line in enumerate(lines, 1) if line and len(line) < _SHORTEST]
    if short or not any(lines):
        message = f"a signing key needs {_SHORTEST} characters" if short else "there is no signing key here"
        fix = "put an old copy back; removing the file makes a new key and voids the links already mailed"
        raise ConfigError([Problem(str(file), short[0] if short else 1, 1, message, fix)])
    return tuple(line for line in lines if line)


def _make(file: Path, key: str) -> None:
    """Write the file whole or not at all; of two processes at once, the first one's key stays."""
    make_private(file.parent)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".keys-")  # mode 0600 from the start
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(f"{key}\n")
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(FileExistsError):
            Path(file).hardlink_to(name)
    finally:
        Path(name).unlink()


def rotate(
    section: SecretsSection, file: Path, *, make: Callable[[], str] = secrets.token_urlsafe
) -> tuple[str, ...]:
    """Put a new key before those in `file`, and return them.

    The file is replaced whole and stays its owner's (mode 0600). Raises InputError where the configuration
    holds the keys itself or the file cannot be written, ConfigError where it cannot be read.
    """
    if section.keys:
        raise InputError("the keys stand in the configuration or its environment, which is yours to write")
    keys = (make(), *signing_keys(section, file, make=make))
    _replace(file, keys)
    return keys


def let_go(section: SecretsSection, file: Path, keep: int) -> tuple[str, ...]:
    """Keep the newest `keep` keys of `file`, 1 at least, and return them. Raises as `rotate` does."""
    keys = signing_keys(section, file)[: max(keep, 1)]
    _replace(file, keys)
    return keys


def _replace(file: Path, keys: Sequence[str]) -> None:
    try:
        was = file.read_bytes()
        file.chmod(_PRIVATE)
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}") from error
    replace_content(file, "".join(f"{key}\n" for key in keys).encode(), was=was)
