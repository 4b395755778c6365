"""What pages changed is written into the file, and nothing else of it moves."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.domain.subscribers import DeclaredSubscriber, Interest
from recommender.domain.wishes import facts_of
from recommender.settings.people import SubscribersFile
from recommender.settings.rewriting import Wanted, rewrite
from tests.builders import a_declaration, an_interest
from tests.paths import REPOSITORY
from tests.settings.odd_files import Odd, files, people

LIBRARY = ("arxiv:1", "arxiv:2")
ANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NOTE = re.compile(r"# note \d+")


def seeds_of(name: str) -> Sequence[str]:
    """Stand in for the reader of libraries."""
    return LIBRARY if name == "library.bib" else ()


def read(content: bytes) -> list[DeclaredSubscriber]:
    """Read a file as the loader does."""
    text = content.decode("utf-8-sig").replace("\r\n", "\n")
    file = SubscribersFile.model_validate(tomllib.loads(text))
    return [table.declare(seeds_of) for table in file.subscriber]


def agree(these: Sequence[DeclaredSubscriber], those: Sequence[DeclaredSubscriber]) -> bool:
    """Compare but for the order of interests."""
    bare = [[replace(own, interests=()) for own in people] for people in (these, those)]
    return list(map(facts_of, these)) == list(map(facts_of, those)) and bare[0] == bare[1]


@ANY
@given(files(), st.data())
def test_the_file_says_what_is_stored_and_the_rest_is_as_it_was(odd: Odd, data: st.DataObject) -> None:
    """In any style, for any wishes: others keep every byte."""
    content = odd.text.encode()
    assert agree(read(content), odd.declared)
    changed: dict[int, DeclaredSubscriber] = {}
    for number, own in enumerate(odd.declared):
        if data.draw(st.booleans()):
            wish = data.draw(people(number))
            changed[number] = replace(wish, key=own.key, locked=own.locked, paused=own.paused)
    joined = data.draw(st.lists(people(7), max_size=1))
    result = rewrite(content, Wanted(changed=changed, joined=joined), seeds_of)
    assert result.unwritten == ()
    expected = [changed.get(number, own) for number, own in enumerate(odd.declared)] + joined
    assert agree(read(result.content), expected)
    again = rewrite(result.content, Wanted(changed=changed), seeds_of)
    assert again.content == result.content
    untouched = [part.encode() for number, part in enumerate(odd.parts) if number not in changed]
    places = [result.content.find(part) for part in untouched]
    assert -1 not in places
    assert all(one <= other for one, other in pairwise(places))
    if not changed and (odd.parts or not joined):
        assert result.content.startswith(content)


@ANY
@given(files(), st.data())
def test_other_values_alone_move_no_comment(odd: Odd, data: st.DataObject) -> None:
    """All of them are there, in their order, and as many lines besides as there are new keys."""
    changed = {}
    for number, own in enumerate(odd.declared):
        wish = data.draw(people(number))
        changed[number] = replace(
            wish, interests=own.interests, key=own.key, locked=own.locked, paused=own.paused
        )
    result = rewrite(odd.text.encode(), Wanted(changed=changed), seeds_of)
    assert result.unwritten == ()
    assert NOTE.findall(result.content.decode()) == NOTE.findall(odd.text)


SHIPPED = (REPOSITORY / "config" / "subscribers.toml").read_bytes()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a mark"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_the_shipped_file_changes_where_it_has_to(mark: bytes, end: bytes) -> None:
    """Values in their places, a new key behind the last, line ends and byte order mark as they were."""
    content = mark + SHIPPED.replace(b"\n", end)
    (ana,) = read(content)
    first, second = ana.interests
    wish = replace(
        ana, papers=3, cadence=replace(ana.cadence, on=4), interests=(replace(first, about="x"), second)
    )
    result = rewrite(content, Wanted(changed={0: wish}), seeds_of)
    text = SHIPPED.replace(b"papers = 10", b"papers = 3")
    text = text.replace(
        b'about = "editing facts stored in language models without retraining"', b'about = "x"'
    )
    text = text.replace(b"locked = []\n", b'locked = []\non = "friday"\n')
    assert result.content == mark + text.replace(b"\n", end)


def rewritten(text: str, *interests: Interest, **fields: object) -> str:
    """Rewrite a file of one subscriber."""
    (own,) = read(text.encode())
    wish = replace(own, interests=interests or own.interests, **fields)  # type: ignore[arg-type]  # any field by name
    result = rewrite(text.encode(), Wanted(changed={0: wish}), seeds_of)
    assert result.unwritten == ()
    return result.content.decode()


HEAD = '[[subscriber]]\nemail = "ana@example.org"\n'


def test_an_interest_that_goes_takes_its_table_alone() -> None:
    """Comments before and behind it are the operator's."""
    goes = '[[subscriber.interest]] # goes\nname = "A" # goes\n# goes\nweight = 2.0\n'
    text = f"{HEAD}\n# one\n{goes}# two\n\n# three\n"
    other = '[[subscriber.interest]]\nname = "B"\n'
    assert rewritten(text + other, Interest(name="B", key="B")) == f"{HEAD}\n# one\n# two\n\n# three\n{other}"


