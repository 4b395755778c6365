"""Benchmarks: what the product does, measured beside peers' methods and the limits of the machine."""
