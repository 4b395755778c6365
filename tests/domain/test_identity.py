"""Which names mean the same work."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.identity import (
    aliases,
    arxiv_id,
    arxiv_version,
    author_key,
    canonical_id,
    near_equal,
    normal_doi,
    parse_reference,
    same_work,
    title_key,
)
from recommender.domain.papers import PaperId
from tests.builders import a_paper


@pytest.mark.parametrize(
    "text, expected",
    [
        ("2401.12345", "2401.12345"),
        ("arXiv:2401.12345v2", "2401.12345"),
        ("https://arxiv.org/pdf/0704.0001v1.pdf", "0704.0001"),
        ("hep-th/9901001v3", "hep-th/9901001"),
        ("math.GT/0309136", "math.GT/0309136"),
        ("https://arxiv.org/abs/cond-mat/0102536", "cond-mat/0102536"),
        ("12401.12345", None),
        ("2401.123456", None),
        ("10.1000/182", None),
        ("knowledge editing", None),
    ],
)
def test_arxiv_ids_are_found_without_their_version(text: str, expected: str | None) -> None:
    """In plain, prefixed and URL forms, new style and old."""
    assert arxiv_id(text) == expected


@pytest.mark.parametrize("text, expected", [("2401.12345v12", 12), ("2401.12345", None), ("v3", None)])
def test_the_version_is_the_number_behind_the_id(text: str, expected: int | None) -> None:
    """And None where there is none."""
    assert arxiv_version(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("https://doi.org/10.1000/ABC.1", "10.1000/abc.1"),
        ("doi:10.1000/xyz).", "10.1000/xyz"),
        ("see 10.1101/2024.01.02.123456, there", "10.1101/2024.01.02.123456"),
        ("10.1/x", None),
        ("", None),
    ],
)
def test_dois_are_lower_case_without_prefix_and_closing_signs(text: str, expected: str | None) -> None:
    """However they are written."""
    assert normal_doi(text) == expected


@pytest.mark.parametrize(
    "one, other",
    [
        ("A Survey of Model-Editing", "A survey of model editing"),
        ("Schrödinger's Café", "Schrodinger's Cafe"),
        (r"The \textit{Best} Paper", "The Best Paper"),
        ("UR$^2$: Unify RAG", "UR2 – Unify RAG"),
    ],
)
def test_titles_that_differ_in_dress_share_a_key(one: str, other: str) -> None:
    """Dashes, case, accents, TeX commands and dollars do not count."""
    assert title_key(one) == title_key(other)


def test_a_title_of_signs_has_no_key() -> None:
    """And so names nothing."""
    assert title_key("?! …") == ""


@given(st.text())
def test_a_title_key_is_its_own_key(title: str) -> None:
    """Folding twice is folding once."""
    assert title_key(title_key(title)) == title_key(title)


@pytest.mark.parametrize("name", ["Jane Müller", "Müller, Jane", "J. Muller", "MULLER, J."])
def test_an_author_key_is_the_family_name(name: str) -> None:
    """In either order, with or without accents."""
    assert author_key(name) == "muller"


def test_an_empty_name_has_an_empty_key() -> None:
    """Parsers meet them."""
    assert author_key("") == ""


@pytest.mark.parametrize(
    "arxiv, doi, expected",
    [
        ("2401.12345", "10.1000/x", "arxiv:2401.12345"),
        (None, "10.1000/x", "doi:10.1000/x"),
        (None, "10.48550/arxiv.2401.12345", "arxiv:2401.12345"),
        (None, None, "title:onthings"),
    ],
)
def test_the_best_id_is_canonical(arxiv: str | None, doi: str | None, expected: str) -> None:
    """An arXiv id before a DOI before a title; arXiv's own DOI is an arXiv id."""
    assert canonical_id(title="On things", arxiv=arxiv, doi=doi) == expected


def test_a_salt_sets_two_works_of_one_title_apart() -> None:
    """And gives the same id each time."""
    plain, one, other = (canonical_id(title="Editorial", salt=salt) for salt in ("", "cats", "dogs"))
    assert len({plain, one, other}) == 3
    assert one == canonical_id(title="Editorial", salt="cats")


def test_a_title_of_signs_still_has_an_id() -> None:
    """Two such titles have two."""
    assert canonical_id(title="?!") not in ("title:", canonical_id(title="!?"))


def test_aliases_are_the_id_and_the_doi() -> None:
    """Each once."""
    assert aliases(a_paper(doi="10.1000/x")) == (("arxiv", "2601.00001"), ("doi", "10.1000/x"))
    assert aliases(a_paper(id=PaperId("doi:10.1000/x"), doi="10.1000/x")) == (("doi", "10.1000/x"),)


