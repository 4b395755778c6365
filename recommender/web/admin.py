"""The operator's page: how the installation is, its deliveries and subscribers, and buttons."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from recommender.domain.editions import DeliveryState
from recommender.domain.errors import InputError
from recommender.domain.subscribers import SubscriberState
from recommender.services.operating import PAGE
from recommender.web import admin_cards, admin_chart, admin_views
from recommender.web.admin_access import CHALLENGE, Door, Doorkeeper, pressed_here
from recommender.web.admin_acts import OWN_WISHES, Buttons, Said
from recommender.web.admin_context import INGEST, MAIL, TRAIN, Admin
from recommender.web.admin_jobs import Backstage
from recommender.web.context import Pages, WebContext
from recommender.web.endpoints import Endpoint, posted
from recommender.web.queries import Fields, fields_of, number_of
from recommender.web.sheet import Form

_SUPPRESSED = "suppressed"
_LARGEST = 2**31 - 1
"""Ids are 32-bit numbers in PostgreSQL."""
_UNSAFE = Said(
    title="Not over http",
    lines=(
        "This page asks for a password, which http would show to everybody on the way.",
        "Serve the installation over https, or open the page from the machine itself (ssh -L does).",
    ),
    status=403,
)
_FOREIGN = Said(
    title="Nothing was changed",
    lines=(
        "Another page sent this form, or the server has started again since the page was opened.",
        "Open the operator's page again and press the button there.",
    ),
    status=403,
)


def admin_routes(context: WebContext) -> list[Route]:
    """Return the routes of the operator's page; none where it is not built in."""
    if context.admin is None:
        return []
    desk = _Desk(context, context.admin)
    return [
        Route("/admin", desk.endpoint(desk.pages.overview), methods=["GET"]),
        Route("/admin/deliveries", desk.endpoint(desk.pages.deliveries), methods=["GET"]),
        Route("/admin/subscribers", desk.endpoint(desk.pages.subscribers), methods=["GET"]),
        Route("/admin/do", desk.pressed, methods=["POST"]),
    ]


class _Desk:
    """Lets requests in or not, and hands them on in the thread pool."""

    def __init__(self, context: WebContext, admin: Admin) -> None:
        self._context = context
        self._admin = admin
        self._keeper = Doorkeeper(context.public_url, admin.password, context.ticks)
        self.pages = AdminPages(context, admin, Backstage(context.clock))

    def endpoint(self, page: Callable[[Fields], Response]) -> Endpoint:
        """Return what answers a GET."""

        async def answer(request: Request) -> Response:
            if not self._let_in(request):
                return self.pages.said(_UNSAFE, back=False)
            return await run_in_threadpool(page, fields_of(request))

        return answer

    async def pressed(self, request: Request) -> Response:
        """Answer a POST."""
        if not self._let_in(request):
            return self.pages.said(_UNSAFE, back=False)
        form = await posted(request)
        public = self._context.public_url
        if not pressed_here(request, form, public_url=public, form_token=self._admin.form_token):
            return self.pages.said(_FOREIGN)
        return await run_in_threadpool(self.pages.press, form)

    def _let_in(self, request: Request) -> bool:
        """Raise for a request that may not see the page; False where a password would not be safe."""
        answer = self._keeper.decide(request)
        if answer.door is Door.ABSENT:
            raise HTTPException(404)
        if answer.door is Door.ASK:
            raise HTTPException(401, headers={"www-authenticate": CHALLENGE})
        if answer.door is Door.WAIT:
            raise HTTPException(429, headers={"retry-after": str(int(answer.seconds) + 1)})
        return answer.door is Door.OPEN


