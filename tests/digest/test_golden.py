"""One whole mail, byte for byte. `PAPERROUTE_GOLDEN=write` writes the files anew; look at the difference."""

import os

import pytest

from tests.digest.samples import digest, mail, renderer
from tests.paths import REPOSITORY

FOLDER = REPOSITORY / "tests" / "golden"


def made() -> dict[str, bytes]:
    """Render the sample edition in all three forms."""
    return {
        "digest.html": renderer().html(digest()).encode(),
        "digest.txt": renderer().text(digest()).encode(),
        "digest.eml": mail(digest()),
    }


@pytest.mark.parametrize("name", ["digest.html", "digest.txt", "digest.eml"])
def test_golden(name: str) -> None:
    """The sample edition renders to the committed bytes."""
    content = made()[name]
    if os.environ.get("PAPERROUTE_GOLDEN") == "write":
        (FOLDER / name).write_bytes(content)
    assert (FOLDER / name).read_bytes() == content