@pytest.mark.parametrize(
    "text, expected",
    [
        (" 2401.12345v2 ", ("arxiv", "2401.12345")),
        ("https://arxiv.org/abs/2401.12345", ("arxiv", "2401.12345")),
        ("https://doi.org/10.48550/arXiv.2401.12345", ("arxiv", "2401.12345")),
        ("10.1101/2024.01.02.123456", ("doi", "10.1101/2024.01.02.123456")),
        ("title:onthings", ("title", "onthings")),
        ("on things", None),
    ],
)
def test_what_people_type_is_read(text: str, expected: tuple[str, str] | None) -> None:
    """A DOI that contains digits like an arXiv id stays a DOI."""
    assert parse_reference(text) == expected


def test_near_equal_texts_share_four_fifths_of_their_words() -> None:
    """Nothing is near to an empty text."""
    ten = "a b c d e f g h i j"
    assert near_equal(ten, ten.upper())
    assert near_equal(ten, ten.replace("j", "k"))
    assert not near_equal(ten, "a b c d e f g x y z")
    assert not near_equal("", "")


def test_one_title_and_one_first_author_are_one_work() -> None:
    """Whatever the abstracts say."""
    assert same_work(a_paper(1), a_paper(2, title=a_paper(1).title.upper(), authors=("A. Author1",)))


def test_one_title_and_two_first_authors_are_two_works() -> None:
    """Whatever the abstracts say."""
    assert not same_work(a_paper(1), a_paper(1, authors=("Zoe Zed",)))


def test_without_authors_the_abstracts_decide() -> None:
    """As on listing pages."""
    assert same_work(a_paper(1), a_paper(1, authors=()))
    assert not same_work(a_paper(1), a_paper(1, authors=(), abstract="Something else altogether"))


def test_papers_without_a_title_key_never_fold() -> None:
    """Two titles of signs alone prove nothing."""
    assert not same_work(a_paper(1, title="?"), a_paper(1, title="?"))


SECOND = "Completely other words describe a second work that has nothing to do with it"


@pytest.mark.parametrize(
    "one, other",
    [
        (r"Measurement of the $\eta$ meson decay width", r"Measurement of the $\omega$ meson decay width"),
        (r"Search for $D^+ \to K^+ \nu$ decays at rest", r"Search for $D^- \to K^- \nu$ decays at rest"),
        ("A library of data structures in C++", "A library of data structures in C#"),
        ("A library of data structures in C++", "A library of data structures in C"),
        (
            f"{'A very long title about one thing ' * 6}part I",
            f"{'A very long title about one thing ' * 6}part II",
        ),
        ("Comment on the folding of papers", "The folding of papers"),
        ("Reply to: The folding of papers", "The folding of papers"),
        ("Erratum: The folding of papers", "The folding of papers"),
        ("The folding of papers, II", "The folding of papers, I"),
    ],
)
def test_one_author_may_write_two_works_with_titles_alike(one: str, other: str) -> None:
    """A sign, a Greek letter, a last word behind a long title: without one text it is another work."""
    assert not same_work(a_paper(1, title=one), a_paper(1, title=other, abstract=SECOND))


@pytest.mark.parametrize(
    "one, other",
    [
        ("Wei Wang", "Wenjun Wang"),
        ("Wang, Wei", "Weidong Wang"),
        ("John Smith Jr.", "Jack Doe Jr."),
        ("Ann Smith III", "Al Doe III"),
        ("The LHCb Collaboration", "The Belle Collaboration"),
        ("Wang", "Wenjun Wang"),
        ("", ""),
        ("-", "."),
    ],
)
def test_names_that_are_not_surely_one_person_need_the_text(one: str, other: str) -> None:
    """Many people share a family name and an initial."""
    first = a_paper(1, authors=(one,))
    assert not same_work(first, a_paper(1, authors=(other,), abstract=SECOND))


@pytest.mark.parametrize(
    "one, other",
    [
        ("J. Doe", "Jane Doe"),
        ("Doe, Jane A.", "Jane Doe"),
        ("Xiao-Li Wang", "Xiaoli Wang"),
        ("José García", "Jose Garcia"),
        ("ATLAS Collaboration", "ATLAS Collaboration"),
        ("Smith, John, Jr.", "John Smith"),
    ],
)
def test_one_person_is_written_in_many_ways(one: str, other: str) -> None:
    """Initials, middle names, accents, hyphens and what stands after a name."""
    assert same_work(a_paper(1, authors=(one,)), a_paper(1, authors=(other,), abstract=SECOND))
