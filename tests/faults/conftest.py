"""What all fault tests share: the seed in sight, and the figures gathered and shown at the end."""

import json
import os
import secrets
import shutil
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from recommender.store.schema import METADATA
from recommender.store.sql_store import SqlStore
from tests.faults.mailserver import MailServer, mail_server
from tests.faults.nursery import Nursery
from tests.faults.nursery import nursery as warm_process
from tests.faults.scale import OUT, PROPERTY, SEED, Figures, amount, seed
from tests.faults.world import World
from tests.store.servers import PostgresServer, postgres_server

NewWorld = Callable[..., World]
_FOLDER = Path(__file__).parent


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Figures:
    """Count what happens in a test; what is counted by its end goes into its report, even a failed one."""
    counted = Figures()
    record_property(PROPERTY, counted.counts)
    return counted


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Keep a warm process that forks senders."""
    with warm_process() as running:
        yield running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    """Keep a mail server that writes down what it takes."""
    with mail_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Run a PostgreSQL server, or skip."""
    with postgres_server() as running:
        yield running


@pytest.fixture(scope="session")
def postgres_migrated(postgres: PostgresServer) -> str:
    """Migrate one PostgreSQL database, to be emptied for each world."""
    url = postgres.new_database()
    _migrate(url)
    return url


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite file to copy from."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def new_world(
    request: pytest.FixtureRequest, tmp_path: Path, template: Path, server: MailServer, nursery: Nursery
) -> Iterator[NewWorld]:
    """Make worlds, each with a store of its own; `kind` is `sqlite` or `postgres`."""
    made: list[World] = []

    def build(kind: str = "sqlite") -> World:
        mark = f"w{secrets.token_hex(4)}"
        for world in made:
            world.close()
        if kind == "postgres":
            url = request.getfixturevalue("postgres_migrated")
            _empty(url)
        else:
            url = f"sqlite:///{shutil.copy(template, tmp_path / f'{mark}.db')}"
        made.append(World(url, server, nursery, mark))
        return made[-1]

    yield build
    for world in made:
        world.close()


def _migrate(url: str) -> None:
    store = SqlStore(url)
    store.upgrade()
    store.close()


def _empty(url: str) -> None:
    store = SqlStore(url)
    with store._engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(METADATA.tables)} RESTART IDENTITY CASCADE"))
    store.close()


def pytest_report_header() -> str:
    """Show how much runs and by which seed."""
    return f"faults: {amount()}, {SEED}={seed()}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the seed beside every failure."""
    report = yield
    if report.failed and item.path.is_relative_to(_FOLDER):
        report.sections.append(("chance", f"{SEED}={seed()}"))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures of every test that has some, and write them where that was asked for."""
    ended = (terminalreporter.stats.get(outcome, ()) for outcome in ("passed", "failed"))
    rows = summary(chain.from_iterable(ended))
    if not rows:
        return
    terminalreporter.section(f"fault figures ({amount()}, {SEED}={seed()})")
    for name, row in rows.items():
        counts = ", ".join(f"{what} {number:,}" for what, number in row["counts"].items())
        terminalreporter.write_line(f"{name}: {counts} ({row['seconds']} s, {row['outcome']})")
    if target := os.environ.get(OUT):
        found = {"amount": amount(), "seed": seed(), "tests": rows}
        Path(target).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def summary(reports: Iterable[pytest.TestReport]) -> dict[str, dict[str, Any]]:
    """Return counts, seconds and outcome by test, in order of name."""
    found: dict[str, dict[str, Any]] = {}
    for report in reports:
        counts = dict(report.user_properties).get(PROPERTY)
        # Set up and tear down report apart and carry the same properties.
        if report.when == "call" and counts:
            name = report.nodeid.partition("faults/")[2]
            found[name] = {
                "counts": counts,
                "seconds": round(report.duration, 1),
                "outcome": report.outcome,
            }
    return dict(sorted(found.items()))
