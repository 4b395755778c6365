"""How digests look and read in this installation: templates, words, theme; and whether they can be used."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic_core import PydanticCustomError

from recommender.app.trying import Found, blamed, tried
from recommender.digest.catalogue import Catalogue, catalogue
from recommender.digest.folders import WORDS, Templates, files_within, read_folder
from recommender.digest.proofreading import proofread
from recommender.digest.render import Renderer
from recommender.digest.review import review
from recommender.digest.specimen import specimens
from recommender.digest.words import Wording
from recommender.domain.errors import ConfigError, Problem
from recommender.services.rendering import Look
from recommender.settings.data import data_dir
from recommender.settings.digest_models import DigestSection
from recommender.settings.loader import Loaded
from recommender.settings.locales import locale_name
from recommender.settings.locating import shown_path
from recommender.settings.reading import Document, read_document


def mailbox_of(loaded: Loaded) -> str:
    """Return where answers by mail are read; empty where nobody reads any."""
    settings = loaded.settings
    return settings.inbox_address if settings.inbox.backend != "none" else ""


def look_of(loaded: Loaded) -> tuple[Look, Sequence[Problem]]:
    """Return the looks of a configuration, and what should be read of them and hurts nobody.

    The operator's own templates and texts are tried on a specimen. Raises ConfigError with all of their
    faults.
    """
    look, problems = _tried(loaded.settings.digest, loaded.templates, mailbox_of(loaded))
    if any(problem.severity == "error" for problem in problems):
        raise ConfigError(problems)
    return look, tuple(sorted(problems))


def build_look(mailbox: str, section: DigestSection) -> Look:
    """Return the looks that ship, with the keys of `section`; only `mailbox` may be mailed to by links."""
    return _tried(section, None, mailbox)[0]


def read_catalogues(folder: Path) -> Mapping[str, Catalogue]:
    """Return the catalogues of a folder by language; English is among those that ship."""
    return {path.stem: read_catalogue(path) for path in sorted(folder.glob("*.toml"))}


def read_catalogue(path: Path) -> Catalogue:
    """Return the catalogue of a file; its name is the language."""
    return catalogue(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))


def _tried(section: DigestSection, folder: Path | None, mailbox: str) -> tuple[Look, list[Problem]]:
    shipped, theme = data_dir("templates"), section.theme
    catalogues = read_catalogues(shipped / WORDS)
    problems: list[Problem] = []
    own: Templates = {}
    texts: Mapping[str, Catalogue] = {}
    if folder is not None:
        own, found = read_folder(folder, shown_path(folder))
        problems += found
        texts = _own_catalogues(folder / WORDS, catalogues, problems)
        catalogues = {**catalogues, **texts}
    renderer = Renderer([shipped], mailbox, theme, own)
    look = Look(renderer=renderer, wording=Wording(catalogues, section.locale), theme=theme)
    if own:
        ours, _ = read_folder(shipped)
        problems += review(own, ours, renderer.sandbox, catalogues["en"])
        if not any(problem.severity == "error" for problem in problems):
            for locale in dict.fromkeys((section.locale, *texts)):
                problems += _rendered(look, own, locale, mailbox)
    return look, list(dict.fromkeys(problems))


def _rendered(look: Look, own: Templates, locale: str, mailbox: str) -> Iterator[Problem]:
    """Yield what is wrong with specimens made with the operator's templates for a reader of `locale`."""
    words, shipped = look.wording.of(locale), data_dir("templates")
    digests = specimens(words, look.theme, mailbox)

    def try_with(templates: Templates) -> Found:
        return tried(Renderer([shipped], mailbox, look.theme, templates), words, digests)

    yield from blamed(tried(look.renderer, words, digests), own, read_folder(shipped)[0], try_with)


def _own_catalogues(
    folder: Path, shipped: Mapping[str, Catalogue], problems: list[Problem]
) -> Mapping[str, Catalogue]:
    """Return the operator's texts, laid over those of the same language that ship, else over English."""
    if not folder.is_dir():
        return {}
    found: dict[str, Catalogue] = {}
    listed, trouble = files_within(folder, shown_path(folder))
    problems += trouble
    # English first: the other languages may lean on it.
    for path in sorted(listed, key=lambda path: (path.stem != "en", path.name)):
        if path.name.startswith(".") or path.name.endswith("~"):
            continue
        language, document = _language(path, problems), read_document(path, shown_path(path))
        if isinstance(document, Problem):
            problems.append(document)
        elif language:
            under = shipped.get(language) or found.get("en") or shipped["en"]
            slips = list(_slips(language, document, shipped["en"]))
            problems += slips
            if all(slip.severity == "warning" for slip in slips):
                found[language] = catalogue(language, document.data, over=under)
    return found


def _language(path: Path, problems: list[Problem]) -> str:
    """Return the locale that a file is named by; a problem is kept and nothing returned."""
    shown = shown_path(path)
    if path.suffix != ".toml":
        problems.append(Problem(shown, 1, 1, "this is no catalogue", "name it like de.toml", "warning"))
        return ""
    try:
        return locale_name(path.stem)
    except PydanticCustomError as error:
        context = error.context or {}
        problems.append(Problem(shown, 1, 1, str(context["text"]), str(context["fix"])))
        return ""


def _slips(language: str, document: Document, english: Catalogue) -> Iterator[Problem]:
    for slip in proofread(language, document.data, english):
        place = document.positions.key(slip.path)
        yield document.problem(place, slip.message, slip.fix, severity=slip.severity)
