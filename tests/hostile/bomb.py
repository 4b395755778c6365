"""What an answer that means harm is made of."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.sources.replay import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Bomb:
    """One hostile answer, who reads it, and what must come of it."""

    name: str
    answer: Callable[[], Answer]
    expected: str
    """A part of the reason; empty where it is read as papers."""
    reader: str = "nothing"
    total: float = 60.0
    slow: bool = False
    papers: int = 0
