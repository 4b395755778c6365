"""What the operator's page is given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from recommender.domain.errors import Problem
from recommender.domain.reports import Report
from recommender.services.operating import Operating

INGEST, TRAIN, MAIL = "ingest", "train", "mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Admin:
    """Everything beyond the store; functions are asked anew each time, for the configuration may change."""

    operating: Callable[[], Operating]
    password: Callable[[], str]
    """Empty for none."""
    form_token: str
    """Random, of this process; every form of the page holds it."""
    check: Callable[[], Sequence[Problem]]
    """What `check` says of the files as they are now: faults and warnings."""
    sources: Callable[[], Sequence[str]]
    """Names of the configured sources."""
    work: Mapping[str, Callable[[str], Sequence[Report]]]
    """What buttons start, by name; the argument is what is chosen beside the button, or empty."""
