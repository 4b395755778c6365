"""How digests look and read in this installation: templates, words, theme."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from recommender.digest.catalogue import Catalogue, catalogue
from recommender.digest.render import Renderer
from recommender.digest.words import Wording
from recommender.services.rendering import Look
from recommender.settings.data import data_dir
from recommender.settings.digest_models import DigestSection


def build_look(mailbox: str, section: DigestSection) -> Look:
    """Return the looks; only `mailbox`, where answers are read, may stand in a `mailto:` link."""
    templates, theme = data_dir("templates"), section.theme
    return Look(
        renderer=Renderer([templates], mailbox, theme),
        wording=Wording(read_catalogues(templates / "words"), section.locale),
        theme=theme,
    )


def read_catalogues(folder: Path) -> Mapping[str, Catalogue]:
    """Return the catalogues of a folder by language; English is among those that ship."""
    return {path.stem: read_catalogue(path) for path in sorted(folder.glob("*.toml"))}


def read_catalogue(path: Path) -> Catalogue:
    """Return the catalogue of a file; its name is the language."""
    return catalogue(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
