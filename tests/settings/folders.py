"""Builders of configuration folders."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from recommender.app.kinds import kinds
from recommender.domain.errors import ConfigError, InputError, Problem
from recommender.settings.loader import Loaded, load


def read_lines(path: Path) -> Sequence[str]:
    """Stand in for the readers of libraries: one reference a line."""
    if path.suffix not in (".txt", ".bib"):
        raise InputError(f"{path.name} is no library")
    return path.read_text(encoding="utf-8").split()


def write_folder(root: Path, main: str | bytes = "", people: str | bytes | None = None) -> Path:
    """Write `root/config/` and return its paperroute.toml."""
    folder = root / "config"
    folder.mkdir(exist_ok=True)
    for name, text in (("paperroute.toml", main), ("subscribers.toml", people if people is not None else "")):
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder / "paperroute.toml"


def judge_key(pem: bytes) -> tuple[str, str] | None:
    """Stand in for the reader of keys: one that says good is good."""
    return None if pem == b"good" else ("it is no good", "")


def load_folder(path: Path, environ: Mapping[str, str] | None = None) -> Loaded:
    """Load a folder with the stand-in readers."""
    return load(path, environ or {}, kinds=kinds(), read_references=read_lines, check_key=judge_key)


def problems_in(path: Path, environ: Mapping[str, str] | None = None) -> tuple[Problem, ...]:
    """Return the problems of a folder; empty when it loads."""
    try:
        load_folder(path, environ)
    except ConfigError as error:
        return error.problems
    return ()
