"""Colours of the mail: every text can be read on the ground it really stands on."""

import re
from xml.etree.ElementTree import Element

import pytest

from recommender.digest.compose import compose
from recommender.domain.colours import contrast, inverted
from recommender.domain.digests import Digest
from recommender.domain.theme import DARK, INKS, LIGHT, READABLE, Palette
from tests.digest.rich import rich
from tests.digest.samples import english, links, material_after_loss, renderer
from tests.digest.test_render import parsed

HIDDEN = ("", LIGHT.ground)
"""The preheader, which is not shown."""
_COLOUR = re.compile(r"(?:^|;)(color|background):(#[0-9a-f]{6})")


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", INKS)
def test_every_ink_can_be_read(palette: Palette, ground: str) -> None:
    """Every ink reaches 4.5:1 on each of its grounds, and where a mail program inverts all colours."""
    paper = getattr(palette, ground)
    for name in INKS[ground]:
        ink = getattr(palette, name)
        assert contrast(ink, paper) >= READABLE, name
        assert contrast(inverted(ink), inverted(paper)) >= READABLE, name


@pytest.mark.parametrize("made", [rich(), compose(material_after_loss(), links())], ids=["rich", "missed"])
def test_no_other_pair_is_used(made: Digest) -> None:
    """Text stands in no colours but those that are checked, whatever element sets them."""
    page = renderer().html(made, english())
    allowed = {(getattr(LIGHT, ink), getattr(LIGHT, ground)) for ground, inks in INKS.items() for ink in inks}
    pairs: set[tuple[str, str]] = set()
    _walk(next(parsed(page).iter("body")), ("", ""), pairs)
    assert len(pairs) > 4
    assert pairs - {HIDDEN} <= allowed


def test_what_is_dark_is_named(rich_page: str) -> None:
    """Every class that stays in the page is named by the rules that stay."""
    rules = re.search(r"<style>(.*?)</style>", rich_page, re.DOTALL)
    assert rules is not None
    body = rich_page[rules.end() :]
    used = {name for names in re.findall(r' class="([^"]*)"', body) for name in names.split()}
    assert used <= set(re.findall(r"\.([a-z]+)", rules[1]))
    assert {"t", "btn", "yes", "m", "why", "full"} <= used


@pytest.fixture(scope="module", name="rich_page")
def rich_page_fixture() -> str:
    """Return the HTML part of the digest with everything."""
    return renderer().html(rich(), english())


def _walk(element: Element, around: tuple[str, str], pairs: set[tuple[str, str]]) -> None:
    """Note ink and ground of each text; both are inherited."""
    own = dict(_COLOUR.findall((element.get("style") or "").replace(" ", "")))
    ink, ground = own.get("color", around[0]), own.get("background", around[1])
    if (element.text or "").strip("\u00a0 \n"):
        pairs.add((ink, ground))
    for child in element:
        if isinstance(child.tag, str):
            _walk(child, (ink, ground), pairs)
        if (child.tail or "").strip("\u2002\u00a0 \n"):
            pairs.add((ink, ground))
