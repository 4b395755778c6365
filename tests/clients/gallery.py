"""Every kind of page of the web server in its states, as a reader or the operator meets it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from httpx2 import Response
from starlette.routing import Match, Route
from starlette.testclient import TestClient

from recommender.digest.render import Renderer
from recommender.domain.editions import DeliveryState
from recommender.web.admin_context import TRAIN, Admin
from recommender.web.app import create_app
from recommender.web.reading_form import paper_key
from tests.builders import NOON
from tests.clients.stock import LONG, fill
from tests.paths import REPOSITORY
from tests.web.browsing import ONE_CLICK, form_with, lever_path, own_path, save_path, vote_path
from tests.web.office import FORM as JOINING
from tests.web.office import Office
from tests.web.operators import FORM, HERE, OURS, basic
from tests.web.operators import Office as Desk
from tests.web.shelves import on_subjects, trained
from tests.web.site import PAPERS
from tests.web.test_metrics import context_of

PASSWORD = "three words of mine"
_NOT_HTML = frozenset({"/healthz", "/readyz", "/metrics", "/robots.txt", "/style.css"})
_ENDS = (".bib", ".ris", ".csl.json", ".json", ".atom")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One page as it was answered, with its style sheet in it."""

    name: str
    route: str
    """Path of the route that answered; empty where none did."""
    status: int
    html: str

    @property
    def unfolded(self) -> str:
        """The page with all that is folded away unfolded."""
        return self.html.replace("<details>", "<details open>").replace(
            "<details class", "<details open class"
        )


