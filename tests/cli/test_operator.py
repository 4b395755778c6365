"""What the buttons of the operator's page do with a real installation: the same as the commands."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from recommender.app import Application, compose
from recommender.cli.operator import Operator
from recommender.cli.serving import web
from recommender.domain.editions import DeliveryState
from recommender.domain.reports import Report
from recommender.web.admin_context import INGEST, MAIL, TRAIN
from tests.e2e.project import Project
from tests.e2e.test_commands import ready
from tests.web.operators import OURS

NOON = datetime(2026, 1, 30, 12, tzinfo=UTC)
SOURCE = """
[mail]
backend = "outbox"

[[source]]
type = "feed"
name = "journal"
url = "{url}"
allow_hosts = ["{host}"]
"""
FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Journal</title>
<link>https://example.org</link>
<item><title>Editing the facts of a language model</title><link>https://example.org/1</link>
<guid>https://example.org/1</guid><pubDate>Fri, 30 Jan 2026 08:00:00 GMT</pubDate>
<description>We study how knowledge is edited in models without any retraining.</description></item>
</channel></rss>"""


@contextmanager
def feed() -> Iterator[str]:
    """Serve a feed of one paper on this machine; give its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "application/rss+xml")
            self.send_header("content-length", str(len(FEED)))
            self.end_headers()
            self.wfile.write(FEED)

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/feed.xml"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a folder with one subscriber who is due, some papers, and nothing of this machine's own."""
    for name in os.environ:
        if name.startswith("PAPERROUTE_"):
            monkeypatch.delenv(name)
    return ready(Project(root=tmp_path))


def opened(project: Project) -> Application:
    """Return the project's application at noon."""
    return compose(config=project.root / "config" / "paperroute.toml", now=NOON)


def behind(application: Application, *, mails: bool = True) -> tuple[Operator, list[Report]]:
    """Return what is behind the page, and the reports that its log gets."""
    told: list[Report] = []
    config = application.loaded.files[0]
    operator = Operator(
        current=lambda: application,
        config=config,
        background=threading.Lock(),
        mails=mails,
        note=told.append,
    )
    return operator, told


def test_mail_is_made_and_sent_as_by_the_commands(project: Project) -> None:
    """The edition of the day lies in the outbox, once however often the button is pressed."""
    application = opened(project)
    operator, told = behind(application)
    reports = operator.admin().work[MAIL]("")
    assert [report.name for report in reports] == [report.name for report in told]
    assert {"publish": 1, "deliver": 1}.items() <= {
        report.name: report.counts.get("editions", report.counts.get("sent", 0)) for report in reports
    }.items()
    assert [row.state for row in application.lookup().deliveries()] == [DeliveryState.SENT]
    assert len(list(application.loaded.outbox.glob("2026-01-30-*.eml"))) == 1
    operator.admin().work[MAIL]("")
    assert len(application.lookup().deliveries()) == 1
    assert operator.rendered().count == 1
    assert operator.settle(0.1)


def test_what_another_process_has_in_doubt_stays(project: Project) -> None:
    """The button is no start-up: the other may be waiting for its answer."""
    application = opened(project)
    application.publishing.run()
    now = application.clock.now()
    with application.store.write() as unit:
        lease = application.delivery.policy.lease
        (row,) = unit.outbox.claim(worker="other", now=now, lease=lease, limit=1)
        unit.outbox.mark_in_doubt(row, now=now, body_sha256="0" * 64)
    operator, _ = behind(application)
    operator.admin().work[MAIL]("")
    assert [row.state for row in application.lookup().deliveries()] == [DeliveryState.IN_DOUBT]


def test_the_recommender_is_fitted_and_shelved(project: Project) -> None:
    """As `train` does."""
    application = opened(project)
    operator, _ = behind(application)
    (report,) = operator.admin().work[TRAIN]("")
    assert report.name == "train"
    assert application.lookup().last_artifact() == NOON


def test_a_source_is_read_at_once(project: Project) -> None:
    """As `ingest --source` does: from the wire to the store, with a report for page and log."""
    with feed() as url:
        host = url.removeprefix("http://").partition("/")[0]
        project.configure(SOURCE.format(url=url, host=host))
        application = opened(project)
        before = application.lookup().paper_count()
        operator, told = behind(application)
        admin = operator.admin()
        assert admin.sources() == ["journal"]
        (report, *_) = admin.work[INGEST]("journal")
    assert (report.partial, told[0] is report) == (False, True)
    assert application.lookup().paper_count() == before + 1
    assert application.lookup().source_states()["journal"].last_ok == NOON


def test_background_work_waits_for_the_daemons(project: Project) -> None:
    """Two that fetch or fit never do so side by side."""
    operator, _ = behind(opened(project))
    with operator.background:
        thread = threading.Thread(target=operator.train)
        thread.start()
        thread.join(0.05)
        assert thread.is_alive()
    thread.join(30)
    assert not thread.is_alive()


def test_the_files_are_checked_as_they_are_now(project: Project) -> None:
    """A fault that was written since the start is found; what is in force stays."""
    operator, _ = behind(opened(project))
    check = operator.admin().check
    assert all(problem.severity == "warning" for problem in check())
    project.configure('[mail]\nbackend = "pigeon"\n')
    (fault, *_) = check()
    assert (fault.line, fault.severity) == (2, "error")


def test_the_page_of_a_real_installation(project: Project) -> None:
    """From the configuration to the page, without a password on this machine; `run` has no mail button."""
    application = opened(project)
    for mails in (True, False):
        operator, _ = behind(application, mails=mails)
        admin = operator.admin()
        app = web(application, admin, rendered=operator.rendered)
        client = TestClient(app, base_url="http://127.0.0.1:8321", client=("127.0.0.1", 1))
        page = client.get("/admin")
        assert page.status_code == 200
        assert "ana@example.org" in page.text
        assert ("Publish and deliver" in page.text) is mails
        form = {"form": admin.form_token, "do": "check"}
        assert "can be used" in client.post("/admin/do", data=form, headers=OURS).text
    other, _ = behind(application)
    assert other.admin().form_token != admin.form_token


def test_a_password_of_the_configuration_closes_the_page(project: Project) -> None:
    """By the same file that `serve` reads."""
    project.configure('[mail]\nbackend = "outbox"\n[web]\nadmin_password = "long enough it is"\n')
    application = opened(project)
    operator, _ = behind(application)
    app = web(application, operator.admin(), rendered=operator.rendered)
    client = TestClient(app, base_url="http://127.0.0.1:8321", client=("127.0.0.1", 1))
    assert client.get("/admin").status_code == 401
    assert client.get("/admin", auth=("me", "long enough it is")).status_code == 200
