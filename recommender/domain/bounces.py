"""What a refused or returned mail says about its reader, and when to stop mailing: pure decisions.

A bounce is hard where the other side says that there is no such mailbox, and soft for everything else:
a full mailbox, a long silence, and above all a refusal of the message itself (policy, content, size),
for which the reader can do nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.]*\d)")
_NO_MAILBOX = frozenset(
    {"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1", "5.4.1", "5.4.4"}
)
"""Enhanced codes (RFC 3463, RFC 7505 for 5.1.10) that speak of the mailbox or its domain. Not among them:
5.1.7 and 5.1.8 (our own address), 5.2.2 (full), 5.2.3 and 5.3.4 (too large), 5.4.6 (a loop), 5.4.7 (time
is up), 5.5.x and 5.6.x (how we speak, what we say), 5.7.x (policy: blocked, not absent)."""
_NO_MAILBOX_WORDS = re.compile(
    r"no such (?:user|recipient|mailbox|person|account|address)|(?:user|recipient|mailbox|account|address)"
    r"(?: \S+){0,4} (?:unknown|not found|does ?n.t exist|does not exist|disabled|invalid)|"
    r"unknown (?:user|recipient|mailbox|account|address|local)|invalid (?:recipient|mailbox)|"
    r"no mailbox (?:here )?by that name|not a valid (?:user|mailbox|recipient)|"
    r"(?:host|domain)(?: \S+){0,4} not found|account (?:has been |is )?(?:disabled|deleted|closed)",
    re.IGNORECASE,
)
_FULL_WORDS = re.compile(
    r"quota|mailbox (?:is )?full|over ?size|too (?:large|big)|rate limit|try again", re.IGNORECASE
)
_BLOCKED_WORDS = re.compile(
    r"spam|block(?:ed|list)|blacklist|polic|reputation|sender (?:address|verify)|\b(?:spf|dkim|dmarc)\b",
    re.IGNORECASE,
)
_OURS = re.compile(r"[45]\.(?:1\.[78]|[567]\.\d+)")


BOUNCED = "bounced"
"""Begins every reason of `suppression_reason`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What words about a failure mean: whether the mailbox is not there, and the code they hold if any.

    `ours` where they speak of us: our address, our manners, our reputation. That says nothing of the reader.
    """

    hard: bool
    status: str = ""
    ours: bool = False


def verdict(words: str, status: str = "") -> Verdict:
    """Judge a permanent failure by an enhanced status and the other server's words (or a reply of it).

    A status that says only `5.0.0` gives way to a plainer one in the words; without any code the words
    themselves decide, and words nobody understands are soft.
    """
    given, told = _STATUS.search(status), _STATUS.search(words)
    vague = given is None or given[2] == "0"
    code = ((told if vague else None) or given or told or [""])[0]
    if code and not code.endswith(".0.0"):
        return Verdict(hard=code in _NO_MAILBOX, status=code, ours=bool(_OURS.fullmatch(code)))
    reply = _REPLY.search(words)
    refused = reply is None or reply[1] in ("550", "551", "553", "554")
    blocked = bool(_BLOCKED_WORDS.search(words))
    absent = bool(_NO_MAILBOX_WORDS.search(words)) and not (blocked or _FULL_WORDS.search(words))
    permanent = not (code.startswith("4") or (reply and reply[1].startswith("4")))
    status = code or (reply[1] if reply else "")
    return Verdict(hard=permanent and refused and absent, status=status, ours=blocked)


class Outcome(StrEnum):
    """What became of one delivery as far as anybody knows."""

    ARRIVED = "arrived"
    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """How one delivery to a reader ended, and when that was known."""

    outcome: Outcome
    at: datetime
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BouncePolicy:
    """Numbers after which a reader is not mailed any more."""

    hard: int = 2
    """Hard bounces in a row. One could be a server that was set up wrongly for an hour; a second edition
    into a mailbox that is not there costs little, a reader stopped by mistake never hears of it."""
    hard_within: timedelta = timedelta(days=30)
    """Time in which they lie; a reader of a weekly digest reaches the number in eight days."""
    at_once: frozenset[str] = frozenset({"5.1.10"})
    """Codes that need no second: the domain itself publishes that it takes no mail (RFC 7505)."""
    soft: int = 5
    """Soft bounces in a row: a mailbox that was full for a holiday is not gone."""
    soft_over: timedelta = timedelta(days=14)
    """Least time from the first of them to the last: five days of a broken provider are no verdict."""
    memory: timedelta = timedelta(days=90)
    """How far back anything is looked at; twelve weeks hold five editions of any cadence."""


def suppression_reason(events: Sequence[Event], policy: BouncePolicy) -> str | None:
    """Return in words why a reader is not to be mailed any more, or None to go on.

    `events` are in the order of the editions. Only the run up to the latest bounce counts: an edition that
    arrived in between ends it, one after it is young and proves nothing yet.
    """
    run = _last_run(events)
    if not run:
        return None
    last = run[-1]
    hard = [e for e in run if e.outcome is Outcome.HARD and last.at - e.at <= policy.hard_within]
    if last.outcome is Outcome.HARD and last.status in policy.at_once:
        return f"{BOUNCED}: the domain takes no mail ({last.status})"
    if last.outcome is Outcome.HARD and len(hard) >= policy.hard:
        code = f" ({last.status})" if last.status else ""
        return f"{BOUNCED}: {len(hard)} editions in a row found no such mailbox{code}"
    days = (last.at - run[0].at).days
    if len(run) >= policy.soft and last.at - run[0].at >= policy.soft_over:
        return f"{BOUNCED}: {len(run)} editions in {days} days could not be delivered"
    return None


def _last_run(events: Sequence[Event]) -> list[Event]:
    """Return the bounces up to the latest one with no arrival between them."""
    run: list[Event] = []
    for event in reversed(events):
        if event.outcome is not Outcome.ARRIVED:
            run.append(event)
        elif run:
            break
    return run[::-1]
