"""The buttons of the operator's page: each calls the service that the command line calls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from recommender.domain.editions import DeliveryState
from recommender.domain.errors import InputError
from recommender.services.replaying import Replaying, second_copy
from recommender.services.unsubscribing import COMPLAINED, OWN_WISH, Unsubscribing
from recommender.web.admin_context import INGEST, MAIL, TRAIN, Admin
from recommender.web.admin_jobs import Backstage
from recommender.web.admin_views import outcome_words
from recommender.web.context import WebContext

OWN_WISHES = frozenset({OWN_WISH, COMPLAINED})
"""Reasons of a suppression that stand until the reader has asked."""
PATIENCE = 1.5
"""Seconds that a request waits for work that may be short."""
_NAMES = {INGEST: "Ingest", TRAIN: "Train", MAIL: "Publish and deliver"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a button did, or what it needs before it does: a form with these fields."""

    title: str
    lines: Sequence[str]
    fields: Mapping[str, str] = field(default_factory=dict)
    button: str = ""
    asked: bool = False
    """Whether the form has a box to tick: the reader asked."""
    status: int = 200


class Buttons:
    """What each button does; nothing here takes long."""

    def __init__(self, context: WebContext, admin: Admin, backstage: Backstage) -> None:
        """Keep what the services are made of."""
        self._context = context
        self._admin = admin
        self._backstage = backstage
        self._does: Mapping[str, Callable[[Mapping[str, str]], Said]] = {
            "retry": self._retry,
            "lift": self._lift,
            "check": self._check,
        }

    def press(self, form: Mapping[str, str]) -> Said:
        """Do what the form asks for; raises InputError for a button that there is not."""
        name = form.get("do", "")
        if name in self._admin.work:
            return self._start(name, form)
        does = self._does.get(name)
        if does is None:
            raise InputError("there is no such button")
        try:
            return does(form)
        except InputError as error:
            return Said(title="Nothing was changed", lines=str(error).splitlines(), status=409)

    def _retry(self, form: Mapping[str, str]) -> Said:
        """Make a delivery ready again; one that may have arrived only when that is said twice."""
        replaying = Replaying(self._context.store, self._context.clock)
        (row,) = rows = replaying.look([form.get("id", "")])
        doubtful = row.state is DeliveryState.HELD or row.doubts > 0
        if doubtful and form.get("sure") != "yes":
            return Said(
                title="Send it once more?",
                lines=[second_copy(row), "Nothing was changed yet."],
                fields={"do": "retry", "id": str(row.id), "sure": "yes"},
                button="Yes, send it once more",
            )
        replaying.run(rows)
        then = (
            "“Publish and deliver” sends it, or paperroute deliver."
            if MAIL in self._admin.work
            else "It goes out at the next tick."
        )
        return Said(
            title="It is ready again",
            lines=[f"Delivery {row.id}: {row.edition_key} for {row.email} is ready to be sent.", then],
        )

    def _lift(self, form: Mapping[str, str]) -> Said:
        """Lift a suppression; that of a reader who wanted no mail only where they asked."""
        email, asked = form.get("email", ""), form.get("asked") == "yes"
        if not email.isprintable():
            raise InputError("this is no address")  # PostgreSQL takes no NUL, and nobody has one
        reason = self._admin.operating().reason(email)
        if reason in OWN_WISHES and not asked:
            return Said(
                title="Did they ask for mail again?",
                lines=[f"{email} is not mailed: {reason}.", "Nothing was changed yet."],
                fields={"do": "lift", "email": email},
                button="Lift the suppression",
                asked=True,
            )
        lifted = Unsubscribing(self._context.store, self._context.clock).lift(email, asked=asked)
        mailed = "gets mail again" if lifted.mailable else f"may be mailed again, but is {lifted.state.value}"
        return Said(
            title="The suppression is lifted",
            lines=[f"{lifted.email} {mailed}.", "The next bounce is judged with those before it."],
        )

    def _check(self, form: Mapping[str, str]) -> Said:
        """Read the configuration files as they are now; what is in force stays so."""
        del form
        problems = self._admin.check()
        faulty = any(problem.severity == "error" for problem in problems)
        lines = [f"{problem.severity}: {problem}" for problem in problems]
        return Said(
            title="The configuration has faults" if faulty else "The configuration can be used",
            lines=lines or ["No fault and no warning."],
        )

    def _start(self, name: str, form: Mapping[str, str]) -> Said:
        """Begin work in the background, and tell its end if that comes at once."""
        choice = form.get("source", "") if name == INGEST else ""
        if choice and choice not in self._admin.sources():
            raise InputError("there is no such source")
        work = self._admin.work[name]
        title = f"{_NAMES.get(name, name)}{f': {choice}' if choice else ''}"
        if not self._backstage.start(title, lambda: work(choice)):
            return Said(
                title="Something else is still running",
                lines=[*self._last(), "Nothing was begun."],
                status=409,
            )
        done = self._backstage.wait(PATIENCE)
        lines = self._last() if done else [*self._last(), "The operator's page says what comes of it."]
        return Said(title=f"{title} {'is done' if done else 'has begun'}", lines=lines)

    def _last(self) -> list[str]:
        last = self._backstage.last
        return list(outcome_words(last)) if last else []
