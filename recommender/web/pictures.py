"""A reader's pictures: interest map, votes by week, what fitted by day; each with its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from recommender.digest.pictures import HEIGHT, WIDTH, Bar, Dot, apart, bars, dots
from recommender.digest.plain import interest_name, shorten
from recommender.digest.words import Words
from recommender.domain.papers import PaperId
from recommender.domain.subscribers import Subscriber
from recommender.services.claims import subscriber_of
from recommender.services.picturing import MAP_DAYS, TREND_DAYS, Mapped, Picturing, Topics, Week
from recommender.web.context import PREFERENCES, Pages, WebContext, readable
from recommender.web.ways import Ways

_COLOURS = 6
"""Classes of colour for interests; more interests begin again, their numbers do not."""
_UP_HEIGHT, _DOWN_HEIGHT, _TOPIC_HEIGHT = 90, 50, 60
_LONGEST_TITLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A paper on the map."""

    dot: Dot
    title: str
    url: str
    kind: str
    """Class: `of-N` of an interest, `other`, `up`, `down`."""
    number: int
    """Of the interest, from 1; 0 for none."""
    nearness: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """An interest on the map."""

    dot: Dot
    number: int
    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Small:
    """One of several small pictures: bars of one interest."""

    name: str
    kind: str
    bars: Sequence[Bar]
    total: str
    most: str


class PicturePages(Pages):
    """Answers `/p/TOKEN/pictures`."""

    def __init__(self, context: WebContext) -> None:
        """Keep the context."""
        super().__init__(context)
        self._picturing = Picturing(context.store, context.clock, context.sight)

    def show(self, token: str) -> Response:
        """Show all pictures; changes nothing."""
        claim = self._claim(PREFERENCES, token)
        with self._context.store.read() as uow:
            subscriber = subscriber_of(uow, claim)
        words = self._words(subscriber.locale)
        weeks, topics = self._picturing.weeks(subscriber), self._picturing.topics(subscriber)
        return self._page(
            "pictures",
            locale=subscriber.locale,
            title="Your reading in pictures",
            map=self._map(subscriber),
            size=(WIDTH, HEIGHT),
            map_days=MAP_DAYS,
            weeks=_weeks(weeks, words),
            topics=_topics(topics, words),
            topic_days=TREND_DAYS,
            topic_height=_TOPIC_HEIGHT,
            links=self._links_for(claim),
        )

    def _map(self, subscriber: Subscriber) -> dict[str, object] | None:
        mapped = self._picturing.map(subscriber)
        if mapped is None:
            return None
        numbers = {own.interest: number for number, own in enumerate(mapped.layout.interests, 1)}
        rings = apart(dots([(own.x, own.y) for own in mapped.layout.interests]))
        marks = self._marks(mapped, numbers)
        return {
            "rings": [
                Ring(
                    dot=dot,
                    number=number,
                    name=interest_name(mapped.names.get(own.interest or "", "")),
                    kind=_kind(number),
                )
                for number, (own, dot) in enumerate(zip(mapped.layout.interests, rings, strict=True), 1)
            ],
            "others": [mark for mark in marks if mark.kind == "other"],
            "near": [mark for mark in marks if mark.number],
            "votes": [mark for mark in marks if mark.kind in {"up", "down"}],
        }

    def _marks(self, mapped: Mapped, numbers: dict[str | None, int]) -> list[Mark]:
        ways, found = Ways(prefix=self._context.prefix), []
        layout = mapped.layout
        for spot, dot in zip(layout.papers, dots([(own.x, own.y) for own in layout.papers]), strict=True):
            number = numbers.get(spot.interest, 0) if spot.interest is not None else 0
            kind = _kind(number) if number else "other"
            found.append(self._mark(mapped, ways, (spot.paper, dot, kind), number, spot.nearness))
        for spot, dot in zip(layout.votes, dots([(own.x, own.y) for own in layout.votes]), strict=True):
            if spot.paper is not None and spot.paper in mapped.votes:
                kind = "up" if mapped.votes[spot.paper].up else "down"
                found.append(self._mark(mapped, ways, (spot.paper, dot, kind), 0, 0))
        return [mark for mark in found if mark.title]

    def _mark(
        self, mapped: Mapped, ways: Ways, spot: tuple[PaperId | None, Dot, str], number: int, nearness: float
    ) -> Mark:
        """Return a mark; its link leads to our page of the paper where strangers may see that, else out."""
        paper, dot, kind = spot
        known = readable(mapped.papers[paper]) if paper is not None and paper in mapped.papers else None
        own = ways.paper(known.id) if known and self._context.browse and not known.library_only else ""
        return Mark(
            dot=dot,
            title=shorten(known.title, _LONGEST_TITLE) if known else "",
            url=own or (known.url or "" if known else ""),
            kind=kind,
            number=number,
            nearness=f"{nearness:.2f}",
        )


def picture_routes(context: WebContext) -> list[Route]:
    """Return the route of a reader's pictures."""
    pages = PicturePages(context)

    async def pictures(request: Request) -> Response:
        return await run_in_threadpool(pages.show, request.path_params["token"])

    return [Route("/p/{token}/pictures", pictures, methods=["GET"])]


def _kind(number: int) -> str:
    return f"of-{(number - 1) % _COLOURS + 1}"


def _weeks(weeks: Sequence[Week], words: Words) -> dict[str, object]:
    most = max([*(own.up for own in weeks), *(own.down for own in weeks), 1])
    # Both halves have one scale, and the higher of them fills its room.
    unit = max(max(own.up for own in weeks) / _UP_HEIGHT, max(own.down for own in weeks) / _DOWN_HEIGHT)
    up, down = unit * _UP_HEIGHT, unit * _DOWN_HEIGHT
    return {
        "up": bars([own.up for own in weeks], height=_UP_HEIGHT, most=up),
        "down": bars([own.down for own in weeks], height=_DOWN_HEIGHT, most=down, down=True),
        "rows": [(words.date(own.monday), own.up, own.down, own.saved) for own in reversed(weeks)],
        "any": any(own.up or own.down or own.saved for own in weeks),
        "most": words.number(most),
        "first": words.date(weeks[0].monday),
        "last": words.date(weeks[-1].monday),
        "totals": (sum(own.up for own in weeks), sum(own.down for own in weeks)),
        "heights": (_UP_HEIGHT, _DOWN_HEIGHT),
    }


def _topics(topics: Topics, words: Words) -> dict[str, object]:
    """Return one picture an interest, all to one scale, and the table of days that any edition tells of."""
    counts = [[count or 0 for count in topic.days] for topic in topics.topics]
    most = max((count for own in counts for count in own), default=0)
    told = [
        place
        for place in range(len(topics.days))
        if any(topic.days[place] is not None for topic in topics.topics)
    ]
    return {
        "small": [
            Small(
                name=interest_name(topic.name),
                kind=_kind(number),
                bars=bars(own, height=_TOPIC_HEIGHT, most=most),
                total=words.number(sum(own)),
                most=words.number(max(own, default=0)),
            )
            for number, (topic, own) in enumerate(zip(topics.topics, counts, strict=True), 1)
        ],
        "any": bool(told),
        "names": [interest_name(topic.name) for topic in topics.topics],
        "rows": [
            (
                words.date(topics.days[place]),
                ["–" if topic.days[place] is None else topic.days[place] for topic in topics.topics],
            )
            for place in reversed(told)
        ],
        "first": words.date(topics.days[0]),
        "last": words.date(topics.days[-1]),
        "most": words.number(most),
    }
