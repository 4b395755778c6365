"""HTML and CSS of the mail against what mail programs support; `allowed.toml` has the reasons."""

import json
import re
import tomllib
from functools import cache
from typing import Any

import pytest

from tests.clients.features import named, used, weak
from tests.clients.states import SHOWN, pages
from tests.clients.tools import package
from tests.paths import REPOSITORY

ALLOWED = tomllib.loads((REPOSITORY / "tests" / "clients" / "allowed.toml").read_text(encoding="utf-8"))
KNOWN = {*ALLOWED["supported"], *ALLOWED["unlisted"], *ALLOWED["fallback"]}
_NAMES: dict[str, Any] = {name: {} for name in KNOWN if name.startswith(("css-", "html-"))}
_NEVER = {
    "a negative margin": r"margin[\w-]*:[^;\"]*-\d",
    "margins by auto": r"margin[\w-]*:[^;\"]*\bauto",
    "a picture as ground": r"url\(",
    "a comment in styles": r"/\*",
    "importance in an attribute": r'style="[^"]*!important',
}
"""What the data calls missing of features that are otherwise fine, in one program or another."""


@cache
def data() -> dict[str, Any]:
    """Return the data by slug, or skip the test."""
    read = json.loads(package("caniemail/data/caniemail.json").read_text(encoding="utf-8"))
    return {entry["slug"]: entry for entry in read["data"]}


@cache
def features() -> frozenset[str]:
    """Return every feature of every state, as the allow-list names it."""
    shown = [html for state in SHOWN for html in pages(state)]
    return frozenset(named(feature, _NAMES) for html in shown for feature in used(html))


def test_every_feature_was_looked_up() -> None:
    """A feature that is new in the templates has no line yet; one that is gone has a line too many."""
    assert features() - KNOWN == set(), "look these up and give each a line in allowed.toml"
    assert KNOWN - features() == set(), "not used any more: take the line out of allowed.toml"


def test_every_fallback_has_a_reason() -> None:
    """Each line says what a reader sees."""
    reasons = {**ALLOWED["fallback"], **ALLOWED["unlisted"]}
    assert [name for name, why in reasons.items() if len(why) < 20 and "see " not in why] == []


@pytest.mark.parametrize("state", SHOWN)
def test_values_that_some_program_drops(state: str) -> None:
    """No value that the data warns of, within features that are there."""
    for html in pages(state):
        assert [what for what, pattern in _NEVER.items() if re.search(pattern, html)] == []


def test_supported_is_what_the_data_says() -> None:
    """No program lacks what the list calls supported, and what some program lacks has its fallback."""
    lacking = {name: weak(data()[name]) for name in KNOWN - set(ALLOWED["unlisted"])}
    assert {
        name: programs for name, programs in lacking.items() if programs and name in ALLOWED["supported"]
    } == {}
    assert [name for name in ALLOWED["fallback"] if not lacking[name]] == []


def test_unlisted_is_what_the_data_lacks() -> None:
    """A feature counts as unlisted only where the data has no line for it."""
    assert [name for name in ALLOWED["unlisted"] if named(name, data()) in data()] == []


def test_a_new_feature_is_noticed() -> None:
    """An element, a property, a unit and a selector that nobody looked up come out by name."""
    sheet = "@media (hover) { p > b { color:red } }"
    page = f'<!doctype html><style>{sheet}</style><p style="opacity:0.5;width:3vw"><u id="x">u</u>'
    found = {named(feature, data()) for feature in used(page)}
    assert {
        "css-opacity",
        "css-width",
        "css-unit-vw",
        "html-u",
        "css-selector-child",
        "attribute id",
    } <= found
    assert weak(data()["css-opacity"])
