"""Loads both configuration files and the environment, or raises every problem at once.

The store, the network and the clock are not asked; `doctor` does that.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from recommender.domain.errors import ConfigError, PaperRouteError, Problem
from recommender.domain.subscribers import DeclaredSubscriber
from recommender.ports.options import Kind
from recommender.settings import advice, libraries, repeats
from recommender.settings.base import Section
from recommender.settings.environment import Overrides, merge, read_overrides
from recommender.settings.locating import absolute_store_url, exists, root_of, shown_path
from recommender.settings.looks import problems_of_looks
from recommender.settings.models import Settings, settings_of
from recommender.settings.passwords import Passwords
from recommender.settings.people import SubscribersFile
from recommender.settings.problems import problems_of
from recommender.settings.reading import Document, read_document
from recommender.settings.stamps import Stamps, people_files

_DEFAULT_SUBSCRIBERS = "subscribers.toml"
ReferenceReader = Callable[[Path], Sequence[str]]
KeyCheck = Callable[[bytes], tuple[str, str] | None]
Model = TypeVar("Model", bound=Section)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFile:
    """One file of subscribers: how many it declares, and what its libraries hold, by name as written."""

    path: Path
    count: int
    libraries: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A configuration that can be used, with every path it holds made absolute on demand."""

    settings: Settings
    subscribers: tuple[DeclaredSubscriber, ...]
    root: Path
    """What relative paths are resolved against."""
    files: tuple[Path, ...]
    """Every file that was read; a change in one of them is a reason to load again."""
    people: tuple[PeopleFile, ...] = ()
    """The files that declare the subscribers, in their order."""
    people_folder: Path | None = None
    """The folder these are in, if a folder is what the configuration names."""
    stamps: Stamps = field(default_factory=Stamps)
    """How those files were when they were read."""
    warnings: tuple[Problem, ...] = ()

    def path(self, text: str) -> Path:
        """Return a path of the configuration as an absolute one."""
        return self.root / text

    @property
    def store_url(self) -> str:
        """The store's URL with an absolute SQLite path; other URLs as they are."""
        return absolute_store_url(self.settings.store.url, self.root)

    @property
    def artifacts(self) -> Path:
        """Folder of the fitted recommenders."""
        return self.path(self.settings.store.artifacts)

    @property
    def outbox(self) -> Path:
        """Folder of the outbox backend."""
        return self.path(self.settings.mail.outbox)

    @property
    def dkim_key(self) -> Path | None:
        """File of the key that signs mail, if one does."""
        name = self.settings.mail.dkim_key_file
        return self.path(name) if name else None

    @property
    def maildir(self) -> Path:
        """Folder of the maildir backend of the inbox."""
        return self.path(self.settings.inbox.maildir)

    @property
    def templates(self) -> Path | None:
        """Folder of the operator's own templates and texts, if there is one."""
        name = self.settings.digest.templates
        return self.path(name) if name else None

    @property
    def watched(self) -> tuple[Path, ...]:
        """Files and folders whose change is a reason to load again: a file added to one is a change too."""
        folders = {file.parent for file in self.files}
        if self.templates:
            folders |= {self.templates, *self.templates.rglob("*/")}
        return (*self.files, *sorted(folders))

    @property
    def keys_file(self) -> Path:
        """File of generated signing keys."""
        return self.path(self.settings.secrets.file)


@dataclass(slots=True)
class _Work:
    """What one load gathers on its way."""

    root: Path
    model: type[Settings]
    read_references: ReferenceReader
    check_key: KeyCheck
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    people: list[PeopleFile] = field(default_factory=list)
    people_folder: Path | None = None

    def read(self, path: Path) -> Document | None:
        """Read a file; a problem is kept and None returned."""
        self.files.append(path)
        result = read_document(path, shown_path(path))
        if isinstance(result, Document):
            return result
        self.problems.append(result)
        return None

    def validate(self, document: Document, model: type[Model], overrides: Overrides) -> Model | None:
        """Validate a document; problems are kept and None returned."""
        try:
            return model.model_validate(document.data)
        except ValidationError as error:
            self.problems += problems_of(error, document, model, overrides.variables)
            return None


def load(
    path: Path,
    environ: Mapping[str, str],
    *,
    kinds: tuple[Kind, ...],
    read_references: ReferenceReader,
    check_key: KeyCheck,
) -> Loaded:
    """Load `path`, the subscribers it names and the overrides in `environ`.

    `kinds` are the types that a `[[source]]` may have.
    `read_references` turns a `seeds_file` into paper references; it may raise PaperRouteError or OSError.
    `check_key` says what keeps a DKIM key from signing, and the fix.
    Raises ConfigError with the problems of all files together.
    """
    work = _Work(
        root=root_of(path), model=settings_of(kinds), read_references=read_references, check_key=check_key
    )
    settings, main = _load_settings(path, environ, work)
    before = len(work.problems)
    files = _people_files(main, path, work)
    if not exists(path):  # then a missing subscribers file is no news
        files = [file for file in files if exists(file)]
    stamps = Stamps.of(files, work.people_folder)
    subscribers = _load_people(files, work, settings)
    if settings and main and len(work.problems) == before:  # else who is declared is not known
        work.problems += libraries.unknown_readers(main, settings, subscribers)
    if work.problems or settings is None:
        raise ConfigError(list(dict.fromkeys(work.problems)))
    return Loaded(
        settings=settings,
        subscribers=subscribers,
        root=work.root,
        files=tuple(work.files),
        people=tuple(work.people),
        people_folder=work.people_folder,
        stamps=stamps,
        warnings=tuple(sorted(work.warnings)),
    )


