"""JSON that is deep, wide, long or many."""

from functools import partial

from tests.hostile.bomb import Bomb
from tests.sources.replay import Answer


def json_of(*parts: bytes) -> Answer:
    """Return JSON, or what looks like it."""
    return Answer(body=b"".join(parts))


_ROW = b'{"paper": {"id": "2604.%05d", "title": "A title", "summary": "%s"}, "numComments": %s}'
_FEED = b'{"version": "https://jsonfeed.org/version/1.1", "items": ['
JSON = (
    [
        Bomb(name=f"{name} to {reader}", answer=make, expected=expected, reader=reader)
        for reader in ("daily", "biorxiv")
        for name, make, expected in [
            ("a million brackets", lambda: json_of(b"[" * 1_000_000), "more values than"),
            ("200,000 brackets", lambda: json_of(b"[" * 200_000), "nested too deep"),
            ("200,000 braces", lambda: json_of(b'{"a":' * 90_000), "nested too deep"),
            ("a million lists", lambda: json_of(b"[", b"[]," * 1_000_000, b"[]]"), "more values than"),
            ("a million objects", lambda: json_of(b"[", b"{}," * 1_000_000, b"{}]"), "more values than"),
            ("a million numbers", lambda: json_of(b"[", b"1," * 1_000_000, b"1]"), "more values than"),
            ("15 MB of numbers", lambda: json_of(b"[", b"1," * 7_000_000, b"1]"), "larger than 5 MiB"),
            ("a wide text", lambda: json_of(b'["', b"x" * 5_000_000, "\U0001f600".encode(), b'"]'), ""),
            ("a text of 10 MB", lambda: json_of(b'["', b"x" * 10_000_000, b'"]'), "larger than 5 MiB"),
        ]
    ]
    + [
        Bomb(
            name=f"{name} in a JSON Feed",
            answer=partial(json_of, _FEED, part * times, b"1]}"),
            expected=expected,
            reader="feed",
        )
        for name, part, times, expected in [
            ("a million lists", b"[],", 1_000_000, "more values than"),
            ("5 million lists", b"[],", 5_000_000, "larger than 5 MiB"),
            ("200,000 brackets", b"[", 200_000, "cannot be read as JSON"),
        ]
    ]
    + [
        Bomb(
            name="a number of 1 MB",
            answer=lambda: json_of(b"[", _ROW % (1, b"x", b"9" * 1_000_000), b"]"),
            expected="",
            reader="daily",
            papers=1,
        ),
        Bomb(
            name="a float of 1 MB",
            answer=lambda: json_of(b"[", _ROW % (1, b"x", b"1." + b"9" * 1_000_000), b"]"),
            expected="",
            reader="daily",
            papers=1,
        ),
        Bomb(
            name="an endless exponent",
            answer=lambda: json_of(b"[", _ROW % (1, b"x", b"1e999999"), b"]"),
            expected="",
            reader="daily",
            papers=1,
        ),
        Bomb(
            name="no number",
            answer=lambda: json_of(b"[", _ROW % (1, b"x", b"NaN"), b"]"),
            expected="",
            reader="daily",
            papers=1,
        ),
        Bomb(
            name="a summary of 4 MB",
            answer=lambda: json_of(b"[", _ROW % (1, b"word " * 800_000, b"1"), b"]"),
            expected="",
            reader="daily",
            papers=1,
        ),
        Bomb(
            name="long lines",
            answer=lambda: json_of(
                *(b'{"title": "T", "abstract": "%s"}\n' % (b"x" * 3_000_000) for _ in range(4))
            ),
            expected="",
            reader="jsonl",
            papers=-1,
        ),
        Bomb(
            name="lines of lists",
            answer=lambda: json_of((b"[" + b"[]," * 1_000_000 + b"[]]\n") * 4),
            expected="no line of it",
            reader="jsonl",
        ),
    ]
)
