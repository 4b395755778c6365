"""What pages changed is written into the file, and nothing else of it moves."""

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.subscribers import DeclaredSubscriber
from recommender.domain.wishes import facts_of
from recommender.settings.people import SubscribersFile
from recommender.settings.rewriting import Wanted, rewrite
from tests.settings.odd_files import Odd, files, people

LIBRARY = ("arxiv:1", "arxiv:2")


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
