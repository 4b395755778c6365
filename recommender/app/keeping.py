"""What keeps, hands out and forgets the data of readers, made from the configuration."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.app.reconciling import traces_of
from recommender.domain.editions import Edition
from recommender.domain.subscribers import Subscriber
from recommender.mail.written import OutboxShelf
from recommender.ports import UnitOfWork
from recommender.runtime import SystemClock
from recommender.services.holding import Gathering
from recommender.services.privacy import Leavings, Privacy
from recommender.services.reading import Reading
from recommender.services.retention import Retention
from recommender.services.unlearning import Unlearning
from recommender.settings.loader import Loaded
from recommender.settings.locating import shown_path

if TYPE_CHECKING:
    from recommender.app.composition import Application

_LISTS = {"bibtex": "reading-list.bib", "ris": "reading-list.ris", "json": "reading-list.json"}
_IDS = ("id", "for")
"""Keys of the configuration that name a subscriber by id."""


def build_privacy(application: "Application") -> Privacy:
    """Return what hands out and forgets a reader's data."""
    loaded, store = application.loaded, application.store

    def render(unit: UnitOfWork, subscriber: Subscriber, edition: Edition) -> tuple[str, str]:
        parts = application.editions.parts(unit, subscriber, edition)
        return parts.html, parts.text

    def lists(public_id: str) -> dict[str, str]:
        reading = Reading(store)
        return {name: reading.export(public_id, form) for form, name in _LISTS.items()}

    return Privacy(
        store=store,
        clock=application.clock,
        traces=traces_of(loaded),
        gathering=Gathering(store=store, render=render, lists=lists),
        leavings=Leavings(
            mail=OutboxShelf(loaded.outbox, SystemClock()),
            artifacts=Unlearning(store, loaded.artifacts, application.ranking),
            named=lambda words: named_in(loaded.files, words),
            sources_of=lambda subscriber: own_sources(loaded, subscriber),
        ),
    )


def build_retention(application: "Application") -> Retention:
    """Return what deletes what has been kept long enough."""
    loaded = application.loaded
    return Retention(
        store=application.store,
        clock=application.clock,
        keeping=loaded.settings.retention.keeping(),
        mail=OutboxShelf(loaded.outbox, SystemClock()),
        artifacts=Unlearning(application.store, loaded.artifacts, application.ranking),
    )


def named_in(files: Sequence[Path], words: Collection[str]) -> list[str]:
    """Return the places, `file:line`, where an address stands, or an id as that of a subscriber or reader."""
    addresses = [word.lower() for word in words if "@" in word]
    ids = {f'{key}="{word.lower()}"' for word in words if "@" not in word for key in _IDS}
    return [
        f"{shown_path(file)}:{number}"
        for file in dict.fromkeys(files)
        for number, line in enumerate(_lines(file), 1)
        if any(word in line for word in addresses)
        or any("".join(line.split()).startswith(start) for start in ids)
    ]


def own_sources(loaded: Loaded, subscriber: Subscriber) -> list[str]:
    """Return the names of the sources that are a subscriber's own library."""
    names = {subscriber.email.lower(), (subscriber.key or subscriber.email).lower()}
    return [
        section.name or section.type
        for section in loaded.settings.source
        if any(str(getattr(section, key)).lower() in names for key in section.readers)
    ]


def _lines(file: Path) -> list[str]:
    """Return the lines of a file, folded, as an editor counts them; none where it cannot be read."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").lower().split("\n")
    except OSError:
        return []
