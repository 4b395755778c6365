"""Words, content rows and spellings."""

import numpy as np
import pytest

from recommender.ranking.matrices import dense_product
from recommender.ranking.stems import Stems
from recommender.ranking.text import FEATURES, TextSpace, paper_fields, spoken, words
from tests.builders import a_paper
from tests.ranking import world


@pytest.mark.parametrize(
    "text, expected",
    [
        (r"Di$\mathtt{[M]}$O", ("di", "m", "o")),
        (r"$\textit{Agents Under Siege}$", ("agents", "under", "siege")),
        (r"K\"ahler and Fùxì", ("kahler", "and", "fuxi")),
        ("UR$^2$ at 5\\%", ("ur", "2", "at", "5")),
        ("see https://example.org/a-b for models' code", ("see", "for", "models", "code")),
        ("<think> a < b", ("think", "a", "b")),
        ("", ()),
        ("$$ -- {}", ()),
    ],
)
def test_words_are_free_of_tex_accents_and_urls(text: str, expected: tuple[str, ...]) -> None:
    """What remains is what a reader would say."""
    assert words(text) == expected


def test_rows_are_unit_or_zero(space: TextSpace) -> None:
    """A text has length 1, an empty one 0."""
    rows = space.rows([(words("editing facts in models"),), ((),)])
    norms = np.sqrt(rows.multiply(rows).sum(axis=1)).A1
    assert norms == pytest.approx([1, 0])
    assert rows.shape == (2, FEATURES)
    assert rows.dtype == np.float32


def test_forms_of_a_word_make_one_row(space: TextSpace) -> None:
    """Stemmed texts have cosine 1."""
    rows = space.rows([(words("editing a model"),), (words("Edited models"),)])
    assert dense_product(rows, rows)[0, 1] == pytest.approx(1)


def test_pairs_do_not_cross_fields(space: TextSpace) -> None:
    """The end of a title and the start of an abstract are no phrase."""
    assert "edit fact" not in space.terms((("editing",), ("facts",)))
    assert "edit fact" in space.terms((("editing", "facts"),))


def test_a_rare_word_weighs_more(space: TextSpace) -> None:
    """A word of one subject outweighs a word of all."""
    rare, common = space.idf[space.columns(["quasar", "benchmark"])]
    assert rare > common


def test_columns_are_those_of_the_rows(space: TextSpace) -> None:
    """A term's feature is where its text has its weight."""
    assert space.columns(["quasar"])[0] == space.rows([(("quasar",),)]).indices[0]


def test_a_space_of_no_papers_still_reads() -> None:
    """The first day has no corpus."""
    blank = TextSpace.fit(())
    assert blank.documents == 0
    assert blank.paper_rows([paper_fields(a_paper())]).nnz > 0
    assert blank.rows([]).shape == (0, FEATURES)


def test_spelling_is_the_papers_own() -> None:
    """Terms come back as written, pairs only where space divides them."""
    found = spoken("Model Editing works. Facts, stored in LLMs: \\textbf{never} mind", Stems.english())
    assert found["model edit"] == "Model Editing"
    assert found["llm"] == "LLMs"
    assert "fact store" not in found
    assert "textbf" not in found


def test_fitting_reads_in_blocks() -> None:
    """More papers than a block holds are all counted."""
    papers = [a_paper(number) for number in range(2100)]
    assert TextSpace.fit(papers).documents == 2100


def test_the_title_counts_double(space: TextSpace) -> None:
    """A word in the title weighs more than one in the abstract."""
    paper = a_paper(title="quasar", abstract="protein")
    row = space.paper_rows([paper_fields(paper)])
    quasar, protein = space.columns(["quasar", "protein"])
    assert row[0, quasar] > row[0, protein]


def test_world_papers_are_nearest_to_their_subject(space: TextSpace) -> None:
    """A sanity check of the made-up world itself."""
    rows = space.paper_rows(paper_fields(paper) for paper in world.papers())
    cosines = dense_product(rows, rows)
    np.fill_diagonal(cosines, -1)
    same = cosines.argmax(axis=1) // world.PER_SUBJECT == np.arange(len(cosines)) // world.PER_SUBJECT
    assert same.mean() > 0.95
