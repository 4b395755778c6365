"""A command starts without what it does not use: the help must be there at once."""

import subprocess
import sys

HEAVY = {"numpy", "scipy", "sklearn", "implicit", "starlette", "uvicorn", "alembic", "httpx"}
_LOADED = "import sys, recommender.cli.main; print(*sorted({n.partition('.')[0] for n in sys.modules}))"


def test_the_command_line_starts_light() -> None:
    """Ranking, web server, migrations and parsers are loaded by the commands that need them."""
    told = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(told.stdout.split())
