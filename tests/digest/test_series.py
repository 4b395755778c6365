"""Which papers of one list belong together."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.digest.series import led_by, together
from recommender.domain.papers import Paper, PaperId

MENG, BAU, WEI, KIM = "Kevin Meng", "David Bau", "Wei Wang", "Min Kim"


def paper(title: str, *authors: str) -> Paper:
    """Build a paper by its title."""
    return Paper(id=PaperId(f"title:{title}"), title=title, authors=authors)


SAME = [
    ("Locating Facts", "Editing Them in Bulk", (MENG, BAU, KIM), (BAU, MENG)),
    ("A Theory of Lenses, Part I: Sets", "A Theory of Lenses, Part II: Groups", (MENG,), (MENG,)),
    ("Weak Lensing Paper 2. Masks", "Weak Lensing Paper 11. Catalogues", (MENG, KIM), (KIM, WEI)),
    ("Qwen2.5-VL Technical Report", "Qwen3 Technical Report", (MENG, WEI), (WEI, KIM)),
    ("LLaMA 2: Open Models", "LLaMA 3: More Open Models", (MENG, BAU), (BAU, WEI)),
    (
        "Editing Facts in Small Language Models",
        "Editing Facts in Large Language Models",
        (MENG,),
        (MENG, KIM),
    ),
]
OTHER = [
    ("Qwen3 Technical Report", "Qwen3-Guard: Judging with Qwen3", (MENG,), (KIM,)),
    ("A Theory, Part I", "A Theory, Part II", (MENG,), (KIM,)),
    ("On Graphs", "On Proteins", (MENG, KIM), (MENG, WEI)),
    ("Editing Facts in Language Models", "Editing Facts in Language Models", (MENG,), (KIM,)),
    ("On Graphs", "On Proteins", ("Meng", "Bau"), ("Meng", "Bau")),
    ("One", "Two", (), ()),
]


@pytest.mark.parametrize("first, second, mine, theirs", SAME)
def test_of_one_group(first: str, second: str, mine: tuple[str, ...], theirs: tuple[str, ...]) -> None:
    """Two authors in common; parts of one work; one model's reports; one first author and like titles."""
    pair = [paper(first, *mine), paper(second, *theirs)]
    assert led_by(pair) == led_by(pair[::-1]) == [None, 0]


@pytest.mark.parametrize("first, second, mine, theirs", OTHER)
def test_not_of_one_group(first: str, second: str, mine: tuple[str, ...], theirs: tuple[str, ...]) -> None:
    """Nothing without a common author; one alone, or names of a single word, are not enough."""
    assert led_by([paper(first, *mine), paper(second, *theirs)]) == [None, None]


def test_two_names_out_of_hundreds_are_nobody() -> None:
    """Of fifty authors two in common may be two other people; ten are the same group."""
    crowd = [f"Ann Author{number}" for number in range(400)]
    assert led_by([paper("One", *crowd[:50]), paper("Two", *crowd[48:98])]) == [None, None]
    assert led_by([paper("One", *crowd[:50]), paper("Two", *crowd[40:90])]) == [None, 0]


def test_accents_and_case_do_not_part_a_group() -> None:
    r"""`G\"odel` and `Gödel` are one."""
    pair = [paper("One", 'Kurt G\\"odel', "ALAN TURING"), paper("Two", "Kurt Gödel", "Alan Turing")]
    assert led_by(pair) == [None, 0]


def test_a_group_stands_behind_its_first_paper() -> None:
    """Nothing else moves; whoever is not right behind the group is not called one of it."""
    listed = [
        paper("One", MENG, BAU),
        paper("Alone", WEI),
        paper("Two", MENG, BAU),
        paper("Alone too", KIM),
        paper("Three", BAU, MENG),
    ]
    assert led_by(listed) == [None] * 5
    order = together(listed)
    assert order == [0, 2, 4, 1, 3]
    assert led_by([listed[place] for place in order]) == [None, 0, 0, None, None]


LISTS = st.lists(
    st.tuples(
        st.sampled_from(["One", "Two, Part I", "Two, Part II", "GPT-4: A", "GPT-5: B", ""]),
        st.lists(st.sampled_from([MENG, BAU, WEI, KIM, ":", ""]), max_size=4),
    ),
    max_size=9,
)


@settings(deadline=None)
@given(LISTS)
def test_grouping_moves_and_loses_nothing_and_settles(rows: list[tuple[str, list[str]]]) -> None:
    """Every paper once; the first stays first; an order that is grouped stays as it is; leaders lead."""
    listed = [paper(title, *authors) for title, authors in rows]
    order = together(listed)
    assert sorted(order) == list(range(len(listed)))
    assert order[:1] == ([0] if listed else [])
    grouped = [listed[place] for place in order]
    assert together(grouped) == list(range(len(listed)))
    leaders = led_by(grouped)
    assert all(
        leader is None or (leader < place and leaders[leader] is None) for place, leader in enumerate(leaders)
    )


def test_lists_of_thousands_are_compared_by_their_beginnings() -> None:
    """What two papers of one collaboration share."""
    crowd = [f"Ann Author{number}" for number in range(3000)]
    pair = [paper("One", *crowd), paper("Two", *crowd[:2900])]
    assert led_by(pair) == [None, 0]
