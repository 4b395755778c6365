"""A reader on a telephone: a real browser without JavaScript, 320 px wide, before the real server process."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, Request, sync_playwright

from recommender.domain.feedback import SavedPaper
from recommender.domain.subscribers import Subscriber
from recommender.store.sql_store import SqlStore
from tests.clients.chrome import executable
from tests.e2e.project import Project, free_port
from tests.paths import REPOSITORY

ANA = "ana@example.org"
EVENING = ("--now", "2026-01-30T18:00Z")
LATER = ("--now", "2026-01-30T19:00Z")
"""When the reader opens the mail; the clock of the server goes on from there."""
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE = 20.0
_FOCUS = """element => [element, element.closest(".choice") || element].some((own) => {
  const style = getComputedStyle(own);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
})"""
"""Whether the focus can be seen on an element, or on the box of its choice."""


@dataclass
class Walk:
    """The browser's one page, the store behind the server, and what was asked of whom."""

    page: Page
    store: SqlStore
    root: Path
    public_url: str
    asked: list[Request] = field(default_factory=list)
    taps: int = 0

    def tap(self, target: Locator) -> None:
        """Touch something, once."""
        self.taps += 1
        target.tap()

    def go(self, target: Locator) -> None:
        """Touch what leads to another page, and wait for that."""
        with self.page.expect_navigation():
            self.tap(target)
        assert self.page.locator("script").count() == 0

    def button(self, name: str) -> Locator:
        """Return the button of a name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        """Return the first link of a name."""
        return self.page.get_by_role("link", name=name, exact=True).first

    def note(self, request: Request) -> None:
        """Remember what the browser asks for."""
        self.asked.append(request)

    def in_mail(self, words: str) -> Locator:
        """Return the first link of the mail with words, whatever else it tells those who listen."""
        return self.page.locator("a", has_text=words).first

    def says(self, *words: str) -> None:
        """Check that the page says words."""
        told = " ".join(self.page.locator("main").inner_text().split())
        assert [word for word in words if word not in told] == []

    def set(self, section: str, label: str, value: str) -> None:
        """Unfold a form of the preferences, fill in one control and save it."""
        form = self.page.locator("details", has=self.page.get_by_text(section, exact=True).first)
        if form.get_attribute("open") is None:
            self.tap(form.locator("summary"))
        form.get_by_label(label).fill(value)
        self.go(form.get_by_role("button"))

    def download(self, name: str) -> str:
        """Touch the link of a file and return what it holds."""
        with self.page.expect_download() as waiting:
            self.tap(self.link(name))
        return Path(waiting.value.path()).read_text(encoding="utf-8")

    def listed(self) -> list[SavedPaper]:
        """Return the reading list as stored."""
        with self.store.read() as unit:
            return list(unit.people.saved_papers(unit.people.find(ANA).id))

    def ana(self) -> Subscriber:
        """Return the reader as stored."""
        with self.store.read() as unit:
            return unit.people.find(ANA)

    def votes(self) -> dict[str, bool]:
        """Return the standing votes of the reader that were given on pages."""
        with self.store.read() as unit:
            own = unit.people.find(ANA)
            given = {entry.paper for entry in unit.people.feedback(own.id) if entry.via == "web"}
            return {vote.paper: vote.up for vote in unit.people.votes([own.id]) if vote.paper in given}

    def open_mail(self) -> None:
        """Open the HTML part of the digest as a mail program does."""
        (mail,) = (self.root / "outbox").glob("*.eml")
        message = message_from_bytes(mail.read_bytes(), policy=SMTP)
        assert isinstance(message, EmailMessage)
        part = message.get_body(("html",))
        assert part is not None
        (self.root / "mail.html").write_text(part.get_content(), encoding="utf-8")
        self.page.goto((self.root / "mail.html").as_uri())

    def tab_to(self, target: Locator) -> None:
        """Press Tab until the target has the focus; wherever that is on the way, it can be seen."""
        for _ in range(120):
            self.page.keyboard.press("Tab")
            here = self.page.locator(":focus")
            if here.count():
                assert here.evaluate(_FOCUS), here.evaluate("element => element.outerHTML.slice(0, 200)")
            if target.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"Tab does not reach {target}")

    def strangers(self) -> list[str]:
        """Return what was asked of anybody but the server and the mail."""
        home = urlsplit(self.public_url).netloc
        addresses = [urlsplit(request.url) for request in self.asked]
        return [each.geturl() for each in addresses if each.scheme != "file" and each.netloc != home]


def mailed(root: Path, *, votes: bool = False) -> tuple[Project, str]:
    """Publish the bundled sample for one reader into an outbox; return the project and its public URL.

    With `votes` its readers have voted before.
    """
    project, port = Project(root=root), free_port()
    url = f"http://127.0.0.1:{port}"
    project.configure(
        f'[mail]\nbackend = "outbox"\noutbox = "outbox"\n\n[web]\npublic_url = "{url}"\n'
        f'bind = "127.0.0.1:{port}"\n\n[ranking]\ncandidates_days = 21\n'
    )
    sample = REPOSITORY / "config" / "sample"
    project.subscribers.write_text(
        (sample / "subscribers.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    project.run(*EVENING, "import", str(sample / "papers.jsonl"))
    if votes:
        project.run(*EVENING, "import", "--feedback", str(sample / "feedback.jsonl"))
    project.run(*EVENING, "train")
    project.run(*EVENING, "publish", "--force", "--subscriber", ANA)
    project.run(*EVENING, "deliver")
    return project, url


@contextmanager
def serving(project: Project, url: str) -> Iterator[None]:
    """Serve the pages in a process of their own until the end of the block."""
    with (project.root / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            project.command(*LATER, "serve"), cwd=project.root, env=project.environment(), stderr=log
        )
        try:
            _await(f"{url}/healthz", process)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=15) == 0


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            with urlopen(url, timeout=5):
                return
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)


@contextmanager
def telephone(project: Project, url: str) -> Iterator[Walk]:
    """Start a browser of 320 px without JavaScript, or skip the test and say so."""
    program = executable()
    if program is None:
        pytest.skip("no Chromium here: nobody walks the pages")
    store = SqlStore(f"sqlite:///{project.store}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*_FLAGS])
        context = browser.new_context(
            viewport={"width": 320, "height": 640},
            java_script_enabled=False,
            has_touch=True,
            accept_downloads=True,
            locale="en-GB",
        )
        context.set_default_timeout(_PATIENCE * 1000)
        walk = Walk(page=context.new_page(), store=store, root=project.root, public_url=url)
        context.on("request", walk.note)
        try:
            yield walk
            assert context.cookies() == []
        finally:
            browser.close()
            store.close()
