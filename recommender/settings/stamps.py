"""Tells whether the files that declare subscribers are still those that were read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_Stamp = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """How the files were when they were about to be read, and the folder they are in, if one was named."""

    files: tuple[tuple[Path, _Stamp], ...] = ()
    folder: Path | None = None

    @classmethod
    def of(cls, files: Sequence[Path], folder: Path | None) -> "Stamps":
        """Look at the files."""
        return cls(files=tuple((file, _stamp(file)) for file in files), folder=folder)

    def hold(self) -> bool:
        """Tell whether nothing was changed, added or taken away since."""
        files = [file for file, _ in self.files]
        if self.folder is not None and people_files(self.folder) != files:
            return False
        return all(_stamp(file) == stamp for file, stamp in self.files)


def people_files(folder: Path) -> list[Path]:
    """Return the files of a folder that declare subscribers, in their order."""
    return sorted(file for file in folder.glob("*.toml") if not file.name.startswith("."))


def _stamp(file: Path) -> _Stamp:
    try:
        state = file.stat()
    except (OSError, ValueError):
        return None
    return (state.st_ino, state.st_size, state.st_mtime_ns)
