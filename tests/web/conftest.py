"""Fixtures of the web tests."""

from pathlib import Path

import pytest

from tests.web.site import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Return a small site with two readers."""
    return Site(tmp_path)
