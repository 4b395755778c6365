"""Addresses of the pages that browse papers. Ids may hold slashes and any sign."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from recommender.domain.papers import Paper, PaperId

PageOf = Callable[[Paper], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Links from page to page. `token`, that of a reader's edition, goes along from each to each."""

    prefix: str
    token: str = ""

    def paper(self, paper: PaperId) -> str:
        """Return the page of a paper."""
        return self._url(f"/papers/{_path(paper)}")

    def similar(self, paper: PaperId) -> str:
        """Return the page of what is like a paper."""
        return self._url(f"/similar/{_path(paper)}")

    def papers(self, **wanted: str) -> str:
        """Return a list of papers: `category`, `day`, `after`; empty ones are left out."""
        return self._url("/papers", **wanted)

    def search(self, text: str = "", page: int = 1) -> str:
        """Return the search page, of a text if there is one."""
        return self._url("/search", q=text, page=str(page) if page > 1 else "")

    def trending(self, days: int = 0) -> str:
        """Return the page of what draws attention."""
        return self._url("/trending", days=str(days) if days else "")

    def _url(self, path: str, **query: str) -> str:
        told = {name: value for name, value in query.items() if value}
        if self.token:
            told["d"] = self.token
        return f"{self.prefix}{path}" + (f"?{urlencode(told)}" if told else "")


def _path(paper: PaperId) -> str:
    """Return an id as part of a path; slashes are hidden where a browser would tidy up around them."""
    return quote(paper, safe=":" if "/." in paper or "//" in paper else ":/")
