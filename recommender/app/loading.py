"""Finds and loads the configuration, again where it was changed while something was made from it."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from recommender.app.kinds import kinds
from recommender.app.signing import key_fault
from recommender.domain.errors import Overtaken
from recommender.settings.environment import process_environment
from recommender.settings.loader import Loaded, load
from recommender.settings.locating import locate

_TRIES = 5
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def load_configuration(config: Path | None) -> Loaded:
    """Find and load the configuration; raises ConfigError with every problem."""
    environ = process_environment()
    path = locate(config, environ, Path.cwd(), Path.home())
    return load(path, environ, kinds=kinds(), read_references=_read_references, check_key=key_fault)


def afresh(make: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Call a function that loads the configuration again when that was overtaken, a few times at most."""

    @wraps(make)
    def again(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        for _ in range(_TRIES):
            try:
                return make(*args, **kwargs)
            except Overtaken:
                continue
        return make(*args, **kwargs)

    return again


def _read_references(path: Path) -> tuple[str, ...]:
    from recommender.app.intake import read_references  # noqa: PLC0415 only for a seeds_file

    return read_references(path)
