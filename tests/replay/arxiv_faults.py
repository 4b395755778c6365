"""What goes wrong at arXiv: each fault stands in front of one or more roads of the house."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from tests.replay import arxiv_render as render
from tests.replay.arxiv_days import NEW_YORK, Item
from tests.replay.arxiv_house import ArxivHouse, Fault
from tests.sources.replay import Answer

ROADS = ("rss", "atom", "api", "oai")
FEEDS = ("rss", "atom")
_LIMIT = 2_000


def status(code: int, *roads: str, wait: str | None = None, times: int = -1) -> Fault:
    """Answer with a status on some roads or on all, `times` or always; `wait` is Retry-After."""
    left = [times]

    def fault(house: ArxivHouse, road: str, target: str) -> Answer | None:
        if road not in (roads or ROADS) or left[0] == 0:
            return None
        left[0] -= 1
        headers: Mapping[str, str] = {"Retry-After": wait} if wait else {}
        return Answer(status=code, body=b"Rate exceeded.", headers=headers)

    return fault


def empty_feed(house: ArxivHouse, road: str, target: str) -> Answer | None:
    """Serve a feed of today without any item."""
    if road not in FEEDS:
        return None
    return house.feed(_categories(target), road, house.now().astimezone(NEW_YORK).date(), None)


def lagging(house: ArxivHouse, road: str, target: str) -> Answer | None:
    """Serve the feed of the announcement before."""
    if road not in FEEDS:
        return None
    return house.feed(_categories(target), road, *house.shown(back=1))


def torn(house: ArxivHouse, road: str, target: str) -> Answer | None:
    """Serve the feed cut in the middle of an item, as if that were all."""
    whole = house.plain(target) if road in FEEDS else None
    return replace(whole, body=_half(whole.body)) if whole and whole.body else None


def broken_off(times: int) -> Fault:
    """Promise the whole feed by Content-Length, send half and hang up, so often."""
    left = [times]

    def fault(house: ArxivHouse, road: str, target: str) -> Answer | None:
        if road not in FEEDS or left[0] == 0:
            return None
        left[0] -= 1
        body = house.plain(target).body

        def wire(out: BinaryIO) -> None:
            out.write(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
            out.write(_half(body))

        return Answer(raw=wire)

    return fault


def cut(house: ArxivHouse, road: str, target: str) -> Answer | None:
    """Fill the feed up to arXiv's limit with replacements of older papers; half of the new ones fall out."""
    if road not in FEEDS:
        return None
    day, announcement = house.shown()
    assert announcement, "a feed of nothing cannot be cut"
    kept = announcement.items[: len(announcement.items) // 2]
    earlier = [item for one in house.public()[:-1] for item in one.items]
    filling = [
        Item(paper=item.paper, kind="replace", text=item.paper.on(day) or item.text)
        for item in earlier * (_LIMIT // max(len(earlier), 1) + 1)
    ]
    for item in filling:
        item.paper.days.append(day)
    crowded = replace(announcement, items=[*filling[: _LIMIT - len(kept)], *kept])
    return house.feed(_categories(target), road, day, crowded)


def nameless() -> Fault:
    """Serve the last new paper of the feed without a title."""

    def fault(house: ArxivHouse, road: str, target: str) -> Answer | None:
        _, announcement = house.shown()
        if road not in FEEDS or announcement is None:
            return None
        number = announcement.numbers("new")[-1]
        item = re.compile(
            rb"<title>[^<]*</title>(\s*<link>https://arxiv.org/abs/%s</link>)" % number.encode()
        )
        whole = house.plain(target)
        return replace(whole, body=item.sub(rb"<title></title>\1", whole.body), headers={})

    return fault


def deaf_to_ids(house: ArxivHouse, road: str, target: str) -> Answer | None:
    """Answer look-ups by id with nothing."""
    if road != "api" or "id_list=" not in target:
        return None
    return Answer(body=render.query_answer([], total=0, start=0, asked="", now=house.now()))


def blank(times: int, total: int = 1_000) -> Fault:
    """Answer queries with no entry, so often, though `total` are said to be found."""
    left = [times]

    def fault(house: ArxivHouse, road: str, target: str) -> Answer | None:
        if road != "api" or left[0] == 0:
            return None
        left[0] -= 1
        return Answer(body=render.query_answer([], total=total, start=0, asked="", now=house.now()))

    return fault


def lost_tokens(times: int) -> Fault:
    """Forget resumption tokens, so often."""
    left = [times]

    def fault(house: ArxivHouse, road: str, target: str) -> Answer | None:
        if road != "oai" or "resumptionToken" not in target or left[0] == 0:
            return None
        left[0] -= 1
        return Answer(body=render.oai_error("badResumptionToken", house.now()))

    return fault


def _categories(target: str) -> str:
    return unquote(urlsplit(target).path.strip("/")).partition("/")[2]


def _half(body: bytes) -> bytes:
    """Return a body up to the middle of the item in its middle."""
    middle = body.find(b"<description>", len(body) // 2)
    return body[: middle + 40]
