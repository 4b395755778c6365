"""What serving loads before anybody has asked for anything."""

import subprocess
import sys

_LOADED = """
import sys
import recommender.app.pages
import recommender.web.app
print(*sorted(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_serving_loads_no_recommender() -> None:
    """It comes with the first search; what fits and what draws maps, too."""
    ours = (f"recommender.ranking.{name}" for name in ("hybrid", "atlas", "maps", "trending"))
    heavy = ("sklearn", "implicit", *ours)
    done = subprocess.run(
        [sys.executable, "-c", _LOADED, *heavy], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == []
