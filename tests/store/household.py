"""Two readers of whom every table that can hold something of a reader holds something."""

from datetime import timedelta

from recommender.domain.editions import Edition, EditionItem, Section
from recommender.domain.feedback import Act, Feedback
from recommender.domain.inbound import InboundKind, InboundMail
from recommender.domain.papers import Refused
from recommender.domain.requests import End, Request, RequestKind
from recommender.domain.subscribers import Subscriber, SubscriberState
from recommender.domain.wishes import Wish
from recommender.ports import Store, UnitOfWork
from tests.builders import NOON, a_declaration, a_paper, an_interest

ANA, BOB = "ana@house.example.org", "bob@house.example.org"
NOTE = "to be read before the talk in Zurich"
ADDRESSLESS = "newcomer@house.example.org"
_MINUTE = timedelta(minutes=1)


def settle(store: Store) -> tuple[Subscriber, Subscriber]:
    """Fill the store with Ana and Bob; return them."""
    with store.write() as unit:
        unit.papers.fold([a_paper(1), a_paper(2), a_paper(3)], seen_at=NOON)
        return _reader(unit, ANA, "Ana Ahrenholz"), _reader(unit, BOB, "Bob Brinkmann")


def _reader(unit: UnitOfWork, email: str, name: str) -> Subscriber:
    interest = an_interest(f"What {name} reads", seeds=("arxiv:2601.00003",))
    declared = a_declaration(email, name=name, interests=(interest,))
    who = unit.people.add(declared, state=SubscriberState.ACTIVE, at=NOON)
    unit.people.set_wishes(who.id, [Wish(field="papers", value=5, declared=10, at=NOON)])
    unit.people.record(
        [
            Feedback(subscriber=who.id, paper=a_paper(1).id, act=act, at=NOON + minute * _MINUTE, value=value)
            for minute, (act, value) in enumerate(
                [(Act.UP, ""), (Act.SAVE, ""), (Act.LABEL, f"{name}'s"), (Act.NOTE, f"{name}: {NOTE}")]
            )
        ]
    )
    item = EditionItem(
        paper=a_paper(2).id,
        section=Section.INTEREST,
        interest=interest.key,
        position=1,
        score=0.5,
        match=0.5,
        reason=f"Near to what {name} reads",
    )
    edition = Edition(
        subscriber=who.id, key="2026-01-30", created_at=NOON, due_at=NOON, considered=3, items=(item,)
    )
    assert unit.outbox.put(edition, message_id=f"<{who.public_id}@house.example.org>", date=NOON)
    delivery = unit.outbox.deliveries()[0]
    unit.inbound.record(
        InboundMail(
            key=f"k-{email}", at=NOON, kind=InboundKind.SOFT_BOUNCE, subscriber=who.id, delivery=delivery.id
        )
    )
    unit.inbound.record(
        InboundMail(key=f"d-{email}", at=NOON, kind=InboundKind.AUTOMATIC, delivery=delivery.id)
    )
    move = Request(
        public_id=f"r-{who.id}",
        kind=RequestKind.ADDRESS,
        at=NOON,
        subscriber=who.id,
        email=f"new.{email}",
        details={"name": name},
    )
    unit.requests.add(move, [End.OWN, End.NEW])
    unit.people.suppress(email, reason="unsubscribed by the reader", at=NOON)
    unit.intake.quarantine(
        "feed",
        [Refused(place=f"entry of {email}", reason="no title", body=f"<a>{email.upper()}</a>".encode())],
        at=NOON,
    )
    return unit.people.find(email)


def knock(store: Store) -> None:
    """Let somebody who is no subscriber ask to become one."""
    wanted = Request(public_id="r-new", kind=RequestKind.JOIN, at=NOON, email=ADDRESSLESS)
    with store.write() as unit:
        unit.requests.add(wanted, [End.NEW])
