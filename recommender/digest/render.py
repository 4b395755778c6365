"""Templates to text: the HTML and the text part of a digest, and the pages of the web application.

With `sandbox` and `blame` the only place that knows Jinja.
A template that names something unknown fails; where it is the operator's own, the one that ships takes its
place, so that a digest goes out all the same.
"""

import re
import textwrap
import threading
import unicodedata
from collections import ChainMap
from collections.abc import Callable, Sequence
from pathlib import Path

from markupsafe import escape

from recommender.digest.blame import Incomplete, blame
from recommender.digest.folders import Templates, read_folder
from recommender.digest.inlining import Inliner
from recommender.digest.mail_links import mailto, without_body
from recommender.digest.naming import named
from recommender.digest.notes import Note
from recommender.digest.plain import plain
from recommender.digest.sandbox import Sandbox
from recommender.digest.shortening import fitting
from recommender.digest.words import Words
from recommender.domain.digests import Digest, Span
from recommender.domain.errors import ConfigError, Problem
from recommender.domain.theme import Theme

WIDTH = 74
"""Columns of the text part."""
_WIDEST = 1_000
"""Columns that a template can ask for, so that little does not become much."""
_DIRECTIONS = {"L": "ltr", "R": "rtl", "AL": "rtl"}
_BLANKS = re.compile(r"\n{3,}")
_WEB_URL = re.compile(r"https?://[^\s/?#@\\\"<>]+(?:[/?#][^\s\"<>\x00-\x1f]*)?", re.IGNORECASE)
_ENCODED = re.compile(r"[A-Za-z0-9:@?=&%._~+-]+", re.ASCII)


