"""Saved papers put into a library at Zotero."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from recommender.domain.errors import SourceError, SourceMalformed, SourceUnavailable
from recommender.domain.filing import Filed
from recommender.domain.papers import Paper, PaperId, Refused
from recommender.ports import Cabinet, HasCabinet
from recommender.sources.http import PoliteClient
from recommender.sources.zotero_cabinet import item_of
from recommender.sources.zotero_place import ZoteroLibrary
from tests.builders import a_paper
from tests.sources.replay import Answer, FakeTime, client_for, replaying
from tests.sources.zotero_library import KEY, ZoteroReplay

SHELF = "QVK3WHF2"
KEYS = re.compile(r"[23456789A-NP-Z]{8}")
DAY = datetime(2026, 1, 5, 17, 0, tzinfo=UTC)
PREPRINT = a_paper(1, published=DAY, authors=("Ada B. One", "Plato"))
ARTICLE = a_paper(2, id=PaperId("doi:10.1234/two"), doi="10.1234/two", venue="Annals", url=None)


@pytest.fixture
def zotero() -> Iterator[ZoteroReplay]:
    """Run a library with one collection and nothing in it."""
    library = ZoteroReplay()
    library.name_collection(SHELF, "To read")
    with replaying(library):
        yield library


@pytest.fixture
def client(zotero: ZoteroReplay, time: FakeTime) -> PoliteClient:
    """Return a client that reaches it."""
    return client_for(zotero, time)


def cabinet_of(zotero: ZoteroReplay, client: PoliteClient, **options: object) -> Cabinet:
    """Return the cabinet of that library."""
    source = zotero.source(client, **{"save_to": True, **options})
    assert isinstance(source, HasCabinet)
    assert source.cabinet is not None
    return source.cabinet


def file(cabinet: Cabinet, *papers: Paper) -> tuple[list[Filed], list[Refused]]:
    """File papers; return what came of them."""
    pages = list(cabinet.file(papers))
    return [one for page in pages for one in page.filed], [one for page in pages for one in page.refused]


def test_only_where_it_is_wanted(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """A library that is only read has no cabinet."""
    source = zotero.source(client)
    assert isinstance(source, HasCabinet)
    assert source.cabinet is None


def test_papers_become_items(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """A preprint and an article, with what Zotero's schema has for each."""
    filed, refused = file(cabinet_of(zotero, client, save_collection=SHELF), PREPRINT, ARTICLE)
    assert ([one.paper for one in filed], [one.added for one in filed]) == (
        [PREPRINT.id, ARTICLE.id],
        [True, True],
    )
    assert refused == []
    one, two = (zotero.items[entry.key]["data"] for entry in filed)
    assert one["itemType"] == "preprint"
    assert (one["title"], one["date"], one["url"]) == (PREPRINT.title, "2026-01-05", PREPRINT.url)
    assert (one["repository"], one["archiveID"]) == ("arXiv", "arXiv:2601.00001")
    assert one["DOI"] == "10.48550/arXiv.2601.00001"
    assert one["extra"] == "arXiv:2601.00001\nPaper Route: arxiv:2601.00001"
    assert one["creators"] == [
        {"creatorType": "author", "firstName": "Ada B.", "lastName": "One"},
        {"creatorType": "author", "name": "Plato"},
    ]
    assert (two["itemType"], two["publicationTitle"], two["DOI"]) == (
        "journalArticle",
        "Annals",
        "10.1234/two",
    )
    assert one["collections"] == two["collections"] == [SHELF]
    assert [entry["version"] for entry in json.loads(zotero.sent[0])] == [0, 0]


