"""Noticing that files have changed, by looking; no notification service, no threads."""

from collections.abc import Iterable
from pathlib import Path

_Look = tuple[tuple[str, int, int, int], ...]


class FileWatch:
    """Remembers what some files (and the files directly inside some folders) looked like."""

    def __init__(self, paths: Iterable[Path]) -> None:
        """Watch `paths` from now on; a path need not exist yet."""
        self.paths = tuple(paths)
        self._last = self._look()

    def changed(self) -> bool:
        """Tell whether anything differs from the last look; asking again answers no."""
        look = self._look()
        changed, self._last = look != self._last, look
        return changed

    def _look(self) -> _Look:
        """Return path, modification time, size and inode of each file: editors that replace a file within
        one tick of the clock change at least the inode.
        """
        files = [file for path in self.paths for file in (path, *_inside(path))]
        return tuple(entry for file in files if (entry := _entry(file)))


def _inside(path: Path) -> list[Path]:
    try:
        return sorted(path.iterdir()) if path.is_dir() else []
    except OSError:
        return []


def _entry(path: Path) -> tuple[str, int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return str(path), stat.st_mtime_ns, stat.st_size, stat.st_ino
