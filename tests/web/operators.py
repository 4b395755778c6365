"""The operator's page over the small site: real services, a password and a form token of the test's own."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from starlette.testclient import TestClient

from recommender.domain.editions import DeliveryState, Settlement
from recommender.domain.errors import Problem
from recommender.domain.reports import Report
from recommender.ranking.base import RankingSettings
from recommender.services.diagnosis import Diagnosis
from recommender.services.operating import Operating
from recommender.services.training import Training
from recommender.web.admin_context import TRAIN, Admin
from recommender.web.admin_jobs import Work
from recommender.web.app import create_app
from tests.web.site import Site
from tests.web.test_metrics import context_of

HERE = "http://127.0.0.1:8321"
FORM = "a token that only our own pages hold"
OURS: Mapping[str, str] = {"sec-fetch-site": "same-origin", "origin": "null"}
"""What a browser sends with a form of a page that sends no referrer."""
LEASE = timedelta(minutes=2)


@dataclass
class Office:
    """The page of a site; what differs between tests is set before `client` is asked for."""

    site: Site
    password: str = ""
    problems: Sequence[Problem] = ()
    sources: Sequence[str] = ("arxiv",)
    work: dict[str, Work] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep the one application."""
        self.app = create_app(replace(context_of(self.site), admin=self.admin()))

    def admin(self) -> Admin:
        """Return what the page is given."""
        training = Training(
            self.site.store, self.site.clock, self.site.folder / "artifacts", RankingSettings()
        )
        given = {TRAIN: lambda: [training.run()]} | self.work
        return Admin(
            operating=self.operating,
            password=lambda: self.password,
            form_token=FORM,
            check=lambda: self.problems,
            sources=lambda: self.sources,
            work={name: _without_choice(do) for name, do in given.items()},
        )

    def operating(self) -> Operating:
        """Return what gathers the page."""
        asked = [("source", name) for name in self.sources]
        diagnosis = Diagnosis(self.site.store, self.site.clock, asked, [])
        return Operating(
            store=self.site.store,
            clock=self.site.clock,
            diagnosis=diagnosis,
            folder=self.site.folder / "artifacts",
        )

    def client(self, host: str = "127.0.0.1:8321", address: str = "127.0.0.1") -> TestClient:
        """Return a client at an address that asks for a host."""
        return TestClient(self.app, base_url=f"http://{host}", client=(address, 5555))

    def press(self, **fields: str) -> tuple[int, str]:
        """Press a button as a browser on this machine does; return status and page."""
        answer = self.client().post("/admin/do", data={"form": FORM, **fields}, headers=OURS)
        return answer.status_code, answer.text

    def settle(self, state: DeliveryState, reply: str = "", *, doubt: bool = False) -> int:
        """Lead Ana's delivery to a state and return its id."""
        now = self.site.clock.now()
        with self.site.store.write() as unit:
            rows = unit.outbox.claim(worker="w", now=now, lease=LEASE, limit=9)
            row = next(row for row in rows if row.subscriber == self.site.ana.id)
            for other in rows:
                if other is not row:
                    unit.outbox.settle(other, Settlement(state=DeliveryState.READY), now=now)
            if state in (DeliveryState.SENT, DeliveryState.HELD):
                unit.outbox.mark_in_doubt(row, now=now, body_sha256="0" * 64)
            unit.outbox.settle(row, Settlement(state=state, reply=reply, doubt=doubt), now=now)
        return row.id

    def state(self, delivery: int) -> DeliveryState:
        """Return how a delivery stands."""
        with self.site.store.read() as unit:
            row = unit.outbox.delivery(delivery)
        assert row is not None
        return row.state


def _without_choice(work: Work) -> Callable[[str], Sequence[Report]]:
    return lambda _choice: work()


def basic(password: str, name: str = "anybody") -> dict[str, str]:
    """Return the header of HTTP Basic."""
    return {"authorization": f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"}