class AdminPages(Pages):
    """What is shown, and what buttons answer."""

    def __init__(self, context: WebContext, admin: Admin, backstage: Backstage) -> None:
        """Keep what the pages are made of."""
        super().__init__(context)
        self._admin = admin
        self._backstage = backstage
        self._buttons = Buttons(context, admin, backstage)

    def overview(self, query: Fields) -> Response:
        """Return the first page."""
        del query
        view = self._admin.operating().overview()
        last = self._backstage.last
        work = self._admin.work
        ages = sorted(self._context.tick_ages().items())
        return self._admin_page(
            "admin",
            title="Operator's page",
            now=admin_views.moment(view.now),
            lead=admin_views.lead(view),
            figures=admin_views.figures(view),
            states=admin_views.states(view),
            upcoming=[admin_views.upcoming_row(view.now, *entry) for entry in view.upcoming],
            findings=[admin_views.finding_row(found) for found in view.findings],
            ticks=[admin_views.tick_row(job, seconds) for job, seconds in ages],
            measurement=admin_views.measurement_words(view.now, view.measurement),
            days=view.days,
            bars=admin_chart.bars(view.days),
            box=admin_chart.BOX,
            busiest=admin_chart.busiest(view.days),
            people=admin_views.people_rows(view.people, view.suppressed),
            requests=admin_views.request_rows(view),
            returned=[admin_views.returned_row(view.now, entry) for entry in view.returned],
            set_aside=admin_views.set_aside_rows(view.set_aside),
            last=admin_views.outcome_words(last) if last else (),
            sources=self._admin.sources() if INGEST in work else (),
            trains=TRAIN in work,
            mails=MAIL in work,
        )

    def deliveries(self, query: Fields) -> Response:
        """Return a page of deliveries: `state` chooses, `before` goes on."""
        chosen = query.get("state", "")
        state = DeliveryState(chosen) if chosen in set(DeliveryState) else None
        if chosen and state is None:
            raise InputError("there is no such state")
        before = number_of(query, "before", usual=_LARGEST, most=_LARGEST)
        page = self._admin.operating().deliveries(state, before)
        older = f"deliveries?state={chosen}&before={page.before}" if page.before is not None else ""
        return self._admin_page(
            "admin_list",
            title="Deliveries",
            total=admin_views.counted(page.total, "deliveries" if page.total != 1 else "delivery"),
            kind="deliveries",
            chosen=chosen,
            choices=[state.value for state in DeliveryState],
            cards=[admin_cards.delivery_card(row) for row in page.rows],
            button="Send once more",
            following=older,
            first="before" not in query,
        )

    def subscribers(self, query: Fields) -> Response:
        """Return a page of subscribers: `state` chooses, `start` goes on."""
        chosen, start = query.get("state", ""), number_of(query, "start", usual=0, most=_LARGEST, least=0)
        state = SubscriberState(chosen) if chosen in set(SubscriberState) else None
        if chosen not in ("", _SUPPRESSED) and state is None:
            raise InputError("there is no such state")
        page = self._admin.operating().readers(state, suppressed=chosen == _SUPPRESSED, start=start)
        more = f"subscribers?state={chosen}&start={page.following}" if page.following is not None else ""
        last = min(start + PAGE, page.total)
        return self._admin_page(
            "admin_list",
            title="Subscribers",
            total=f"{start + 1:,} to {last:,} of {page.total:,}" if page.readers else "Nobody.",
            kind="subscribers",
            chosen=chosen,
            choices=[*(state.value for state in SubscriberState), _SUPPRESSED],
            cards=[admin_cards.reader_card(reader, OWN_WISHES) for reader in page.readers],
            button="Lift the suppression",
            following=more,
            first=start == 0,
        )

    def press(self, form: Form) -> Response:
        """Do what a button does and say what came of it."""
        return self.said(self._buttons.press(form))

    def said(self, said: Said, *, back: bool = True) -> Response:
        """Return a page of words."""
        response = self._admin_page("admin_done", title=said.title, said=said, back=back)
        response.status_code = said.status
        return response

    def _admin_page(self, name: str, **values: object) -> Response:
        base = f"{self._context.prefix}/admin"
        given = values | {"base": base, "form": {"form": self._admin.form_token}}
        return self._page(name, locale="", **given)
