"""Finds the templates and the example configuration, installed or in a checkout."""

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent.parent


def data_dir(name: Literal["templates", "config"]) -> Path:
    """Return the folder that ships inside the wheel, else the one at the top of the checkout."""
    packaged = _PACKAGE / "_data" / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name
