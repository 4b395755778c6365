"""Sending the letters that wait: each at most once, whatever dies in between.

connect → write → guard → mark as sent → hand over. The mark stands before the body goes: a process that dies
in between leaves somebody without a letter, who asks again, rather than with two. Only where the relay said
that it did not take the letter it waits for another try.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from recommender.domain.discretion import masked
from recommender.domain.errors import MailDeferred, MailInDoubt, MailRejected
from recommender.domain.papers import Refused
from recommender.domain.reports import Report
from recommender.domain.requests import End, Letter, LetterState, Request
from recommender.ports import Clock, Mailer, MailSession, Store, UnitOfWork
from recommender.services.delivery_run import RelayHealth
from recommender.services.letter_writing import Written
from recommender.services.sending import Guard

_Write = Callable[[UnitOfWork, Letter, datetime], Written | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPolicy:
    """Numbers of the letters: somebody waits for one, and after two days it is void."""

    attempts: int = 5
    backoff: timedelta = timedelta(minutes=2)
    """Wait after the first temporary refusal; doubled by every further one."""
    batch: int = 20

    def wait(self, letter: Letter) -> timedelta | None:
        """Return how long a letter waits that was refused for now; None: it is not tried again."""
        done = letter.attempts + 1
        return self.backoff * (1 << min(letter.attempts, 10)) if done < self.attempts else None


@dataclass(slots=True)
class _Tally:
    """What one run has done."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[Refused] = field(default_factory=list)

    def count(self, letter: Letter, what: str, reply: str = "") -> None:
        self.counts[what] += 1
        if what in ("failed", "deferred", "in doubt"):
            place = f"letter {letter.id} ({letter.request.kind.value})"
            self.failures.append(Refused(place=place, reason=f"{what}: {masked(reply)}"))

    def report(self) -> Report:
        names = ("sent", "deferred", "failed", "dropped")
        counts = {name: self.counts[name] for name in names}
        counts["sent"] += self.counts["in doubt"]
        return Report(name="letters", counts=counts, failures=tuple(self.failures))


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Sends letters. `guard` raises MailRejected for a message that must not go out; `relay` is shared with
    whatever else sends, so that one that rests is left alone.
    """

    store: Store
    mailer: Callable[[], Mailer]
    write: _Write
    guard: Guard
    clock: Clock
    relay: RelayHealth
    pace: Callable[[Callable[[], bool]], None] = lambda _over: None
    """Returns when the next message may begin, or soon after it is told that there is to be none."""
    policy: LetterPolicy = field(default_factory=LetterPolicy)

    def run(self, stopping: Callable[[], bool] = lambda: False) -> Report:
        """Send what waits; counts: sent, deferred, failed, dropped (what was not to go after all)."""
        tally = _Tally()
        if not self._waiting() or self.relay.rests_until(self.clock.now()):
            return tally.report()
        try:
            session = self.mailer().open()
        except MailDeferred as error:
            # No letter is to blame for it, so none has used up an attempt.
            self.relay.refused(self.clock.now())
            tally.failures.append(Refused(place="mail relay", reason=masked(error.reply)))
            return tally.report()
        try:
            while not stopping() and (letters := self._waiting()):
                for letter in letters:
                    self.pace(stopping)
                    if stopping() or not self._send(session, letter, tally):
                        return tally.report()
        finally:
            session.close()
        return tally.report()

    def _waiting(self) -> list[Letter]:
        with self.store.read() as unit:
            return list(unit.requests.letters(now=self.clock.now(), limit=self.policy.batch))

    def _send(self, session: MailSession, letter: Letter, tally: _Tally) -> bool:
        """Send one letter; False where the relay wants no more."""
        made = self._made(letter)
        if isinstance(made, MailRejected):
            self._fail(letter, made.reply)
            tally.count(letter, "failed", made.reply)
            return True
        if isinstance(made, str):
            self._fail(letter, made)
            tally.count(letter, "dropped")
            return True
        mark = _Mark(self, letter)
        try:
            reply = session.send(made.envelope, made.message, mark)
        except MailInDoubt as error:
            tally.count(letter, "in doubt", error.reply)
            self._silence()
            return False
        except MailRejected as error:
            self._fail(letter, error.reply, marked=mark.made)
            tally.count(letter, "failed", error.reply)
        except MailDeferred as error:
            return self._put_off(letter, mark, error, tally)
        else:
            self.relay.answered()
            tally.count(letter, "sent", reply)
        return True

    def _made(self, letter: Letter) -> Written | str | MailRejected:
        """Return the checked message, in words why there is to be none, or what is wrong with it."""
        with self.store.read() as unit:
            try:
                made = self.write(unit, letter, self.clock.now())
                if isinstance(made, Written):
                    self.guard(made.envelope, made.message)
            except MailRejected as error:
                return error
            except Exception as error:  # noqa: BLE001 - a template raises anything; one letter must not stop all
                words = " ".join(str(error).split())[:300]
                return MailRejected(f"cannot be written: {type(error).__name__}: {words}")
        return made

    def _put_off(self, letter: Letter, mark: "_Mark", error: MailDeferred, tally: _Tally) -> bool:
        if mark.refused:
            # Somebody else has sent it, or what it asks for is over: nothing of ours to note.
            return True
        if error.relay:
            self.relay.refused(self.clock.now())
        elif error.silent:
            self._silence()
        self._again(letter, error, marked=mark.made)
        tally.count(letter, "deferred", error.reply)
        return not (error.relay or error.silent)

    def _silence(self) -> None:
        """Remember that no answer came; waiting for the next one would keep the digests waiting too."""
        if self.relay.fell_silent():
            self.relay.refused(self.clock.now())

    def _again(self, letter: Letter, error: MailDeferred, *, marked: bool) -> None:
        """Let a letter wait that surely did not go, or give it up after some attempts."""
        wait, reply = self.policy.wait(letter), masked(error.reply)
        if wait is None and not error.relay:
            self._fail(letter, reply, marked=marked)
            return
        at = self.clock.now() + (wait or self.policy.backoff)
        with self.store.write() as unit:
            if marked:
                unit.requests.wait(letter.id, next_attempt_at=at, reply=reply)
            else:
                unit.requests.mark(letter.id, LetterState.WAITING, reply=reply, next_attempt_at=at)

    def _fail(self, letter: Letter, reply: str, *, marked: bool = False) -> None:
        with self.store.write() as unit:
            if marked:
                unit.requests.wait(letter.id, next_attempt_at=self.clock.now(), reply="")
            unit.requests.mark(letter.id, LetterState.FAILED, reply=masked(reply))


@dataclass(slots=True)
class _Mark:
    """The question just before the body: may it go? The letter counts as sent from then on."""

    letters: Letters
    letter: Letter
    made: bool = False
    refused: bool = False

    def __call__(self) -> bool:
        """Mark the letter as sent, unless its request is over or its reader has another address by now."""
        own = self.letter
        with self.letters.store.write() as unit:
            request = unit.requests.find(own.request.public_id)
            if request is not None and request.open(self.letters.clock.now()):
                here = _address(unit, request, own.to) == own.email
                self.made = here and unit.requests.mark(own.id, LetterState.SENT)
        self.refused = not self.made
        return self.made


def _address(unit: UnitOfWork, request: Request, end: End) -> str:
    if end is End.NEW or request.subscriber is None:
        return request.email
    return unit.people.get(request.subscriber).email
