"""`[digest]`: what it makes of its keys, and colours that cannot be read."""

import re
from pathlib import Path

import pytest

from recommender.domain.editions import Section
from recommender.domain.theme import DARK, LIGHT, Theme, faint
from recommender.settings.models import Settings
from tests.paths import REPOSITORY
from tests.settings.folders import load_folder, problems_in, write_folder

OWN = """
[digest]
logo = "Group Reading"
footer = "Chair of Examples, 1 Sample Street"
sections = ["changed", "reading_list", "interest", "different", "trending"]
locale = "de_de"
templates = "mine"
[digest.light]
accent = "#039"
"""


def test_without_the_table_all_is_as_it_ships() -> None:
    """The defaults stand once: in the theme."""
    assert Settings().digest.theme == Theme()


def test_the_shipped_file_holds_the_defaults(tmp_path: Path) -> None:
    """Every colour in it is the one that is used without it."""
    shipped = (REPOSITORY / "config" / "paperroute.toml").read_text(encoding="utf-8")
    assert load_folder(write_folder(tmp_path, shipped)).settings.digest == Settings().digest


def test_what_is_set_is_used_and_the_rest_stays(tmp_path: Path) -> None:
    """A table of colours may be partial; a short colour is written out; the folder lies below the root."""
    (tmp_path / "mine").mkdir()
    loaded = load_folder(write_folder(tmp_path, OWN.replace("de_de", "de-DE")))
    theme = loaded.settings.digest.theme
    assert theme.logo == "Group Reading"
    assert theme.sections[:2] == (Section.CHANGED, Section.READING_LIST)
    assert theme.light.accent == "#003399"
    assert (theme.light.ink, theme.dark) == (LIGHT.ink, DARK)
    assert loaded.templates == tmp_path / "mine"
    assert loaded.settings.digest.locale == "de-DE"


def test_the_environment_sets_them_too(tmp_path: Path) -> None:
    """Sections with commas; a fault is told with the variable."""
    path = write_folder(tmp_path)
    order = "trending,interest,different,changed,reading_list"
    environ = {"PAPERROUTE_DIGEST__LOGO": "Ours", "PAPERROUTE_DIGEST__SECTIONS": order}
    assert load_folder(path, environ).settings.digest.sections[0] == "trending"
    assert load_folder(path, environ).settings.digest.logo == "Ours"
    (problem,) = problems_in(path, {"PAPERROUTE_DIGEST__SECTIONS": "trending"})
    assert problem.file == "environment"
    assert problem.message.startswith("PAPERROUTE_DIGEST__SECTIONS: interest, different")


def test_every_faint_pair_is_told_at_its_place(tmp_path: Path) -> None:
    """All at once; the ground is blamed where it alone is set, the ink where both are."""
    text = '[digest.light]\nnotice = "#777"\n[digest.dark]\nsheet = "#000"\nsoft = "#333"\naccent = "#333"\n'
    found = problems_in(write_folder(tmp_path, text))
    assert [(problem.line, problem.column) for problem in found] == [
        (2, 10),
        (2, 10),
        (5, 8),
        (6, 10),
        (6, 10),
    ]
    assert [problem.message.split(" has ")[0] for problem in found] == [
        "ink #23282c on notice #777777",
        "notice_ink #5c4a17 on notice #777777",
        "soft #333333 on sheet #000000",
        "accent #333333 on sheet #000000",
        "accent #333333 on tint #20352d",
    ]


@pytest.mark.parametrize("name", ["ink", "soft", "accent", "notice_ink", "sheet", "tint", "notice", "mark"])
@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("colour", ["#808080", "#c07878", "#8090c0"])
def test_the_advice_is_good(tmp_path: Path, mode: str, name: str, colour: str) -> None:
    """Whoever writes what the message says hears no more of that colour."""
    found = problems_in(write_folder(tmp_path, f'[digest.{mode}]\n{name} = "{colour}"\n'))
    assert found, "the sample is to be faint"
    advised = {match[1] for problem in found if (match := re.search(r'write (\w+ = "#\w{6}")', problem.fix))}
    assert len(advised) == 1
    loaded = load_folder(write_folder(tmp_path, f"[digest.{mode}]\n{advised.pop()}\n"))
    assert not list(faint(getattr(loaded.settings.digest.theme, mode)))
