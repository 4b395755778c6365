"""The process environment as a layer over the file: `PAPERROUTE_<SECTION>__<KEY>`.

The only place that reads `os.environ`. Secrets may also come from a file that `…__<KEY>_FILE` names.
Sources and subscribers are lists and stay in the files.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_origin

from pydantic import BaseModel

from recommender.domain.errors import Problem
from recommender.settings.models import Settings
from recommender.settings.problems import nearest

PREFIX = "PAPERROUTE_"
CONFIG_VARIABLE = "PAPERROUTE_CONFIG"
FILE = "environment"
_FROM_FILE = frozenset(
    {
        ("store", "url"),
        ("mail", "password"),
        ("inbox", "password"),
        ("web", "admin_password"),
        ("secrets", "keys"),
        ("zotero", "api_key"),
        ("semanticscholar", "api_key"),
        ("openalex", "api_key"),
        ("crossref", "api_key"),
    }
)
_SUFFIX = "_file"


@dataclass(frozen=True, kw_only=True)
class Overrides:
    """Values by (section, key) with the variable each came from, and what was wrong with others."""

    values: dict[tuple[str, str], object] = field(default_factory=dict)
    variables: dict[tuple[str, str], str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, variable: str, message: str, fix: str) -> None:
        """Add a problem with a variable."""
        self.problems.append(Problem(FILE, 1, 1, f"{variable}: {message}", fix))


def process_environment() -> Mapping[str, str]:
    """Return a copy of the environment of this process."""
    return dict(os.environ)


def sections() -> dict[str, type[BaseModel]]:
    """Return the models of the sections that are single tables, by name."""
    found = {name: info.annotation for name, info in Settings.model_fields.items()}
    return {
        name: kind for name, kind in found.items() if isinstance(kind, type) and issubclass(kind, BaseModel)
    }


def read_overrides(environ: Mapping[str, str], root: Path) -> Overrides:
    """Collect overrides; relative `_FILE` paths are resolved against `root`. Empty variables do not count."""
    found = Overrides()
    for variable, text in sorted(environ.items()):
        if variable.startswith(PREFIX) and variable != CONFIG_VARIABLE and text:
            _take(variable, text, root, found)
    return found


def merge(data: Mapping[str, object], overrides: Overrides) -> dict[str, object]:
    """Lay overrides over the values of the file; a section of the wrong type is left for the models."""
    merged = dict(data)
    for (section, key), value in overrides.values.items():
        table = merged.get(section, {})
        if isinstance(table, dict):
            merged[section] = {**table, key: value}
    return merged


def _take(variable: str, text: str, root: Path, found: Overrides) -> None:
    known = sections()
    section, double, key = variable.removeprefix(PREFIX).lower().partition("__")
    if not double:
        _single_underscore(variable, known, found)
    elif section not in known:
        meant = nearest(section, list(known))
        fix = f"did you mean {_variable(meant, key)}?" if meant else f"sections: {', '.join(known)}"
        found.complain(variable, f"there is no section {section}", fix)
    elif _secret_in_file(section, key):
        _take_file(variable, (section, key.removesuffix(_SUFFIX)), root / text, found)
    elif key in known[section].model_fields:
        value = _typed(text, known[section].model_fields[key].annotation)
        _set(found, (section, key), value, variable)
    else:
        keys = list(known[section].model_fields)
        meant = nearest(key, keys)
        fix = f"did you mean {_variable(section, meant)}?" if meant else f"keys: {', '.join(keys)}"
        found.complain(variable, f"section {section} has no key {key}", fix)


def _single_underscore(variable: str, known: Mapping[str, type[BaseModel]], found: Overrides) -> None:
    """Catch `PAPERROUTE_MAIL_PASSWORD`; variables that resemble no key belong to somebody else."""
    section, _, key = variable.removeprefix(PREFIX).lower().partition("_")
    if section in known and (key in known[section].model_fields or _secret_in_file(section, key)):
        found.complain(
            variable, "needs two underscores after the section", f"write {_variable(section, key)}"
        )


def _variable(section: str, key: str) -> str:
    return f"{PREFIX}{section}__{key}".upper()


def _secret_in_file(section: str, key: str) -> bool:
    return key.endswith(_SUFFIX) and (section, key.removesuffix(_SUFFIX)) in _FROM_FILE


def _take_file(variable: str, path: tuple[str, str], file: Path, found: Overrides) -> None:
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        found.complain(variable, f"{file} cannot be read: {reason}", "name a file that this process may read")
        return
    value: object = text.splitlines() if path[1] == "keys" else text
    _set(found, path, value, variable)


def _set(found: Overrides, path: tuple[str, str], value: object, variable: str) -> None:
    found.values[path] = value
    found.variables[path] = variable
    if path[1] in ("password", "admin_password"):
        found.values[path[0], f"{path[1]}{_SUFFIX}"] = ""


def _typed(text: str, kind: object) -> object:
    """Read a variable as the key's type; what cannot be read stays text and the model refuses it."""
    if kind is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    if kind in (int, float):
        return _number(text, kind)
    if get_origin(kind) is tuple:
        return _list(text)
    return text


def _number(text: str, kind: object) -> object:
    try:
        return int(text) if kind is int else float(text)
    except ValueError:
        return text


def _list(text: str) -> object:
    if not text.startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text
