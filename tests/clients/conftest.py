"""One browser for every test of a worker."""

from collections.abc import Iterator

import pytest

from tests.clients.chrome import Page, browser, executable


@pytest.fixture(scope="session", name="page")
def page_fixture() -> Iterator[Page]:
    """Return the one page of a browser, or skip the test and say so."""
    if executable() is None:
        pytest.skip("no Chromium here: what a browser makes of the mail is not tested")
    with browser() as page:
        yield page
