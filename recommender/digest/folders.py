"""Folders of templates, read once and whole: what was checked is what is filled, whatever happens to a file.

Nothing outside a folder is read, whatever a name or a symbolic link says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recommender.domain.errors import Problem

LARGEST = 262_144
"""Octets of one template at most."""
MOST = 200
"""Templates of one folder at most."""
WORDS = "words"
"""The folder inside that holds catalogues, which are no templates."""
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """One template: its name for messages, and its text."""

    shown: str
    text: str


Templates = Mapping[str, TemplateFile]
"""Templates by their path inside the folder, `pages/save.html`."""


def read_folder(folder: Path, shown: str = "") -> tuple[Templates, Sequence[Problem]]:
    """Return the templates of a folder, `shown` in messages, and what of it cannot be used.

    Hidden files are passed over, editors leave them.
    """
    found: dict[str, TemplateFile] = {}
    problems: list[Problem] = []
    for file in _files(folder, problems, shown or str(folder)):
        name = file.relative_to(folder).as_posix()
        read = _read(file, folder, f"{shown or folder}/{name}")
        if isinstance(read, Problem):
            problems.append(read)
        else:
            found[name] = read
    return found, problems


def files_within(folder: Path, shown: str) -> tuple[Sequence[Path], Sequence[Problem]]:
    """Return what lies in a folder that stands in another one, and which links lead out of that one."""
    found: list[Path] = []
    problems: list[Problem] = []
    try:
        top, listed = folder.parent.resolve(), sorted(folder.iterdir())
        for path in (folder, *listed):
            if not path.resolve().is_relative_to(top):
                name = shown if path == folder else f"{shown}/{path.name}"
                message = "the link leads out of the folder"
                problems.append(Problem(name, 1, 1, message, "put the file itself here"))
                if path == folder:
                    break
            elif path != folder:
                found.append(path)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "a link in it leads to itself"
        message = f"the folder cannot be read: {reason}"
        problems.append(Problem(shown, 1, 1, message, "look at its permissions"))
    return found, problems


def _files(folder: Path, problems: list[Problem], shown: str) -> Iterator[Path]:
    try:
        listed = sorted(_walk(folder, folder))
    except OSError as error:
        problems.append(
            Problem(shown, 1, 1, f"the folder cannot be read: {error.strerror}", "look at its permissions")
        )
        return
    if len(listed) > MOST:
        message = f"the folder holds {len(listed)} files, at most {MOST} are read"
        problems.append(Problem(shown, 1, 1, message, "keep templates alone in it"))
    yield from listed[:MOST]


def _walk(folder: Path, top: Path) -> Iterator[Path]:
    """Yield the files of a folder and those below it; a folder that is a link is yielded as what it is."""
    for entry in folder.iterdir():
        if entry.name.startswith(".") or entry.name.endswith("~") or entry == top / WORDS:
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from _walk(entry, top)
        else:
            yield entry


def _read(file: Path, folder: Path, shown: str) -> TemplateFile | Problem:
    try:
        real = file.resolve(strict=True)
        if not real.is_relative_to(folder.resolve()):
            return Problem(shown, 1, 1, "the link leads out of the folder", "put the file itself here")
        if not real.is_file():
            return Problem(shown, 1, 1, "this is not a regular file", "keep templates alone in the folder")
        with real.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "the name cannot be used"
        return Problem(shown, 1, 1, f"the file cannot be read: {reason}", "look at its permissions")
    if len(content) > LARGEST:
        return Problem(shown, 1, 1, f"the template is larger than {LARGEST >> 10} KiB", "split it")
    return _text(content, shown)


def _text(content: bytes, shown: str) -> TemplateFile | Problem:
    try:
        text = content.decode().removeprefix(_BOM)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return Problem(shown, line, 1, f"byte 0x{content[error.start]:02X} is not UTF-8", "save it as UTF-8")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        return Problem(shown, line, 1, "the file holds a NUL character", "save it as plain text")
    return TemplateFile(shown, text)
