"""Where the outside tools are: npm packages that `make mail-tools` puts into the virtual environment."""

import os
from pathlib import Path

import pytest

from tests.paths import REPOSITORY


def package(path: str) -> Path:
    """Return a file of an npm package, `caniemail/data/caniemail.json`, or skip the test and say so."""
    home = Path(os.environ.get("PAPERROUTE_NPM", REPOSITORY / ".venv" / "npm"))
    found = home / "node_modules" / path
    if not found.exists():
        pytest.skip(f"npm package {path.partition('/')[0]} is not here: make mail-tools installs it")
    return found
