"""Where tests find the repository and the optional shared data."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def shared_data(name: str) -> Path:
    """Return a folder or file of the shared test data, or skip the test and say so."""
    root = Path(os.environ.get("PAPERROUTE_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
    path = root / name
    if not path.exists():
        pytest.skip(f"shared test data not found: {name} (set PAPERROUTE_TEST_DATA)")
    return path
