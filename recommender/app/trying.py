"""The templates of an operator, tried on specimens; and which of them a fault comes from."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from recommender.digest.folders import TemplateFile, Templates
from recommender.digest.inspection import Shortfall, inspect_html, inspect_nesting, inspect_text
from recommender.digest.render import Renderer
from recommender.digest.words import Words
from recommender.domain.digests import Digest
from recommender.domain.errors import Problem

_MADE_IN: Mapping[str, tuple[str, ...]] = {
    "paper": ("_paper", "_macros", "digest", "_layout"),
    "missed": ("_missed", "_macros", "digest", "_layout"),
    "frame": ("_layout", "digest", "_paper", "_macros"),
    "foot": ("digest", "_layout", "_macros"),
}
"""Templates that a fault of a part is probably made in, without their endings."""
_TAG = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong with specimens: where templates failed, or else what they made."""

    troubles: Sequence[Problem] = ()
    html: Sequence[Shortfall] = ()
    text: Sequence[Shortfall] = ()

    def kinds(self, ending: str) -> dict[str, Shortfall]:
        """Return the first shortfall of each kind, in the parts of an ending."""
        found = self.html if ending == ".html" else self.text
        return {_kind(short.message): short for short in reversed(found)}


def tried(renderer: Renderer, words: Words, digests: Iterable[Digest]) -> Found:
    """Return what is wrong with `digests` as a renderer makes them."""
    html: list[Shortfall] = []
    text: list[Shortfall] = []
    for digest in digests:
        page, plain = renderer.html(digest, words), renderer.text(digest, words)
        if troubles := renderer.troubles():
            return Found(troubles)
        html += (*inspect_nesting(renderer.draft(digest, words)), *inspect_html(page, digest))
        text += inspect_text(plain, digest)
    return Found((), html, text)


def blamed(
    found: Found, own: Templates, shipped: Templates, try_with: Callable[[Templates], Found]
) -> Iterator[Problem]:
    """Yield each kind of fault once, at the template of `own` that it comes from.

    That is one without which the fault is gone, as `try_with` finds; the likeliest where that tells nothing.
    """

    @cache
    def without(name: str) -> Found:
        # A name that does not ship may be asked for by another of their own: it is emptied and not left out.
        kept = {other: file for other, file in own.items() if other != name}
        return try_with(kept if name in shipped else {**kept, name: TemplateFile(own[name].shown, "")})

    for trouble in found.troubles:
        at = next((name for name, file in own.items() if file.shown == trouble.file), min(own))
        names = [at, *(name for name in own if name != at)]
        guilty = next((name for name in names if trouble.message not in _troubles(without(name))), at)
        yield trouble if guilty == at else replace(trouble, file=own[guilty].shown, line=1)
    for ending, part in ((".html", "HTML"), (".txt", "text")):
        for kind, short in reversed(found.kinds(ending).items()):
            name = _guilty(kind, _suspects(short, own, ending), without, ending)
            file = own[name]
            message = f"the {part} of a digest: {short.message}"
            yield Problem(file.shown, _line(short.message, file.text), 1, message, short.fix)


def _guilty(kind: str, suspects: Sequence[str], without: Callable[[str], Found], ending: str) -> str:
    """Return the first without which the digest is made, and not so; else the first."""
    for name in suspects if len(suspects) > 1 else ():
        left = without(name)
        if not left.troubles and kind not in left.kinds(ending):
            return name
    return suspects[0]


def _suspects(short: Shortfall, own: Templates, ending: str) -> Sequence[str]:
    """Return the operator's templates of the mail, the likeliest first."""
    likely = [name for made in _MADE_IN[short.part] if (name := f"{made}{ending}") in own]
    fitting = [name for name in own if name.endswith(ending) and not name.startswith("pages/")]
    return list(dict.fromkeys((*likely, *sorted(fitting)))) or [min(own)]


def _line(message: str, text: str) -> int:
    """Return the line of the element that a message names if it stands once in a template, else the first."""
    tag = _TAG.search(message)
    places = [match.start() for match in re.finditer(rf"<{tag[1]}\b", text, re.IGNORECASE)] if tag else []
    return text.count("\n", 0, places[0]) + 1 if len(places) == 1 else 1


def _troubles(found: Found) -> frozenset[str]:
    return frozenset(trouble.message for trouble in found.troubles)


def _kind(message: str) -> str:
    return message.partition(":")[0]