def test_of_two_blank_lines_one_is_enough() -> None:
    """Where a table between them went."""
    table = '[[subscriber.interest]]\nname = "{}"\n'
    text = "\n".join([HEAD, *(table.format(name) for name in "ABC")])
    expected = "\n".join([HEAD, *(table.format(name) for name in "AC")])
    assert rewritten(text, Interest(name="A", key="A"), Interest(name="C", key="C")) == expected


def test_a_new_name_leaves_the_old_one_as_id() -> None:
    """Else the votes would not find the interest; one with an id needs no other."""
    plain = f'{HEAD}[[subscriber.interest]]\nname = "A"\n'
    assert rewritten(plain, Interest(name="B", key="A")) == plain.replace('"A"', '"B"') + 'id = "A"\n'
    named = f'{HEAD}[[subscriber.interest]]\nid = "x"\nname = "A"\n'
    assert rewritten(named, Interest(name="B", key="x")) == named.replace('"A"', '"B"')


def test_a_list_over_lines_keeps_what_is_said_of_its_entries() -> None:
    """What goes takes along what is said behind it; what is new comes in its place."""
    lines = ["[ # words", '  "a", # of a', "  # above b", '  "b", # of b', '    "c"', "  # last", "]"]
    text = f'{HEAD}[[subscriber.interest]]\nname = "A"\nkeywords = ' + "\n".join(lines) + " # all\n"
    new = ["[ # words", '  "a", # of a', "  # above b", '  "d",', '  "c",', '  "e",', "  # last", "]"]
    wish = Interest(name="A", key="A", keywords=("a", "d", "c", "e"))
    assert rewritten(text, wish) == text.replace("\n".join(lines), "\n".join(new))


def test_examples_beside_a_library() -> None:
    """New ones are written, those of the library are not repeated."""
    text = f'{HEAD}[[subscriber.interest]]\nname = "A"\nseeds_file = "library.bib"\n'
    wish = Interest(name="A", key="A", seeds=("arxiv:1", "arxiv:2", "arxiv:3"))
    assert rewritten(text, wish) == f'{text}seeds = ["arxiv:3"]\n'


def test_examples_of_a_library_cannot_be_taken_out() -> None:
    """Of all else nothing is lost."""
    text = f'{HEAD}[[subscriber.interest]]\nname = "A"\nseeds = ["x"]\nseeds_file = "library.bib"\n'
    (own,) = read(text.encode())
    wish = replace(own, papers=3, interests=(Interest(name="A", key="A", seeds=("arxiv:2", "y")),))
    result = rewrite(text.encode(), Wanted(changed={0: wish}), seeds_of)
    (left,) = result.unwritten
    assert (left.email, left.reason, left.block) == (
        "ana@example.org",
        "A: arxiv:1 stand in library.bib; take them out there",
        "",
    )
    expected = text.replace(HEAD, f"{HEAD}papers = 3\n").replace('["x"]', '["y"]')
    assert result.content.decode() == expected


@pytest.mark.parametrize(
    "wish",
    [
        a_declaration(name="a\nb", interests=()),
        a_declaration(interests=(an_interest("A", key="1"), an_interest("a", key="2"))),
        a_declaration("ben@example.org"),
        a_declaration(papers=99),
    ],
    ids=["a line break", "one name twice", "another's address", "too many"],
)
def test_what_would_not_load_is_refused_and_the_others_are_written(wish: DeclaredSubscriber) -> None:
    """With the block to paste; the text is as it was."""
    ben = '[[subscriber]]\nemail = "ben@example.org"\n'
    content = f"{HEAD}{ben}".encode()
    changed = {0: wish, 1: replace(read(content)[1], papers=2)}
    result = rewrite(content, Wanted(changed=changed), seeds_of)
    (left,) = result.unwritten
    assert left.email == wish.email
    assert left.block.startswith(f'[[subscriber]]\nemail = "{wish.email}"\n')
    assert result.content == content + b"papers = 2\n"


@pytest.mark.parametrize("text", ["", "# nobody yet\n", "subscriber = []", "# no line end"])
def test_who_joined_comes_into_an_empty_file(text: str) -> None:
    """Whatever stands in it stays."""
    dora = a_declaration("dora@example.org", interests=(an_interest("X"), an_interest("Y")))
    result = rewrite(text.encode(), Wanted(joined=[dora]), seeds_of)
    assert agree(read(result.content), [dora])
    assert result.content.decode().startswith(text.removesuffix("[]"))
