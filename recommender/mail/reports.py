"""Machine-made reports about mail of ours: delivery status (RFC 3464), complaints (RFC 5965), and bounces
in no format at all, which flufl.bounce knows from the servers that write them.

A report is a message, not a part of one: what a reader forwards or attaches may hold a report or a digest,
and says nothing about them. Whom a report names is of no interest here: a reader is only ever found by
a tag or a Message-ID of ours.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flufl.bounce import all_failures

from recommender.mail.parsing import (
    Mail,
    addresses,
    blocks,
    header,
    kind,
    message_ids,
    parse,
    parts,
    returned_headers,
    text,
    without_addresses,
)

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it logs what `_failures` catches
_SYSTEMS = frozenset(
    {"mailer-daemon", "mailerdaemon", "postmaster", "mail-daemon", "mail.delivery.subsystem", "maildaemon"}
)
_FAILED_CODE = re.compile(
    r"\b5\d\d[ -]#?5\.\d{1,3}\.\d{1,3}\b|#5\.\d{1,3}\.\d{1,3}\b"
    r"|(?m:^[ \t>]*)55[0-4][ -]\S|\bsaid:\s*55[0-4][ -]\S"
)
_MESSAGE_ID_LINE = re.compile(r"(?im)^[ \t>]*message-id:[ \t]*(<[!-;=?-~]{3,250}>)")
_MOST_FIELDS = 200
_WORDS_BEFORE, _WORDS_AFTER = 60, 120
_COMPLAINTS = frozenset({"abuse", "fraud", "opt-out", "opt-out-list"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What a report says of a failure; `permanent` where nobody tries any more."""

    permanent: bool
    status: str = ""
    diagnostic: str = ""


def from_a_system(message: Mail) -> bool:
    """Tell whether a mail server, not a person, claims to have written a message."""
    if header(message, "Return-Path").replace(" ", "") == "<>":
        return True
    return _by_a_system(message)


def bounce(message: Mail) -> Bounce | None:
    """Return what a report of a failed or delayed delivery says; None where a message is none."""
    fields = list(_status_fields(message))
    if fields:
        return _status_report(fields)
    if not _by_a_system(message) or _is_answer(message):
        return None
    temporary, permanent = _failures(message)
    words = " ".join(text(part) for part in parts(message, inside=False) if kind(part) == "text/plain")
    code = _FAILED_CODE.search(words)
    if not (temporary or permanent or code):
        return None
    start = max(0, code.start() - _WORDS_BEFORE) if code else 0
    near = words[start : code.start() + _WORDS_AFTER] if code else words[: 4 * _WORDS_AFTER]
    lasting = permanent or (code is not None and not temporary)
    return Bounce(permanent=bool(lasting), diagnostic=without_addresses(near))


def complaint(message: Mail) -> bool:
    """Tell whether a provider reports that a reader called a message spam or wants no more."""
    if kind(message) != "multipart/report":
        return False
    kinds = {_word(header(block, "Feedback-Type")) for block in _feedback(message, inside=False)}
    return bool(kinds & _COMPLAINTS)


def is_report(message: Mail) -> bool:
    """Tell whether a message calls itself a report of any kind."""
    return kind(message) == "multipart/report" or any(True for _ in _feedback(message))


def originals(message: Mail) -> tuple[str, ...]:
    """Return the Message-IDs of all that a message answers, returns or quotes, the surest first."""
    returned = [header(found, "Message-ID") for found in returned_headers(message)]
    answered = header(message, "In-Reply-To"), header(message, "References")
    return message_ids(*returned, *_quoted(parts(message)), *answered)


def original(message: Mail) -> tuple[str, ...]:
    """Return the Message-ID of the one message that a report is about: of what it returns, or else quotes.

    Not of what that message holds, and not of what the report answers: a reader who forwards a digest to
    an address that does not exist gets a report with both.
    """
    returned = next(returned_headers(message, inside=False), None)
    if returned is not None:
        return message_ids(header(returned, "Message-ID"))[:1]
    return message_ids(*_quoted(parts(message, inside=False)))[:1]


def ways_out(message: Mail) -> tuple[str, ...]:
    """Return the List-Unsubscribe header of the message that a report is about."""
    returned = next(returned_headers(message, inside=False), None)
    value = "" if returned is None else header(returned, "List-Unsubscribe")
    return (value,) if value else ()


def return_addresses(message: Mail) -> tuple[str, ...]:
    """Return the envelope senders that a complaint names."""
    return addresses(*(header(block, "Original-Mail-From") for block in _feedback(message, inside=False)))


def _by_a_system(message: Mail) -> bool:
    writers = addresses(header(message, "From"), header(message, "Sender"))
    return any(writer.partition("@")[0].lower() in _SYSTEMS for writer in writers)


def _is_answer(message: Mail) -> bool:
    """Tell whether a message calls itself an answer (RFC 3834); Exim does so too, and has its own header."""
    answers = header(message, "Auto-Submitted").lower().startswith("auto-replied")
    return answers and "X-Failed-Recipients" not in message


def _quoted(found: Iterable[Mail]) -> Iterator[str]:
    for part in found:
        if kind(part).startswith("text/"):
            yield from (match[1] for match in _MESSAGE_ID_LINE.finditer(text(part)))


def _feedback(message: Mail, *, inside: bool = True) -> Iterator[Mail]:
    for part in parts(message, inside=inside):
        if kind(part) == "message/feedback-report":
            yield from blocks(part)


def _status_fields(message: Mail) -> Iterator[Mail]:
    """Yield the blocks about one recipient each; the first block of a report speaks of the message."""
    if kind(message) != "multipart/report" and not from_a_system(message):
        return
    for part in parts(message, inside=False):
        if kind(part) == "message/delivery-status":
            found = blocks(part)
        elif kind(part) == "message/global-delivery-status":
            # RFC 6533: the package knows this type as a message, whose body are the other blocks.
            rest = "\n\n".join(text(inner) for inner in blocks(part)).replace("\r\n", "\n")
            found = [
                parse(block.encode())
                for block in rest.split("\n\n", _MOST_FIELDS)[:_MOST_FIELDS]
                if block.strip()
            ]
        else:
            continue
        yield from (block for block in found if block.get("Action") or block.get("Status"))


def _status_report(fields: list[Mail]) -> Bounce | None:
    worst = next((block for block in fields if _acts(block, "fail", "error")), None)
    if worst is None:
        worst = next((block for block in fields if _acts(block, "delay")), None)
        if worst is None and not any(block.get("Action") for block in fields):
            # Some servers give a status and forget to say what they did.
            worst = next((block for block in fields if header(block, "Status")[:1] in ("4", "5")), None)
    if worst is None:
        return None
    silent = not worst.get("Action") and header(worst, "Status").startswith("5")
    return Bounce(
        permanent=silent or _acts(worst, "fail", "error"),
        status=_word(header(worst, "Status")),
        diagnostic=without_addresses(header(worst, "Diagnostic-Code")),
    )


def _acts(block: Mail, *beginnings: str) -> bool:
    return header(block, "Action").lower().startswith(beginnings)


def _failures(message: Mail) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """Return the temporary and the permanent failures that flufl.bounce finds."""
    try:
        return all_failures(message)
    except Exception:  # noqa: BLE001 - its detectors trust their parts more than strangers' mail deserves
        return frozenset(), frozenset()


def _word(value: str) -> str:
    return value.partition(";")[0].strip().partition(" ")[0].lower()
