"""Who may browse the papers, as `[web] browse` and the public URL say."""

import pytest

from recommender.settings.models import WebSection


@pytest.mark.parametrize(
    "url, auto",
    [
        ("http://127.0.0.1:8321", True),
        ("http://localhost:8321/route", True),
        ("http://[::1]:8321", True),
        ("https://digest.example.org", False),
        ("http://192.168.1.9:8321", False),
    ],
)
def test_auto_is_on_where_the_public_url_is_this_machine(url: str, auto: bool) -> None:  # noqa: FBT001
    """The other two say it themselves."""
    assert WebSection(public_url=url).browsable is auto
    assert WebSection(public_url=url, browse="on").browsable is True
    assert WebSection(public_url=url, browse="off").browsable is False