class Gallery:
    """The whole application over one small store; walking its pages acts for its readers."""

    def __init__(self, folder: Path) -> None:
        """Fill the store and fit the recommender."""
        self.office = Office(folder)
        renderer = _Noting([REPOSITORY / "templates"])
        fill(self.office)
        self.desk = Desk(self.office)
        self.desk.settle(DeliveryState.HELD, "connection lost", doubt=True)
        given = context_of(self.office)
        self.app = create_app(
            replace(
                given,
                renderer=renderer,
                browse=True,
                sight=trained(self.office, folder / "artifacts"),
                privacy=self.office.shredder,
                sign_up=True,
                admin=Admin(
                    operating=self.desk.operating,
                    password=lambda: PASSWORD,
                    form_token=FORM,
                    check=lambda: (),
                    sources=lambda: ("arxiv", "huggingface"),
                    work={TRAIN: lambda _choice: ()},
                ),
            )
        )
        self.client = TestClient(self.app, base_url=HERE, client=("127.0.0.1", 5555))
        self._noted = renderer.noted

    @cached_property
    def pages(self) -> tuple[Shown, ...]:
        """Every page, in the order of a walk."""
        readers = (self._votes, self._list, self._preferences, self._letters, self._ways_out)
        others = (self._browse, self._operator, self._problems)
        style = f"<style>{self.client.get('/style.css').text}</style></head>"
        return tuple(
            Shown(
                name=name,
                route=self._route(answer),
                status=answer.status_code,
                html=answer.text.replace("</head>", style),
            )
            for walk in (*readers, *others)
            for name, answer in walk()
        )

    @property
    def templates(self) -> frozenset[str]:
        """The names of the templates that the walk came by."""
        assert self.pages
        return frozenset(name.removeprefix("pages/") for name in self._noted if name.endswith(".html"))

    @property
    def routes(self) -> frozenset[str]:
        """The paths of all routes that answer with pages."""
        paths = {route.path for route in self.app.router.routes if isinstance(route, Route)}
        return frozenset(path for path in paths - _NOT_HTML if not path.endswith(_ENDS))

    def get(self, path: str) -> Response:
        """Look, some seconds later."""
        self.office.clock.wait(seconds=5)
        return self.client.get(path, follow_redirects=False)

    def post(self, path: str, **form: str) -> Response:
        """Press, some seconds later."""
        self.office.clock.wait(seconds=5)
        return self.client.post(path, data=form, follow_redirects=False)

    def _route(self, answer: Response) -> str:
        scope = {"type": "http", "method": answer.request.method, "path": answer.request.url.path}
        scope["root_path"] = ""
        for route in self.app.router.routes:
            if isinstance(route, Route) and route.matches(scope)[0] is Match.FULL:
                return route.path
        return ""

    def _votes(self) -> Iterator[tuple[str, Response]]:
        site = self.office
        yield "sheet proposed", self.get(vote_path(site))
        yield "voted", self.post(vote_path(site))
        yield "sheet changed", self.get(vote_path(site, 1, "down"))
        yield "sheet", self.get(own_path(site, "view"))
        yield "nothing voted", self.post(own_path(site, "view"))
        links, ben, edition = site.links, site.ben.public_id, site.bens_edition
        for item in edition.items:
            for thumb in ("down", "up"):
                suspect = self.client.post(site.path(links.vote(ben, 0, item.id, thumb, NOON)))
        yield "suspect", suspect
        self.office.clock.wait(minutes=2)
        yield "levers", self.get(lever_path(site))
        pressed = {"sheet": "1", "had": "undo", "mute-0": "method", "follow-0": "Ada Author1", "less": "down"}
        yield "levers applied", self.post(lever_path(site), **pressed)
        yield "levers again", self.get(lever_path(site))
        yield "save", self.get(save_path(site))
        yield "saved", self.post(save_path(site))
        yield "save again", self.get(save_path(site))

    def _list(self) -> Iterator[tuple[str, Response]]:
        path = own_path(self.office, "reading")
        self.post(save_path(self.office, 2))
        key, had = paper_key(PAPERS[0].id), paper_key(PAPERS[1].id)
        page = self.get(path).text
        fields = form_with(page, **{f"had-labels-{key}": ""})
        note = "Read the part on locality.\nAsk Ada about the baseline."
        wanted = {f"labels-{key}": "to cite, editing", f"note-{key}": note}
        yield "list changed", self.post(path, **(fields | wanted))
        yield "list conflict", self.post(path, **(fields | {f"note-{key}": "Another tab."}))
        yield "list fault", self.post(path, **{f"labels-{had}": "x" * 60})
        self.post(path, **{f"pick-{had}": "yes", "do": "read"})
        yield "list", self.get(path)
        yield "list narrowed", self.get(f"{path}?label=editing&unread=1&sort=title")
        yield "list without finds", self.get(f"{path}?q=nowhere")
        yield "list unticked", self.post(path, do="read")
        links, ben = self.office.links, self.office.ben
        yield "list empty", self.get(self.office.path(links.reading(ben.public_id, 0, NOON)))

    def _preferences(self) -> Iterator[tuple[str, Response]]:
        path = own_path(self.office, "preferences")
        page = self.get(path)
        yield "preferences", page
        when = form_with(page.text, section="when")
        yield "preferences changed", self.post(path, **(when | {"at": "06:15"}))
        when = form_with(self.get(path).text, section="when")
        yield "preferences fault", self.post(path, **(when | {"at": "25:99", "zone": "Nowhere"}))
        yield "interest new", self.get(f"{path}?interest=new")
        empty = form_with(self.get(f"{path}?interest=new").text, interest="new")
        yield "interest fault", self.post(path, **(empty | {"weight": "-1"}))
        added = empty | {"name": "Whales", "about": "songs of whales", "keywords": "whale\nhydrophone"}
        yield "interest added", self.post(path, **added)
        mark = form_with(self.get(path).text, act="pause")["interest"]
        yield "interest paused", self.post(path, interest=mark, act="pause")
        yield "interest", self.get(f"{path}?interest={mark}")
        yield "paused", self.post(path, mail="pause", days="", until="2026-02-20")
        yield "pause fault", self.post(path, mail="pause", until="2020-01-01")
        yield "pictures", self.get(f"{path}/pictures")

    def _letters(self) -> Iterator[tuple[str, Response]]:
        office, ask = self.office, self.office.ask
        yield "join", self.get("/join")
        yield "join fault", self.post("/join", **(JOINING | {"email": "joe", "at": "25:00"}))
        yield "joined", self.post("/join", **JOINING)
        path = office.letter("joe@example.org")
        yield "confirm join", self.get(path)
        yield "confirm unticked", self.post(path)
        yield "confirmed", self.post(path, sure="yes")
        yield "confirmed before", self.get(path)
        yield "asking", self.get(ask)
        yield "asking fault", self.post(ask, what="address", email="nobody")
        yield "asked", self.post(ask, what="address", email="ana@new.example.org")
        yield "confirm address", self.get(office.letter("ana@example.org"))
        self.post(ask, what="erase")
        yield "confirm erase", self.get(office.letter("ana@example.org"))
        for _ in range(3):
            late = self.post(ask, what="erase")
        yield "asked too often", late
        old = office.links.preferences(office.ana.public_id, 0, NOON - timedelta(days=400))
        yield "expired", self.get(office.path(old))
        fresh = office.path(old).replace("/p/", "/fresh/")
        yield "fresh", self.get(fresh)
        yield "fresh asked", self.post(fresh)

    def _ways_out(self) -> Iterator[tuple[str, Response]]:
        path = own_path(self.office, "unsubscribe")
        yield "unsubscribe", self.get(path)
        yield "unsubscribed", self.post(path, **ONE_CLICK)
        yield "unsubscribe again", self.get(path)
        yield "preferences unsubscribed", self.get(own_path(self.office, "preferences"))
        yield "subscribed again", self.post(path, undo="1")

    def _browse(self) -> Iterator[tuple[str, Response]]:
        token = own_path(self.office, "view").rpartition("/")[2]
        yield "papers", self.get("/papers")
        yield "papers none", self.get("/papers?category=none")
        yield "search", self.get("/search")
        yield "search found", self.get("/search?q=method")
        yield "search none", self.get("/search?q=qqqqzzzz")
        yield "similar", self.get(f"/similar/{PAPERS[0].id}")
        yield "trending", self.get("/trending")
        yield "trending day", self.get("/trending?days=1")
        yield "paper", self.get(f"/papers/{LONG.id}")
        own = f"/papers/{PAPERS[0].id}?d={token}"
        yield "own paper", self.get(own)
        yield "own paper voted", self.post(own, vote="undo", had="down", save="yes", kept="yes")
        yield "other paper", self.get(f"/papers/{on_subjects()[0].id}?d={token}")

    def _operator(self) -> Iterator[tuple[str, Response]]:
        yield "admin stranger", self.get("/admin")
        for path in ("", "/deliveries", "/subscribers", "/deliveries?state=failed"):
            yield f"admin{path}", self.client.get(f"/admin{path}", headers=basic(PASSWORD))
        with self.office.store.write() as unit:
            unit.people.suppress("ben@example.org", reason="complaint", at=self.office.clock.now())
        gone = "/admin/subscribers?state=suppressed"
        yield "admin suppressed", self.client.get(gone, headers=basic(PASSWORD))
        yield "admin checked", self._press(do="check")
        with self.office.store.read() as unit:
            held = next(row for row in unit.outbox.deliveries() if row.state is DeliveryState.HELD)
        yield "admin asks", self._press(do="retry", id=str(held.id))
        yield "admin refused", self._press(form="another", do="check")

    def _press(self, **form: str) -> Response:
        fields = {"form": FORM, **form}
        return self.client.post("/admin/do", data=fields, headers={**OURS, **basic(PASSWORD)})

    def _problems(self) -> Iterator[tuple[str, Response]]:
        yield "400", self.get("/v/damaged")
        yield "404", self.get("/nowhere")
        yield "405", self.client.put("/join")
        view = own_path(self.office, "view")
        for _ in range(40):
            slow = self.client.get(view)
        yield "429", slow


class _Noting(Renderer):
    """Notes which pages it renders."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Note none yet."""
        super().__init__(folders)
        self.noted: set[str] = set()

    def page(self, name: str, **values: object) -> str:
        """Render a page."""
        self.noted.add(name)
        return super().page(name, **values)
