"""Writes what readers changed on their pages back into the files that declare them."""

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from recommender.app.reconciling import traces_of
from recommender.domain.errors import ConfigError, InputError
from recommender.domain.subscribers import DeclaredSubscriber
from recommender.ports import Clock, Store, UnitOfWork
from recommender.services.differences import Unpulled, unpulled
from recommender.services.subscriptions import Subscriptions
from recommender.settings.loader import Loaded, PeopleFile
from recommender.settings.replacing import replace_content
from recommender.settings.rewriting import Unwritten, Wanted, declared_in, rewrite

_JOINED = "joined.toml"
"""In a folder of files, who joined by the page gets one of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One file: what it holds and what it is to hold."""

    path: Path
    old: bytes | None
    """None where it is new."""
    new: bytes
    written: int
    """Subscribers of whom something else stands there."""

    def diff(self) -> str:
        """Return what changes, as `diff -u` shows it."""
        texts = ((text or b"").decode("utf-8-sig") for text in (self.old, self.new))
        old, new = (text.splitlines(keepends=True) for text in texts)
        lines = difflib.unified_diff(old, new, str(self.path), str(self.path))
        return "".join(text if text.endswith("\n") else f"{text}\n" for text in lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """What would be written, and what cannot be."""

    pages: tuple[Page, ...]
    unwritten: tuple[Unwritten, ...]
    basis: Unpulled


class Pulling:
    """Writes files while no page can change anything, and puts them back where they cannot be read then."""

    def __init__(self, loaded: Loaded, store: Store, clock: Clock, load: Callable[[], Loaded]) -> None:
        """Keep what was loaded and reconciled; `load` loads it anew, and raises ConfigError."""
        self._loaded = loaded
        self._store = store
        self._clock = clock
        self._load = load

    def prepare(self) -> Pull:
        """Return what is to be written; raises InputError where a file is another one by now."""
        with self._store.read() as unit:
            basis = unpulled(unit, self._loaded.subscribers)
        pages: list[Page] = []
        left: list[Unwritten] = []
        for file, told, wanted in self._files(basis):
            page, unwritten = _page(file, told, wanted)
            pages += page
            left += unwritten
        if basis.joined and self._home() not in [file.path for file in self._loaded.people]:
            result = rewrite(b"", Wanted(joined=basis.joined), lambda _: ())
            count = len(declared_in(result.content, lambda _: ()))
            pages += [Page(path=self._home(), old=None, new=result.content, written=count)] if count else []
            left += result.unwritten
        return Pull(pages=tuple(pages), unwritten=tuple(left), basis=basis)

    def write(self, pull: Pull) -> None:
        """Write the files and let the store follow; raises InputError, and all is as it was then."""
        if not pull.pages:
            return
        subscriptions = Subscriptions(self._store, self._clock, traces_of(self._loaded))
        done: list[Page] = []
        try:
            with self._store.write() as unit:
                unit.people.hold_everybody()
                self._check(unit, pull)
                for page in pull.pages:
                    replace_content(page.path, page.new, was=page.old, like=self._loaded.people[0].path)
                    done.append(page)
                subscriptions.settle(unit, self._load().subscribers)
        except BaseException as error:
            _put_back(done)
            if isinstance(error, ConfigError):
                reason = f"the files are as they were, for they could not be read any more:\n{error}"
                raise InputError(reason) from error
            raise

    def _files(self, basis: Unpulled) -> Iterator[tuple[PeopleFile, Sequence[DeclaredSubscriber], Wanted]]:
        """Yield each file, what was read from it, and what it is to say."""
        start = 0
        for file in self._loaded.people:
            end = start + file.count
            changed = {number - start: own for number, own in basis.changed.items() if start <= number < end}
            joined = basis.joined if file.path == self._home() else ()
            yield file, self._loaded.subscribers[start:end], Wanted(changed=changed, joined=joined)
            start = end

    def _check(self, unit: UnitOfWork, pull: Pull) -> None:
        """Raise InputError where readers have changed something since `prepare`."""
        if unpulled(unit, self._loaded.subscribers) != pull.basis:
            raise InputError("a reader changed something meanwhile; run the command again")

    def _home(self) -> Path:
        """Return the file for those who joined."""
        folder = self._loaded.people_folder
        return self._loaded.people[0].path if folder is None else folder / _JOINED


def _page(
    file: PeopleFile, told: Sequence[DeclaredSubscriber], wanted: Wanted
) -> tuple[list[Page], Sequence[Unwritten]]:
    """Return the new page of a file, if anything in it changes, and what could not be written."""
    if not wanted.changed and not wanted.joined:
        return [], ()
    read_seeds = file.libraries.__getitem__
    try:
        content = file.path.read_bytes()
        now = declared_in(content, read_seeds)
    except (OSError, ValueError) as error:
        raise InputError(f"{file.path} was changed meanwhile; run the command again") from error
    if now != [*told]:
        raise InputError(f"{file.path} was changed meanwhile; run the command again")
    result = rewrite(content, wanted, read_seeds)
    if result.content == content:
        return [], result.unwritten
    after = declared_in(result.content, read_seeds)
    count = len(after) - len(now) + sum(one != other for one, other in zip(now, after, strict=False))
    return [Page(path=file.path, old=content, new=result.content, written=count)], result.unwritten


def _put_back(pages: Sequence[Page]) -> None:
    for page in reversed(pages):
        if page.old is None:
            page.path.unlink(missing_ok=True)
        else:
            replace_content(page.path, page.old, was=page.new)
