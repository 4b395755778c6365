"""What of a reading list is looked at: the query of its page, read and written.

Pure. Fields are `label`, `unread` (1), `q` (words to find), `sort` (see `reading.Order`) and `page`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from recommender.domain.errors import InputError
from recommender.domain.remarks import LABEL_LIMIT
from recommender.services.citations import Saved
from recommender.services.reading import Choice, Order
from recommender.web.context import PageLink
from recommender.web.queries import Fields, number_of

PER_PAGE = 50
WORDS_LIMIT = 100
"""Characters of what is searched for."""
_PAGES = 999_999
_ORDERS = {
    Order.NEWEST: "saved last",
    Order.OLDEST: "saved first",
    Order.TITLE: "title",
    Order.YEAR: "year, newest first",
    Order.CHANGED: "changed last",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A choice of a list and which page of it, from 1."""

    choice: Choice
    page: int = 1

    @classmethod
    def read(cls, asked: Fields) -> "View":
        """Read a query; what it does not name is as usual. Raises InputError for what no page links to."""
        label, words = asked.get("label", ""), asked.get("q", "")
        unread, sort = asked.get("unread", ""), asked.get("sort", "")
        if len(label) > LABEL_LIMIT or len(words) > WORDS_LIMIT:
            raise InputError("the label or the words are too long")
        if unread not in {"", "0", "1"} or sort not in {"", *Order}:
            raise InputError("`unread` is 1 or left out, and `sort` one of the orders of the page")
        choice = Choice(label=label, unread=unread == "1", words=words, order=Order(sort or Order.NEWEST))
        return cls(choice=choice, page=number_of(asked, "page", usual=1, most=_PAGES))

    def query(self) -> str:
        """Return the query that `read` reads as this view, question mark included; empty for the usual."""
        choice = self.choice
        told = {
            "label": choice.label,
            "unread": "1" if choice.unread else "",
            "q": choice.words,
            "sort": choice.order.value if choice.order is not Order.NEWEST else "",
            "page": str(self.page) if self.page > 1 else "",
        }
        text = urlencode({name: value for name, value in told.items() if value})
        return f"?{text}" if text else ""

    @property
    def first(self) -> "View":
        """The same view from its first page on."""
        return replace(self, page=1)

    @property
    def narrowed(self) -> bool:
        """Whether papers are left out."""
        return bool(self.choice.label or self.choice.unread or self.choice.words)

    def labelled(self, label: str) -> "View":
        """Return the same view of another label, from its first page on."""
        return View(choice=replace(self.choice, label=label))


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One page of a list: its rows, its number, and how many pages there are."""

    rows: Sequence[Saved]
    number: int
    pages: int

    @classmethod
    def of(cls, rows: Sequence[Saved], page: int) -> "Leaf":
        """Cut a page out of a list; a number beyond the last page is the last page."""
        pages = max(1, -(-len(rows) // PER_PAGE))
        number = min(page, pages)
        return cls(rows=rows[(number - 1) * PER_PAGE : number * PER_PAGE], number=number, pages=pages)

    def turns(self, view: View) -> Sequence[PageLink]:
        """Return the ways to the pages before and behind."""
        near = (("Earlier part", self.number - 1), ("Next part", self.number + 1))
        return [
            PageLink(name=name, url=replace(view, page=number).query() or "?")
            for name, number in near
            if 0 < number <= self.pages
        ]


def orders(view: View) -> Sequence[Mapping[str, object]]:
    """Return the orders as options of a form."""
    return [
        {"value": order.value, "name": name, "chosen": order is view.choice.order}
        for order, name in _ORDERS.items()
    ]
