"""How much of the hostile tests is run: a part each time, all of it with PAPERROUTE_HOSTILE=full."""

import os

import pytest

FULL = os.environ.get("PAPERROUTE_HOSTILE") == "full"
only_full = pytest.mark.skipif(not FULL, reason="takes long; run with PAPERROUTE_HOSTILE=full")


def examples(few: int, many: int) -> int:
    """Return how many random examples to try."""
    return many if FULL else few
