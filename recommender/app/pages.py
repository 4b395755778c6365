"""What the web pages are given beyond what the mail needs. Loads nothing heavy."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from recommender.domain.suspicion import Patterns
from recommender.ports import Store
from recommender.services.browsing import Browsing
from recommender.services.sight import Sight
from recommender.store.grouping import grouped

if TYPE_CHECKING:
    from recommender.app.composition import Application


def build_sight(application: "Application") -> Sight:
    """Return what searching sees with, over the shelf that ranking uses too."""
    return Sight(application.store, application.shelf)


def build_browsing(application: "Application") -> Browsing:
    """Return what answers as the pages of papers do."""
    return Browsing(application.store, application.clock, build_sight(application))


def build_store(application: "Application") -> Store:
    """Return the store that pages write to: acts that come together are kept by one commit."""
    return grouped(application.store)


def build_patterns(application: "Application") -> Patterns:
    """Return what tells a scanner; a file of the outbox is there for its reader the moment it is written."""
    settings = application.loaded.settings
    patterns = settings.suspicion.patterns
    by_relay = settings.mail.backend == "smtp"
    return patterns if by_relay else replace(patterns, after_mail=timedelta(0))
