"""What strangers might write into a paper or a name: text made to break headers, parts, markup and links."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import strategies as st

from recommender.digest.compose import Material
from recommender.domain.editions import Edition, EditionItem, Evidence, InterestStanding, Lever, Section
from recommender.domain.papers import Paper, PaperId, Signal
from tests.builders import an_interest
from tests.digest import samples

TRICKS = (
    *("=?utf-8?q?evil=0ABcc=3A_x=40y?=", "=?utf-8?b?DQpCY2M6IHhAeS56?=", "=?utf-8?q?=E2=80=A8?=", "=?", "?="),
    *(
        "\r\nBcc: spy@evil.example\r\n",
        "\n\n<b>body</b>",
        "\r",
        "\n",
        "\r\n.\r\n",
        "\n..\n",
        "\n.",
        ".",
        "\x0b\x0c",
    ),
    *("\u2028", "\u2029", "\x85", "\x00", "\x1b[31m", "\x7f", "\x1c", "\ud800", "\udcff", "\udfff\ud800"),
    *("\u202e", "\u2066\u2069", "\u200b", "\u200d", "\ufeff", "\ufffe", "\ufdd0", "\U0001fffe", "\U000e0041"),
    *("]]>", "<![CDATA[", "<!--", "-->", "--!>", "<?php", "<!doctype x>", "</title></style></head>"),
    *(
        "<script>alert(1)</script>",
        "</td></tr></table>",
        "</div></body></html>",
        "<plaintext>",
        "<base href=//x>",
    ),
    *(
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='x",
        "<a href='javascript:x'>",
        "&lt;b&gt;",
        "&#x3c;i&#62;",
    ),
    *("&", "&amp", "&notit;", "{{ 7 * 7 }}", "{% raw %}", "{# x #}", "${x}", "%s%n", "%0D%0ABcc:%20x", "+"),
    *('"', "'", "`", ",", ";", ":", "<", ">", "@", "\\", "(", ")", "[", "]", "Doe, Jane <jane@evil.example>"),
    *(
        "undisclosed:;",
        '"quoted" <>',
        "a@b@c",
        '\\"',
        "\nFrom nobody\n",
        "From ",
        ">From ",
        "--",
        "--=_",
        "=3D=\n",
    ),
    *(
        "W" * 1200,
        "é" * 700,
        "🧪" * 90,
        "e\u0301" * 60,
        "\u0e33" * 80,
        "x " * 700,
        "\t" * 50,
        " " * 200,
        "\u3000",
    ),
    *(
        "$x^{2}$",
        "$",
        "$$",
        "\\frac{a",
        "\\href{javascript:x}{y}",
        "\\url{http://evil.example}",
        "\\",
        "{" * 60,
    ),
    *(
        "\\unicode{0}",
        '\\char"0A',
        "``",
        "''",
        "---",
        "~",
        "^",
        "_",
        "İ",
        "ß",
        "ﬁ",
        "שלום",
        "日本語の題名",
        "👩\u200d🔬",
    ),
    *(
        "mailto:digest@example.org?subject=x",
        "http://evil.example/",
        "[pr:v:" + "A" * 60 + "." + "A" * 32 + "]",
    ),
)
GOOD_LINKS = (
    "https://arxiv.org/abs/2601.00001",
    "HTTP://ARXIV.ORG/abs/2601.00001?a=1&b=%22#part",
    "https://github.com/example/code(1)'x",
)
BAD_LINKS = (
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "https://arxiv.org@evil.example/",
    "https://arxiv.org\\@evil.example/",
    "https://arxiv.org\x00.evil.example/",
    "//evil.example/",
    "https:/evil.example/",
    'https://arxiv.org/"><script>',
    "https://arxiv.org/\r\nBcc: x",
    "https://arxiv.org/a b",
    "https://arxiv.org/\u2028x",
    "https://arxiv.org/\u202ex",
    "https://arxiv.org/\x7f\ud800",
    "mailto:digest@example.org?subject=Unsubscribe",
    "mailto:spy@evil.example",
    "ftp://evil.example/",
    "https://",
    "",
)
TEXTS = st.lists(
    st.sampled_from(TRICKS)
    | st.text(max_size=20)
    | st.text(alphabet="=?_qbQB.\r\n <>\"',;:@\\$%&-[]()0A", max_size=24),
    max_size=6,
).map("".join)
LINKS = st.sampled_from((None, *GOOD_LINKS, *BAD_LINKS))
MOMENTS = st.none() | st.datetimes(
    datetime(1991, 8, 14), datetime(2026, 1, 30), timezones=st.just(UTC)  # noqa: DTZ001 hypothesis adds the zone
)  # fmt: skip


@st.composite
def papers(draw: st.DrawFn, number: int) -> Paper:
    """Draw a paper all of whose words are a stranger's."""
    return Paper(
        id=PaperId(f"title:{number}"),
        title=draw(TEXTS),
        abstract=draw(TEXTS),
        authors=tuple(draw(st.lists(TEXTS, max_size=3))),
        author_count=draw(st.none() | st.integers(0, 9_000)),
        organisation=draw(st.none() | TEXTS),
        categories=tuple(draw(st.lists(TEXTS, max_size=2))),
        venue=draw(st.none() | TEXTS),
        summary=draw(st.none() | TEXTS),
        summary_by=draw(st.none() | TEXTS),
        url=draw(LINKS),
        code_url=draw(LINKS),
        published=draw(MOMENTS),
    )


