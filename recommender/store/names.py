"""Looks names of papers up: aliases in bulk, and what people type."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Text, bindparam, select

from recommender.domain.errors import UnknownPaper
from recommender.domain.identity import parse_reference
from recommender.domain.papers import PaperId
from recommender.store.entries import Name
from recommender.store.schema import PAPER, PAPER_ALIAS
from recommender.store.statements import chunks

_ALIASES = select(PAPER_ALIAS.c.value, PAPER_ALIAS.c.paper_id).where(
    PAPER_ALIAS.c.scheme == bindparam("scheme", type_=Text),
    PAPER_ALIAS.c.value.in_(bindparam("values", expanding=True)),
)


def look_up(connection: Connection, names: Iterable[Name]) -> dict[Name, PaperId]:
    """Return the canonical ids of the names that exist."""
    by_scheme: dict[str, list[str]] = defaultdict(list)
    for scheme, value in names:
        by_scheme[scheme].append(value)
    found: dict[Name, PaperId] = {}
    for scheme, values in by_scheme.items():
        for part in chunks(values):
            rows = connection.execute(_ALIASES, {"scheme": scheme, "values": part})
            found |= {(scheme, value): paper for value, paper in rows}
    return found


def canonical(connection: Connection, ids: Iterable[PaperId]) -> dict[PaperId, PaperId]:
    """Map ids that may have been canonical once to those of today; raise UnknownPaper for a strange one.

    A page read its ids before another process renamed a paper: what it writes must still arrive.
    """
    wanted = list(dict.fromkeys(ids))
    found = look_up_held(connection, [split(paper) for paper in wanted])
    for paper in wanted:
        if split(paper) not in found:
            raise UnknownPaper(paper)
    return {paper: found[split(paper)] for paper in wanted}


def look_up_held(connection: Connection, names: Sequence[Name]) -> dict[Name, PaperId]:
    """Return the canonical ids of the names that exist, and hold them until the transaction ends.

    A paper that is folded by somebody just now is waited for and looked up again.
    """
    while True:
        found = look_up(connection, names)
        if connection.dialect.name != "postgresql" or _held(connection, found.values()):
            return found


def _held(connection: Connection, papers: Iterable[PaperId]) -> bool:
    """Keep others from moving rows away; tell whether all of them are still there."""
    for part in chunks(sorted(papers)):
        rows = select(PAPER.c.id).where(PAPER.c.id.in_(part)).order_by(PAPER.c.id)
        if len(connection.execute(rows.with_for_update(read=True, key_share=True)).all()) < len(part):
            return False
    return True


def resolve(connection: Connection, references: Iterable[str]) -> Mapping[str, PaperId]:
    """Map what people type to canonical ids; see `ports.Papers.resolve`."""
    readings = {reference: _readings(reference) for reference in references}
    found = look_up(connection, (name for names in readings.values() for name in names))
    resolved = {
        reference: next(found[name] for name in names if name in found)
        for reference, names in readings.items()
        if any(name in found for name in names)
    }
    titles = {
        reference: names[-1][1]
        for reference, names in readings.items()
        if reference not in resolved and names and names[-1][0] == "title"
    }
    keys = _by_title_key(connection, titles.values())
    return resolved | {reference: keys[key] for reference, key in titles.items() if key in keys}


def split(reference: str) -> Name:
    """Split `scheme:value`."""
    scheme, _, value = reference.partition(":")
    return scheme, value


def _readings(reference: str) -> Sequence[Name]:
    """Return the names a text may mean: as it stands, then as `domain.identity` reads it."""
    stripped = reference.strip()
    parsed = parse_reference(stripped)
    verbatim = [split(stripped)] if ":" in stripped else []
    return [*verbatim, parsed] if parsed else verbatim


def _by_title_key(connection: Connection, keys: Iterable[str]) -> dict[str, PaperId]:
    """Return the papers whose title key is wanted and is theirs alone."""
    owners: dict[str, list[PaperId]] = defaultdict(list)
    for part in chunks(keys):
        query = select(PAPER.c.title_key, PAPER.c.id).where(PAPER.c.title_key.in_(part))
        for key, paper in connection.execute(query):
            owners[key].append(paper)
    return {key: papers[0] for key, papers in owners.items() if key and len(papers) == 1}
