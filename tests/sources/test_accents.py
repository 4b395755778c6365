r"""TeX in names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.sources.accents import untangled
from recommender.sources.text import author_names

SIGNS = ["\\", "{", "}", "'", '"', "~", "v", "c", "i", "ss", "o", " ", "A", "é", "$"]


@pytest.mark.parametrize(
    "written, name",
    [
        (r"Sch\"ahler", "Schähler"),
        (r"Ren\'e No\'{e}l", "René Noél"),
        (r"{\'E}va {\v{C}}ech", "Éva Čech"),
        (r"Fran\c{c}ois \v Cech", "François Čech"),
        (r"Mart\'\i n, Mart\'{\i}n", "Martín, Martín"),
        (r"Erd\H{o}s", "Erdős"),
        (r"S{\o}ren, S\o ren, J\o{}rn", "Søren, Søren, Jørn"),
        (r"Malm\o Smith", "Malmø Smith"),
        (r"{\L}ukasz, Wei{\ss}, \AA sa", "Łukasz, Weiß, Åsa"),
        (r"Nguy\~ên", "Nguyễn"),
        (r"Ol\ùw", "Olùw"),
        ("Eve~One", "Eve One"),
        ("{ACME Team}", "ACME Team"),
    ],
)
def test_accents_are_letters(written: str, name: str) -> None:
    """All the ways in which they are typed."""
    assert untangled(written) == name


@pytest.mark.parametrize(
    "name", ["O'Neil", "Ana (1, 2)", r"A. \textit{B} {c}", r"x\'q", r"\vspace{c}", "A$^{1}$", "李明"]
)
def test_what_is_no_accent_stays(name: str) -> None:
    """Only what makes one known letter is changed."""
    assert untangled(name) == name


def test_line_breaks_of_tex_are_spaces() -> None:
    """At the ends of a name they are nothing."""
    assert author_names([r"\\Ada One", "Bo Two\\\\", r"Cy\\Three"]) == ("Ada One", "Bo Two", "Cy Three")


def test_an_accent_makes_no_other_author() -> None:
    """TeX, composed and decomposed letters are one name."""
    assert len(set(author_names([r"J\"org One", "Jörg One", "Jo\u0308rg One", "J&ouml;rg One"]))) == 1


def test_odd_authors() -> None:
    """A colon is nobody, an organisation is somebody, a torn name stays torn."""
    listed = ["ACME", ":", "Ada One", "Sky Collaboration", "Bo", "Two", None]
    assert author_names(listed) == ("ACME", "Ada One", "Sky Collaboration", "Bo", "Two")


@given(st.lists(st.sampled_from(SIGNS), max_size=30).map("".join))
def test_any_name_is_read(name: str) -> None:
    """Half a command is a name like any other; nothing gets longer."""
    assert len(untangled(name)) <= len(name)
    author_names([name])
