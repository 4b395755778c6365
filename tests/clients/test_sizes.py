"""How large a digest may be: Gmail cuts near 102,000 octets of HTML and so hides the foot."""

import pytest

from tests.clients.sizes import KINDS, NUMBERS, WAYS, size

WARNED, FAILED, WHOLE = 70_000, 90_000, 300_000
"""Octets of HTML that 25 papers keep to, of HTML at most, and of a message at most."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("number", NUMBERS)
def test_size(number: int, way: str, kind: str) -> None:
    """Every paper stays, and the mail is as small as is promised."""
    found = size(number, way, kind)
    assert found.papers == number
    assert found.html <= (WARNED if number <= 25 and kind != "full" else FAILED)
    assert found.cut == 0 or number > (25 if kind == "usual" else 10)
    assert found.message <= WHOLE
