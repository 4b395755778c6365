"""The wheel: built from the checkout, installed apart, and used from an empty directory."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.paths import REPOSITORY


@pytest.mark.slow
def test_the_wheel_works_from_an_empty_directory(tmp_path: Path) -> None:
    """What `pip install` gives brings its templates, configuration and sample: `init` and `demo` run."""
    dist, room, empty = tmp_path / "dist", tmp_path / "room", tmp_path / "empty"
    empty.mkdir()
    build = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(dist),
        str(REPOSITORY),
    ]
    subprocess.run(build, check=True, capture_output=True, timeout=120)
    (wheel,) = dist.glob("*.whl")
    venv.create(room, with_pip=False)
    python = room / "bin" / "python"
    # The dependencies are those of the running environment; the package itself must come from the wheel.
    packages = next((room / "lib").glob("python*")) / "site-packages"
    install = ["--no-deps", "--no-index", "--target", str(packages), str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", *install], check=True, timeout=120)
    dependencies = next(Path(entry) for entry in sys.path if entry.endswith("site-packages"))
    (packages / "dependencies.pth").write_text(f"{dependencies}\n", encoding="utf-8")
    where = "import recommender, jobs; print(recommender.__file__, jobs.__file__)"
    found = subprocess.run([python, "-c", where], cwd=empty, check=True, capture_output=True, text=True)
    assert found.stdout.count(str(packages)) == 2
    for command in ("init", "check", "demo"):
        subprocess.run([python, "-m", "recommender", command], cwd=empty, check=True, timeout=120)
    assert len(list((empty / "var" / "demo" / "outbox").glob("*.eml"))) == 4
