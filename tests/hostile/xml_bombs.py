"""XML that is deep, wide, long or many."""

from collections.abc import Callable, Iterable
from functools import partial

from tests.hostile.bomb import Bomb
from tests.sources.replay import Answer


def atom(inner: Iterable[bytes], mark: bytes = b"") -> Answer:
    """Wrap into an Atom feed as arXiv's."""
    head = b'<?xml version="1.0"?>' + mark + b'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>'
    return Answer(body=head + b"".join(inner) + b"</feed>")


def rss(inner: Iterable[bytes], mark: bytes = b"") -> Answer:
    """Wrap into an RSS channel."""
    head = b'<?xml version="1.0"?>' + mark + b'<rss version="2.0"><channel><title>x</title>'
    return Answer(body=head + b"".join(inner) + b"</channel></rss>")


def entry(number: int, title: bytes = b"A title", more: bytes = b"") -> bytes:
    """Return one good entry."""
    name = b"http://arxiv.org/abs/26%02d.%05dv1" % (number // 100_000 % 12 + 1, number % 100_000)
    return b"<entry><id>%s</id><title>%s %d</title>%s</entry>" % (name, title, number, more)


_SUMMARY = b"<summary>" + b"Words of a summary that is as long as they are. " * 30 + b"</summary>"
_WIDE = "<summary>{}\U0001f600</summary>".format("Words of a summary. " * 70).encode()
_AUTHORS = b"".join(b"<author><name>Ada Number%d</name></author>" % n for n in range(5_000))
_NESTED = b"<a>" * 200_000

READ = [(reader, atom) for reader in ("query", "announcements")] + [("feed", rss), ("oai", atom)]


def _wrapped(wrap: Callable[[Iterable[bytes]], Answer], make: Callable[[], Iterable[bytes]]) -> Answer:
    return wrap(make())


MARKUP = [
    Bomb(
        name=f"{name} to {reader}",
        answer=partial(_wrapped, wrap, make),
        expected=expected,
        reader=reader,
        slow=slow or reader in ("announcements", "oai"),
    )
    for reader, wrap in READ
    for name, make, expected, slow in [
        ("200,000 deep", lambda: [_NESTED], "nested deeper than 64", False),
        ("290,000 deep", lambda: [b"<a>" * 290_000], "nested deeper than 64", True),
        ("a tag without end", lambda: [b"<a " + b"b " * 5_000_000], "longer than", False),
        ("10 MB attribute", lambda: [b'<a b="' + b"x" * 10_000_000 + b'"/>'], "longer than", False),
        (
            "10 MB attribute behind >",
            lambda: [b'<a b=">" c="' + b"x" * 10_000_000 + b'"/>'],
            "longer than",
            False,
        ),
        (
            "a million attributes",
            lambda: [b"<a ", *(b'a%d="" ' % n for n in range(1_000_000)), b"/>"],
            "longer than",
            True,
        ),
        ("10 MB name", lambda: [b"<" + b"a" * 10_000_000 + b"/>"], "longer than", False),
        ("10 MB text", lambda: [b"<a>" + b"x" * 10_000_000 + b"</a>"], "longer than 2 MiB", False),
        ("10 MB comment", lambda: [b"<!--" + b"x" * 10_000_000 + b"-->"], "longer than 2 MiB", False),
        ("10 MB instruction", lambda: [b"<?x " + b"x" * 10_000_000 + b"?>"], "longer than 2 MiB", False),
        (
            "10 MB CDATA",
            lambda: [b"<a><![CDATA[" + b"x" * 10_000_000 + b"]]></a>"],
            "longer than 2 MiB",
            False,
        ),
        ("a million elements", lambda: [b"<a/>" * 1_000_000], "0,000 tags", False),
        ("half a million elements", lambda: [b"<a/>" * 500_000], "has more than", True),
        ("a million entries", lambda: [b"<entry/>" * 1_000_000], "0,000 tags", False),
    ]
]

LARGE = [
    Bomb(
        name="half a million entries",
        answer=lambda: atom([b"<entry/>" * 500_000]),
        expected="",
        reader="query",
        slow=True,
    ),
    Bomb(
        name="70,000 items",
        answer=lambda: rss([b"<item><title>x</title></item>" * 70_000]),
        expected="",
        reader="feed",
        papers=10_000,
        slow=True,
    ),
    Bomb(
        name="15 MiB of entries",
        answer=lambda: atom(entry(n, more=_SUMMARY) for n in range(9_500)),
        expected="",
        reader="query",
        papers=9_500,
        slow=True,
    ),
    Bomb(
        name="15 MiB of wide entries",
        answer=lambda: atom(entry(n, more=_WIDE) for n in range(9_900)),
        expected="",
        reader="query",
        papers=-1,
        slow=True,
    ),
    Bomb(
        name="4 MiB of items",
        answer=lambda: rss(
            b"<item><title>T %d</title><description>%s</description></item>" % (n, b"Some words. " * 120)
            for n in range(2_800)
        ),
        expected="",
        reader="feed",
        papers=-1,
        slow=True,
    ),
    Bomb(
        name="14 MiB of items",
        answer=lambda: rss(
            b"<item><title>T %d</title><description>%s</description></item>" % (n, b"Some words. " * 120)
            for n in range(9_800)
        ),
        expected="",
        reader="feed",
        papers=-1,
        slow=True,
    ),
    Bomb(
        name="5,000 authors",
        answer=lambda: atom([entry(1, more=_AUTHORS)]),
        expected="",
        reader="query",
        papers=1,
    ),
    Bomb(
        name="1 MB title",
        answer=lambda: atom([entry(1, title=b"word " * 200_000), entry(2)]),
        expected="",
        reader="query",
        papers=2,
    ),
    Bomb(
        name="1 MB title in a feed",
        answer=lambda: rss([b"<item><title>" + b"word " * 200_000 + b"</title></item>"]),
        expected="",
        reader="feed",
        papers=1,
    ),
    Bomb(
        name="comments in HTML",
        answer=lambda: rss(
            [
                b"<item><title>x</title><description><![CDATA["
                + b"<!--" * 290_000
                + b"]]></description></item>"
            ]
        ),
        expected="",
        reader="feed",
        papers=1,
        slow=True,
    ),
    Bomb(
        name="unsound tags",
        answer=lambda: rss([b"<item><title>x &</title>" + b"<a " * 250_000]),
        expected="never closed",
        reader="feed",
    ),
    Bomb(
        name="unsound tags in pairs",
        answer=lambda: rss([b"<item><title>x &</title>" + b"<a></a>" * 149_000]),
        expected="",
        reader="feed",
        papers=1,
        slow=True,
    ),
    Bomb(
        name="many ampersands",
        answer=lambda: rss([b"<item><title>x</title><description>" + b"&x" * 900_000]),
        expected="references",
        reader="feed",
    ),
    Bomb(
        name="ampersands",
        answer=lambda: rss([b"<item><title>x</title><description>" + b"&x" * 399_000]),
        expected="",
        reader="feed",
        papers=1,
        slow=True,
    ),
]
"""Large bodies that are legal, or nearly; -1 papers: as many as fit."""
