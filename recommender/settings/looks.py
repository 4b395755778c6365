"""What of `[digest]` needs more than one key to judge: faint colours, a folder that is not there."""

from collections.abc import Iterator
from pathlib import Path

from recommender.domain.errors import Problem
from recommender.domain.theme import READABLE, Faint, Palette, faint, readable
from recommender.settings.locating import exists
from recommender.settings.models import Settings
from recommender.settings.reading import Document


def problems_of_looks(document: Document, settings: Settings, root: Path) -> Iterator[Problem]:
    """Yield the problems of `[digest]`; relative paths start at `root`."""
    theme, name = settings.digest.theme, settings.digest.templates
    for mode, palette in (("light", theme.light), ("dark", theme.dark)):
        yield from (_faint(document, mode, palette, one) for one in faint(palette))
    if name and not (exists(root / name) and (root / name).is_dir()):
        place = document.positions.value(("digest", "templates"))
        fix = f"make {root / name}, or leave templates empty"
        yield document.problem(place, f"there is no folder {name}", fix)


def _faint(document: Document, mode: str, palette: Palette, found: Faint) -> Problem:
    """Blame the ink, unless the file sets the ground alone; advise what a change of lightness can mend."""
    written = _written(document, mode)
    names = sorted((found.ink, found.ground), key=lambda name: name not in written)
    where = " where colours are inverted" if found.turned else ""
    pair = f"{found.ink} {getattr(palette, found.ink)} on {found.ground} {getattr(palette, found.ground)}"
    message = f"{pair} has a contrast of {_cut(found.ratio)}:1{where}, and text needs {READABLE}:1"
    mended = readable(palette, names)
    fix = f'write {mended[0]} = "{mended[1]}", or choose others' if mended else "choose colours further apart"
    return document.problem(document.positions.value(("digest", mode, names[0])), message, fix)


def _written(document: Document, mode: str) -> frozenset[str]:
    table = document.data.get("digest")
    own = table.get(mode) if isinstance(table, dict) else None
    return frozenset(own) if isinstance(own, dict) else frozenset()


def _cut(ratio: float) -> str:
    """Write a ratio with two digits, never rounded up to what would pass."""
    return f"{int(ratio * 100) / 100:.2f}"
