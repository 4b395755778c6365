"""A scripted arXiv: its three roads on one server, and visits to it on a given day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from recommender.domain.papers import Cursor, PaperId, PaperPage
from recommender.sources.arxiv import ArxivOptions, ArxivSource
from recommender.sources.http import PoliteClient
from tests.sources.replay import Answer, FixedClock, Replay
from tests.sources.samples import query_answer, query_entry, rss, rss_item

FEED = "/rss/cs.CL+cs.IR"
API = "/api"
OAI = "/oai"
MONDAY = datetime(2026, 4, 27, 12, tzinfo=UTC)
"""Noon of a day whose feed has the announcement of Sunday evening."""
NOTHING = Answer(body=query_answer([]))


@dataclass(slots=True)
class Desk:
    """An arXiv and a source that reads it; `papers` and the like speak of the last visit."""

    replay: Replay
    client: PoliteClient
    now: datetime = MONDAY
    check: bool = True
    pages: list[PaperPage] = field(default_factory=list)

    @property
    def source(self) -> ArxivSource:
        """Return the source as it is at `now`."""
        options = ArxivOptions(
            base_url=self.replay.url("/"),
            api_url=self.replay.url(API),
            oai_url=self.replay.url(OAI),
            check=self.check,
        )
        return ArxivSource(
            "arxiv", self.client, ["cs.CL", "cs.IR"], clock=FixedClock(self.now), options=options
        )

    def says(self, *, feed: object = None, api: object = None, oai: object = None) -> None:
        """Script the roads: an Answer, or several in a row."""
        for path, answers in {FEED: feed, API: api, OAI: oai}.items():
            if isinstance(answers, Answer):
                self.replay.says(path, answers)
            elif isinstance(answers, Sequence):
                self.replay.says(path, *answers)

    def visit(self, since: Cursor | str | None) -> Sequence[PaperPage]:
        """Read the source from a cursor, or from the day that a plain one names."""
        self.replay.asked.clear()
        self.pages = []
        cursor = Cursor(position=since) if isinstance(since, str) else since
        for page in self.source.fetch(cursor):
            self.pages.append(page)
        return self.pages

    @property
    def asked(self) -> Sequence[str]:
        """Return the roads in the order asked, repeats of one left out."""
        paths = [target.split("?")[0] for target in self.replay.asked]
        return [path for number, path in enumerate(paths) if number == 0 or paths[number - 1] != path]

    @property
    def papers(self) -> Sequence[str]:
        """Return the arXiv ids of all papers, sorted, each once."""
        return sorted({paper.id.removeprefix("arxiv:") for page in self.pages for paper in page.papers})

    @property
    def fresh(self) -> Sequence[str]:
        """Return the papers that a store without them would take for new today."""
        found = {paper.id for page in self.pages for paper in page.papers if paper.first_seen is None}
        return sorted(paper.removeprefix("arxiv:") for paper in found)

    @property
    def announced(self) -> Mapping[str, set[str]]:
        """Return what was announced on each day."""
        found: dict[str, set[str]] = {}
        for one in (one for page in self.pages for one in page.announced):
            found.setdefault(one.day.isoformat(), set()).update(_bare(one.papers))
        return found

    @property
    def cursor(self) -> str | None:
        """Return where the next visit starts."""
        cursor = self.pages[-1].cursor
        return cursor.position if cursor else None

    @property
    def warnings(self) -> str:
        """Return all warnings, one a line."""
        return "\n".join(warning for page in self.pages for warning in page.warnings)

    @property
    def quiet(self) -> str:
        """Return why there is nothing new."""
        outlook = self.pages[-1].outlook
        return outlook.quiet if outlook else "?"


def _bare(papers: Sequence[PaperId]) -> Iterator[str]:
    return (paper.removeprefix("arxiv:") for paper in papers)


def feed(*items: str, day: str = "Mon, 27 Apr 2026 00:00:00 -0400", etag: str = '"7"') -> Answer:
    """Return a feed of some items, all of one day."""
    dated = [item.replace("Mon, 27 Apr 2026 00:00:00 -0400", day) for item in items]
    return Answer(body=rss(dated, date=day), headers={"ETag": etag})


def announced(number: str, kind: str = "new", version: int = 1) -> str:
    """Return an item of a feed."""
    return rss_item(number, kind=kind, version=version)


def results(*numbers: str, submitted: str = "2026-04-24T10:00:00Z", total: int | None = None) -> Answer:
    """Return an answer of the query API, all submitted at one moment."""
    entries = [query_entry(number, published=submitted) for number in numbers]
    return Answer(body=query_answer(entries, total=total))


def record(number: str, *, created: str = "2026-04-24", changed: str = "2026-04-27") -> str:
    """Return a record of OAI-PMH."""
    return f"""<record><header><identifier>oai:arXiv.org:{number}</identifier>
      <datestamp>{changed}</datestamp><setSpec>cs:cs:CL</setSpec></header><metadata>
      <arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{number}</id><created>{created}</created>
      <authors><author><keyname>One</keyname><forenames>Ada</forenames></author></authors>
      <title>On harvests</title><categories>cs.CL</categories><abstract>We harvest.</abstract>
      </arXiv></metadata></record>"""


def deleted(number: str) -> str:
    """Return a deleted record."""
    return (
        f'<record><header status="deleted"><identifier>oai:arXiv.org:{number}</identifier>'
        "<datestamp>2026-04-27</datestamp></header></record>"
    )


def harvest(*records: str, token: str = "") -> Answer:
    """Return one part of a list; with a token there is more."""
    more = f"<resumptionToken>{token}</resumptionToken>" if token else ""
    return _oai(f"<ListRecords>{''.join(records)}{more}</ListRecords>")


def oai_error(code: str) -> Answer:
    """Return an error of the protocol, which comes with status 200."""
    return _oai(f'<error code="{code}">some words</error>')


def _oai(inside: str) -> Answer:
    head = '<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    stamp = f"<responseDate>{date(2026, 4, 27)}T12:00:00Z</responseDate><request/>"
    return Answer(body=f"{head}{stamp}{inside}</OAI-PMH>".encode())