class Renderer:
    """Fills templates: those of the operator's own folder where it has any, else those that ship."""

    def __init__(
        self,
        template_dirs: Sequence[Path],
        mailbox: str = "",
        theme: Theme | None = None,
        own: Templates | None = None,
    ) -> None:
        """Read the templates; they are compiled when first used.

        Those in `own` come first; then folders are searched in order, and the last one is that which ships.
        Only `mailbox`, where answers are read, may stand in a `mailto:` link. Raises ConfigError for a file
        that cannot be read.
        """
        self._mailto = mailto(mailbox)
        self._theme = theme or Theme()
        filters: dict[str, Callable[..., str]] = {
            "web": web_url,
            "ours": self._own_url,
            "short": without_body,
            "wrap": wrap,
            "column": column,
            "bar": bar,
            "direction": direction,
            "uncapital": uncapital,
            "capital": capital,
            "text": spans_text,
        }
        *before, shipped = [_read(folder) for folder in template_dirs]
        own = dict(ChainMap({}, dict(own or {}), *map(dict, before)))
        self._shipped = Sandbox({}, shipped, filters)
        self._environment = Sandbox(own, shipped, filters) if own else self._shipped
        self._own = frozenset(file.shown for file in own.values())
        self._troubles: dict[Problem, None] = {}
        self._lock = threading.Lock()
        self._inliner = Inliner()

    def html(self, digest: Digest, words: Words) -> str:
        """Return the HTML part: one file, styles inlined, only the at-rules left in its head.

        Mail programs cut long parts off, so one that is too long is made shorter, step by step.
        """
        return self._filled(lambda sandbox: self._html(sandbox, digest, words))

    def _html(self, sandbox: Sandbox, digest: Digest, words: Words) -> str:
        page = fitting(digest, lambda version: self._inlined(sandbox, version, words))
        way_out = str(escape(self._own_url(digest.footer.unsubscribe)))
        if sandbox is not self._shipped and way_out not in page:
            raise Incomplete("the link to unsubscribe is missing")
        return page

    def _filled(self, fill: Callable[[Sandbox], str]) -> str:
        """Return what the operator's templates make, or where they fail, what ours make; remember why."""
        if self._environment is not self._shipped:
            try:
                return fill(self._environment)
            except Exception as error:  # noqa: BLE001 - a template raises anything; the digest goes out all the same
                trouble = blame(error, self._own, min(self._own))
            with self._lock:
                self._troubles[trouble] = None
        return fill(self._shipped)

    @property
    def sandbox(self) -> Sandbox:
        """Where templates are filled, the operator's own first."""
        return self._environment

    def troubles(self) -> Sequence[Problem]:
        """Return where and why the operator's templates failed since this was last asked, each once."""
        with self._lock:
            found, self._troubles = tuple(self._troubles), {}
        return found

    def _own_url(self, url: str) -> str:
        """Return a link that we made if it leads to the web or to our own mailbox, else an empty string."""
        if self._mailto and url.startswith(f"{self._mailto}?") and _ENCODED.fullmatch(url):
            return url
        return web_url(url)

    def draft(self, digest: Digest, words: Words) -> str:
        """Return the HTML part as the templates make it; raises what they raise."""
        return self._draft(self._environment, digest, words)

    def _draft(self, sandbox: Sandbox, digest: Digest, words: Words) -> str:
        given = {"digest": named(digest), "words": words, "theme": self._theme}
        return sandbox.get_template("digest.html").render(given)

    def _inlined(self, sandbox: Sandbox, digest: Digest, words: Words) -> str:
        return self._inliner.inline(self._draft(sandbox, digest, words))

    def text(self, digest: Digest, words: Words) -> str:
        """Return the text part, prose wrapped, links whole on lines of their own."""
        return self._filled(lambda sandbox: self._text(sandbox, digest, words))

    def _text(self, sandbox: Sandbox, digest: Digest, words: Words) -> str:
        page = sandbox.get_template("digest.txt").render(digest=digest, words=words, theme=self._theme)
        lines = (line.rstrip() for line in page.splitlines())
        return _BLANKS.sub("\n\n", "\n".join(lines)).strip("\n") + "\n"

    def note(self, note: Note) -> str:
        """Return the HTML part of a short mail, styles inlined."""
        return self._filled(lambda sandbox: self._note(sandbox, note))

    def _note(self, sandbox: Sandbox, note: Note) -> str:
        page = self._inliner.inline(sandbox.get_template("note.html").render(note=note, theme=self._theme))
        links = [str(escape(web_url(way.url))) for way in note.ways]
        if sandbox is not self._shipped and not all(link in page for link in links):
            raise Incomplete("a link of the mail is missing")
        return page

    def page(self, name: str, **context: object) -> str:
        """Return a page of the web application; `name` is a path inside the template folders."""
        return self._filled(lambda sandbox: sandbox.get_template(name).render(theme=self._theme, **context))


def web_url(url: str | None) -> str:
    """Return a URL if it is http or https with a plain host and nothing unseen in it, else empty text."""
    match = _WEB_URL.fullmatch((url or "").strip())
    return match[0] if match and plain(match[0]) == match[0] else ""


def wrap(text: str, indent: int = 0, width: int = WIDTH) -> str:
    """Return `text` in lines of at most `width` columns; all but the first are indented by `indent`."""
    width, indent = min(width, _WIDEST), min(indent, _WIDEST)
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
    return text.ljust(min(width, _WIDEST))


def bar(share: int, width: int = 20) -> str:
    """Return per cent as a bar of `width` columns; at least one is filled where it is above 0."""
    width = min(width, _WIDEST)
    full = min(width, max(round(share * width / 100), 1 if share > 0 else 0))
    return "█" * full + "░" * (width - full)


def direction(text: str) -> str:
    """Return `rtl` or `ltr`, as the first letter that has a direction says; empty if none has."""
    for char in text:
        if (kind := unicodedata.bidirectional(char)) in _DIRECTIONS:
            return _DIRECTIONS[kind]
    return ""


def spans_text(spans: Sequence[Span]) -> str:
    """Return the text of spans without their marks."""
    return "".join(span.text for span in spans)


def _read(folder: Path) -> Templates:
    templates, problems = read_folder(folder)
    if problems:
        raise ConfigError(problems)
    return templates
