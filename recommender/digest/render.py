"""Templates to text: the HTML and the text part of a digest, and the pages of the web application.

The only place that knows Jinja and the CSS inliner. Everything in a file whose name says HTML is
escaped, whatever else the name says; a template that names something unknown fails.
"""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from recommender.digest.mail_links import mailto, without_body
from recommender.digest.plain import plain, shorten
from recommender.digest.words import Words
from recommender.domain.digests import Digest, Span
from recommender.domain.theme import Theme

SIZE = 70_000
"""Octets of HTML at most; Gmail cuts near 102,000."""
_SHORTER = (160, 0)
WIDTH = 74
"""Columns of the text part."""
_BLANKS = re.compile(r"\n{3,}")
_WEB_URL = re.compile(r"https?://[^\s/?#@\\\"<>]+(?:[/?#][^\s\"<>\x00-\x1f]*)?", re.IGNORECASE)
_ENCODED = re.compile(r"[A-Za-z0-9:@?=&%._~+-]+", re.ASCII)
_CHARSET = '<meta charset="utf-8">'


class Renderer:
    """Fills templates. Folders are searched in order, so a reader's own folder can come first."""

    def __init__(self, template_dirs: Sequence[Path], mailbox: str = "", theme: Theme | None = None) -> None:
        """Set up the environment; templates are compiled when first used.

        Only `mailbox`, where answers are read, may stand in a `mailto:` link.
        """
        self._mailto = mailto(mailbox)
        self._theme = theme or Theme()
        self._environment = Environment(
            loader=FileSystemLoader(template_dirs),
            autoescape=_escapes,  # noqa: S701 escapes all but .txt and .css; a test looks
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self._environment.filters |= {
            "web": web_url,
            "ours": self._own_url,
            "short": without_body,
            "wrap": wrap,
            "uncapital": uncapital,
            "capital": capital,
            "text": spans_text,
            "column": column,
            "bar": bar,
        }
        self._inliner = css_inline.CSSInliner(
            keep_style_tags=False,
            keep_at_rules=True,
            load_remote_stylesheets=False,
            minify_css=True,
        )

    def html(self, digest: Digest, words: Words) -> str:
        """Return the HTML part: one file, styles inlined, only the at-rules left in its head.

        Mail programs cut long parts off, so where it is over `SIZE` octets excerpts are shortened, and
        if that is not enough, left out.
        """
        page = self._inlined(digest, words)
        for length in _SHORTER:
            if len(page.encode()) <= SIZE:
                break
            page = self._inlined(_with_excerpts(digest, length), words)
        return page

    def _own_url(self, url: str) -> str:
        """Return a link that we made if it leads to the web or to our own mailbox, else an empty string."""
        if self._mailto and url.startswith(f"{self._mailto}?") and _ENCODED.fullmatch(url):
            return url
        return web_url(url)

    def _inlined(self, digest: Digest, words: Words) -> str:
        page = self._environment.get_template("digest.html").render(
            digest=digest, words=words, theme=self._theme
        )
        inlined = self._inliner.inline(page)
        # The inliner puts the kept rules first, but a browser looks for the charset in 1,024 bytes only.
        return inlined.replace(_CHARSET, "", 1).replace("<head>", f"<head>{_CHARSET}", 1)

    def text(self, digest: Digest, words: Words) -> str:
        """Return the text part, prose wrapped, links whole on lines of their own."""
        page = self._environment.get_template("digest.txt").render(
            digest=digest, words=words, theme=self._theme
        )
        lines = (line.rstrip() for line in page.splitlines())
        return _BLANKS.sub("\n\n", "\n".join(lines)).strip("\n") + "\n"

    def page(self, name: str, **context: object) -> str:
        """Return a page of the web application; `name` is a path inside the template folders."""
        return self._environment.get_template(name).render(**context)


def _with_excerpts(digest: Digest, length: int) -> Digest:
    """Return the digest with no excerpt longer than `length` characters; 0 leaves them out."""
    return replace(
        digest,
        sections=tuple(
            replace(
                section,
                papers=tuple(
                    replace(paper, excerpt=cut_spans(paper.excerpt, length)) for paper in section.papers
                ),
            )
            for section in digest.sections
        ),
    )


def web_url(url: str | None) -> str:
    """Return a URL if it is http or https with a plain host and nothing unseen in it, else empty text."""
    match = _WEB_URL.fullmatch((url or "").strip())
    return match[0] if match and plain(match[0]) == match[0] else ""


def wrap(text: str, indent: int = 0, width: int = WIDTH) -> str:
    """Return `text` in lines of at most `width` columns; all but the first are indented by `indent`."""
    return textwrap.fill(
        text,
        width=width,
        initial_indent=" " * indent,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    ).lstrip()


def uncapital(text: str) -> str:
    """Return `text` with its first letter small, to go on after a name."""
    return text[:1].lower() + text[1:]


def capital(text: str) -> str:
    """Return `text` with its first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


def column(text: str, width: int = 14) -> str:
    """Return `text` filled up to `width` columns."""
    return text.ljust(width)


def bar(share: int, width: int = 20) -> str:
    """Return per cent as a bar of `width` columns; at least one is filled where it is above 0."""
    full = min(width, max(round(share * width / 100), 1 if share > 0 else 0))
    return "█" * full + "░" * (width - full)


def spans_text(spans: Sequence[Span]) -> str:
    """Return the text of spans without their marks."""
    return "".join(span.text for span in spans)


def cut_spans(spans: Sequence[Span], length: int) -> tuple[Span, ...]:
    """Return spans cut to at most `length` characters, at the end of a word; none where it is 0."""
    if length == 0:
        return ()
    kept = shorten(spans_text(spans), length)
    rest = len(kept)
    found: list[Span] = []
    for span in spans:
        if rest > 0:
            found.append(replace(span, text=span.text[:rest]))
        rest -= len(span.text)
    if found and kept.endswith("…") and spans_text(found) != kept:
        found[-1] = replace(found[-1], text=found[-1].text[:-1] + "…")
    return tuple(found)


def _escapes(name: str | None) -> bool:
    """Escape everything but templates that are plainly text or styles."""
    lowered = (name or "").lower()
    return ".html" in lowered or not lowered.endswith((".txt", ".css"))
