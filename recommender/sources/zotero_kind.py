"""A library at Zotero in the configuration."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated

from recommender.ports import Clock
from recommender.ports.options import Example, Fault, Key, Pattern, Reader, Secret, SourceOptions, WebUrl
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
    save_to: bool = False
    """true puts the papers that this reader saves into the library; the key must be allowed to write."""
    save_collection: Annotated[str, _COLLECTION] = ""
    """Key of the collection that saved papers go to; the one that is read when empty."""
    api_key: Secret = field(default="", repr=False)
    """Better kept in api_key_file or PAPERROUTE_ZOTERO__API_KEY; a public group needs none."""
    base_url: WebUrl = "https://api.zotero.org"
    """Server of the API."""

    def faults(self) -> Iterable[Fault]:
        """Return what is wrong with several options together."""
        if self.save_collection and not self.save_to:
            yield Fault(
                message="save_collection says where saved papers go, and none are saved there",
                fix="add save_to = true or leave save_collection out",
                at="save_collection",
            )


def _build(table: ZoteroTable, client: Client, _clock: Clock) -> ZoteroSource:
    library = ZoteroLibrary(
        reader=table.reader,
        library=table.library,
        collection=table.collection,
        api_key=table.api_key,
        base_url=table.base_url,
        collections_are_interests=table.collections_are_interests,
        save_to=table.save_to,
        save_collection=table.save_collection,
    )
    return ZoteroSource(table.name, client, library)


KIND = SourceKind("zotero", ZoteroTable, _build)
