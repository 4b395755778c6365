"""What `doctor` says of identity: folds by texts, and pairs in doubt among the newest papers."""

from collections.abc import Sequence

from recommender.domain.twins import DoubtfulPair
from recommender.ports import UnitOfWork
from recommender.services.findings import Finding, Health

LOOKED_AT = 20_000
"""Papers among which `doctor` looks for pairs: a second's work; `folds doubtful` looks at all."""
_NAMED = 5


def identity_finding(unit: UnitOfWork) -> Finding:
    """Count the folds that stand and the doubtful pairs, and name up to five of these."""
    from recommender.services.twins import in_doubt  # noqa: PLC0415 rapidfuzz is for doctor and folds alone

    count = unit.twins.count()
    pairs = in_doubt(unit, newest=LOOKED_AT)
    folds = "1 fold by text" if count == 1 else f"{count:,} folds by text"
    among = f" among the newest {LOOKED_AT:,} papers" if unit.papers.count() > LOOKED_AT else ""
    doubts = "1 doubtful pair" if len(pairs) == 1 else f"{len(pairs):,} doubtful pairs"
    return Finding(
        check="identity",
        health=Health.OK,
        detail=f"{folds}, {doubts}{among}{_named(pairs)}",
        fix="paperroute folds doubtful, then paperroute folds join PAPER PAPER for one work" if pairs else "",
    )


def _named(pairs: Sequence[DoubtfulPair]) -> str:
    if not pairs:
        return ""
    named = ", ".join(f"{pair.paper} and {pair.other}" for pair in pairs[:_NAMED])
    return f": {named}" + (", …" if len(pairs) > _NAMED else "")
