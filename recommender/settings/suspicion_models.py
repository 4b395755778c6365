"""The `[suspicion]` table of `paperroute.toml`: what tells a mail scanner from a reader."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from recommender.domain.suspicion import AGENTS, Patterns
from recommender.settings.base import Section
from recommender.settings.fields import Words

Count = Annotated[int, Field(ge=0, le=1000)]


class SuspicionSection(Section):
    """By what a mail scanner is told from a reader; 0 switches a pattern off."""

    seconds: Annotated[int, Field(ge=1, le=60)] = 5
    """Within so many seconds a burst is one."""
    both_thumbs: Count = 2
    """Papers on which both thumbs were pressed one by one."""
    levers: Count = 3
    """Papers whose levers were turned one by one."""
    papers: Count = 4
    """Papers that were marked one by one, each on a page of its own."""
    heads: Count = 2
    """Links of one reader of which one browser asked for the head alone."""
    links: Count = 8
    """Links of one reader that one browser opened."""
    pairs: Count = 3
    """Papers of which one browser opened the links of both thumbs while it is remembered."""
    reading: Annotated[int, Field(ge=0, le=60)] = 1
    """Seconds from a page to its button in which nobody has read it; at most those of a burst."""
    after_mail: Annotated[int, Field(ge=0, le=3600)] = 10
    """Seconds after a relay took a mail in which nobody has read it."""
    agents: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    """Further parts of the names under which scanners ask, besides those that are known."""
    remember: Annotated[int, Field(ge=0, le=1440)] = 10
    """Minutes for which whoever behaved like a scanner is taken for one."""

    @property
    def patterns(self) -> Patterns:
        """Return it in the domain's words."""
        return Patterns(
            window=timedelta(seconds=self.seconds),
            both_thumbs=self.both_thumbs,
            levers=self.levers,
            papers=self.papers,
            heads=self.heads,
            links=self.links,
            pairs=self.pairs,
            reading=timedelta(seconds=self.reading),
            after_mail=timedelta(seconds=self.after_mail),
            agents=(*AGENTS, *(agent.lower() for agent in self.agents)),
            remember=timedelta(minutes=self.remember),
        )
