"""feedparser with one of its searches bounded.

It looks for an address in the name of every author with an expression that takes minutes over 100 kB
without a space. Such a word is no name, so it is taken away before the search.
"""

import re
from typing import Any

import feedparser
from feedparser.api import LooseFeedParser, StrictFeedParser

_NO_NAME = re.compile(r"[\w.+@-]{300}")

parse = feedparser.parse


def _bounded(kind: Any) -> None:
    """Put a look at the length in front of a parser's search."""
    search = kind._sync_author_detail  # noqa: SLF001 it has no public name

    def looked_at(self: Any, key: str = "author") -> None:
        context = self._get_context()
        if _NO_NAME.search(str(context.get(key, ""))):
            context[key] = ""
        search(self, key)

    kind._sync_author_detail = looked_at  # noqa: SLF001


for _kind in (LooseFeedParser, StrictFeedParser):
    _bounded(_kind)
