"""Paper Route: a personalised paper digest for every subscriber."""

__version__ = "0.1.0"
