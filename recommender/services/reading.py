"""The reading list of a subscriber: what was saved, when, and whether it was read.

Changing it is feedback and belongs to `voting`; how it is written down is `citations`' business.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from recommender.domain.errors import InputError
from recommender.ports import Store
from recommender.services.changes import changes_since
from recommender.services.citations import Saved, to_bibtex, to_json, to_ris

FORMATS: Mapping[str, Callable[[Iterable[Saved]], str]] = {
    "bibtex": to_bibtex,
    "ris": to_ris,
    "json": to_json,
}


class Reading:
    """Reads reading lists; writes nothing."""

    def __init__(self, store: Store) -> None:
        """Keep the store."""
        self._store = store

    def rows(self, reference: str, *, unread: bool = False) -> Sequence[Saved]:
        """Return the list of the subscriber known by address, id or public id, newest first.

        Each says what happened to the paper since it was saved. With `unread` only what was not marked
        as read. Raises UnknownSubscriber.
        """
        with self._store.read() as uow:
            saved = uow.people.saved(uow.people.find(reference).id)
            papers = uow.papers.get([paper for paper, _, _ in saved])
            changed = changes_since(uow, {paper: at for paper, at, _ in saved})
        return [
            Saved(paper=papers[paper], saved_at=at, read=read, changed=changed.get(paper, ""))
            for paper, at, read in saved
            if paper in papers and not (unread and read)
        ]

    def export(self, reference: str, form: str, *, unread: bool = False) -> str:
        """Return the list as `bibtex`, `ris` or `json` text. Raises UnknownSubscriber or InputError."""
        if form not in FORMATS:
            raise InputError(f"{form!r} is no reading list format; it must be one of {', '.join(FORMATS)}")
        return FORMATS[form](self.rows(reference, unread=unread))
