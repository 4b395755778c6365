"""A reading list as CSL-JSON (https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html).

What Zotero, pandoc and citeproc read; names and fields are those of the schema csl-data.json. HTML of a title
(`<i>`) is markup there too, and stays.
"""

import json
from collections.abc import Iterable, Mapping

from recommender.digest.plain import plain
from recommender.digest.tex import to_unicode
from recommender.domain.papers import PaperStatus
from recommender.services.citations import Saved, arxiv_of, citation_key, date_parts, doi_of, name_parts


def to_csl(rows: Iterable[Saved]) -> str:
    """Return a list of items: `article-journal` where there is a venue and `article` elsewhere."""
    return json.dumps([_item(row) for row in rows], ensure_ascii=False, indent=2) + "\n"


def _item(row: Saved) -> Mapping[str, object]:
    """Return one item; labels stand in `keyword`, the reader's note in `annote`, an arXiv id in `number`."""
    paper, arxiv = row.paper, arxiv_of(row.paper)
    parts = date_parts(paper.published)
    fields: Mapping[str, object] = {
        "id": citation_key(paper),
        "type": "article-journal" if paper.venue else "article",
        "title": to_unicode(paper.title),
        "author": [_name(name) for name in paper.authors if to_unicode(name)],
        "issued": {"date-parts": [list(parts)]} if parts else None,
        "container-title": to_unicode(paper.venue or ""),
        "publisher": "arXiv" if arxiv else None,
        "number": f"arXiv:{arxiv}" if arxiv else None,
        "DOI": doi_of(paper),
        "URL": paper.url,
        "abstract": to_unicode(paper.abstract),
        "keyword": ", ".join(map(plain, row.keywords)),
        "status": "withdrawn" if paper.status is PaperStatus.WITHDRAWN else None,
        "annote": row.note,
    }
    return {name: value for name, value in fields.items() if value}


def _name(name: str) -> Mapping[str, str]:
    """Return given and family name and suffix; a group or a name of one word is literal."""
    given, family, suffix = name_parts(name)
    if not given:
        return {"literal": family}
    return {"family": family, "given": given} | ({"suffix": suffix} if suffix else {})
