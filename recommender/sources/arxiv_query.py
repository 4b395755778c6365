"""The road of the query API: papers by when they were submitted, and papers by id.

It knows nothing of announcements: neither cross-lists nor replacements can be asked for by day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from recommender.domain.errors import SourceMalformed, SourceUnavailable
from recommender.domain.papers import Paper, PaperId, PaperPage, Refused
from recommender.sources.arxiv_fields import dated
from recommender.sources.arxiv_parse import QueryAnswer, parse_query
from recommender.sources.asking import Ask
from recommender.sources.kinds import Client
from recommender.sources.pacing import ARXIV

_PAGE = 500
_PAGES = 40
_LOOK_UP = 100
"""Ids asked for at once."""
_EMPTY_TRIES = 3
"""Empty answers to a query that has results happen by themselves; this many in a row are believed."""
_UNDIVIDED = frozenset(
    {"gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nucl-ex", "nucl-th", "quant-ph"}
)
"""Archives without categories: they are categories themselves."""


@dataclass(frozen=True, slots=True)
class QueryRoad:
    """Asks for some categories at one address, for one source."""

    source: str
    client: Client
    url: str
    categories: Sequence[str]

    def submitted(self, since: datetime, until: datetime) -> Iterator[PaperPage]:
        """Yield the papers of our categories submitted in between, newest first.

        Raises SourceUnavailable and SourceMalformed.
        """
        ours = " OR ".join(f"cat:{_term(category)}" for category in self.categories)
        window = f"submittedDate:[{since:%Y%m%d%H%M} TO {until:%Y%m%d%H%M}]"
        query = {
            "search_query": f"({ours}) AND {window}",
            "sortBy": "submittedDate",
            "sortOrder": "descending",
        }
        for number in range(_PAGES):
            answer = self._ask({**query, "start": str(number * _PAGE), "max_results": str(_PAGE)})
            papers = [paper for paper in answer.page.papers if self._fits(paper, since, until)]
            yield replace(answer.page, papers=papers)
            oldest = min((p.published for p in answer.page.papers if p.published), default=None)
            if (number + 1) * _PAGE >= answer.total or oldest is None or oldest < since:
                return
        reason = f"only the newest {_PAGES * _PAGE} of {answer.total} papers were read; name fewer categories"
        yield PaperPage(papers=(), refused=[Refused(place=answer.page.place, reason=reason)], place=self.url)

    def look_up(self, papers: Sequence[PaperId], now: datetime) -> Iterator[PaperPage]:
        """Yield the papers of these ids; ids that are not arXiv's, or unknown there, are absent.

        Which of them is new today nobody says here, so those public for long have an early `first_seen`.
        Raises SourceUnavailable and SourceMalformed.
        """
        ids = [paper.removeprefix("arxiv:") for paper in papers if paper.startswith("arxiv:")]
        batches = [ids[start : start + _LOOK_UP] for start in range(0, len(ids), _LOOK_UP)]
        doubtful = True
        while batches:
            batch = batches.pop(0)
            try:
                answer = self._ask({"id_list": ",".join(batch), "max_results": str(len(batch))})
            except SourceMalformed as error:
                alone = len(batch) == 1
                if error.throttled or (alone and doubtful and batch[0] != ids[0]):
                    raise  # not even the second id by itself is answered: it is not the ids
                if alone:
                    refused = Refused(place=f"{self.url}: {batch[0]}", reason=error.reason)
                    yield PaperPage(papers=(), refused=[refused], place=self.url)
                else:  # one id that arXiv does not like costs the answer for all
                    batches[:0] = [batch[: len(batch) // 2], batch[len(batch) // 2 :]]
                continue
            doubtful = False
            yield replace(answer.page, papers=[dated(paper, now) for paper in answer.page.papers])

    def _fits(self, paper: Paper, since: datetime, until: datetime) -> bool:
        """Tell whether a paper is what was asked for: a mirror may not understand every part of a query."""
        mine = any(
            code == category or code.startswith(f"{category}.")
            for code in paper.categories
            for category in self.categories
        )
        return mine and (paper.published is None or since <= paper.published <= until)

    def _ask(self, query: dict[str, str]) -> QueryAnswer:
        """Ask for one page, again when it is empty though there should be more."""
        ask = Ask(source=self.source, url=self.url, query=query, lane=ARXIV)
        for _ in range(_EMPTY_TRIES):
            fetched = self.client.get(ask)
            answer = parse_query(fetched.body, source=self.source, place=ask.place)
            if answer.error:
                raise SourceMalformed(self.source, ask.place, f"arXiv answers: {answer.error}")
            if answer.page.papers or answer.page.refused:
                return answer
        if answer.total > int(query.get("start", "0")):
            reason = f"arXiv announced {answer.total} results and sent none, {_EMPTY_TRIES} times"
            raise SourceUnavailable(self.source, ask.place, reason)
        return answer


def _term(category: str) -> str:
    """Return how the query names a category, or all categories of an archive."""
    return category if "." in category or category in _UNDIVIDED else f"{category}.*"
