"""How digests look and read in this installation: templates, words, theme."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from recommender.digest.catalogue import Catalogue, catalogue
from recommender.digest.render import Renderer
from recommender.digest.words import Wording
from recommender.domain.theme import Theme
from recommender.services.rendering import Look
from recommender.settings.data import data_dir


def build_look(mailbox: str) -> Look:
    """Return the looks; only `mailbox`, where answers are read, may stand in a `mailto:` link."""
    templates = data_dir("templates")
    theme = Theme()
    return Look(
        renderer=Renderer([templates], mailbox, theme),
        wording=Wording(read_catalogues(templates / "words")),
        theme=theme,
    )


def read_catalogues(folder: Path) -> Mapping[str, Catalogue]:
    """Return the catalogues of a folder by language; English is among those that ship."""
    return {path.stem: read_catalogue(path) for path in sorted(folder.glob("*.toml"))}


def read_catalogue(path: Path) -> Catalogue:
    """Return the catalogue of a file; its name is the language."""
    return catalogue(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
