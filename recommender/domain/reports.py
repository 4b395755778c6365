"""What services did, counted, with failures."""

from dataclasses import dataclass, field

from recommender.domain.papers import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Named counts of one run and what failed in it.

    `counts` keep their order; `notes` say how each part went; `failures` are expected failures, each
    with its place; `warnings` hurt nobody but should be read.
    """

    name: str
    counts: dict[str, int] = field(default_factory=dict)
    failures: tuple[Refused, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def partial(self) -> bool:
        """Some things failed and some did not."""
        return bool(self.failures)
