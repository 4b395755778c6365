"""Templates to text: the HTML and the text part of a digest, and the pages of the web application.

The only place that knows Jinja and the CSS inliner. Everything in a file whose name says HTML is
escaped, whatever else the name says; a template that names something unknown fails.
"""

import re
import textwrap
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from recommender.domain.digests import Digest

WIDTH = 74
"""Columns of the text part."""
_BLANKS = re.compile(r"\n{3,}")
_SPACE_BETWEEN_TAGS = re.compile(r">\s*\n\s*<")


class Renderer:
    """Fills templates. Folders are searched in order, so a reader's own folder can come first."""

    def __init__(self, template_dirs: Sequence[Path]) -> None:
        """Set up the environment; templates are compiled when first used."""
        self._environment = Environment(
            loader=FileSystemLoader(template_dirs),
            autoescape=_escapes,  # noqa: S701 escapes all but .txt and .css; a test looks
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self._environment.filters |= {"web": web_url, "host": host, "wrap": wrap}
        self._inliner = css_inline.CSSInliner(
            keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False
        )

    def html(self, digest: Digest) -> str:
        """Return the HTML part: one file, styles inlined, only the at-rules left in its head."""
        page = self._environment.get_template("digest.html").render(digest=digest)
        return _SPACE_BETWEEN_TAGS.sub(">\n<", self._inliner.inline(page))

    def text(self, digest: Digest) -> str:
        """Return the text part, prose wrapped, links whole on lines of their own."""
        page = self._environment.get_template("digest.txt").render(digest=digest)
        lines = (line.rstrip() for line in page.splitlines())
        return _BLANKS.sub("\n\n", "\n".join(lines)).strip("\n") + "\n"

    def page(self, name: str, **context: object) -> str:
        """Return a page of the web application; `name` is a path inside the template folders."""
        return self._environment.get_template(name).render(**context)


def web_url(url: str | None) -> str:
    """Return a URL if it is http or https with a host, else an empty string."""
    try:
        parts = urlsplit((url or "").strip())
    except ValueError:
        return ""
    if (
        parts.scheme not in {"http", "https"}
        or not parts.netloc
        or any(char.isspace() for char in parts.geturl())
    ):
        return ""
    return parts.geturl()


def host(url: str | None) -> str:
    """Return the host of a web URL without `www.`, or an empty string."""
    safe = web_url(url)
    return (urlsplit(safe).hostname or "").removeprefix("www.") if safe else ""


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


def _escapes(name: str | None) -> bool:
    """Escape everything but templates that are plainly text or styles."""
    lowered = (name or "").lower()
    return ".html" in lowered or not lowered.endswith((".txt", ".css"))
