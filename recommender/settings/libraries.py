"""What readers' own libraries need beyond their tables: the keys that open them, and readers who exist."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from recommender.domain.errors import Problem
from recommender.domain.subscribers import DeclaredSubscriber
from recommender.settings.models import Settings
from recommender.settings.reading import Document
from recommender.settings.source_models import SourceSection


@dataclass(slots=True, kw_only=True)
class Keys:
    """Finds the key of each library; keeps what was wrong, and the files that hold keys."""

    document: Document
    root: Path
    problems: list[Problem] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    def given(self, settings: Settings) -> Settings:
        """Return the settings with every source's own key, that of its file, or else the shared one."""
        found = [self._opened(source, number, settings) for number, source in enumerate(settings.source)]
        return settings.model_copy(update={"source": tuple(found)})

    def _opened(self, source: SourceSection, number: int, settings: Settings) -> SourceSection:
        """Fill in the secrets of one source; those of a type may stand in a section of that name."""
        shared = getattr(settings, source.type, None)
        given: dict[str, SecretStr] = {}
        for key in source.secrets:
            if file := getattr(source, f"{key}_file"):
                given[key] = self._read(file, (number, f"{key}_file"))
            elif not getattr(source, key).get_secret_value():
                given[key] = getattr(shared, key, SecretStr(""))
        return source.model_copy(update=given)

    def _read(self, name: str, at: tuple[int, str]) -> SecretStr:
        file = self.root / name
        try:
            words = file.read_text(encoding="utf-8").splitlines() or [""]
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            place = self.document.positions.value(("source", *at))
            message = f"the key file {name} cannot be read: {reason}"
            self.problems.append(self.document.problem(place, message, f"write the key into {file}"))
            return SecretStr("")
        self.files.append(file)
        return SecretStr(words[0].strip())


def unknown_readers(
    document: Document, settings: Settings, people: Iterable[DeclaredSubscriber]
) -> Iterator[Problem]:
    """Yield a problem for each source that names a reader who is not declared."""
    addresses = {person.email.lower() for person in people}
    ids = {person.key for person in people}
    for number, source in enumerate(settings.source):
        for key in source.readers:
            reader = getattr(source, key)
            if reader.lower() in addresses or reader in ids:
                continue
            name = type(source).model_fields[key].alias or key
            place = document.positions.value(("source", number, name))
            fix = "name the address or id of a [[subscriber]]"
            yield document.problem(place, "nobody with this address or id is declared", fix)
