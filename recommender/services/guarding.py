"""A fault of ours in one place of the outside world stays there."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from recommender.domain.errors import PaperRouteError, SourceMalformed

T = TypeVar("T")


def guarded(name: str, pages: Iterator[T]) -> Iterator[T]:
    """Yield `pages`; a fault of ours in reading one source is that source's failure, not the end of the run.

    Raises SourceError and what the store raises.
    """
    while True:
        try:
            page = next(pages, None)
        except PaperRouteError:
            raise
        except Exception as error:
            reason = f"unexpected {type(error).__name__} while reading; please report it"
            raise SourceMalformed(name, name, reason) from error
        if page is None:
            return
        yield page


@contextmanager
def blamed(name: str, place: str) -> Iterator[None]:
    """Make a fault of ours in storing what one source sent that source's failure.

    Raises SourceMalformed, and whatever the block raises on purpose.
    """
    try:
        yield
    except PaperRouteError:
        raise
    except Exception as error:
        reason = f"unexpected {type(error).__name__} while storing; please report it"
        raise SourceMalformed(name, place, reason) from error