@st.composite
def materials(draw: st.DrawFn) -> Material:
    """Draw an edition of up to three papers, at times after one that may not have arrived."""
    shown = [draw(papers(number)) for number in range(draw(st.integers(0, 3)))]
    lost = [draw(papers(10 + number)) for number in range(draw(st.integers(0, 2)))]
    standings = tuple(
        _standing(draw, key) for key in draw(st.sampled_from([(), ("editing",), ("editing", "x")]))
    )
    edition = replace(
        samples.edition(),
        items=tuple(_item(draw, paper) for paper in shown),
        standings=standings,
        sources=draw(TEXTS),
        subject=draw(st.just("") | TEXTS),
    )
    missed = replace(samples.missed(0), items=tuple(_item(draw, paper) for paper in lost))
    return samples.material(
        edition=edition,
        missed=draw(st.sampled_from([None, missed])),
        papers={paper.id: paper for paper in (*shown, *lost)},
        subscriber=samples.reader(
            email="ana@example.org", name=draw(TEXTS), interests=(an_interest(draw(TEXTS), key="editing"),)
        ),
        footer=draw(TEXTS),
        words=samples.wording().of(draw(st.sampled_from(["", "de", "ar", "ja"]))),
        followed=frozenset(draw(st.lists(TEXTS, max_size=2))),
        signals=[
            Signal(paper=paper.id, source="s", taken_at=samples.NOW, upvotes=draw(st.integers(0, 9_999)))
            for paper in shown
        ],
    )


def _item(draw: st.DrawFn, paper: Paper) -> EditionItem:
    """Draw the place of a paper; its reason quotes what strangers wrote."""
    number = int(paper.id.partition(":")[2])
    return EditionItem(
        id=101 + number,
        paper=paper.id,
        section=draw(st.sampled_from(Section)),
        interest=draw(st.sampled_from(["editing", ""])),
        position=number,
        score=0.5,
        match=draw(st.sampled_from([0.1, 0.92, 0.99])),
        reason=draw(TEXTS),
        lever=draw(
            st.none() | st.builds(Lever, act=st.sampled_from(["mute", "follow", "less"]), value=TEXTS)
        ),
        evidence=draw(st.sampled_from([(), (Evidence(scorer="authors", share=1.0, author=draw(TEXTS)),)])),
        sentence=draw(TEXTS),
    )


def _standing(draw: st.DrawFn, key: str) -> InterestStanding:
    """Draw how an interest with a stranger's name stood."""
    return InterestStanding(
        interest=key,
        name=draw(TEXTS),
        fitting=draw(st.integers(0, 9_000)),
        days=tuple(draw(st.lists(st.integers(0, 99), max_size=14))),
        paused=draw(st.booleans()),
    )


def count(edition: Edition | None) -> int:
    """Return how many papers an edition has; none for none."""
    return len(edition.items) if edition else 0
