"""Small builders: a value with every field filled, and only what matters named by the test."""

from datetime import UTC, datetime, time

from recommender.domain.feedback import Vote
from recommender.domain.papers import Paper, PaperId
from recommender.domain.subscribers import Cadence, DeclaredSubscriber, Interest, Subscriber, SubscriberState

NOON = datetime(2026, 1, 30, 12, 0, tzinfo=UTC)


def a_paper(number: int = 1, **fields: object) -> Paper:
    """Build a paper `arxiv:2601.0000N` with a distinct title and abstract."""
    values: dict[str, object] = {
        "id": PaperId(f"arxiv:2601.{number:05d}"),
        "title": f"Paper number {number} on subject {number}",
        "abstract": f"It studies subject {number} with method {number}.",
        "authors": (f"Ada Author{number}", "Bob Writer"),
        "categories": ("cs.CL",),
        "url": f"https://arxiv.org/abs/2601.{number:05d}",
    }
    return Paper(**(values | fields))  # type: ignore[arg-type]  # a builder takes any field by name


def an_interest(name: str = "Model editing", **fields: object) -> Interest:
    """Build an interest whose key is its name."""
    values: dict[str, object] = {"name": name, "key": name, "about": "editing facts in language models"}
    return Interest(**(values | fields))  # type: ignore[arg-type]  # a builder takes any field by name


def a_declaration(email: str = "ana@example.org", **fields: object) -> DeclaredSubscriber:
    """Build a declared subscriber with one interest, due daily at 07:30 in Berlin."""
    values: dict[str, object] = {
        "email": email,
        "name": "Ana",
        "cadence": Cadence(at=time(7, 30), zone="Europe/Berlin"),
        "interests": (an_interest(),),
    }
    return DeclaredSubscriber(**(values | fields))  # type: ignore[arg-type]  # see above


def a_subscriber(number: int = 1, **fields: object) -> Subscriber:
    """Build a stored, active subscriber."""
    values: dict[str, object] = {
        "id": number,
        "public_id": f"public{number:05d}",
        "state": SubscriberState.ACTIVE,
        "joined": NOON,
        "email": f"reader{number}@example.org",
        "name": f"Reader {number}",
        "cadence": Cadence(at=time(7, 30), zone="Europe/Berlin"),
        "interests": (an_interest(),),
    }
    return Subscriber(**(values | fields))  # type: ignore[arg-type]  # see above


def a_vote(paper: int = 1, *, up: bool = True, interest: str | None = None, subscriber: int = 1) -> Vote:
    """Build a standing vote on `a_paper(paper)`."""
    return Vote(
        subscriber=subscriber, paper=PaperId(f"arxiv:2601.{paper:05d}"), up=up, at=NOON, interest=interest
    )
