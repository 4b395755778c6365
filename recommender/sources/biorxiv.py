"""bioRxiv and medRxiv: what was posted between two days, by the API that both share.

Long gaps are read in weeks. The last two days are always read again, because lists grow. The API counts
what it lists; where fewer rows come, the report says so and the week is read again, for seven days.
Written from the API's description and without recorded answers; no live request was ever made.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from recommender.domain.papers import Announced, Cursor, Outlook, PaperId, PaperPage
from recommender.ports import Clock
from recommender.ports.options import SourceOptions, WebUrl, Words
from recommender.sources.asking import Ask
from recommender.sources.biorxiv_parse import Answer, parse_details, posted_on
from recommender.sources.kinds import Client, SourceKind
from recommender.sources.moments import day_of

_FIRST = timedelta(days=14)
"""How far a first run reaches back."""
_AGAIN = timedelta(days=2)
_WEEK = timedelta(days=6)
"""From the first to the last day of one question."""
_PATIENCE = timedelta(days=7)
"""How long a list that is shorter than it says is read again."""
_PAGES = 500
"""Of one week, which has some two thousand rows."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BiorxivOptions(SourceOptions):
    """Preprints of bioRxiv or medRxiv."""

    server: Literal["biorxiv", "medrxiv"] = "biorxiv"
    """Which of the two; a source reads one."""
    categories: tuple[Words, ...] = ()
    """Only these, by the names the server has for them, like ["neuroscience"]; all when empty."""
    base_url: WebUrl = "https://api.biorxiv.org"
    """Server of the API."""


class BiorxivSource:
    """Everything posted on one server, or in some of its categories."""

    def __init__(self, options: BiorxivOptions, client: Client, clock: Clock) -> None:
        """Ask nothing yet."""
        self._options = options
        self._client = client
        self._clock = clock
        self._wanted = frozenset(name.casefold().replace("_", " ") for name in options.categories)

    @property
    def name(self) -> str:
        """Name in configuration and reports."""
        return self._options.name

    def fetch(self, since: Cursor | None) -> Iterator[PaperPage]:
        """Yield what was posted since the cursor, week by week, and after each week the next cursor.

        Raises SourceUnavailable and SourceMalformed.
        """
        today = self._clock.now().date()
        reading = _Reading()
        first = min(self._start(since, today), today)
        while first <= today:
            last = min(first + _WEEK, today)
            yield from self._week(first, last, reading)
            if reading.lacking and reading.held is None and today - last < _PATIENCE:
                reading.held = first
            day = (reading.held or last).isoformat()
            yield PaperPage(
                papers=(),
                place=self._place(f"{first}/{last}"),
                announced=reading.announced(),
                cursor=Cursor(position=f"{day} {self._mark}"),
                warnings=[f"{self.name}: {reading.lacking}"] if reading.lacking else (),
                outlook=reading.outlook,
            )
            first = last + _DAY

    def look_up(self, papers: Sequence[PaperId]) -> Iterator[PaperPage]:
        """Yield a page for each of these DOIs, empty where the server does not know it."""
        for paper in papers:
            scheme, _, doi = paper.partition(":")
            if scheme == "doi":
                yield self._asked(f"{doi}/na").page(frozenset())

    @property
    def _mark(self) -> str:
        """Say what a cursor holds for: another server or choice of categories starts anew."""
        return " ".join((self._options.server, *sorted(self._wanted)))

    def _start(self, since: Cursor | None, today: date) -> date:
        day, _, mark = since.position.partition(" ") if since else ("", "", "")
        start = day_of(day)
        if start is None or (mark and mark != self._mark):
            return today - _FIRST
        return start - _AGAIN if mark else start

    def _week(self, first: date, last: date, reading: "_Reading") -> Iterator[PaperPage]:
        """Yield the pages of some days and note whether all of them came."""
        seen: set[tuple[str, int]] = set()
        offset = total = 0
        for _ in range(_PAGES):
            answer = self._asked(f"{first}/{last}/{offset}")
            page = answer.page(self._wanted)
            yield page
            reading.note(page, first, last)
            fresh = answer.keys - seen
            seen |= fresh
            total = max(total, answer.total)
            offset += len(answer.rows)
            reading.kept += len(page.papers)
            if not fresh or offset >= total:
                break
        reading.rows += len(seen)
        lacks = offset < total
        reading.lacking = f"{offset} of {total} rows came for {first} to {last}" if lacks else ""
        reading.short = reading.lacking or reading.short

    def _place(self, what: str) -> str:
        return f"{self._options.base_url.rstrip('/')}/details/{self._options.server}/{what}"

    def _asked(self, what: str) -> Answer:
        ask = Ask(source=self.name, url=self._place(what))
        return parse_details(self._client.get(ask).body, source=self.name, place=ask.place)


@dataclass(slots=True, kw_only=True)
class _Reading:
    """What one run saw so far."""

    rows: int = 0
    kept: int = 0
    lacking: str = ""
    """Says so where the last week's list was shorter than it promised."""
    short: str = ""
    """The same of the last week of which that is true."""
    held: date | None = None
    """From where on the next run reads again, because a list was short."""

    days: dict[date, list[PaperId]] = field(default_factory=lambda: defaultdict(list))
    """The papers of one week by the day on which they were listed."""

    def note(self, page: PaperPage, first: date, last: date) -> None:
        """Keep what a page of that week listed."""
        for paper in page.papers:
            day = posted_on(paper)
            if day and first <= day <= last:
                self.days[day].append(paper.id)

    def announced(self) -> Sequence[Announced]:
        """Return the week's days; none where rows are lacking, because nobody can say of which."""
        days = [] if self.lacking else sorted(self.days.items())
        self.days = defaultdict(list)
        return [Announced(day=day, papers=papers) for day, papers in days]

    @property
    def outlook(self) -> Outlook:
        """Say what is lacking, or why there is nothing where there is nothing."""
        if self.short:
            return Outlook(quiet=self.short)
        if self.rows and not self.kept:
            return Outlook(quiet="nothing was posted in the categories asked for")
        return Outlook(quiet="" if self.rows else "no posts found")


KIND = SourceKind("biorxiv", BiorxivOptions, BiorxivSource)
