"""Mail that comes back to us: what it says, and the row that remembers it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class InboundKind(StrEnum):
    """What a message was. The first six are acts of a reader; `automatic` and `unknown` change nothing."""

    VOTE = "vote"
    SAVE = "save"
    LEVER = "lever"
    UNSUBSCRIBE = "unsubscribe"
    UNDO = "undo"
    HELP = "help"
    HARD_BOUNCE = "hard_bounce"
    SOFT_BOUNCE = "soft_bounce"
    COMPLAINT = "complaint"
    AUTOMATIC = "automatic"
    UNKNOWN = "unknown"


ACTS = frozenset(
    {
        InboundKind.VOTE,
        InboundKind.SAVE,
        InboundKind.LEVER,
        InboundKind.UNSUBSCRIBE,
        InboundKind.UNDO,
        InboundKind.HELP,
    }
)
BOUNCES = frozenset({InboundKind.HARD_BOUNCE, InboundKind.SOFT_BOUNCE})


class Form(StrEnum):
    """What a message is by its form alone, before anything in it is believed."""

    MAIL = "mail"
    """Somebody wrote it; an act if its subject holds a good token."""
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One message as it was read. Nothing in it is verified; whoever wrote it chose every word."""

    form: Form
    key: str
    """Hash of what makes the message itself: the same for the same message read twice."""
    subject: str = ""
    """Decoded, on one line."""
    message_id: str = ""
    """Its own Message-ID with angle brackets, empty where there is no usable one."""
    recipients: tuple[str, ...] = ()
    """Addresses it went to, a tagged return address among them if it was sent to one."""
    originals: tuple[str, ...] = ()
    """Message-IDs, with brackets, of the message that it is about."""
    ways_out: tuple[str, ...] = ()
    """List-Unsubscribe links of the message that it is about; they hold a token of ours."""
    permanent: bool = False
    """A bounce: nothing was delivered, and nobody tries any more."""
    status: str = ""
    """A bounce: enhanced status code (RFC 3463) as the report gives it."""
    diagnostic: str = ""
    """A bounce: the other server's words, without addresses, on one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMail:
    """A message that came back and what it was. Holds no address and no word of its writer."""

    key: str
    at: datetime
    kind: InboundKind
    subscriber: int | None = None
    delivery: int | None = None
    detail: str = ""
    """Of a bounce: status and the server's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One message of an inbox: a handle to tell it by, when it arrived, and its first bytes.

    `read`: somebody, perhaps its owner, has marked it as read already.
    """

    handle: str
    content: bytes
    arrived: datetime | None = None
    read: bool = False
