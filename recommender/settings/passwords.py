"""Passwords that stand in files of their own, which the configuration names."""

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from recommender.domain.errors import Problem
from recommender.settings.models import SHORTEST_PASSWORD, Settings
from recommender.settings.reading import Document

_NAMED = (("mail", "password"), ("inbox", "password"), ("web", "admin_password"))


@dataclass(frozen=True, kw_only=True)
class Passwords:
    """Reads the files that `<key>_file` names; `problems` and `files` say what came of it."""

    document: Document
    root: Path
    """What relative names are resolved against."""
    problems: list[Problem] = field(default_factory=list)
    files: list[tuple[str, Path]] = field(default_factory=list)
    """The key and the file of each that was read."""

    def given(self, settings: Settings) -> Settings:
        """Return the settings with each password that stands in a file in its place."""
        for name, key in _NAMED:
            section = getattr(settings, name)
            file = getattr(section, f"{key}_file")
            if file and (word := self._read((name, f"{key}_file"), file)):
                read = section.model_copy(update={key: SecretStr(word)})
                settings = settings.model_copy(update={name: read})
        return settings

    def _read(self, path: tuple[str, str], name: str) -> str:
        """Return the first line of a file; a problem is kept and nothing returned."""
        file = self.root / name
        try:
            words = file.read_text(encoding="utf-8").splitlines() or [""]
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            self._complain(path, f"the password file {name} cannot be read: {reason}", file)
            return ""
        self.files.append((path[1], file))
        word = words[0].strip()
        if path[0] == "web" and len(word) < SHORTEST_PASSWORD:
            message = (
                f"the password file {name} has fewer than {SHORTEST_PASSWORD} characters in its first line"
            )
            self._complain(path, message, file)
        return word

    def _complain(self, path: tuple[str, str], message: str, file: Path) -> None:
        place = self.document.positions.value(path)
        self.problems.append(self.document.problem(place, message, f"write the password into {file}"))
