"""Where the configuration file is, and what relative paths in it are relative to."""

from collections.abc import Mapping
from pathlib import Path

from recommender.domain.errors import ConfigError, Problem
from recommender.settings.environment import CONFIG_VARIABLE

NAME = "paperroute.toml"
FOLDER = "config"
_SQLITE = "sqlite:///"


def locate(config: Path | None, environ: Mapping[str, str], cwd: Path, home: Path) -> Path:
    """Return the configuration file to use.

    A file named by the flag or by PAPERROUTE_CONFIG is returned unseen: `load` says if it is missing.
    Raises ConfigError, naming every place that was looked at, when nothing is named and none exists.
    """
    if config is not None:
        return config
    if named := environ.get(CONFIG_VARIABLE):
        return Path(named)
    places = [cwd / FOLDER / NAME, _user_folder(environ, home) / NAME]
    for place in places:
        if exists(place):
            return place
    looked = ", ".join(["--config", f"${CONFIG_VARIABLE}", *map(str, places)])
    message = f"there is no configuration file; looked at: {looked}"
    raise ConfigError([Problem(str(places[0]), 1, 1, message, "`paperroute init` writes one to start from")])


def root_of(config: Path) -> Path:
    """Return what relative paths are resolved against: the parent of `config/`, else the file's folder.

    Symbolic links are not followed: the place where the file was named counts.
    """
    folder = config.absolute().parent
    return folder.parent if folder.name == FOLDER else folder


def shown_path(path: Path) -> str:
    """Return a path relative to the working directory where it is below it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def exists(path: Path) -> bool:
    """Tell whether something is at `path`; a name the system refuses, a too long one say, is not there."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def absolute_store_url(url: str, root: Path) -> str:
    """Resolve the file of a `sqlite:///` URL against `root`; `sqlite:////…` and servers stay as they are."""
    file = url.removeprefix(_SQLITE)
    if file == url or file.startswith(":memory:"):
        return url
    return f"{_SQLITE}{root / file}"


def _user_folder(environ: Mapping[str, str], home: Path) -> Path:
    named = environ.get("XDG_CONFIG_HOME") or environ.get("APPDATA")
    return (Path(named) if named else home / ".config") / "paperroute"
