"""A library at Zotero in the configuration."""

from dataclasses import dataclass, field
from typing import Annotated

from recommender.ports import Clock
from recommender.ports.options import Example, Key, Pattern, Reader, Secret, SourceOptions, WebUrl
from recommender.sources.kinds import Client, SourceKind
from recommender.sources.zotero_web import ZoteroLibrary, ZoteroSource

_LIBRARY = Pattern(
    expression=r"(users|groups)/\d+",
    wrong="is not a library of Zotero",
    fix='write "users/" or "groups/" and its number',
)
_COLLECTION = Pattern(
    expression=r"([A-Z0-9]{8})?",
    wrong="is not the key of a collection",
    fix='its address at zotero.org ends in it, like "QVK3WHF2"',
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoteroTable(SourceOptions):
    """A reader's own library at Zotero: what is new in it counts as an up-vote."""

    reader: Annotated[Reader, Key("for"), Example('"ana@example.org"')]
    """Address or id of the subscriber whose library it is."""
    library: Annotated[str, _LIBRARY, Example('"users/123456"')]
    """users/123456 or groups/123456, by the number that zotero.org shows."""
    collection: Annotated[str, _COLLECTION] = ""
    """Key of the one collection to read; the whole library when empty."""
    collections_are_interests: bool = False
    """true gives what is in a collection to the interest of that name or id."""
    api_key: Secret = field(default="", repr=False)
    """Better kept in api_key_file or PAPERROUTE_ZOTERO__API_KEY; a public group needs none."""
    base_url: WebUrl = "https://api.zotero.org"
    """Server of the API."""


def _build(table: ZoteroTable, client: Client, _clock: Clock) -> ZoteroSource:
    library = ZoteroLibrary(
        reader=table.reader,
        library=table.library,
        collection=table.collection,
        api_key=table.api_key,
        base_url=table.base_url,
        collections_are_interests=table.collections_are_interests,
    )
    return ZoteroSource(table.name, client, library)


KIND = SourceKind("zotero", ZoteroTable, _build)
