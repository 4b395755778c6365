"""The sign-up page: a wish is taken down, a letter confirms it, and nobody learns who is subscribed.

Every address gets the same answer from the same work; what is known of it is asked when the letter is sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time

from pydantic_core import PydanticCustomError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from recommender.digest.plain import plain, shorten
from recommender.domain.subscribers import Cadence, DeclaredSubscriber, Every, Interest
from recommender.domain.wishes import Value
from recommender.services.requests import Requesting
from recommender.web.addresses import checked_address
from recommender.web.context import Pages, WebContext
from recommender.web.endpoints import posted
from recommender.web.preference_choices import EVERY, choices, weekdays, zones
from recommender.web.preference_fields import fault_of, value_of
from recommender.web.preference_view import Control
from recommender.web.security import TokenBuckets, address_block, is_loopback
from recommender.web.sheet import Form

PER_BLOCK, PER_LOOPBACK = 5, 60
"""Sign-ups an hour from one block of addresses; from this machine, which may be a proxy that does not say
for whom it asks."""
TRAP = "website"
"""A field that nobody sees. Who fills it in is a machine, and is told what everybody is told."""
_HOUR = 3600.0
_NAME_LENGTH = 60
_CONTROLS = (
    Control(name="email", label="Your mail address", value="", had="", kind="email"),
    Control(
        name="name",
        label="Your name",
        value="",
        had="",
        hint="As the digest calls you; may be empty.",
    ),
    Control(
        name="about",
        label="What do you want to read about?",
        value="",
        had="",
        kind="area",
        hint="A sentence or two in your own words.",
    ),
    Control(
        name="keywords",
        label="Words to look for",
        value="",
        had="",
        kind="area",
        hint="One a line; may be empty.",
    ),
    Control(name="every", label="How often", value="day", had="", kind="pick"),
    Control(name="on", label="Day, if once a week", value="0", had="", kind="pick"),
    Control(name="at", label="Hour", value="07:30", had="", hint="Hours and minutes, like 07:30."),
    Control(
        name="zone",
        label="Time zone",
        value="UTC",
        had="",
        kind="zone",
        hint="Begin with a city, or type a name like Europe/Berlin.",
    ),
    Control(
        name="papers",
        label="Papers at most",
        value="10",
        had="",
        kind="number",
        hint="From 1 to 50. Fewer is fine: nothing is filled up.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a form says: a declaration, or what is wrong by control."""

    wanted: DeclaredSubscriber | None = None
    faults: Mapping[str, str]


def join_routes(context: WebContext) -> list[Route]:
    """Return the route of the sign-up page; none where it is switched off."""
    if not context.sign_up:
        return []
    pages = JoinPages(context)

    async def endpoint(request: Request) -> Response:
        if request.method != "POST":
            return await run_in_threadpool(pages.show)
        client = request.client.host if request.client else ""
        return await run_in_threadpool(pages.act, await posted(request), client)

    return [Route("/join", endpoint, methods=["GET", "POST"])]


class JoinPages(Pages):
    """Answers `/join`."""

    def __init__(self, context: WebContext) -> None:
        """Keep the context; nobody has asked yet."""
        super().__init__(context)
        self._requesting = Requesting(store=context.store, clock=context.clock)
        self._blocks = TokenBuckets(PER_BLOCK, context.ticks, seconds=_HOUR)
        self._loopback = TokenBuckets(PER_LOOPBACK, context.ticks, seconds=_HOUR)

    def show(self) -> Response:
        """Show the form."""
        return self._form({}, {})

    def act(self, form: Form, client: str) -> Response:
        """Take a wish down, or show the form again with what is wrong; raises HTTPException (429)."""
        filled = read(form)
        if filled.wanted is None:
            return self._form(form, filled.faults)
        buckets = self._loopback if is_loopback(client) else self._blocks
        if wait := buckets.take(address_block(client)):
            raise HTTPException(429, headers={"retry-after": str(int(wait) + 1)})
        if not form.get(TRAP):
            self._requesting.join(filled.wanted)
        return self._page(
            "confirmed",
            title="Look into your mailbox",
            words=[
                f"If a digest can go to {filled.wanted.email}, a letter goes there soon.",
                "Open its link and confirm within two days: before that nothing else is sent.",
                "Nothing came? Look into the folder for spam, or ask again in an hour.",
            ],
            links=[],
            undo=None,
            cancel=False,
        )

    def _form(self, typed: Mapping[str, str], faults: Mapping[str, str]) -> Response:
        page = self._page(
            "join",
            title="Get a digest of new papers",
            controls=[_shown(own, typed, faults) for own in _CONTROLS],
            zones=zones(),
            trap=TRAP,
            trouble=bool(faults),
        )
        page.status_code = 422 if faults else 200
        return page


def read(form: Form) -> Filled:
    """Read the sign-up form; every fault is found at once."""
    values: dict[str, Value] = {}
    faults: dict[str, str] = {}
    for own in _CONTROLS:
        text = form.get(own.name, own.value)
        try:
            values[own.name] = checked_address(text) if own.name == "email" else value_of(own.name, text)
        except (PydanticCustomError, ValueError) as error:
            faults[own.name] = fault_of(error)
    about, words = values.get("about"), values.get("keywords")
    if not faults and not about and not words:
        faults["about"] = "say what to look for, here or in the words below."
    return Filled(wanted=None if faults else _declared(values), faults=faults)


def _declared(values: Mapping[str, Value]) -> DeclaredSubscriber:
    keywords = values["keywords"]
    words = tuple(keywords) if isinstance(keywords, list) else ()
    about = str(values["about"])
    name = shorten(plain(about) or ", ".join(words), _NAME_LENGTH)
    return DeclaredSubscriber(
        email=str(values["email"]),
        name=str(values["name"]),
        cadence=Cadence(
            every=Every(str(values["every"])),
            on=int(str(values["on"])),
            at=time.fromisoformat(str(values["at"])),
            zone=str(values["zone"]),
        ),
        papers=int(str(values["papers"])),
        interests=(Interest(name=name, key=name, about=about, keywords=words),),
    )


def _shown(control: Control, typed: Mapping[str, str], faults: Mapping[str, str]) -> Control:
    value = typed.get(control.name, control.value)
    labels = {"every": {every.value: words for every, words in EVERY.items()}, "on": weekdays()}
    picks = choices(labels[control.name], value) if control.name in labels else ()
    return replace(control, value=value, choices=picks, fault=faults.get(control.name, ""))
