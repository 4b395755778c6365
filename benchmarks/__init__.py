"""Measurements against peers and the limits of the machine."""
