"""The composition root: the only place that names concrete classes."""

from recommender.app.composition import Application, compose
from recommender.app.loading import load_configuration
from recommender.app.looks import look_of

__all__ = ["Application", "compose", "load_configuration", "look_of"]
