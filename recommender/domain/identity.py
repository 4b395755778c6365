"""Which ids name the same work: arXiv ids, DOIs, title keys, and the fold rule.

Precision before recall: two works folded into one lose a paper for ever, two rows for one work
only waste a slot.
"""

import hashlib
import re
import unicodedata
from functools import lru_cache

from recommender.domain.papers import Paper, PaperId

_ARXIV_NEW = re.compile(r"(?<![\d.])(\d{4}\.\d{4,5})(v\d+)?(?![\d])")
_ARXIV_OLD = re.compile(r"(?<![a-z-])([a-z-]+(?:\.[A-Z]{2})?/\d{7})(v\d+)?(?!\d)")
_DOI = re.compile(r"\b(10\.\d{4,9}/[^\s\"<>{}|\\^`]+)", re.IGNORECASE)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_TEX_COMMAND = re.compile(r"\\(?:[a-zA-Z]+\*?|.)|(?:text|math)(?:bf|it|tt|sc|rm|sf|bb|cal)(?=\{)")
"""Commands, also those of fonts that have lost their backslash on the way."""
_TITLE_KEY_LENGTH = 180
_TELLING_KEY = 16
"""Letters that a title key needs to say which work it is: `Editorial` and `Introduction` do not."""
_NEAR_ABSTRACT = 0.8
_WORD = re.compile(r"[^\W_]+")
_AFTER_NAME = re.compile(r"[\s,]+(?:jr|sr|ii|iii|iv)\.?$", re.IGNORECASE)
_SIGN = re.compile(r"\\(?!text|math|emph)([a-zA-Z]{2,})|([+<>=#*\u00b1\u2212])")
"""What a title key leaves out and a title can turn on: `C++` is not `C#`, nor an eta meson an omega meson."""
_MANNERS = frozenset(
    ["ae", "aa", "oe", "ss", "em", "it", "bf", "tt", "sc", "rm", "sf", "sl", "left", "right", "quad"]
)
"""TeX commands that say how letters look or stand."""


def arxiv_id(text: str) -> str | None:
    """Return the arXiv id in `text` without its version, or None. Accepts ids, `arXiv:` forms and URLs."""
    match = _ARXIV_NEW.search(text) or _ARXIV_OLD.search(text)
    return match.group(1) if match else None


def arxiv_version(text: str) -> int | None:
    """Return the version number that follows the arXiv id in `text`, or None."""
    match = _ARXIV_NEW.search(text) or _ARXIV_OLD.search(text)
    return int(match.group(2)[1:]) if match and match.group(2) else None


def normal_doi(text: str) -> str | None:
    """Return the DOI in `text`, lower-cased, without a resolver prefix or closing punctuation, or None."""
    match = _DOI.search(text)
    return match.group(1).rstrip(".,;)]").lower() if match else None


@lru_cache(maxsize=4_096)
def title_key(title: str) -> str:
    r"""Return the letters and digits of a title, case-folded, accents and TeX commands removed.

    The same work often differs only by dashes, spaces, accents or `\\textit{}`; a title of symbols
    alone gives an empty key and then names nothing.
    """
    return _letters(title)[:_TITLE_KEY_LENGTH]


def _letters(title: str) -> str:
    """Return a title key of any length: two parts of one work may differ in the last word alone."""
    folded = unicodedata.normalize("NFKD", _TEX_COMMAND.sub("", title)).casefold()
    return "".join(filter(str.isalnum, folded))


def author_key(name: str) -> str:
    """Return the family name's letters, folded. `Doe, Jane`, `Jane Doe` and `J. Doe Jr.` share a key."""
    name = _AFTER_NAME.sub("", name)
    family = name.split(",", 1)[0] if "," in name else name.rsplit(" ", maxsplit=1)[-1] if name else ""
    folded = unicodedata.normalize("NFKD", family).casefold()
    return "".join(char for char in folded if char.isalnum())


def same_person(one: str, other: str) -> bool:
    """Tell whether two names can be one person's: one family name, and no two different first initials."""
    if author_key(one) != author_key(other):
        return False
    initials = {names[0][0] for names in (_given(one), _given(other)) if names}
    return len(initials) < 2


