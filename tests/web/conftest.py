"""Fixtures of the web tests."""

from pathlib import Path

import pytest

from tests.web.office import Office
from tests.web.reader import Reader
from tests.web.site import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Return a small site with two readers."""
    return Site(tmp_path)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Return a site where strangers may subscribe, with what sends the letters."""
    return Office(tmp_path)


@pytest.fixture
def reader(site: Site) -> Reader:
    """Return Ana."""
    return Reader(site)
