"""By what a mail scanner is told from a reader; the numbers are the operator's to change."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum

AGENTS = (
    "barracuda",
    "bitdefender",
    "cloudmark",
    "fireeye",
    "forcepoint",
    "googleimageproxy",
    "ironport",
    "mimecast",
    "proofpoint",
    "safelinks",
    "sophos",
    "symantec",
    "trendmicro",
    "zscaler",
)
"""Parts of the names, in lower case, under which scanners ask that say who they are."""
_PATIENCE = timedelta(hours=1)


_DOUBTED = 2
"""What is done one by one so often is a burst where there is doubt already."""


class Doubt(IntEnum):
    """How sure it is, before anything was pressed, that a client is no person."""

    NONE = 0
    SOME = 1
    """It looked around as scanners do: one button is a reader's, a second one in a hurry is not."""
    SURE = 2
    """It says so itself, or presses button after button without looking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """What tells a scanner; a number of 0 switches its pattern off."""

    window: timedelta = timedelta(seconds=5)
    """The time within which a burst is one."""
    both_thumbs: int = 2
    """Papers on which both thumbs were pressed one by one within the window."""
    levers: int = 3
    """Papers whose levers were turned one by one within the window."""
    papers: int = 4
    """Papers that were marked one by one, each by a page of its own, within the window."""
    heads: int = 2
    """Links of one reader of which one client asked for the head alone within the window."""
    links: int = 8
    """Links of one reader that one client opened within the window."""
    pairs: int = 3
    """Papers of which one client opened the links of both thumbs while it is remembered."""
    reading: timedelta = timedelta(seconds=1)
    """Who presses a button sooner after opening its page presses it unread; at most the window."""
    after_mail: timedelta = timedelta(seconds=10)
    """A mail that a relay has just taken was not read yet."""
    agents: tuple[str, ...] = AGENTS
    remember: timedelta = timedelta(minutes=10)
    """For so long whoever behaved like a scanner is taken for one."""

    def in_doubt(self) -> "Patterns":
        """Return the patterns for a client that looked around as scanners do, or for a mail just taken."""
        papers = min(self.papers or _DOUBTED, _DOUBTED)
        return replace(self, levers=min(self.levers, _DOUBTED), papers=papers)

    def waited(self, shown: datetime, now: datetime) -> bool:
        """Tell whether somebody read the question that was shown before answering it, as no scanner does."""
        return self.window <= now - shown <= _PATIENCE