def test_saved_papers_go_to_the_collection_that_is_read(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """Unless another is named; a whole library has none."""
    (one,), _ = file(cabinet_of(zotero, client, collection=SHELF), PREPRINT)
    (two,), _ = file(cabinet_of(zotero, client), ARTICLE)
    assert zotero.items[one.key]["data"]["collections"] == [SHELF]
    assert zotero.items[two.key]["data"]["collections"] == []


@pytest.mark.parametrize("blind", [False, True])
def test_the_same_paper_is_never_two_items(
    zotero: ZoteroReplay, client: PoliteClient, *, blind: bool
) -> None:
    """Found by its title, or refused by its key where the index lags."""
    zotero.blind = blind
    cabinet = cabinet_of(zotero, client)
    first, _ = file(cabinet, PREPRINT, ARTICLE)
    again, refused = file(cabinet, PREPRINT, ARTICLE)
    assert [(one.paper, one.key, one.added) for one in again] == [
        (one.paper, one.key, False) for one in first
    ]
    assert (refused, len(zotero.items)) == ([], 2)


@pytest.mark.parametrize("blind", [False, True])
def test_a_lost_answer_costs_no_second_item(
    zotero: ZoteroReplay, client: PoliteClient, *, blind: bool
) -> None:
    """The items were made and nobody was told: nothing is repeated by itself, the next request finds them."""
    zotero.blind, zotero.torn = blind, True
    cabinet = cabinet_of(zotero, client)
    with pytest.raises(SourceUnavailable):
        file(cabinet, PREPRINT, ARTICLE)
    assert (len(zotero.sent), len(zotero.items)) == (1, 2)
    zotero.torn = False
    filed, refused = file(cabinet, PREPRINT, ARTICLE)
    assert ([one.added for one in filed], refused, len(zotero.items)) == ([False, False], [], 2)


@pytest.mark.parametrize(
    "own",
    [
        {"extra": "arXiv:2601.00001"},
        {"DOI": "10.5555/x", "creators": [{"creatorType": "author", "name": "Ada B. One"}]},
        {"url": "https://arxiv.org/abs/2601.00001v2"},
    ],
)
def test_what_the_reader_has_is_not_put_there_again(
    zotero: ZoteroReplay, client: PoliteClient, own: dict[str, object]
) -> None:
    """By its id, or by title and first author."""
    zotero.add("AAAAAAA2", title=PREPRINT.title, **own)
    filed, _ = file(cabinet_of(zotero, client), PREPRINT)
    assert filed == [Filed(paper=PREPRINT.id, key="AAAAAAA2", added=False)]
    assert zotero.sent == []


def test_another_work_of_that_title_is_another(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """By somebody else; and what was thrown away does not count."""
    others = [{"creatorType": "author", "firstName": "Zoe", "lastName": "Else"}]
    zotero.add("AAAAAAA2", title=PREPRINT.title, creators=others)
    zotero.add("AAAAAAA3", title=PREPRINT.title, extra="arXiv:2601.00001", deleted=1)
    filed, _ = file(cabinet_of(zotero, client), PREPRINT)
    assert [one.added for one in filed] == [True]


def test_our_own_items_say_so_when_they_come_back(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """A copy that the reader made is the reader's."""
    (one,), _ = file(cabinet_of(zotero, client), PREPRINT)
    copied = zotero.items[one.key]["data"]
    zotero.add("AAAAAAA2", title=copied["title"], extra=copied["extra"])
    pages = list(zotero.source(client).fetch(None))
    held = [holding for page in pages if page.library for holding in page.library.holdings]
    assert [(holding.key, holding.paper, holding.ours) for holding in held] == [
        (one.key, PREPRINT.id, True),
        ("AAAAAAA2", PREPRINT.id, False),
    ]


def test_many_papers_are_written_by_fifties(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """Each page is what one request came to."""
    papers = [a_paper(number) for number in range(1, 71)]
    pages = list(cabinet_of(zotero, client).file(papers))
    assert [len(page.filed) for page in pages] == [50, 20]
    assert len(zotero.items) == 70


def test_one_item_that_is_refused_is_named(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """With the reason; the others are taken."""
    zotero.refused = frozenset({PREPRINT.title})
    filed, refused = file(cabinet_of(zotero, client), PREPRINT, ARTICLE)
    assert [one.paper for one in filed] == [ARTICLE.id]
    assert "arxiv:2601.00001" in refused[0].reason
    assert "Invalid property" in refused[0].reason


@pytest.mark.parametrize(
    "answer, said",
    [
        (Answer(status=403), "write to this library"),
        (Answer(status=404), "check library"),
        (Answer(status=409), "locked"),
        (Answer(status=412), "412"),
        (Answer(status=413), "takes no more"),
        (Answer(status=428), "428"),
        (Answer(status=429, headers={"Retry-After": "900"}), "429"),
        (Answer(status=503), "503"),
        (Answer(body=b"[]"), "does not say"),
        (Answer(body=b"{}"), "does not say"),
        (Answer(body=b"<html>"), "not JSON"),
    ],
)
def test_refusals_are_named(zotero: ZoteroReplay, client: PoliteClient, answer: Answer, said: str) -> None:
    """With what to check, and without the key."""
    zotero.says("/users/123/items", answer)
    with pytest.raises(SourceError) as caught:
        file(cabinet_of(zotero, client), PREPRINT)
    assert said in caught.value.reason
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "told",
    [{"success": {}}, {"success": [], "failed": {"0": 7}}, {"failed": {"0": {"code": "412", "message": 7}}}],
)
def test_an_end_that_is_not_told_is_a_refusal(
    zotero: ZoteroReplay, client: PoliteClient, told: object
) -> None:
    """Nothing is taken for filed that was not said to be."""
    zotero.says("/users/123/items", Answer(body=json.dumps(told).encode()))
    filed, refused = file(cabinet_of(zotero, client), PREPRINT)
    assert (filed, len(refused)) == ([], 1)
    assert "does not say" in refused[0].reason


@pytest.mark.parametrize("body", [b"{}", b"7", b"<html>"])
def test_an_odd_answer_to_a_search_writes_nothing(
    zotero: ZoteroReplay, client: PoliteClient, body: bytes
) -> None:
    """Who cannot say what there is, is not written to."""
    zotero.says("/users/123/items/top", Answer(body=body))
    with pytest.raises(SourceMalformed, match="check base_url"):
        file(cabinet_of(zotero, client), PREPRINT)
    assert zotero.sent == []


def test_keys_are_spread() -> None:
    """Of many papers no two have one, another library has other keys, and each is one that Zotero takes."""
    library, other = (ZoteroLibrary(reader="ana", library=name) for name in ("users/123", "groups/9"))
    keys = [library.item_key(f"arxiv:2601.{number:05d}") for number in range(5_000)]
    assert len(set(keys)) == 5_000
    assert all(KEYS.fullmatch(key) for key in keys)
    assert library.item_key("arxiv:1") == library.item_key("arxiv:1") != other.item_key("arxiv:1")


@pytest.mark.parametrize(
    "name, parts",
    [
        ("Ludwig Beet", {"firstName": "Ludwig", "lastName": "Beet"}),
        ("Beet, Ludwig", {"firstName": "Ludwig", "lastName": "Beet"}),
        ("Plato", {"name": "Plato"}),
        ("The LHCb Collaboration", {"name": "The LHCb Collaboration"}),
    ],
)
def test_names_of_authors_are_taken_apart(name: str, parts: dict[str, str]) -> None:
    """However they are written; a group has no first name."""
    library = ZoteroLibrary(reader="ana", library="users/1")
    assert item_of(a_paper(authors=(name,)), library)["creators"] == [{"creatorType": "author", **parts}]
