"""The HTML part before the strictest judge, the Nu Html Checker."""

import shutil

import pytest

from tests.clients.states import SHOWN, pages
from tests.clients.tools import package
from tests.clients.vnu import judge


@pytest.fixture(name="said", scope="module")
def said_fixture() -> dict[str, list[str]]:
    """Return what is said of every state, and of one that is broken, from one run."""
    jar = package("vnu-jar/build/dist/vnu.jar")
    if shutil.which("java") is None:
        pytest.skip("no java here: vnu is not run")
    shown = {f"{state}-{place}": html for state in SHOWN for place, html in enumerate(pages(state))}
    return judge(shown | {"broken": shown["empty-0"].replace("<h1", "<p><div><h1", 1)}, jar)


@pytest.mark.parametrize("state", SHOWN)
def test_vnu_has_nothing_to_say(said: dict[str, list[str]], state: str) -> None:
    """No error and no warning is left after what is meant."""
    assert [told for name, told in said.items() if name.startswith(f"{state}-") and told] == []


def test_a_broken_page_is_noticed(said: dict[str, list[str]]) -> None:
    """An element that is never closed is told."""
    assert [message for message in said["broken"] if "div" in message]
