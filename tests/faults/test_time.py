"""One edition a local day in every zone there is, whatever its clocks do and whenever somebody looks."""

import pytest

from tests.faults.ledger import Change, Window, cadences, coming_changes, odd_changes, past_changes
from tests.faults.scale import Figures, amount, chance, scaled

_PARTS = 4
"""Tests that the changes are dealt out to, so that two workers have something to do."""


def _dealt(part: int) -> list[Change]:
    """Return a part's share: the odd changes first, then those to come, then a sample of the past."""
    coming, odd = coming_changes(), odd_changes()
    assert len(odd) == 10
    if amount() == "full":
        drawn = [*odd, *coming, *chance("past").sample(past_changes(), 400)]
    else:
        random = chance("changes")
        kept = odd if amount() == "quick" else random.sample(odd, 4)
        drawn = [*kept, *random.sample(coming, scaled(tiny=12, quick=100, full=0))]
        drawn += random.sample(past_changes(), scaled(tiny=0, quick=20, full=0))
    return drawn[part::_PARTS]


@pytest.mark.parametrize("part", range(_PARTS))
def test_each_local_day_has_one_edition_around_every_change(part: int, figures: Figures) -> None:
    """Zones by their changes of ten years by the hours of a day, and odd minutes, weeks and waits."""
    for change in _dealt(part):
        random = chance(change.zone, change.at)
        window = Window.around(change, random)
        figures.add(changes=1, looks=len(window.ticks))
        for cadence in cadences(change.zone, random):
            figures.add(cases=1, editions=window.check(cadence), twice=0, skipped=0)
