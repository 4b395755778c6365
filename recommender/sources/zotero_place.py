"""Which library at Zotero is meant, and how it is asked."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

_LETTERS = "23456789ABCDEFGHIJKLMNPQRSTUVWXYZ"
"""What keys of items are made of (https://www.zotero.org/support/dev/web_api/v3/write_requests)."""
_KEY_LENGTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoteroLibrary:
    """Whose library is read, and which."""

    reader: str
    """Address or id of the subscriber."""
    library: str
    """`users/123` or `groups/123`."""
    collection: str = ""
    """Key of the one collection that is read, where it is not the whole library."""
    api_key: str = field(default="", repr=False)
    base_url: str = "https://api.zotero.org"
    collections_are_interests: bool = False
    """Tell the names of the collections an item is in."""
    save_to: bool = False
    """Put what the reader saves into it."""
    save_collection: str = ""
    """Key of the collection that saved papers go to; the one that is read where it is empty."""

    @property
    def name(self) -> str:
        """What the items' acts are filed under."""
        return f"{self.library}/{self.collection}" if self.collection else self.library

    @property
    def mark(self) -> str:
        """Return a short mark of all that a cursor holds for; another library is read from its start."""
        parts = (self.base_url, self.name, self.reader, str(self.collections_are_interests))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]

    @property
    def root(self) -> str:
        """Return the address of the library."""
        return f"{self.base_url.rstrip('/')}/{self.library}"

    @property
    def headers(self) -> Mapping[str, str]:
        """Return what every question says of itself."""
        key = {"Zotero-API-Key": self.api_key} if self.api_key else {}
        return {"Zotero-API-Version": "3", **key}

    def item_key(self, paper: str) -> str:
        """Return the key of the item that a paper becomes in this library, always the same.

        Zotero refuses to make an item whose key is taken, so that one paper is never two items, whatever
        was lost on the way: 33 to the power of 8 keys, of which a library of 10,000 papers has two alike
        once in 28,000 libraries.
        """
        number = int.from_bytes(hashlib.sha256(f"{self.library}\n{paper}".encode()).digest())
        letters = []
        for _ in range(_KEY_LENGTH):
            number, place = divmod(number, len(_LETTERS))
            letters.append(_LETTERS[place])
        return "".join(letters)
