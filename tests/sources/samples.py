"""Small hand-made answers in the shapes that sources send."""

import json
from collections.abc import Sequence

ATOM_HEAD = (
    '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" '
    'xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
)


def query_entry(number: str, *, title: str = "On tests", published: str = "2026-04-26T08:00:00Z") -> str:
    """Return one entry of a query answer."""
    return f"""<entry><id>http://arxiv.org/abs/{number}v2</id><title>{title}</title>
      <updated>2026-04-27T08:00:00Z</updated><published>{published}</published>
      <summary>  We test
      things.</summary>
      <category term="cs.CL"/><category term="cs.IR"/><category term="68T50"/>
      <arxiv:primary_category term="cs.IR"/><arxiv:comment>4 pages</arxiv:comment>
      <arxiv:journal_ref>J. Tests 1</arxiv:journal_ref><arxiv:doi>10.1234/ABC</arxiv:doi>
      <author><name>Ada One</name></author><author><name>:</name></author>
      <author><name>Bo Two</name></author></entry>"""


def query_answer(entries: Sequence[str], *, total: int | None = None) -> bytes:
    """Return an Atom answer of the query API."""
    count = len(entries) if total is None else total
    numbers = f"<opensearch:totalResults>{count}</opensearch:totalResults>"
    return f"{ATOM_HEAD}<id>https://arxiv.org/api/x</id>{numbers}{''.join(entries)}</feed>".encode()


QUERY_ERROR = query_answer(
    [
        """<entry><id>https://arxiv.org/api/errors#incorrect_id</id><title>Error</title>
        <summary>incorrect id format for abc</summary></entry>"""
    ]
)


def rss_item(number: str, *, kind: str = "new", title: str = "On tests", version: int = 1) -> str:
    """Return one item of an announcement feed."""
    return f"""<item><title>{title}</title><link>https://arxiv.org/abs/{number}</link>
      <description>arXiv:{number}v{version} Announce Type: {kind}
Abstract: We announce things.</description>
      <guid isPermaLink="false">oai:arXiv.org:{number}v{version}</guid><category>cs.CL</category>
      <pubDate>Mon, 27 Apr 2026 00:00:00 -0400</pubDate><arxiv:announce_type>{kind}</arxiv:announce_type>
      <dc:creator>Ada One, Bo Two (1, 2), Cy Three, Jr.</dc:creator></item>"""


def rss(items: Sequence[str], *, date: str = "Mon, 27 Apr 2026 00:00:00 -0400") -> bytes:
    """Return an RSS announcement feed."""
    return (
        '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'version="2.0"><channel><title>cs.CL updates on arXiv.org</title><pubDate>{date}</pubDate>'
        f"{''.join(items)}</channel></rss>"
    ).encode()


ATOM_ANNOUNCEMENT = (
    f"{ATOM_HEAD}<title>cs.CL updates on arXiv.org</title><updated>2026-04-27T04:00:00Z</updated>"
    "<entry><id>oai:arXiv.org:2604.00009v1</id><title>On Atom</title>"
    "<summary>arXiv:2604.00009v1 Announce Type: cross\nAbstract: Crossed.</summary>"
    '<category term="cs.CL"/><published>2026-04-27T00:00:00-04:00</published>'
    "<arxiv:announce_type>cross</arxiv:announce_type><dc:creator>Ada One, Bo Two</dc:creator></entry></feed>"
).encode()

OAI = b"""<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>
<record><header><identifier>oai:arXiv.org:math/0601001</identifier></header><metadata>
<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>math/0601001</id><created>2006-01-01</created>
<authors><author><keyname>One</keyname><forenames>Ada</forenames><suffix>Jr</suffix></author></authors>
<title>Old  ways</title><categories>math.AG hep-th</categories>
<comments>This paper has been withdrawn by the author</comments>
<abstract> Things. </abstract></arXiv></metadata></record>
<record><header status="deleted"><identifier>oai:arXiv.org:1</identifier></header></record>
</ListRecords></OAI-PMH>"""


def daily_row(number: str, **inner: object) -> dict[str, object]:
    """Return one row of the daily papers, newest schema."""
    paper: dict[str, object] = {
        "id": number,
        "title": "On\n  daily tests",
        "summary": "We list\nthings.",
        "authors": [
            {"name": "Ada One", "hidden": False},
            {"name": "Bo Two", "hidden": True},
            {"name": "Cy Three"},
        ],
        "publishedAt": "2026-04-24T10:00:00.000Z",
        "upvotes": 7,
        "ai_keywords": ["testing"],
        "githubRepo": "https://github.com/example/tests",
        "githubStars": 3,
        "organization": {"name": "acme", "fullname": "Acme Labs"},
        "mediaUrls": ["https://example.org/video.mp4"],
        **inner,
    }
    return {
        "paper": paper,
        "title": "On daily tests",
        "numComments": 2,
        "publishedAt": "2026-04-24T05:00:00.000Z",
    }


def daily(*rows: object) -> bytes:
    """Return an answer of the daily papers."""
    return json.dumps(list(rows)).encode()


LISTING = """new

Get trending papers in your email inbox!

Subscribe

Daily Papers

byAK and the research community

Jan 19

First paper: with 1 < 2 and UR$^2$

An abstract of the first paper that keeps its \\textit{TeX} and its 5\\%.

  • 7 authors
·
Sep 11, 2023 12

Second paper

An abstract of the second paper.

Third paper

An abstract of the third paper.

AI-at-Meta Meta AI
·
Nov 8, 2025
"""

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>A journal</title>
<item><title>&lt;b&gt;Bold&lt;/b&gt; claims &amp;amp; more</title><link>https://doi.org/10.1234/Bold.1</link>
<description>&lt;p&gt;First.&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;p&gt;Second.&lt;/p&gt;</description>
<pubDate>Mon, 27 Apr 2026 10:00:00 GMT</pubDate></item>
<item><title>Script link</title><link>javascript:alert(1)</link></item>
<item><link>https://example.org/untitled</link></item>
<item><title>From arXiv</title><link>https://arxiv.org/abs/2604.00010v3</link></item>
</channel></rss>"""
