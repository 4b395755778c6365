"""What a source file ends with: the word for it in the configuration, its options, and how it is made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from recommender.ports import Clock, Source
from recommender.ports.options import SourceOptions
from recommender.sources.asking import Ask, Fetched

Options = TypeVar("Options", bound=SourceOptions)


class Client(Protocol):
    """The one HTTP client, as sources see it."""

    def get(self, ask: Ask) -> Fetched:
        """Fetch, politely and bounded; raise SourceUnavailable or SourceMalformed."""
        ...


@dataclass(frozen=True, slots=True)
class SourceKind(Generic[Options]):
    """One kind of source; `build` is most often the source's class, and gets options with a name."""

    word: str
    """Its `type` in the configuration."""
    options: type[Options]
    build: Callable[[Options, Client, Clock], Source]
