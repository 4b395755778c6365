"""Writes a configuration to start from; never overwrites."""

from pathlib import Path

from recommender.domain.errors import InputError
from recommender.settings.data import data_dir
from recommender.settings.schema import NAMES as SCHEMA_FILES

_NAMES = ("paperroute.toml", "subscribers.toml", *(f"schema/{name}" for name in SCHEMA_FILES))


def write_config(directory: Path) -> list[str]:
    """Copy the commented example files and the schemas to `directory/config/`.

    Returns one line for each file: `wrote …`, or `kept …` for one that was there already.
    Raises InputError when a file cannot be written.
    """
    source = data_dir("config")
    return [_copy(source / name, directory / "config" / name) for name in _NAMES]


def _copy(source: Path, target: Path) -> str:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(source.read_bytes())
    except FileExistsError as error:
        if target.is_file():
            return f"kept {target}"
        raise InputError(
            f"{error.filename} is in the way of {target}; move it, or name another DIR"
        ) from error
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror}; name another DIR") from error
    return f"wrote {target}"
