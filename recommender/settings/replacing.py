"""Puts new content in the place of a file's old one, whole or not at all."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from recommender.domain.errors import InputError


def replace_content(path: Path, content: bytes, *, was: bytes | None, like: Path | None = None) -> None:
    """Give a file new content if it still holds what it `was`; None: if there is none yet.

    Mode and owner stay, and so does a symbolic link to it; a new file gets those of the file it is
    to be `like`. Raises InputError, and leaves the file as it is then.
    """
    target = path.resolve()
    try:
        model = (like.resolve() if like and was is None else target).stat()
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".new")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                _take_over(handle, model)
                os.fsync(handle)
            if _content(target) != was:
                raise InputError(f"{path} was changed meanwhile; it is as it was, run the command again")
            Path(name).replace(target)
        finally:
            Path(name).unlink(missing_ok=True)
        _sync(target.parent)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error


def _content(target: Path) -> bytes | None:
    try:
        return target.read_bytes()
    except FileNotFoundError:
        return None


def _take_over(handle: int, model: os.stat_result) -> None:
    os.fchmod(handle, stat.S_IMODE(model.st_mode))
    with suppress(PermissionError):  # who is not root may not give files away
        os.fchown(handle, model.st_uid, model.st_gid)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
