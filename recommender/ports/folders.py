"""Folders that only their owner may look into: what readers did is in them.

Here, because everybody who keeps files makes some, and those know nothing of each other.
"""

from pathlib import Path

_OWNER = 0o700


def make_private(folder: Path) -> None:
    """Make a folder, and missing ones above it, for its owner alone; one that is there stays as it is.

    Raises OSError.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(mode=_OWNER, exist_ok=True)
    if not folder.is_dir():
        folder.mkdir()  # says what is in the way
