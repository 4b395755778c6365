"""Signed links: what verifies, what does not, and for how long."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from itsdangerous.encoding import base64_decode

from recommender.digest.links import UNDO, Links
from recommender.domain.errors import ConfigError, LinkExpired, LinkInvalid
from tests.digest.samples import KEY, NOW, PUBLIC_ID, URL, links

KEYS = ("newest-key-0123456789", "middle-key-0123456789", "oldest-key-0123456789")
PURPOSES = ("vote", "save", "lever", "view", "unsubscribe", "preferences", "reading", "feed")


def url_of(made: Links, purpose: str) -> str:
    """Make a URL of each purpose for one reader."""
    if purpose == "vote":
        return made.vote(PUBLIC_ID, 0, 101, "down", NOW)
    if purpose == "lever":
        return made.lever((PUBLIC_ID, 0, 101), "less", "Less like this", NOW)
    if purpose in {"save", "view"}:
        return str(getattr(made, purpose)(PUBLIC_ID, 0, 101, NOW))
    return str(getattr(made, purpose)(PUBLIC_ID, 0, NOW))


def token_of(made: Links, purpose: str) -> str:
    """Make the token of each purpose."""
    return url_of(made, purpose).rpartition("/")[2]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_token_reads_back(purpose: str) -> None:
    """What was signed is what is read, for every purpose."""
    claim = links().read(purpose, token_of(links(), purpose), NOW)
    assert (claim.purpose, claim.public_id, claim.epoch) == (purpose, PUBLIC_ID, 0)
    assert claim.row == (101 if purpose in {"vote", "save", "lever", "view"} else 0)
    assert claim.value == {"vote": "down", "lever": "less"}.get(purpose, "")
    assert claim.issued.date() == NOW.date()


@pytest.mark.parametrize("purpose", PURPOSES)
def test_url_is_short_and_url_safe(purpose: str) -> None:
    """A URL at the default address has at most 120 characters, none of which needs quoting."""
    url = url_of(links(), purpose)
    assert len(url) <= 120
    assert set(token_of(links(), purpose)) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    )


def test_url_stays_short_with_large_numbers() -> None:
    """Ten million items and a raised epoch still fit."""
    assert len(links().vote(PUBLIC_ID, 3, 9_999_999, "down", NOW)) <= 120


@pytest.mark.parametrize(
    "purpose, path",
    [
        ("vote", "v"),
        ("save", "s"),
        ("lever", "m"),
        ("unsubscribe", "u"),
        ("view", "d"),
        ("preferences", "p"),
        ("reading", "l"),
    ],
)
def test_path_of_each_purpose(purpose: str, path: str) -> None:
    """Each purpose has the path the web contract names."""
    assert urlsplit(url_of(links(), purpose)).path.startswith(f"/{path}/")


def test_public_url_may_have_a_path() -> None:
    """A public URL with a sub-path keeps it, with or without a slash at its end."""
    for base in ("https://example.org/digest", "https://example.org/digest/"):
        assert url_of(Links([KEY], base), "view").startswith("https://example.org/digest/d/")


def test_same_day_same_url() -> None:
    """Links depend on the day given, not on a clock, so a resend has the same bytes."""
    assert links().save(PUBLIC_ID, 0, 1, NOW) == links().save(PUBLIC_ID, 0, 1, NOW + timedelta(hours=5))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_bit_flip_is_refused(purpose: str) -> None:
    """No single flipped bit of a token leaves a token."""
    made = links()
    token = token_of(made, purpose)
    for place, char in enumerate(token):
        for bit in range(8):
            flipped = token[:place] + chr(ord(char) ^ (1 << bit)) + token[place + 1 :]
            with pytest.raises(LinkInvalid):
                made.read(purpose, flipped, NOW)


def test_truncations_and_extensions_are_refused() -> None:
    """A shortened or lengthened token is no token."""
    made = links()
    token = token_of(made, "vote")
    damaged = [token[:cut] for cut in range(len(token))]
    damaged += [token[cut:] for cut in range(1, len(token))]
    damaged += [f"{token}{end}" for end in ("A", "=", "==", "\n", " ", "%00", ".", "é")] + [f" {token}"]
    for other in damaged:
        with pytest.raises(LinkInvalid):
            made.read("vote", other, NOW)


@settings(max_examples=300)
@given(st.text(max_size=200))
def test_noise_is_refused(noise: str) -> None:
    """Whatever somebody types is refused in the same way."""
    with pytest.raises(LinkInvalid):
        links().read("unsubscribe", noise, NOW)


def test_very_long_token_is_refused() -> None:
    """A megabyte is refused before it is looked at."""
    with pytest.raises(LinkInvalid):
        links().read("vote", "A" * 1_000_000, NOW)


@pytest.mark.parametrize("made_for", PURPOSES)
@pytest.mark.parametrize("used_for", PURPOSES)
def test_purposes_cannot_be_swapped(made_for: str, used_for: str) -> None:
    """A token opens its own purpose and no other."""
    token = token_of(links(), made_for)
    if made_for == used_for:
        assert links().read(used_for, token, NOW).purpose == used_for
        return
    with pytest.raises(LinkInvalid):
        links().read(used_for, token, NOW)


def test_purpose_is_in_the_payload_too() -> None:
    """The payload itself names format and purpose, and never an address."""
    payload = json.loads(base64_decode(token_of(links(), "vote").partition(".")[0]))
    assert payload[:2] == ["1v", PUBLIC_ID]


def test_rotation_keeps_old_links() -> None:
    """The newest key signs; links of all three keys verify; without the old key they do not."""
    rotated = Links(KEYS, URL)
    for key in KEYS:
        assert rotated.read("vote", token_of(Links([key], URL), "vote"), NOW).row == 101
    assert url_of(rotated, "vote") == url_of(Links(KEYS[:1], URL), "vote")
    with pytest.raises(LinkInvalid):
        Links(KEYS[:2], URL).read("vote", token_of(Links(KEYS[2:], URL), "vote"), NOW)


def test_replay_is_harmless() -> None:
    """A token is never used up."""
    token = token_of(links(), "vote")
    assert len({links().read("vote", token, NOW + timedelta(hours=hour)) for hour in range(100)}) == 1


@pytest.mark.parametrize(
    "purpose, days", [("vote", 365), ("save", 365), ("lever", 365), ("view", 365), ("preferences", 30)]
)
def test_lifetimes(purpose: str, days: int) -> None:
    """A link lives its days to the end and not a week longer."""
    token = token_of(links(), purpose)
    assert links().read(purpose, token, NOW + timedelta(days=days)).purpose == purpose
    with pytest.raises(LinkExpired):
        links().read(purpose, token, NOW + timedelta(days=days + 7))


def test_unsubscribe_never_expires() -> None:
    """The way out of a ten years old mail still works."""
    later = NOW + timedelta(days=3650)
    assert links().read("unsubscribe", token_of(links(), "unsubscribe"), later).public_id == PUBLIC_ID


def test_no_key_is_a_configuration_error() -> None:
    """Without a key nothing can be signed, and the message says what to set."""
    with pytest.raises(ConfigError, match=r"secrets\.keys"):
        Links([], URL)


def test_undo_reads_back_and_expires() -> None:
    """Votes, saves and unsubscribing can be taken back for a year; unsubscribing itself never expires."""
    made = links()
    urls = {
        "vote": made.vote(PUBLIC_ID, 0, 101, UNDO, NOW),
        "save": made.save(PUBLIC_ID, 0, 101, NOW, undo=True),
        "unsubscribe": made.unsubscribe(PUBLIC_ID, 0, NOW, undo=True),
    }
    for purpose, url in urls.items():
        token = url.rpartition("/")[2]
        assert token != token_of(made, purpose)
        assert made.read(purpose, token, NOW + timedelta(days=365)).value == UNDO
        with pytest.raises(LinkExpired):
            made.read(purpose, token, NOW + timedelta(days=372))
