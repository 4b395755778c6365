"""What a reader saves, put into that reader's library at Zotero.

Web API v3, write requests (https://www.zotero.org/support/dev/web_api/v3/write_requests). A paper that is
there already, whoever put it there, is found by its title first. What is new is made under a key that
follows from the paper, as version 0: Zotero refuses to make the same item again, so a crash after the
request costs nothing. Nothing is changed or deleted there.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from recommender.domain.errors import SourceMalformed
from recommender.domain.filing import Filed, FilingPage
from recommender.domain.identity import same_work
from recommender.domain.papers import Paper, Refused
from recommender.sources.asking import Ask, Fetched
from recommender.sources.jsontree import parse_json
from recommender.sources.kinds import Client
from recommender.sources.library import gathered
from recommender.sources.text import clean
from recommender.sources.zotero import item_entry
from recommender.sources.zotero_place import ZoteroLibrary

BATCH = 50
"""Items that one request may make."""
_FOUND = 25
_PHRASE = 200
_WORDS = 200
_TAKEN = 412
_GROUPS = ("collaboration", "consortium", "team", "group")
_MARK = re.compile(r"^Paper Route: (\S+)$", re.MULTILINE)
_HINTS = {
    403: "check api_key of this source: save_to needs one that may write to this library",
    404: "check library of this source",
    409: "the library is locked just now; it is tried again next time",
    413: "the library takes no more",
}


class ZoteroCabinet:
    """Takes papers into one library."""

    def __init__(self, name: str, client: Client, library: ZoteroLibrary) -> None:
        """Ask nothing yet."""
        self._name = name
        self._client = client
        self._library = library

    @property
    def reader(self) -> str:
        """Whose saved papers it takes: address or id of the subscriber."""
        return self._library.reader

    @property
    def library(self) -> str:
        """Name of the library, as in its news."""
        return f"zotero:{self._library.name}"

    def file(self, papers: Sequence[Paper]) -> Iterator[FilingPage]:
        """Yield what came of each request: papers that are in the library now, and those it refused.

        Raises SourceUnavailable and SourceMalformed; what was yielded before is done.
        """
        for first in range(0, len(papers), BATCH):
            batch = papers[first : first + BATCH]
            there = {paper.id: key for paper in batch if (key := self._key_there(paper))}
            if there:
                yield FilingPage(filed=[Filed(paper=name, key=there[name], added=False) for name in there])
            if new := [paper for paper in batch if paper.id not in there]:
                yield self._made(new)

    def _key_there(self, paper: Paper) -> str | None:
        """Return the key of the item that is this paper, if the library has one."""
        query = {"q": clean(paper.title, _PHRASE).rstrip("…"), "qmode": "titleCreatorYear", "format": "json"}
        answer = self._ask(f"{self._library.root}/items/top", {**query, "limit": str(_FOUND)})
        rows = self._decoded(answer)
        if not isinstance(rows, list):
            raise SourceMalformed(self._name, answer.url, "the answer is no list of items; check base_url")
        return next((str(row["key"]) for row in rows if isinstance(row, dict) and _is(row, paper)), None)

    def _made(self, papers: Sequence[Paper]) -> FilingPage:
        """Make items of papers in one request."""
        items = [item_of(paper, self._library) for paper in papers]
        answer = self._ask(f"{self._library.root}/items", body=json.dumps(items).encode())
        told = self._decoded(answer)
        if not isinstance(told, dict) or not {"success", "successful", "failed"} & set(told):
            raise SourceMalformed(
                self._name, answer.url, "the answer does not say what was made of the items"
            )
        ends = [self._end(paper, str(number), told) for number, paper in enumerate(papers)]
        return FilingPage(
            filed=[end for end in ends if isinstance(end, Filed)],
            refused=[end for end in ends if isinstance(end, Refused)],
        )

    def _end(self, paper: Paper, number: str, told: Mapping[str, object]) -> Filed | Refused:
        """Read what one item came to: made, there already, or refused with a reason."""
        key = self._library.item_key(paper.id)
        if number in {**_table(told, "success"), **_table(told, "successful")}:
            return Filed(paper=paper.id, key=key, added=True)
        failed = _table(told, "failed").get(number)
        code = failed.get("code") if isinstance(failed, dict) else None
        if code == _TAKEN or number in _table(told, "unchanged"):
            return Filed(paper=paper.id, key=key, added=False)
        words = failed.get("message") if isinstance(failed, dict) else None
        reason = clean(words, _WORDS) if isinstance(words, str) else "the answer does not say why"
        return Refused(
            place=f"{self._name}: {self._library.root}/items/{key}",
            reason=f"{paper.id} was not taken into the library: {reason}",
        )

    def _ask(self, url: str, query: Mapping[str, str] | None = None, body: bytes | None = None) -> Fetched:
        headers = self._library.headers
        ask = Ask(source=self._name, url=url, query=query or {}, body=body, headers=headers, hints=_HINTS)
        return self._client.get(ask)

    def _decoded(self, answer: Fetched) -> object:
        return parse_json(answer.body, source=self._name, place=answer.url)


def item_of(paper: Paper, library: ZoteroLibrary) -> Mapping[str, object]:
    """Return the item that a paper becomes, as Zotero's schema has it."""
    number = paper.id.removeprefix("arxiv:") if paper.id.startswith("arxiv:") else ""
    collection = library.save_collection or library.collection
    extra = [f"arXiv:{number}"] if number else []
    own: dict[str, object] = {"itemType": "journalArticle", "publicationTitle": paper.venue or ""}
    if number and not paper.venue:
        own = {"itemType": "preprint", "repository": "arXiv", "archiveID": f"arXiv:{number}"}
    return own | {
        "key": library.item_key(paper.id),
        "version": 0,
        "title": paper.title,
        "creators": [_creator(name) for name in paper.authors],
        "abstractNote": paper.abstract,
        "date": f"{paper.published:%Y-%m-%d}" if paper.published else "",
        "DOI": paper.doi or (f"10.48550/arXiv.{number}" if number else ""),
        "url": paper.url or "",
        "extra": "\n".join([*extra, f"Paper Route: {paper.id}"]),
        "tags": [],
        "collections": [collection] if collection else [],
        "relations": {},
    }


def is_ours(data: Mapping[str, object], library: ZoteroLibrary) -> bool:
    """Tell whether an item was put there for a paper that its reader saved; a copy of one was not."""
    extra = data.get("extra")
    mark = _MARK.search(extra) if isinstance(extra, str) else None
    return mark is not None and data.get("key") == library.item_key(mark.group(1))


def _is(row: Mapping[str, object], paper: Paper) -> bool:
    entry = item_entry(row, "") if isinstance(row.get("key"), str) else None
    found = gathered([entry]).papers if entry else ()
    return any(one.id == paper.id or _same_doi(one, paper) or same_work(one, paper) for one in found)


def _same_doi(one: Paper, other: Paper) -> bool:
    return one.doi is not None and one.doi == other.doi


def _creator(name: str) -> Mapping[str, str]:
    family, _, given = (part.strip() for part in name.partition(","))
    if not given:
        given, _, family = name.rpartition(" ")
    whole = not given or family.casefold() in _GROUPS
    names = {"name": name} if whole else {"firstName": given, "lastName": family}
    return {"creatorType": "author", **names}


def _table(told: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = told.get(key)
    return value if isinstance(value, dict) else {}
