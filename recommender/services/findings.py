"""What a check of the installation found, in a shape that people and programs can read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Health(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check: its name, how it came out, what was seen, and what to do about it."""

    check: str
    health: Health
    detail: str
    fix: str = ""
    figures: Mapping[str, str | int | datetime | None] = field(default_factory=dict)
    """The same for programs, where there is something to count; times are aware UTC."""


Probe = Callable[[], Iterable[Finding]]
"""A check that reaches outside (mail relay, DNS, folders); it must not raise."""
