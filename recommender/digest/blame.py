"""Where in which template something went wrong, and in what words to say so."""

import re
from collections.abc import Iterator
from types import TracebackType

from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError

from recommender.domain.errors import Problem


class Incomplete(Exception):
    """What a template made lacks something that no mail may lack."""


_SHAPE = re.compile(r"'[\w.]*\.(\w+) object'")
_FIXES = (
    (Incomplete, "print digest.footer.unsubscribe for every digest"),
    (UndefinedError, "docs/theming.md names what templates are given"),
    (SecurityError, "docs/theming.md says what the sandbox allows"),
    (TemplateNotFound, "write the name of a file in the folder, or of a template that ships"),
    (TemplateSyntaxError, "https://jinja.palletsprojects.com/templates has the rules"),
    (KeyError, "the texts are named in templates/words/en.toml"),
)
_LONGEST = 300


def blame(error: Exception, shown: frozenset[str], default: str) -> Problem:
    """Return what failed and where: the innermost line of a template, `shown` being all their names.

    `default` is blamed where no line of a template is on the way.
    """
    file, line = default, 1
    if isinstance(error, TemplateSyntaxError):
        file, line = error.filename or error.name or default, error.lineno
    else:
        for named, number in _frames(error.__traceback__):
            if named in shown:
                file, line = named, number
    fix = next((fix for kind, fix in _FIXES if isinstance(error, kind)), "look at this line")
    return Problem(file, line, 1, _words(error), fix)


def _frames(trace: TracebackType | None) -> Iterator[tuple[str, int]]:
    while trace is not None:
        yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next


def _words(error: Exception) -> str:
    """Say what happened, on one line, without the names of our modules."""
    if isinstance(error, KeyError):
        return f"there is no text {error.args[0]}, or no value for a gap of it"
    if isinstance(error, TemplateNotFound):
        return f"there is no template {error.name}"
    if isinstance(error, RecursionError):
        return "this nests too deep, or goes round without end"
    text = " ".join((getattr(error, "message", None) or str(error)).split())
    known = isinstance(error, UndefinedError | SecurityError | TemplateSyntaxError | Incomplete)
    return _SHAPE.sub(r"a \1", text if known else f"{type(error).__name__}: {text}")[:_LONGEST]
