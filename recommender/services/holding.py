"""Everything that is held about one reader, as facts for JSON and as files for people."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from recommender.domain.editions import Edition
from recommender.domain.papers import PaperId
from recommender.domain.subscribers import Subscriber
from recommender.ports import Store, UnitOfWork
from recommender.ports.holdings import Row

FORMAT = "paperroute-export/1"
MOST_BYTES = 64 * 1024 * 1024
"""Of digests in an export, before they are packed; the newest come first."""
_NAMES = {
    "subscriber": "subscriber",
    "interest": "interests",
    "wish": "wishes",
    "saved_paper": "reading_list",
    "edition": "editions",
    "request": "requests",
}
"""What the parts of the JSON are called; a table that is not here is called as it is."""
_WITHIN = {
    "edition_item": ("editions", "edition_id", "items"),
    "delivery": ("editions", "edition_id", "deliveries"),
    "letter": ("requests", "request_id", "letters"),
}
"""Tables whose rows stand in those they belong to: the part, what points to its `id`, and the name there."""
_LEFT_OUT = {"delivery": frozenset({"worker"})}
"""Columns that say nothing of the reader: which process of the operator's machine worked on a mail."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_README = """\
What {name} held about you on {at}

export.json          everything, as a program reads it: who you are here, your interests, what you
                     changed on your page, every vote, save, label and note with its time, your
                     reading list, your editions with each paper's reason and score, how their
                     mails went, mail that came back, what you asked for, and whether the fitted
                     recommender holds a row of yours. Times are ISO 8601 in UTC.
reading-list.bib     your reading list for BibTeX and most reference managers
reading-list.ris     the same for EndNote, Mendeley, Zotero and others
reading-list.json    the same for programs
digests/             your editions as they look today, each as a page (.html) and as plain text
                     (.txt){left}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Everything held about one reader: `facts` as JSON has them, `files` by name."""

    facts: Mapping[str, Any]
    files: Mapping[str, bytes]

    def json(self) -> str:
        """Return the facts as text."""
        return json.dumps(self.facts, ensure_ascii=False, indent=2)

    def zipped(self) -> bytes:
        """Return all files with `export.json` as a zip; the same facts give the same bytes."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in sorted({**self.files, "export.json": self.json().encode()}.items()):
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o600 << 16
                archive.writestr(entry, content)
        return buffer.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What is held of a reader outside the store."""

    artifacts: Sequence[str] = ()
    """Fitted recommenders with a row of theirs."""
    mail: Sequence[str] = ()
    """Messages in the outbox folder."""
    declared_in: Sequence[str] = ()
    sources: Sequence[str] = ()
    """Their own libraries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """Reads what is held; writes nothing. `render` gives the page and the text of an edition."""

    store: Store
    render: Callable[[UnitOfWork, Subscriber, Edition], tuple[str, str]]
    lists: Callable[[str], Mapping[str, str]]
    """From a public id to the reading list, by file name."""
    name: str = "Paper Route"
    most_bytes: int = MOST_BYTES

    def export(self, subscriber: Subscriber, elsewhere: Elsewhere, *, now: datetime) -> Export:
        """Return everything; digests beyond `most_bytes` are left out, and the README says how many."""
        with self.store.read() as unit:
            tables = unit.holdings.of(subscriber.id)
            facts = {
                "format": FORMAT,
                "made_at": _instant(now),
                **_parts(tables),
            }
            facts |= {
                "suppressions": list(unit.holdings.suppressions([subscriber.email])),
                "acts_set_aside": list(unit.holdings.acts_set_aside(subscriber.id)),
                "recommender": [{"artifact": name, "holds_your_likes": True} for name in elsewhere.artifacts],
                "outbox_files": list(elsewhere.mail),
                "declared_in": list(elsewhere.declared_in),
                "own_sources": list(elsewhere.sources),
                "papers": _papers(unit, tables),
            }
            digests, left = self._digests(unit, subscriber, tables["edition"])
        files = {name: text.encode() for name, text in self.lists(subscriber.public_id).items()}
        more = f"; {left} older ones are in export.json alone" if left else ""
        readme = _README.format(name=self.name, at=f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC", left=more)
        return Export(facts=facts, files={**files, **digests, "README.txt": readme.encode()})

    def _digests(
        self, unit: UnitOfWork, subscriber: Subscriber, rows: Sequence[Row]
    ) -> tuple[dict[str, bytes], int]:
        """Return the editions as they look, newest first as far as there is room, and how many had none."""
        files: dict[str, bytes] = {}
        room = self.most_bytes
        for done, row in enumerate(reversed(rows)):
            edition = unit.outbox.edition(int(str(row["id"])))
            if edition is None:
                continue
            made = self.render(unit, subscriber, edition)
            parts = {
                f"digests/{edition.key}{suffix}": text.encode()
                for suffix, text in zip((".html", ".txt"), made, strict=True)
            }
            room -= sum(map(len, parts.values()))
            if room < 0:
                return files, len(rows) - done
            files |= parts
        return files, 0


def _parts(tables: Mapping[str, Sequence[Row]]) -> dict[str, Any]:
    """Return the tables by their names in the JSON, those that belong to a row of another within it."""
    shown = {
        table: [
            {key: value for key, value in row.items() if key not in _LEFT_OUT.get(table, ())} for row in rows
        ]
        for table, rows in tables.items()
    }
    parts: dict[str, Any] = {
        _NAMES.get(name, name): rows for name, rows in shown.items() if name not in _WITHIN
    }
    for table, (part, key, name) in _WITHIN.items():
        for row in parts[part]:
            row[name] = [own for own in shown[table] if own[key] == row["id"]]
    parts["subscriber"] = parts["subscriber"][0]
    return parts


def _papers(unit: UnitOfWork, tables: Mapping[str, Sequence[Row]]) -> dict[str, Any]:
    """Return titles and places of the papers that the rows speak of, by id."""
    ids = {PaperId(str(row["paper_id"])) for rows in tables.values() for row in rows if row.get("paper_id")}
    return {
        paper.id: {"title": paper.title, "url": paper.url} for paper in unit.papers.get(sorted(ids)).values()
    }


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
