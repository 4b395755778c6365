"""No address stays in words that are kept."""

import pytest

from recommender.domain.discretion import MASK, masked


@pytest.mark.parametrize(
    "address",
    [
        "ana@example.org",
        "<ana@example.org>",
        "ana+tag@sub.example.org",
        '"ana maria"@example.org',
        '<"an\\"a"@example.org>',
        "ana@[192.0.2.1]",
        "<ana@[IPv6:2001:db8::1]>",
        "ана@пример.рф",
        "o'hara@example.org",
    ],
)
@pytest.mark.parametrize(
    "sentence", ["550 5.1.1 {}: no such user", "{}", "to={}, relay=mx", "({})", "x {}; y"]
)
def test_every_form_is_masked(address: str, sentence: str) -> None:
    """Nothing of the local part stays, whatever stands around the address."""
    words = masked(sentence.format(address))
    assert MASK in words
    assert "@" not in words
    assert not any(part in words for part in ("ana", "ан", "hara", "maria", "192"))


@pytest.mark.parametrize("words", ["250 2.0.0 Ok: queued as 4F", "no at sign", "a @ b", "@", ""])
def test_other_words_stay(words: str) -> None:
    """What is no address is not touched."""
    assert masked(words) == words


def test_a_long_word_is_read_once() -> None:
    """A hundred thousand letters without an at sign cost no more than reading them."""
    long = "a" * 200_000
    assert masked(long) == long
