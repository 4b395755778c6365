"""Questions with a body, and hosts that want to be left alone."""

import pytest

from recommender.domain.errors import SourceError, SourceMalformed, SourceUnavailable
from recommender.sources.http import Ask, PoliteClient
from tests.sources.replay import Answer, Replay, ask


def posting(url: str) -> Ask:
    """Return a question with a body."""
    return Ask(source="test", url=url, body=b'{"ids":["1"]}')


def test_a_body_makes_it_a_post(replay: Replay, client: PoliteClient) -> None:
    """What is sent arrives whole, with its type."""
    assert client.get(posting(replay.says("/a", Answer(body=b"x")))).body == b"x"
    assert (replay.sent, replay.headers[0]["content-type"]) == ([b'{"ids":["1"]}'], "application/json")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_post_is_not_redirected(replay: Replay, client: PoliteClient, status: int) -> None:
    """What is sent goes to the place it was meant for and to no other."""
    url = replay.says("/a", Answer(status=status, headers={"Location": "/b"}))
    with pytest.raises(SourceMalformed, match="not followed"):
        client.get(posting(url))
    assert replay.asked == ["/a"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_refused_post_is_asked_again(replay: Replay, client: PoliteClient, status: int) -> None:
    """Nobody acted on it, so it may be sent again."""
    url = replay.says("/a", Answer(status=status), Answer(body=b"x"))
    assert client.get(posting(url)).body == b"x"
    assert len(replay.sent) == 2


def test_a_post_without_an_answer_is_not_repeated(replay: Replay, client: PoliteClient) -> None:
    """Where the line broke, the host may have acted; a GET of the same would be repeated."""
    url = replay.says("/a", Answer(raw=lambda _out: None))
    with pytest.raises(SourceUnavailable):
        client.get(posting(url))
    assert len(replay.sent) == 1


@pytest.mark.parametrize("status, expected", [(429, "left alone"), (403, "left alone"), (503, ""), (404, "")])
def test_who_wants_to_be_left_alone(replay: Replay, client: PoliteClient, status: int, expected: str) -> None:
    """429 and 403 say so; they are rested from longer than other faults."""
    with pytest.raises(SourceError) as caught:
        client.get(ask(replay.says("/a", Answer(status=status))))
    assert caught.value.throttled is bool(expected)


def test_a_403_about_a_key_is_no_block(replay: Replay, client: PoliteClient) -> None:
    """Where the source knows what its 403 means, the reader can mend it at once."""
    url = replay.says("/a", Answer(status=403))
    with pytest.raises(SourceMalformed, match="check the key") as caught:
        client.get(Ask(source="test", url=url, hints={403: "check the key"}))
    assert not caught.value.throttled


def test_a_long_pause_holds_for_all_of_the_host(replay: Replay, client: PoliteClient) -> None:
    """After one answer that wants an hour, the next question to that host is not even asked."""
    url = replay.says("/a", Answer(status=429, headers={"Retry-After": "3600"}))
    with pytest.raises(SourceUnavailable):
        client.get(ask(url))
    with pytest.raises(SourceUnavailable, match="left alone for 60 min") as caught:
        client.get(ask(replay.url("/b")))
    assert (replay.asked, caught.value.throttled) == (["/a"], True)
