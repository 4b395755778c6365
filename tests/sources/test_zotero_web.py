"""A library at Zotero, read by its version."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from recommender.domain.errors import SourceMalformed, SourceUnavailable
from recommender.domain.papers import Cursor, Holding, PaperPage
from recommender.ports import Source
from recommender.sources.http import PoliteClient
from recommender.sources.zotero_kind import KIND
from tests.conformance.source import SourceLaws, papers_of
from tests.paths import shared_data
from tests.sources.replay import Answer, FakeTime, client_for, replaying
from tests.sources.zotero_library import KEY, READER, ZoteroReplay

ONE, TWO, THREE = "AAAAAAA1", "AAAAAAA2", "AAAAAAA3"
SHELF = "QVK3WHF2"
ADDED = datetime(2026, 4, 20, 2, 13, 13, tzinfo=UTC)


@pytest.fixture
def zotero() -> Iterator[ZoteroReplay]:
    """Run a library with two papers and something that is none."""
    library = ZoteroReplay()
    library.add(ONE, extra="arXiv:2104.12345 [cs.CL]")
    library.add(TWO, DOI="10.1234/Two")
    library.add(THREE, itemType="note", note="buy milk")
    with replaying(library):
        yield library


@pytest.fixture
def client(zotero: ZoteroReplay, time: FakeTime) -> PoliteClient:
    """Return a client that reaches it."""
    return client_for(zotero, time)


def read(source: Source, since: Cursor | None = None) -> tuple[list[PaperPage], Cursor | None]:
    """Read to the end; return the pages and the next cursor."""
    pages = list(source.fetch(since))
    return pages, pages[-1].cursor


def held(pages: Sequence[PaperPage]) -> list[Holding]:
    """Return all holdings."""
    return [holding for page in pages if page.library for holding in page.library.holdings]


def present(pages: Sequence[PaperPage]) -> set[str] | None:
    """Return the keys that the last page says there are."""
    news = pages[-1].library
    return set(news.present) if news and news.present is not None else None


class TestZoteroSource(SourceLaws):
    """The laws of sources."""

    kind = KIND

    @pytest.fixture
    def source(self, zotero: ZoteroReplay, client: PoliteClient) -> Source:
        """Return a library with papers."""
        return zotero.source(client)

    @pytest.fixture
    def away(self, zotero: ZoteroReplay, client: PoliteClient) -> Source:
        """Return one where nobody listens."""
        return zotero.source(client.allowing(["127.0.0.1"]), base_url="http://127.0.0.1:1")

    @pytest.fixture
    def junk(self, zotero: ZoteroReplay, client: PoliteClient) -> Source:
        """Return one behind a login page."""
        zotero.says("/users/123/items/top", Answer(body=b"<!DOCTYPE html><html></html>"))
        return zotero.source(client)


def test_the_first_reading_takes_everything(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """Papers are the reader's own, each with the key of its item; a note is none."""
    pages, cursor = read(zotero.source(client))
    assert [(paper.id, paper.library_only) for paper in papers_of(pages)] == [
        ("arxiv:2104.12345", True),
        ("doi:10.1234/two", True),
    ]
    assert [(entry.key, entry.added) for entry in held(pages)] == [(ONE, ADDED), (TWO, ADDED)]
    assert present(pages) == {ONE, TWO, THREE}
    assert cursor is not None
    assert cursor.position.startswith("3 ")
    assert all(page.library.reader == READER for page in pages if page.library)
    assert all(page.cursor is None for page in pages[:-1])


