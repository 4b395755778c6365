"""The composition root: the only place that names concrete classes."""

from recommender.app.composition import Application, compose, load_configuration

__all__ = ["Application", "compose", "load_configuration"]
