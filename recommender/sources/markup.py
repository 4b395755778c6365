"""What can be told of XML from its bytes alone, before a parser spends memory on it.

A parser holds a tag whole, with all its attributes, and a text whole; so those are measured first.
"""

import re

MOST_TAGS = 600_000
LONGEST_TAG = 256 * 1024
LONGEST_TEXT = 2 * 1024 * 1024
_LONGEST_NAME = 1_000
_NAME = re.compile(rb"<[^<>\s/=!?]{%d}" % (_LONGEST_NAME + 1))
# A tag with its quoted values; possessive, so that a missing quote costs one pass and no more.
_TAG = re.compile(rb"<(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+>")


def narrowed(body: bytes) -> bytes:
    """Return bytes in which UTF-16 and UTF-32 markup reads as ASCII: without NULs."""
    return body.replace(b"\x00", b"") if b"\x00" in body else body


def excess(body: bytes, *, tags: int = MOST_TAGS) -> str:
    """Say what of the markup is beyond all bounds; empty where nothing is. Takes `narrowed` bytes."""
    if body.count(b"<") > tags:
        return f"it has more than {tags:,} tags"
    if _NAME.search(body):
        return f"a name in it is longer than {_LONGEST_NAME:,} characters"
    for start, end in _long_runs(body, LONGEST_TAG):
        if body[start : start + 2] not in (b"<!", b"<?"):
            tag = _TAG.match(body, start)
            if tag is None or tag.end() - start > LONGEST_TAG:
                return "a tag in it is longer than 256 KiB"
        if end - start > LONGEST_TEXT:
            return "a text in it is longer than 2 MiB"
    return ""


def _long_runs(body: bytes, longest: int) -> list[tuple[int, int]]:
    """Return where a `<` is followed by more than `longest` bytes without another one."""
    runs = []
    start = body.find(b"<")
    while 0 <= start < len(body) - longest:
        last = body.rfind(b"<", start + 1, start + longest)
        if last < 0:
            following = body.find(b"<", start + longest)
            end = len(body) if following < 0 else following
            runs.append((start, end))
            last = end
        start = last
    return runs
