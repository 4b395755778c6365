"""The `[retention]` table of `paperroute.toml`: how long things are kept."""

from typing import Annotated

from pydantic import AfterValidator, Field

from recommender.domain.retention import LEAST_EDITION_DAYS, LEAST_INBOUND_DAYS, Keeping
from recommender.settings.base import Section
from recommender.settings.fault import fault

_LONGEST = 36_500
Days = Annotated[int, Field(ge=0, le=_LONGEST)]


def _not_below(least: int, why: str) -> AfterValidator:
    def check(days: int) -> int:
        if 0 < days < least:
            raise fault(f"{days} days are too few: {why}", f"write {least} or more, or 0 to keep them")
        return days

    return AfterValidator(check)


class RetentionSection(Section):
    """Days after which things go that nobody needs for ever; 0 keeps them. Votes are kept until `forget`."""

    outbox_days: Days = 0
    """Messages that the backend "outbox" wrote: there they are the mail itself."""
    edition_days: Annotated[
        Days, _not_below(LEAST_EDITION_DAYS, "editions say what a reader was shown already")
    ] = 0
    """Editions with their items and deliveries; each reader's newest stays. Links in their mails end."""
    inbound_days: Annotated[
        Days, _not_below(LEAST_INBOUND_DAYS, "bounces are judged with those before them")
    ] = 90
    """What a mail that came back said, and whom it was from."""
    quarantine_days: Days = 90
    """Entries of sources that could not become papers."""

    def keeping(self) -> Keeping:
        """Return the numbers."""
        return Keeping(**self.model_dump())
