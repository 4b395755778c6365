"""What tables of sources and enrichers need beyond themselves: keys from elsewhere, readers who exist."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import SecretStr

from recommender.domain.errors import Problem
from recommender.domain.subscribers import DeclaredSubscriber
from recommender.settings.enricher_models import EnricherSection
from recommender.settings.models import Settings
from recommender.settings.reading import Document
from recommender.settings.source_models import SourceSection

Keyed = TypeVar("Keyed", SourceSection, EnricherSection)


@dataclass(slots=True, kw_only=True)
class Keys:
    """Finds the key of each source and enricher; keeps what was wrong, and the files that hold keys."""

    document: Document
    root: Path
    problems: list[Problem] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    def given(self, settings: Settings) -> Settings:
        """Return the settings with every table's own key, that of its file, or else the shared one."""
        found = {
            "source": tuple(
                self._opened(own, ("source", at), settings) for at, own in enumerate(settings.source)
            ),
            "enricher": tuple(
                self._opened(own, ("enricher", at), settings) for at, own in enumerate(settings.enricher)
            ),
        }
        return settings.model_copy(update=found)

    def _opened(self, source: Keyed, at: tuple[str, int], settings: Settings) -> Keyed:
        """Fill in the secrets of one table; those of a type may stand in a section of that name."""
        shared = getattr(settings, source.type, None)
        given: dict[str, SecretStr] = {}
        for key in source.secrets:
            if file := getattr(source, f"{key}_file"):
                given[key] = self._read(file, (*at, f"{key}_file"))
            elif not getattr(source, key).get_secret_value():
                given[key] = getattr(shared, key, SecretStr(""))
        return source.model_copy(update=given)

    def _read(self, name: str, at: tuple[str, int, str]) -> SecretStr:
        file = self.root / name
        try:
            words = file.read_text(encoding="utf-8").splitlines() or [""]
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            place = self.document.positions.value(at)
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
