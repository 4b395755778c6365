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
    heavy = ("sklearn", "implicit", "recommender.ranking.hybrid", "recommender.ranking.atlas")
    heavy += ("recommender.ranking.maps", "recommender.ranking.trending")
    done = subprocess.run(
        [sys.executable, "-c", _LOADED, *heavy], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == []
