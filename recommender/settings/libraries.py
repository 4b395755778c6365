"""What readers' own libraries need beyond their tables: the keys that open them, and readers who exist."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from recommender.domain.errors import Problem
from recommender.domain.subscribers import DeclaredSubscriber
from recommender.settings.models import Settings
from recommender.settings.reading import Document
from recommender.settings.source_models import SourceSection, ZoteroSource


@dataclass(slots=True, kw_only=True)
class Keys:
    """Finds the key of each library; keeps what was wrong, and the files that hold keys."""

    document: Document
    root: Path
    problems: list[Problem] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    def given(self, settings: Settings) -> Settings:
        """Return the settings with every source's own key, that of its file, or else the shared one."""
        found = [
            source if not isinstance(source, ZoteroSource) else self._opened(source, number, settings)
            for number, source in enumerate(settings.source)
        ]
        return settings.model_copy(update={"source": tuple(found)})

    def _opened(self, source: ZoteroSource, number: int, settings: Settings) -> SourceSection:
        if source.api_key_file:
            return source.model_copy(update={"api_key": self._read(source.api_key_file, number)})
        return (
            source
            if source.api_key.get_secret_value()
            else source.model_copy(update={"api_key": settings.zotero.api_key})
        )

    def _read(self, name: str, number: int) -> SecretStr:
        file = self.root / name
        try:
            words = file.read_text(encoding="utf-8").splitlines() or [""]
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            place = self.document.positions.value(("source", number, "api_key_file"))
            message = f"the key file {name} cannot be read: {reason}"
            self.problems.append(self.document.problem(place, message, f"write the key into {file}"))
            return SecretStr("")
        self.files.append(file)
        return SecretStr(words[0].strip())


def unknown_readers(
    document: Document, settings: Settings, people: Iterable[DeclaredSubscriber]
) -> Iterator[Problem]:
    """Yield a problem for each library whose reader is not declared."""
    addresses = {person.email.lower() for person in people}
    keys = {person.key for person in people}
    for number, source in enumerate(settings.source):
        if not isinstance(source, ZoteroSource):
            continue
        if source.reader.lower() not in addresses and source.reader not in keys:
            place = document.positions.value(("source", number, "for"))
            fix = "name the address or id of a [[subscriber]]"
            yield document.problem(place, "nobody with this address or id is declared", fix)