def _load_settings(
    path: Path, environ: Mapping[str, str], work: _Work
) -> tuple[Settings | None, Document | None]:
    overrides = read_overrides(environ, work.root)
    work.problems += overrides.problems
    written = work.read(path)
    base = written or Document(path=path, shown=shown_path(path), text="", data={})
    document = replace(base, data=merge(base.data, overrides))
    work.problems += repeats.repeated_sources(document)
    settings = work.validate(document, work.model, overrides)
    if settings is None:
        return None, document
    passwords = Passwords(document=document, root=work.root)
    settings = passwords.given(settings)
    work.problems += passwords.problems
    for key, file in passwords.files:
        work.warnings += advice.warnings_of_files({key: file})
    keys = libraries.Keys(document=document, root=work.root)
    settings = keys.given(settings)
    work.problems += keys.problems
    for file in keys.files:
        work.warnings += advice.warnings_of_files({"api_key_file": file})
    _look_at_dkim_key(settings.mail.dkim_key_file, document, work)
    work.problems += problems_of_looks(document, settings, work.root)
    if written:
        work.warnings += advice.warnings_of_settings(replace(document, data=written.data), settings)
    work.warnings += advice.warnings_of_files({"keys": work.root / settings.secrets.file})
    return settings, document


def _look_at_dkim_key(name: str, document: Document, work: _Work) -> None:
    """Keep a problem where the key that is to sign mail cannot."""
    if not name:
        return
    file = work.root / name
    make = f"make one: openssl genrsa -out {file} 2048"
    try:
        trouble = work.check_key(file.read_bytes())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name cannot be used"
        trouble = (f"it cannot be read: {reason}", make)
    if trouble is None:
        work.warnings += advice.warnings_of_files({"dkim_key_file": file})
        return
    message, fix = trouble
    place = document.positions.value(("mail", "dkim_key_file"))
    work.problems.append(document.problem(place, f"the DKIM key {name} cannot sign: {message}", fix or make))


def _people_files(main: Document | None, path: Path, work: _Work) -> list[Path]:
    """Return the subscribers files: beside the configuration first, then below the root."""
    section = main.data.get("subscribers") if main else None
    named = section.get("file") if isinstance(section, dict) else None
    name = named if isinstance(named, str) and named.isprintable() and named.strip() else _DEFAULT_SUBSCRIBERS
    chosen = _beside_or_below(path.parent, work.root, name)
    if not exists(chosen) or not chosen.is_dir():
        return [chosen]
    work.people_folder = chosen
    files = people_files(chosen)
    if not files:
        shown = shown_path(chosen)
        work.problems.append(
            Problem(shown, 1, 1, "the folder holds no .toml file", "put one with a [[subscriber]] into it")
        )
    return files


def _beside_or_below(folder: Path, root: Path, name: str) -> Path:
    beside = folder / name
    return root / name if not exists(beside) and exists(root / name) else beside


def _load_people(
    files: Iterable[Path], work: _Work, settings: Settings | None
) -> tuple[DeclaredSubscriber, ...]:
    documents = [document for file in files if (document := work.read(file)) is not None]
    work.problems += repeats.repeated_people(documents)
    declared: list[DeclaredSubscriber] = []
    for document in documents:
        seeds = _seeds(document, work)
        people = work.validate(document, SubscribersFile, Overrides())
        if people is not None:
            own = [subscriber.declare(seeds.__getitem__) for subscriber in people.subscriber]
            declared += own
            work.people.append(PeopleFile(path=document.path, count=len(own), libraries=seeds))
            if settings:
                work.warnings += advice.warnings_of_waiting(document, own, settings.schedule)
    if not work.problems:
        work.warnings += advice.warnings_of_people(documents)
    return tuple(declared)


def _seeds(document: Document, work: _Work) -> dict[str, Sequence[str]]:
    """Read every `seeds_file` of a document, by the name it is written with."""
    found: dict[str, Sequence[str]] = defaultdict(tuple)
    for number, subscriber in repeats.tables(document.data, "subscriber"):
        for index, interest in repeats.tables(subscriber, "interest"):
            name = interest.get("seeds_file")
            if not isinstance(name, str) or not name.isprintable() or not name.strip() or name in found:
                continue
            file = _beside_or_below(document.path.parent, work.root, name.strip())
            work.files.append(file)
            try:
                found[name] = found[name.strip()] = work.read_references(file)
            except (PaperRouteError, OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                place = document.positions.value(("subscriber", number, "interest", index, "seeds_file"))
                message = f"the seeds file {name} cannot be read: {reason}"
                work.problems.append(
                    document.problem(place, message, "name a .bib, .ris, .json or list of ids")
                )
    return found
