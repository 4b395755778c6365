"""A daemon's mail job as a program: real publishing and delivery on a shared store, one tick a line.

A line of JSON says what time it is, the answer says what the tick did, or the error a user would see.
Only the recommender is a stand-in: it gives every reader the newest papers there are.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TextIO, cast

from recommender.domain.editions import Recommendation, Section
from recommender.domain.papers import Paper
from recommender.domain.profiles import InterestProfile
from recommender.domain.subscribers import Subscriber
from recommender.ranking.base import Pool, RankingSettings, Request
from recommender.ranking.standings import Ranking
from recommender.services.delivery import DeliveryService
from recommender.services.delivery_policy import DeliveryPolicy
from recommender.services.publishing import Publishing
from recommender.store.sql_store import SqlStore
from tests.digest.samples import wording
from tests.services.mailroom import Hands, render, smtp_mailer, take_all

if TYPE_CHECKING:
    from recommender.ranking.hybrid import HybridRecommender

_PAPERS = 3


class Newest:
    """Recommends the newest papers to everybody."""

    def assign(
        self, profiles: tuple[InterestProfile, ...], _loose: object, _known: object
    ) -> tuple[InterestProfile, ...]:
        """Leave profiles alone."""
        return profiles

    def rank(self, requests: Sequence[Request], pool: Pool) -> list[Ranking]:
        """Give each request what it has not seen of the last papers."""
        return [
            Ranking(recommendations=tuple(map(_chosen, _unseen(request, pool)[-_PAPERS:])))
            for request in requests
        ]


def _unseen(request: Request, pool: Pool) -> list[Paper]:
    return [paper for paper in pool.papers if paper.id not in request.seen]


def _chosen(paper: Paper) -> Recommendation:
    return Recommendation(paper=paper.id, section=Section.INTEREST, interest="", score=1.0, match=0.9)


def message_id(subscriber: Subscriber, key: str) -> str:
    """Name the mail of an edition as the product does: the same for whoever makes it."""
    named = hashlib.sha256(f"{subscriber.public_id}/{key}".encode()).hexdigest()[:24]
    return f"<{named}@example.org>"


class PressRoom:
    """Publishing and delivery of one process."""

    def __init__(self, url: str, port: int, worker: str) -> None:
        """Open a store of its own."""
        self._store = SqlStore(url)
        self._clock = Hands()
        recommender = cast("HybridRecommender", Newest())
        self._publishing = Publishing(
            store=self._store,
            clock=self._clock,
            recommender=lambda: recommender,
            settings=RankingSettings(),
            wording=wording(),
            message_id=message_id,
        )
        policy = DeliveryPolicy(worker=worker, jitter=0.0, batch=2, connections=2)
        self._delivery = DeliveryService(
            self._store, smtp_mailer(port), render, self._clock, take_all, policy
        )

    def tick(self, now: datetime) -> dict[str, Any]:
        """Publish and deliver as the daemon does."""
        self._clock.instant = now
        published = self._publishing.run()
        delivered = self._delivery.run()
        return {
            "due": published.counts["due"],
            "editions": published.counts["editions"],
            "sent": delivered.counts["sent"],
            "trouble": [failure.reason for failure in delivered.failures] + list(delivered.warnings),
        }


@dataclass(frozen=True, slots=True)
class Press:
    """A press room in another process, spoken to through two pipes."""

    told: TextIO
    said: TextIO

    def begin(self, now: datetime) -> None:
        """Let it tick; does not wait."""
        self.told.write(json.dumps(now.isoformat()) + "\n")
        self.told.flush()

    def end(self) -> dict[str, Any]:
        """Wait for the end of the tick and return what it did."""
        answer: dict[str, Any] = json.loads(self.said.readline())
        return answer


@contextmanager
def presses(url: str, port: int, count: int) -> Iterator[list[Press]]:
    """Run so many press rooms, forked by one warm process, for the time of the block."""
    with ExitStack() as stack:
        rooms, theirs = [], []
        for _room in range(count):
            (read_told, write_told), (read_said, write_said) = os.pipe(), os.pipe()
            theirs += [read_told, write_said]
            told = stack.enter_context(os.fdopen(write_told, "w", encoding="utf-8"))
            said = stack.enter_context(os.fdopen(read_said, encoding="utf-8"))
            rooms.append(Press(told, said))
        command = [sys.executable, "-m", "tests.faults.pressroom", url, str(port), *map(str, theirs)]
        with subprocess.Popen(command, pass_fds=theirs):
            for number in theirs:
                os.close(number)
            yield rooms
            stack.close()


def _serve(url: str, port: int, told: int, said: int) -> None:
    """Tick until nobody can ask for more."""
    room = PressRoom(url, port, f"worker-{os.getpid()}")
    with os.fdopen(told, encoding="utf-8") as lines, os.fdopen(said, "w", encoding="utf-8") as answers:
        for line in lines:
            try:
                answer = room.tick(datetime.fromisoformat(json.loads(line)))
            except Exception as error:  # noqa: BLE001 - whatever a user would see is what the test is about
                answer = {"due": 0, "editions": 0, "sent": 0, "trouble": [f"{type(error).__name__}: {error}"]}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


def _main() -> None:
    url, port, *pipes = sys.argv[1:]
    numbers = list(map(int, pipes))
    for told, said in zip(numbers[::2], numbers[1::2], strict=True):
        if os.fork() == 0:
            _serve(url, int(port), told, said)
            os._exit(0)
    for _room in numbers[::2]:
        os.wait()


if __name__ == "__main__":
    _main()
