"""What keeps an installation going: its schema, a copy of its store, its signing keys."""

from dataclasses import dataclass
from pathlib import Path

from recommender.app.loading import load_configuration
from recommender.app.reconciling import traces_of
from recommender.runtime import SystemClock
from recommender.services.privacy import rekey
from recommender.settings.keys import let_go, rotate
from recommender.settings.loader import Loaded
from recommender.store.sql_store import SqlStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """One configuration's store and keys; nothing is opened before something is asked for."""

    loaded: Loaded

    @classmethod
    def of(cls, config: Path | None) -> "Upkeep":
        """Load the configuration; raises ConfigError."""
        return cls(loaded=load_configuration(config))

    def upgrade(self) -> None:
        """Bring the store to this program's schema, or make it; raises InputError."""
        store = self._store()
        store.upgrade()
        store.close()

    def backup(self, target: Path) -> int:
        """Copy the store as it is, of an older schema too; return how many deliveries are held in the copy.

        Raises InputError.
        """
        store = self._store()
        try:
            return store.backup(target)
        finally:
            store.close()

    def rotate_keys(self, keep: int | None) -> int:
        """Sign with a new key from now on; return how many keys there are. Raises InputError, ConfigError.

        Traces of those whom a file still names follow the new key before older ones go.
        """
        secrets, file = self.loaded.settings.secrets, self.loaded.keys_file
        keys = rotate(secrets, file)
        if keep is not None:
            store = self._store()
            store.upgrade()
            named = [person.email for person in self.loaded.subscribers]
            rekey(store, SystemClock(), traces_of(self.loaded), named)
            store.close()
            keys = let_go(secrets, file, keep)
        return len(keys)

    @property
    def keys_file(self) -> Path | None:
        """Where the keys are kept; None where the configuration holds them itself."""
        return None if self.loaded.settings.secrets.keys else self.loaded.keys_file

    def _store(self) -> SqlStore:
        return SqlStore(self.loaded.store_url)