def test_an_unchanged_library_costs_one_request(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """It answers 304, nothing is held against anybody, and the cursor stays."""
    source = zotero.source(client)
    _, cursor = read(source)
    asked = len(zotero.asked)
    pages, again = read(source, cursor)
    assert (len(zotero.asked) - asked, again, present(pages)) == (1, cursor, None)
    assert zotero.headers[-1]["if-modified-since-version"] == "3"


def test_only_what_changed_is_read_again(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """One item is new; what there is, is told in full."""
    source = zotero.source(client)
    _, cursor = read(source)
    zotero.add("BBBBBBB4")
    pages, _ = read(source, cursor)
    assert [entry.key for entry in held(pages)] == ["BBBBBBB4"]
    assert present(pages) == {ONE, TWO, THREE, "BBBBBBB4"}


def test_what_was_deleted_thrown_away_or_moved_is_gone(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """In a collection all three look alike."""
    zotero.name_collection(SHELF, "Editing")
    for key in ("BBBBBBB4", "BBBBBBB5", "BBBBBBB6", "BBBBBBB7"):
        zotero.add(key, collections=[SHELF])
    source = zotero.source(client, collection=SHELF)
    _, cursor = read(source)
    zotero.delete("BBBBBBB4")
    zotero.change("BBBBBBB5", deleted=1)
    zotero.change("BBBBBBB6", collections=[])
    pages, _ = read(source, cursor)
    assert present(pages) == {"BBBBBBB7"}
    assert held(pages) == []
    assert {page.library.library for page in pages if page.library} == {f"zotero:users/123/{SHELF}"}


def test_a_large_library_is_asked_for_by_fifties(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """Every item comes once, and pages stay small."""
    for number in range(600):
        zotero.add(f"C{number:07d}")
    pages, _ = read(zotero.source(client))
    keys = [entry.key for entry in held(pages)]
    assert len(keys) == len(set(keys)) == 602
    assert [len(page.papers) for page in pages] == [499, 103, 0]  # the note is one of the first 500
    named = [target.count("%2C") + 1 for target in zotero.asked if "itemKey" in target]
    assert max(named) == 50


def test_collections_are_named_where_they_are_interests(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """Of more than one page of them; an unknown key is passed over."""
    for number in range(120):
        zotero.name_collection(f"D{number:07d}", f"Collection {number}")
    zotero.change(ONE, collections=["D0000119", "D0000000", "XXXXXXXX"])
    pages, _ = read(zotero.source(client, collections_are_interests=True))
    assert held(pages)[0].collections == ("Collection 119", "Collection 0")
    assert held(read(zotero.source(client))[0])[0].collections == ()


@pytest.mark.parametrize(
    "options",
    [{"collection": SHELF}, {"reader": "bob"}, {"collections_are_interests": True}],
)
def test_a_cursor_of_another_library_means_the_start(
    zotero: ZoteroReplay, client: PoliteClient, options: dict[str, object]
) -> None:
    """Another collection, reader or meaning: everything is read."""
    zotero.name_collection(SHELF, "Editing")
    zotero.change(ONE, collections=[SHELF])
    _, cursor = read(zotero.source(client))
    pages, _ = read(zotero.source(client, **options), cursor)
    assert ONE in {entry.key for entry in held(pages)}


def test_a_date_counts_what_was_added_since(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """As after `ingest --since`."""
    zotero.change(TWO, dateAdded="2026-04-22T10:00:00Z")
    pages, cursor = read(zotero.source(client), Cursor(position="2026-04-22"))
    assert [entry.key for entry in held(pages)] == [TWO]
    assert cursor is not None
    assert cursor.position.startswith("4 ")


@pytest.mark.parametrize(
    "options, status, said",
    [
        ({"api_key": "wrong"}, "403", "api_key"),
        ({"api_key": ""}, "403", "api_key"),
        ({"library": "users/9"}, "404", "library and collection"),
        ({"collection": "GONEGONE"}, "404", "library and collection"),
    ],
)
def test_refusals_are_named_with_what_to_check(
    zotero: ZoteroReplay, client: PoliteClient, options: dict[str, str], status: str, said: str
) -> None:
    """And never show the key."""
    with pytest.raises(SourceMalformed) as caught:
        read(zotero.source(client, **options))
    assert status in caught.value.reason
    assert said in caught.value.reason
    assert "wrong" not in str(caught.value)


def test_too_many_requests_are_waited_for(zotero: ZoteroReplay, client: PoliteClient, time: FakeTime) -> None:
    """As long as the server says; a long wait ends the run and is named."""
    zotero.first = [Answer(status=429, headers={"Retry-After": "7"})]
    assert held(read(zotero.source(client))[0])
    assert 7.0 in time.sleeps
    zotero.first = [Answer(status=429, headers={"Retry-After": "900"})]
    with pytest.raises(SourceUnavailable, match="429") as caught:
        read(zotero.source(client))
    assert caught.value.retry_after == 900


def test_backing_off_is_heeded(zotero: ZoteroReplay, client: PoliteClient, time: FakeTime) -> None:
    """A short pause lies between requests; a long one ends the run until it is over."""
    zotero.more = {"Backoff": "4"}
    assert held(read(zotero.source(client))[0])
    assert time.sleeps == [4.0]
    zotero.more = {"Backoff": "300"}
    with pytest.raises(SourceUnavailable, match="pause"):
        read(zotero.source(client))
    time.sleep(300)
    zotero.more = {}
    assert held(read(zotero.source(client))[0])


def test_the_key_goes_to_its_own_host_alone(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """A redirect elsewhere does not take it along."""
    with replaying() as other:
        other.says("/elsewhere", Answer(body=b"{}", headers={"Last-Modified-Version": "1"}))
        away = Answer(status=302, headers={"Location": other.url("/elsewhere")})
        zotero.says("/users/123/items/top", away)
        read(zotero.source(client.allowing([other.host])))
        assert zotero.headers[-1]["zotero-api-key"] == KEY
        assert "zotero-api-key" not in other.headers[-1]


@pytest.mark.parametrize(
    "answer, said",
    [
        (Answer(body=b"Please log in"), "no list of keys"),
        (Answer(body=b"AAAAAAA1\n", headers={"Total-Results": "3"}), "not complete"),
    ],
)
def test_a_doubtful_list_of_keys_takes_nothing_back(
    zotero: ZoteroReplay, client: PoliteClient, answer: Answer, said: str
) -> None:
    """A login page or half a list must not look like a library that was emptied."""
    source = zotero.source(client)
    _, cursor = read(source)
    zotero.delete(ONE)
    versions = Answer(body=b"{}", headers={"Last-Modified-Version": "9"})
    zotero.says("/users/123/items/top", versions, answer)
    with pytest.raises(SourceMalformed, match=said):
        read(source, cursor)


@pytest.mark.parametrize("body", [b"[]", b"{", b"[" * 100_000, b'{"login": 1}'])
def test_other_answers_are_malformed(zotero: ZoteroReplay, client: PoliteClient, body: bytes) -> None:
    """What is no list of versions."""
    answer = Answer(body=body, headers={"Last-Modified-Version": "9"})
    zotero.says("/users/123/items/top", answer)
    with pytest.raises(SourceMalformed, match="check base_url"):
        read(zotero.source(client))


def test_odd_items_are_refused_or_passed_over(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """One without a title and id is named by its address; the others are taken."""
    zotero.add("EEEEEEE1", title="")
    zotero.add("EEEEEEE2", title="", DOI="10.1234/bare")
    zotero.add("EEEEEEE3", title=7, creators="nobody", tags=[1], collections="none", dateAdded=5)
    zotero.add("EEEEEEE4", dateAdded="yesterday", collections=[{}, 1])
    zotero.add("EEEEEEE5", itemType=["note"])
    pages, _ = read(zotero.source(client, collections_are_interests=True))
    refused = [entry.place.rpartition("/")[2] for page in pages for entry in page.refused]
    assert refused == ["EEEEEEE1", "EEEEEEE3"]
    assert [entry.key for entry in held(pages)] == [ONE, TWO, "EEEEEEE2", "EEEEEEE4"]


def test_an_item_that_was_not_asked_for_is_passed_over(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """Its vote could never be taken back by the list of keys."""
    zotero.items[TWO]["key"] = "../../x"
    pages, _ = read(zotero.source(client))
    assert [entry.key for entry in held(pages)] == [ONE]


def test_recorded_bodies_are_read(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """An item and a collection as the server sends them; an attachment is no work."""
    folder = shared_data("api-fixtures/zotero")
    for name in ("item", "attachment"):
        zotero.put(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))
    collection = json.loads((folder / "collection.json").read_text(encoding="utf-8"))
    zotero.collections[collection["key"]] = collection
    zotero.change("LF4MJWZK", collections=[collection["key"]])
    pages, _ = read(zotero.source(client, collections_are_interests=True))
    (entry,) = [entry for entry in held(pages) if entry.key == "LF4MJWZK"]
    assert entry.collections == ("Variational Calculus",)
    (paper,) = [paper for paper in papers_of(pages) if paper.id == entry.paper]
    assert paper.title == "Real-Time Rendering 4th: Ray Tracing"
    assert paper.authors[0] == "Tomas Akenine-Moller"


def test_a_request_does_not_show_the_key(zotero: ZoteroReplay, client: PoliteClient) -> None:
    """Not in the repr of what is asked, nor in the URL."""
    source = zotero.source(client)
    read(source)
    assert not any(KEY in target for target in zotero.asked)
    assert KEY not in repr(source._library)
