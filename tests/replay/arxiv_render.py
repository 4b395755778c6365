"""What arXiv says, in the shapes it says it in: announcement feeds, query answers, OAI-PMH."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from html import escape

from tests.replay.arxiv_days import NEW_YORK, Held, Item, Text, midnight

_ATOM = "http://www.w3.org/2005/Atom"
_ARXIV = "http://arxiv.org/schemas/atom"
_DC = "http://purl.org/dc/elements/1.1/"
_OAI = "http://www.openarchives.org/OAI/2.0/"


def rss(categories: str, day: date, items: Iterable[Item]) -> bytes:
    """Return the RSS feed of a day."""
    local = format_datetime(midnight(day).astimezone(NEW_YORK))
    listed = "".join(_rss_item(item, local) for item in items)
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="{_ARXIV}" xmlns:atom="{_ATOM}" xmlns:dc="{_DC}" version="2.0">
  <channel>
    <title>{categories} updates on arXiv.org</title>
    <link>http://rss.arxiv.org/rss/{categories}</link>
    <description>{categories} updates on the arXiv.org e-print archive.</description>
    <language>en-us</language>
    <lastBuildDate>{format_datetime(midnight(day))}</lastBuildDate>
    <pubDate>{local}</pubDate>
    <skipDays>
      <day>Saturday</day>
      <day>Sunday</day>
    </skipDays>{listed}
  </channel>
</rss>
""".encode()


def atom(categories: str, day: date, items: Iterable[Item]) -> bytes:
    """Return the Atom feed of a day."""
    local = midnight(day).astimezone(NEW_YORK).isoformat()
    listed = "".join(_atom_entry(item, local) for item in items)
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="{_ARXIV}" xmlns:dc="{_DC}" xmlns="{_ATOM}" xml:lang="en-us">
  <id>http://rss.arxiv.org/atom/{categories}</id>
  <title>{categories} updates on arXiv.org</title>
  <updated>{_zulu(midnight(day))}</updated>{listed}
</feed>
""".encode()


def query_answer(
    found: Sequence[tuple[Held, Text]], *, total: int, start: int, asked: str, now: datetime
) -> bytes:
    """Return one page of a query's answer."""
    entries = "".join(_query_entry(paper, text) for paper, text in found)
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="{_ARXIV}" xmlns="{_ATOM}">
  <id>https://arxiv.org/api/local</id>
  <title>arXiv Query: {escape(asked)}</title>
  <updated>{_zulu(now)}</updated>
  <opensearch:itemsPerPage>{len(found)}</opensearch:itemsPerPage>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>{start}</opensearch:startIndex>{entries}
</feed>
""".encode()


def query_error(reason: str, now: datetime) -> bytes:
    """Return what a query that cannot be answered gets: one entry that looks like a paper."""
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns="{_ATOM}">
  <id>https://arxiv.org/api/local</id>
  <updated>{_zulu(now)}</updated>
  <opensearch:totalResults>1</opensearch:totalResults>
  <entry>
    <id>https://arxiv.org/api/errors#{escape(reason.replace(" ", "_"))}</id>
    <title>Error</title>
    <summary>{escape(reason)}</summary>
    <author><name>arXiv api core</name></author>
  </entry>
</feed>
""".encode()


def records(
    found: Iterable[tuple[Held, Text]], *, token: str | None, now: datetime, back: timedelta
) -> bytes:
    """Return a page of records, stamped `back` before their feed.

    `token` is None where all fit, empty on the last page of several.
    """
    listed = "".join(_record(paper, text, back) for paper, text in found)
    more = "" if token is None else f"<resumptionToken>{token}</resumptionToken>"
    return _protocol(f"<ListRecords>{listed}{more}</ListRecords>", now)


def record(paper: Held, text: Text, now: datetime, back: timedelta) -> bytes:
    """Return one record."""
    return _protocol(f"<GetRecord>{_record(paper, text, back)}</GetRecord>", now)


def oai_error(code: str, now: datetime) -> bytes:
    """Return a fault as the protocol names it."""
    return _protocol(f'<error code="{code}">{code}</error>', now)


def oai_set(category: str) -> str:
    """Return the name of a category's set."""
    archive, _, part = category.partition(".")
    named = f"{archive}:{part}" if part else archive
    physics = archive in ("astro-ph", "cond-mat", "gr-qc", "hep-th", "nlin", "physics", "quant-ph")
    return f"{'physics' if physics else archive}:{named}"


