"""Fixtures of the web tests."""

import shutil
from pathlib import Path

import pytest

from tests.stores import sqlite_store
from tests.web.office import Office
from tests.web.site import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Return a small site with two readers."""
    return Site(tmp_path)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of an empty store."""
    folder = tmp_path_factory.mktemp("store")
    sqlite_store(folder).close()
    return folder / "paperroute.db"


@pytest.fixture
def office(tmp_path: Path, migrated: Path) -> Office:
    """Return a site where strangers may subscribe, with what sends the letters."""
    shutil.copy(migrated, tmp_path)
    return Office(tmp_path)
