"""How services say how far they are."""

from typing import Protocol


class Progress(Protocol):
    """Is told how far the reading of one thing is."""

    def __call__(self, what: str, papers: int, *, of: int = 0, ended: bool | None = None) -> None:
        """`papers` of `what` are stored so far, `of` that many where that is known, else 0.

        `ended` is None while it goes on, then whether it went well.
        """
        ...


def silent(what: str, papers: int, *, of: int = 0, ended: bool | None = None) -> None:
    """Show no progress."""
    del what, papers, of, ended
