"""How large a digest may be: Gmail cuts near 102,000 octets of HTML and so hides the foot."""

import pytest

from tests.clients.sizes import NUMBERS, WAYS, size

WARNED, FAILED, WHOLE = 70_000, 90_000, 300_000
"""Octets of HTML that 25 papers keep to, of HTML at most, and of a message at most."""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("number", NUMBERS)
def test_size(number: int, way: str) -> None:
    """Every paper stays, and the mail is as small as is promised."""
    found = size(number, way)
    assert found.papers == number
    assert found.html <= (WARNED if number <= 25 else FAILED)
    assert found.message <= WHOLE
