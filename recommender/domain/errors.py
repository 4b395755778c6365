"""Every error the product raises on purpose, in one tree.

    PaperRouteError
    ├── ConfigError            the configuration files are wrong (exit code 3)
    ├── Overtaken              they were changed after they were read
    ├── InputError             what the caller named or gave is wrong
    │   ├── UnknownSubscriber
    │   └── UnknownPaper
    ├── SourceError            a source of papers failed
    │   ├── SourceUnavailable  temporary: try again later
    │   └── SourceMalformed    permanent for these bytes
    ├── MailError              a message was not accepted
    │   ├── MailDeferred       temporary
    │   ├── MailRejected       permanent
    │   └── MailInDoubt        nobody on this side can know
    ├── MailboxError           the inbox cannot be read
    ├── StoreUnavailable       the store cannot be reached, read or written now
    ├── ArtifactError          a stored recommender cannot be used
    └── LinkError              a signed link cannot be honoured
        ├── LinkInvalid
        └── LinkExpired

Errors carry ids and places, not prose; whoever shows them writes the sentence.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from recommender.domain.discretion import keyless

_LONGEST_PLACE = 2_000
_LONGEST_REASON = 1_000


class PaperRouteError(Exception):
    """Base of all expected failures."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault of a configuration file: where it is, what it is, and how to mend it.

    `severity` is "error" or "warning"; only errors stop a command.
    """

    file: str
    line: int
    column: int
    message: str
    fix: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        """Render as `file:line:column: message (fix)`."""
        fix = f" ({self.fix})" if self.fix else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{fix}"


class ConfigError(PaperRouteError):
    """One or more configuration files cannot be used; holds every problem found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep `problems` in file order."""
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Overtaken(PaperRouteError):
    """The configuration files were changed between reading them and acting on them; read them again."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("the configuration files keep changing; try again when they rest")


class InputError(PaperRouteError):
    """An argument or a file given by the caller cannot be used."""


class UnknownSubscriber(InputError):
    """No subscriber is known by this address or id."""

    def __init__(self, reference: str) -> None:
        """Remember what was asked for."""
        self.reference = reference
        super().__init__(f"no subscriber is known as {reference!r}; `paperroute subscribers` lists them")


class UnknownPaper(InputError):
    """No paper is known by this id."""

    def __init__(self, reference: str) -> None:
        """Remember what was asked for."""
        self.reference = reference
        super().__init__(f"no paper is known as {reference!r}; `paperroute search` finds ids")


class SourceError(PaperRouteError):
    """A source failed; `source` is its name and `place` the URL or file.

    `throttled` is true where the server asked to be asked less (429) or not at all (403).
    """

    def __init__(
        self,
        source: str,
        place: str,
        reason: str,
        *,
        retry_after: float | None = None,
        throttled: bool = False,
    ) -> None:
        """Remember what failed, and the seconds to wait if the source named them.

        Place and reason are cut at some length, because both may hold what a hostile server sent, and
        have no keys in them.
        """
        self.source = source
        self.place = keyless(_cut(place, _LONGEST_PLACE))
        self.reason = keyless(_cut(reason, _LONGEST_REASON))
        self.retry_after = retry_after
        self.throttled = throttled
        super().__init__(f"{source}: {self.place}: {self.reason}")


class SourceUnavailable(SourceError):
    """Temporary: no connection, a time-out, a 429 or 5xx answer."""


class SourceMalformed(SourceError):
    """The bytes are not what this source sends; retrying the same bytes is useless."""


class MailError(PaperRouteError):
    """The mail server did not take the message; `reply` is its own words, one line."""

    def __init__(self, reply: str) -> None:
        """Remember the reply."""
        self.reply = reply
        super().__init__(reply)


class MailDeferred(MailError):
    """Temporary refusal before or after the body; `relay` is true when the whole relay should rest.

    `silent` is true where the relay refused nothing: the line was lost, or no answer came in time.
    """

    def __init__(self, reply: str, *, relay: bool = False, silent: bool = False) -> None:
        """Remember the reply, whether it concerns every row, and whether it is one at all."""
        super().__init__(reply)
        self.relay = relay
        self.silent = silent


class MailRejected(MailError):
    """Permanent refusal of this recipient or message."""


class MailInDoubt(MailError):
    """The body was handed over and no answer came back."""


class MailboxError(PaperRouteError):
    """The inbox cannot be read; says where and why, never the login."""


class StoreUnavailable(PaperRouteError):
    """The store is locked, full, or gone; nothing of the transaction was kept, and later it may work."""


class ArtifactError(PaperRouteError):
    """A stored recommender is missing, damaged, or of another format."""


class LinkError(PaperRouteError):
    """A signed link cannot be honoured."""


class LinkInvalid(LinkError):
    """Bad signature, unknown key, wrong purpose, or not a token at all; deliberately one error."""


class LinkExpired(LinkError):
    """The signature is good but the link is older than its lifetime."""


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
