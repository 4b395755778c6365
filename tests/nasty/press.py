"""From papers of a store to the message a reader gets: a stored edition, its delivery, the real renderer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from recommender.domain.editions import Edition, EditionItem, Section
from recommender.domain.papers import PaperId
from recommender.domain.subscribers import Cadence, SubscriberState
from recommender.mail.guard import check_wire
from recommender.ports import Store
from recommender.services.rendering import EditionRenderer, Identity
from tests.builders import a_declaration, an_interest
from tests.digest.samples import MAILBOX, links, look
from tests.nasty.case import Case
from tests.nasty.sheet import Block, Sheet, read

MADE = datetime(2026, 1, 30, 6, 30, tzinfo=UTC)
EMAIL = "ana@example.org"
INTEREST = "Hard to print"
FEW = 6
REASONS = {
    Section.INTEREST: "Shares “print” with your interest.",
    Section.TRENDING: "It draws attention.",
    Section.READING_LIST: "You saved this on 20 January and have not marked it read.",
    Section.CHANGED: "It has changed.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prints:
    """All cases in one mail, which was published and delivered, and the same a few to a mail."""

    whole: Sheet
    few: Sequence[Sheet]
    """Mails small enough for whole excerpts; in the order of the cases."""

    def block(self, case: Case) -> Block:
        """Return what a small mail shows of a case."""
        return next(
            block for sheet in self.few for block in sheet.blocks if block.title.startswith(case.title)
        )


def printed(store: Store, cases: Sequence[Case]) -> Prints:
    """Publish an edition of the papers of `cases`, render its delivery, guard it; then a few at a time."""
    papers = [(PaperId(case.id), case.section) for case in cases]
    with store.write() as unit:
        declared = a_declaration(
            EMAIL,
            cadence=Cadence(at=time(7, 30), zone="Europe/Berlin"),
            interests=(an_interest(INTEREST, key="print"),),
        )
        ana = unit.people.add(declared, state=SubscriberState.ACTIVE, at=MADE)
        assert unit.outbox.put(edition(ana.id, papers), message_id="<nasty@example.org>", date=MADE)
    identity = Identity(sender=f"Paper Route <{MAILBOX}>", address=MAILBOX, domain="example.org")
    renderer = EditionRenderer(look(), links(), identity)
    with store.read() as unit:
        (delivery,) = unit.outbox.deliveries()
        envelope, message = renderer.message(unit, delivery)
        check_wire(message, envelope, MAILBOX)
        few = []
        for start in range(0, len(papers), FEW):
            made = edition(ana.id, papers[start : start + FEW], first=start + 1)
            few.append(read(renderer.parts(unit, ana, made).message))
    return Prints(whole=read(message), few=few)


def edition(subscriber: int, papers: Sequence[tuple[PaperId, Section]], *, first: int = 0) -> Edition:
    """Build the edition of 30 January; `first` numbers the items of one that is not stored."""
    return Edition(
        subscriber=subscriber,
        key="2026-01-30",
        created_at=MADE,
        due_at=MADE,
        considered=312,
        items=tuple(
            EditionItem(
                id=first + position if first else 0,
                paper=paper,
                section=section,
                interest="print" if section is Section.INTEREST else "",
                position=position,
                score=1 - position / 1000,
                match=0.99,
                reason=REASONS[section],
            )
            for position, (paper, section) in enumerate(papers)
        ),
    )
