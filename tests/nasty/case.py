"""One hard case: which paper, what of it is shown, and what never is."""

from dataclasses import dataclass

from recommender.domain.editions import Section
from tests.nasty.sheet import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A paper that is hard to print. Texts are as a reader sees them."""

    number: int
    """As in the index of the shared data."""
    paper: str
    """Its id without `arxiv:` where it has one of arXiv."""
    title: str
    """How the heading begins."""
    whole: bool = False
    """Whether that is all of the heading."""
    shows: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    section: Section = Section.INTEREST

    @property
    def id(self) -> str:
        """Its id in the store."""
        return self.paper if ":" in self.paper else f"arxiv:{self.paper}"

    def check(self, block: Block) -> None:
        """Assert that the block under its heading shows what it should."""
        assert block.title == self.title or not self.whole
        for text in self.shows:
            assert text in block.text, (self.number, text, block.text)
        for text in self.lacks:
            assert text not in block.text, (self.number, text, block.text)


def case(number: int, paper: str, title: str, *shows: str, **rest: object) -> Case:
    """Build a case in one line."""
    return Case(number=number, paper=paper, title=title, shows=shows, **rest)  # type: ignore[arg-type]  # see above