def _named_alike(one: str, other: str) -> bool:
    """Tell whether two names of `same_person` agree in all they spell out: `Wei` is not `Wenjun`.

    `J. Doe` and `Jane A. Doe` agree; a family name alone agrees with itself.
    """
    first, second = _given(one), _given(other)
    if not author_key(one) or bool(first) != bool(second):
        return False
    pairs = zip(first, second, strict=False)
    return "".join(first) == "".join(second) or all(
        mine == yours or (1 in {len(mine), len(yours)} and mine[0] == yours[0]) for mine, yours in pairs
    )


def _given(name: str) -> list[str]:
    """Return the given names, folded, in words."""
    name = _AFTER_NAME.sub("", name)
    given = name.split(",", 1)[1] if "," in name else name.rpartition(" ")[0]
    folded = unicodedata.normalize("NFKD", given).casefold()
    return _WORD.findall("".join(char for char in folded if not unicodedata.combining(char)))


def canonical_id(*, title: str, arxiv: str | None = None, doi: str | None = None, salt: str = "") -> PaperId:
    """Choose the canonical id: arXiv, else DOI, else title key.

    `salt` (an abstract, say) sets apart two different works with one title.
    """
    if doi and (own := _ARXIV_DOI.fullmatch(doi)):
        arxiv = arxiv or arxiv_id(own.group(1))
    if arxiv:
        return PaperId(f"arxiv:{arxiv}")
    if doi:
        return PaperId(f"doi:{doi}")
    key = title_key(title) or hashlib.sha256(title.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    if salt:
        key = f"{key}~{hashlib.sha256(salt.encode()).hexdigest()[:8]}"
    return PaperId(f"title:{key}")


def bare_title(paper: PaperId) -> str:
    """Return what stands for the title of a paper of which only the id is known."""
    scheme, value = paper.split(":", 1)
    return f"arXiv:{value}" if scheme == "arxiv" else paper


def is_bare(paper: Paper) -> bool:
    """Tell whether nothing but an id is known of a paper: its title is a stand-in that says nothing."""
    return paper.library_only and paper.title == bare_title(paper.id)


def aliases(paper: Paper) -> tuple[tuple[str, str], ...]:
    """Return the (scheme, value) names that resolve to this paper and to no other."""
    scheme, value = paper.id.split(":", 1)
    names = [(scheme, value)]
    if paper.doi and (scheme, value) != ("doi", paper.doi):
        names.append(("doi", paper.doi))
    return tuple(names)


def parse_reference(text: str) -> tuple[str, str] | None:
    """Read what a person types for a paper into (scheme, value): an id, a URL, a DOI or `title:` key."""
    text = text.strip()
    if text.startswith("title:"):
        return ("title", text.removeprefix("title:"))
    if doi := normal_doi(text):
        own = _ARXIV_DOI.fullmatch(doi)
        inner = arxiv_id(own.group(1)) if own else None
        return ("arxiv", inner) if inner else ("doi", doi)
    if arxiv := arxiv_id(text):
        return ("arxiv", arxiv)
    return None


def near_equal(one: str, other: str) -> bool:
    """Tell whether two abstracts are the same text give or take a few words (Jaccard of word sets)."""
    first, second = set(one.casefold().split()), set(other.casefold().split())
    if not first or not second:
        return False
    return len(first & second) >= _NEAR_ABSTRACT * len(first | second)


def same_work(one: Paper, other: Paper) -> bool:
    """Tell whether two papers with the same title key are one work.

    Where both name authors, the first authors must agree. Where one does not, the title is too short
    to tell works apart, names are spelled out differently or titles differ in a sign, the abstracts must
    be near-equal. An empty title key never folds, and titles that only resemble each other never do.
    """
    key = _letters(one.title)
    if not key or key != _letters(other.title):
        return False
    if not (one.authors and other.authors):
        return near_equal(one.abstract, other.abstract)
    first, second = one.authors[0], other.authors[0]
    if not same_person(first, second):
        return False
    telling = len(key) >= _TELLING_KEY and _named_alike(first, second)
    if telling and _signs(one.title) == _signs(other.title):
        return True
    return near_equal(one.abstract, other.abstract)


def are_strangers(one: Paper, other: Paper) -> bool:
    """Tell whether two papers have neither title nor any author in common, where both name authors.

    They share a DOI only by mistake: that of whole proceedings, or one that was mistyped.
    """
    if not (one.authors and other.authors) or title_key(one.title) == title_key(other.title):
        return False
    return not {author_key(name) for name in one.authors} & {author_key(name) for name in other.authors}


def _signs(title: str) -> list[str]:
    found = (command or sign for command, sign in _SIGN.findall(title))
    return [sign for sign in found if sign not in _MANNERS]