def _rss_item(item: Item, local: str) -> str:
    paper, text = item.paper, item.text
    categories = "".join(f"\n      <category>{name}</category>" for name in paper.categories)
    return f"""
    <item>
      <title>{escape(text.title)}</title>
      <link>https://arxiv.org/abs/{paper.number}</link>
      <description>{_description(item)}</description>
      <guid isPermaLink="false">oai:arXiv.org:{paper.number}v{text.version}</guid>{categories}
      <pubDate>{local}</pubDate>
      <arxiv:announce_type>{item.kind}</arxiv:announce_type>
      <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>
      <dc:creator>{escape(", ".join(paper.authors))}</dc:creator>
    </item>"""


def _atom_entry(item: Item, local: str) -> str:
    paper, text = item.paper, item.text
    categories = "".join(f'\n    <category term="{name}"/>' for name in paper.categories)
    return f"""
  <entry>
    <id>oai:arXiv.org:{paper.number}v{text.version}</id>
    <title>{escape(text.title)}</title>
    <updated>{local}</updated>
    <link href="https://arxiv.org/abs/{paper.number}" rel="alternate" type="text/html"/>
    <summary>{_description(item)}</summary>{categories}
    <published>{local}</published>
    <arxiv:announce_type>{item.kind}</arxiv:announce_type>
    <dc:creator>{escape(", ".join(paper.authors))}</dc:creator>
  </entry>"""


def _description(item: Item) -> str:
    named = f"arXiv:{item.paper.number}v{item.text.version} Announce Type: {item.kind} \n"
    return escape(f"{named}Abstract: {item.text.abstract}")


def _query_entry(paper: Held, text: Text) -> str:
    name = f"{paper.number}v{text.version}"
    authors = "".join(f"\n    <author><name>{escape(author)}</name></author>" for author in paper.authors)
    categories = "".join(
        f'\n    <category term="{term}" scheme="{_ARXIV}"/>' for term in map(escape, paper.categories)
    )
    comment = f"\n    <arxiv:comment>{escape(paper.comment)}</arxiv:comment>" if paper.comment else ""
    return f"""
  <entry>
    <id>http://arxiv.org/abs/{name}</id>
    <title>{escape(text.title)}</title>
    <updated>{_zulu(text.submitted)}</updated>
    <link href="https://arxiv.org/abs/{name}" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/{name}" rel="related" type="application/pdf" title="pdf"/>
    <summary>{escape(text.abstract)}</summary>{categories}
    <published>{_zulu(paper.texts[0].submitted)}</published>{comment}
    <arxiv:primary_category term="{escape(paper.categories[0])}"/>{authors}
  </entry>"""


def _record(paper: Held, text: Text, back: timedelta) -> str:
    first = paper.texts[0].submitted.date()
    updated = f"<updated>{text.submitted.date()}</updated>" if text.version > 1 else ""
    sets = "".join(f"<setSpec>{oai_set(name)}</setSpec>" for name in paper.categories)
    comment = f"<comments>{escape(paper.comment)}</comments>" if paper.comment else ""
    return f"""<record><header><identifier>oai:arXiv.org:{paper.number}</identifier>
<datestamp>{text.day - back}</datestamp>{sets}</header><metadata>
<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{paper.number}</id><created>{first}</created>{updated}
<authors>{"".join(map(_author, paper.authors))}</authors><title>{escape(text.title)}</title>
<categories>{escape(" ".join(paper.categories))}</categories>{comment}
<license>http://creativecommons.org/licenses/by/4.0/</license>
<abstract>  {escape(text.abstract)}
</abstract></arXiv></metadata></record>
"""


def _author(name: str) -> str:
    fore, _, key = name.rpartition(" ")
    forenames = f"<forenames>{escape(fore)}</forenames>" if fore else ""
    return f"<author><keyname>{escape(key)}</keyname>{forenames}</author>"


def _protocol(inner: str, now: datetime) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="{_OAI}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<responseDate>{_zulu(now)}</responseDate>
<request verb="ListRecords">https://oaipmh.arxiv.org/oai</request>
{inner}
</OAI-PMH>
""".encode()


def _zulu(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
