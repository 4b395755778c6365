"""An edition from a store to the wire, byte for byte, on both databases.

`PAPERROUTE_GOLDEN=write` writes the files anew; look at the difference.
"""

import os
from itertools import pairwise
from pathlib import Path

import pytest

from recommender.domain.editions import Section
from recommender.store.sql_store import SqlStore
from tests.e2e.pressed import Press, Pressed
from tests.paths import REPOSITORY
from tests.store.servers import postgres_server

FOLDER = REPOSITORY / "tests" / "golden"
MARGIN = 1e-3
"""Far above what another processor adds up differently."""


def press(url: str, folder: Path) -> Pressed:
    """Fill an empty store and make the edition."""
    store = SqlStore(url, random_bytes=lambda number: b"\7" * number)
    store.upgrade()
    try:
        return Press(store, folder).run()
    finally:
        store.close()


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Pressed:
    """Make the edition once, on SQLite."""
    folder = tmp_path_factory.mktemp("pressed")
    return press(f"sqlite:///{folder / 'store.db'}", folder / "artifacts")


@pytest.mark.parametrize("form", ["html", "txt", "eml"])
def test_the_edition_is_the_committed_bytes(pressed: Pressed, form: str) -> None:
    """HTML, text, and the whole message with its headers."""
    content = {"html": pressed.html.encode(), "txt": pressed.text.encode(), "eml": pressed.message}[form]
    path = FOLDER / f"edition.{form}"
    if os.environ.get("PAPERROUTE_GOLDEN") == "write":
        path.write_bytes(content)
    assert path.read_bytes() == content


def test_it_is_the_same_again(pressed: Pressed, tmp_path: Path) -> None:
    """From another empty store."""
    assert press(f"sqlite:///{tmp_path / 'store.db'}", tmp_path / "artifacts") == pressed


def test_it_is_the_same_on_postgresql(pressed: Pressed, tmp_path: Path) -> None:
    """Rows, words and bytes."""
    with postgres_server() as server:
        assert press(server.new_database(), tmp_path / "artifacts") == pressed


def test_it_holds_what_it_should(pressed: Pressed) -> None:
    """Every kind of section, a starved and a paused interest, what was left out, no paper twice."""
    edition = pressed.edition
    sections = [item.section for item in edition.items]
    assert set(sections) == set(Section)
    assert [(own.interest, own.paused) for own in edition.standings] == [
        ("editing", False),
        ("maps", False),
        ("whales", True),
    ]
    assert edition.standings[0].left > 0
    assert edition.standings[1].fitting == 0
    assert len({item.paper for item in edition.items}) == len(edition.items)
    assert "Nothing fits well enough this time." in pressed.text
    assert "Same group as" in pressed.text


def test_chance_and_rounding_decide_nothing(pressed: Pressed) -> None:
    """Scores of one interest are far apart, so that no processor orders them otherwise."""
    scores = sorted(item.score for item in pressed.edition.items if item.section is Section.INTEREST)
    assert all(later - former > MARGIN for former, later in pairwise(scores))
