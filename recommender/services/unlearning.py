"""What fitted recommenders on disk hold of a reader, and taking it out of them."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recommender.domain.errors import ArtifactError
from recommender.ports import Store
from recommender.ranking.base import RankingSettings

_AGAIN = "-"


@dataclass(frozen=True, slots=True)
class Unlearning:
    """Looks into the artifacts in `folder`."""

    store: Store
    folder: Path
    settings: RankingSettings

    def holding(self, subscriber: int) -> Sequence[str]:
        """Return the names of the artifacts that hold a row of this reader; unreadable ones are left out."""
        from recommender.ranking import artifacts  # noqa: PLC0415 heavy: only where somebody asks
        from recommender.ranking.unlearning import readers_in  # noqa: PLC0415 see above

        found: list[str] = []
        for name in self._shelved():
            try:
                held = readers_in(artifacts.load(self.folder / name, self.settings))
            except ArtifactError:
                continue
            if subscriber in held:
                found.append(name)
        return found

    def forget(self, *, unreadable: bool = True) -> int:
        """Take whoever is not in the store out of the newest artifact, and drop older ones that hold such.

        The newest gets another name, so that whoever has it loaded loads it again. Returns how many artifacts
        were changed or dropped. One that is `unreadable` is dropped too, for nobody knows what it holds;
        False leaves it, as who clears up must where reading may just have failed.
        """
        from recommender.ranking import artifacts  # noqa: PLC0415 see `holding`
        from recommender.ranking.unlearning import without_others  # noqa: PLC0415 see `holding`

        with self.store.read() as unit:
            known = {subscriber.id for subscriber in unit.people.all()}
        count = 0
        for place, name in enumerate(self._shelved()):
            rest = None
            try:
                rest = without_others(artifacts.load(self.folder / name, self.settings), known)
                if rest is None:
                    continue
            except ArtifactError:
                if not unreadable:
                    continue
            with self.store.write() as unit:
                if rest is not None and place == 0:
                    shutil.copytree(self.folder / name, self.folder / f"{name}{_AGAIN}", dirs_exist_ok=True)
                    sha256 = artifacts.save(rest, self.folder / f"{name}{_AGAIN}")
                    unit.artifacts.replace(name, f"{name}{_AGAIN}", sha256=sha256)
                else:
                    unit.artifacts.drop(name)
            shutil.rmtree(self.folder / name, ignore_errors=True)
            count += 1
        return count

    def _shelved(self) -> list[str]:
        """Return the folders of artifacts, newest first; those that nobody registered last."""
        with self.store.read() as unit:
            names = [name for name, _ in unit.artifacts.names()]
        if not self.folder.is_dir():
            return []
        there = {entry.name for entry in self.folder.iterdir() if (entry / "manifest.json").is_file()}
        return [name for name in names if name in there] + sorted(there - set(names), reverse=True)
