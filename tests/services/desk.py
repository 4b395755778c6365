"""One reader with one edition, and the services that act for them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from recommender.domain.editions import Edition, EditionItem, Lever, Section
from recommender.domain.feedback import Act, Feedback
from recommender.domain.papers import PaperId
from recommender.domain.subscribers import SubscriberState
from recommender.ports import Store
from recommender.services.reading import Reading
from recommender.services.voting import Mark, Recorded, Voting
from tests.builders import NOON, a_declaration, a_paper

_LEVERS = {
    5: Lever(act="mute", value="method 5"),
    6: Lever(act="follow", value="Ada Author6"),
    7: Lever(act="less", value="arxiv:2601.00007"),
}
"""By paper number; the others have none."""
PAPERS = tuple(a_paper(number) for number in range(1, 9))


class Hands:
    """A clock moved by hand."""

    def __init__(self) -> None:
        """Start at noon."""
        self.time = NOON

    def now(self) -> datetime:
        """Return the time."""
        return self.time

    def wait(self, seconds: float) -> None:
        """Move on."""
        self.time += timedelta(seconds=seconds)


class Desk:
    """One subscriber with one edition of eight papers, and the service under test."""

    def __init__(self, store: Store) -> None:
        """Fill the store."""
        self.store = store
        self.clock = Hands()
        self.voting = Voting(store, self.clock)
        with store.write() as uow:
            uow.papers.fold(PAPERS, seen_at=NOON)
            declared = a_declaration()
            self.ana = uow.people.add(declared, state=SubscriberState.ACTIVE, at=NOON)
            edition = Edition(
                subscriber=self.ana.id,
                key="2026-01-30",
                created_at=NOON,
                due_at=NOON,
                considered=8,
                items=tuple(_item(number, paper.id) for number, paper in enumerate(PAPERS, 1)),
            )
            uow.outbox.put(edition, message_id="<1@example.org>", date=NOON)
            delivery = uow.outbox.deliveries()[0]
            stored = uow.outbox.edition(delivery.edition)
        assert stored is not None
        self.edition = stored

    def mark(self, number: int, act: Act, *, via: str = "web") -> bool:
        """Record one act on paper `number` through the edition; tell whether it was held suspect."""
        marks = [Mark(paper=PAPERS[number - 1].id, act=act)]
        return self.voting.record(self.ana, marks, via=via, edition=self.edition).suspect

    def log(self) -> Sequence[Feedback]:
        """Return everything recorded."""
        with self.store.read() as uow:
            return uow.people.feedback(self.ana.id)

    def turn(self, number: int, act: Act, value: str, *, via: str = "web") -> Recorded:
        """Turn a lever through paper `number` of the edition."""
        mark = Mark(paper=PAPERS[number - 1].id, act=act, value=value)
        return self.voting.record(self.ana, [mark], via=via, edition=self.edition)

    def levers(self) -> list[tuple[str, str]]:
        """Return the levers that stand: act and value, oldest first."""
        with self.store.read() as uow:
            return [(entry.act.value, entry.value) for entry in uow.people.levers([self.ana.id])]

    def votes(self) -> dict[int, bool]:
        """Return the standing votes by paper number."""
        numbers = {paper.id: number for number, paper in enumerate(PAPERS, 1)}
        with self.store.read() as uow:
            return {numbers[vote.paper]: vote.up for vote in uow.people.votes([self.ana.id])}

    def saved(self) -> list[PaperId]:
        """Return the reading list."""
        return [row.paper.id for row in Reading(self.store).rows(self.ana.email)]


def _item(number: int, paper: PaperId) -> EditionItem:
    return EditionItem(
        paper=paper,
        section=Section.INTEREST,
        interest="Model editing",
        position=number,
        score=1.0,
        match=0.9,
        reason="because",
        lever=_LEVERS.get(number),
    )
