"""The HTML part before the strictest judge, the Nu Html Checker."""

import shutil

import pytest

from tests.clients.states import SHOWN, pages
from tests.clients.tools import package
from tests.clients.vnu import judge


def test_vnu_has_nothing_to_say() -> None:
    """No error and no warning on any page after what is meant; what is never closed is told. One run."""
    jar = package("vnu-jar/build/dist/vnu.jar")
    if shutil.which("java") is None:
        pytest.skip("no java here: vnu is not run")
    shown = {f"{state}-{place}": html for state in SHOWN for place, html in enumerate(pages(state))}
    said = judge(shown | {"broken": shown["empty-0"].replace("<h1", "<p><div><h1", 1)}, jar)
    assert [message for message in said.pop("broken") if "div" in message]
    assert {name: told for name, told in said.items() if told} == {}
