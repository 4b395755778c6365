"""The register of fitted recommenders in SQL; their files are not touched here."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from recommender.store.schema import ARTIFACT
from recommender.store.statements import upsert


class SqlArtifacts:
    """`ports.Artifacts` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the transaction of `connection`."""
        self._connection = connection

    def record(self, name: str, *, created_at: datetime, sha256: str, papers: int) -> None:
        """Remember an artifact folder; the same name again replaces what was remembered."""
        row = {"name": name, "created_at": created_at, "sha256": sha256, "papers": papers}
        self._connection.execute(upsert(self._connection, ARTIFACT, ["name"]), row)

    def names(self) -> Sequence[tuple[str, datetime]]:
        """Return (folder name, created at), newest first."""
        query = select(ARTIFACT.c.name, ARTIFACT.c.created_at)
        query = query.order_by(ARTIFACT.c.created_at.desc(), ARTIFACT.c.name.desc())
        return [(name, created_at) for name, created_at in self._connection.execute(query)]

    def replace(self, name: str, again: str, *, sha256: str) -> None:
        """Put another folder in the place of one."""
        change = update(ARTIFACT).where(ARTIFACT.c.name == name)
        self._connection.execute(change.values(name=again, sha256=sha256))

    def drop(self, name: str) -> None:
        """Remember a folder no more."""
        self._connection.execute(delete(ARTIFACT).where(ARTIFACT.c.name == name))
