"""What the web pages are given beyond what the mail needs. Loads nothing heavy."""

from typing import TYPE_CHECKING

from recommender.services.sight import Sight

if TYPE_CHECKING:
    from recommender.app.composition import Application


def build_sight(application: "Application") -> Sight:
    """Return what searching sees with, over the shelf that ranking uses too."""
    return Sight(application.store, application.shelf)
