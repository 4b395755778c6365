"""Rows of numbers as eight-step glyphs: text, so that they survive blocked pictures."""

from collections.abc import Sequence
from math import ceil

STEPS = "▁▂▃▄▅▆▇█"


def glyphs(values: Sequence[float]) -> str:
    """Return one glyph a value, scaled to the largest; nought, and what is below it, is the lowest one."""
    top = max(values, default=0)
    return "".join(STEPS[_step(value, top)] for value in values)


def _step(value: float, top: float) -> int:
    """Return 0 for nothing, else 1..7: something is never drawn like nothing."""
    return min(ceil(value / top * (len(STEPS) - 1)), len(STEPS) - 1) if value > 0 else 0
