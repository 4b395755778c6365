"""Light English stemming: plurals, -ing, -ed and a final e; no derivation (`editor` is not `edit`).

The rules are steps 1a, 1b and 5a of M. F. Porter, "An algorithm for suffix stripping" (1980): enough
that `editing`, `edited` and `edits` meet, too little to make `university` meet `universe`.
"""

import re
from collections.abc import Callable, Iterable, Sequence

_VOWELS = "aeiou"
_STRONG = frozenset(
    {"system", "computer", "fire", "bill", "mill", "cry", "detail", "describe", "interest", "move", "amount"}
    | {"empty", "full", "part", "call", "find", "fill", "bottom", "top", "side", "front", "thin", "thick"}
    | {"name", "serious", "sincere"}
)
"""Words that common stop lists hold and papers mean."""
_WEAK = frozenset(
    {"paper", "propose", "proposed", "proposes", "show", "shows", "shown", "present", "presents"}
    | {"demonstrate", "demonstrates", "introduce", "introduces", "et", "al", "via"}
    | {"using", "use", "used", "uses", "based"}
)
"""Words that every abstract has."""
_RUNS = re.compile("v+c+")


_LIMIT = 500_000
"""Words remembered before the memory is emptied."""


class Stems:
    """Maps words to stems, remembering what it has seen; `stop` words are never content."""

    def __init__(self, stop: frozenset[str] = frozenset()) -> None:
        """Start with an empty memory."""
        self._stop = stop
        self._content = _Memory(stop)
        self._all = _Memory(frozenset())
        self._raw: dict[str, str] = {}

    @classmethod
    def english(cls) -> "Stems":
        """Return stems with English stop words."""
        # Slow to import, see text.TextSpace.counts.
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS  # noqa: PLC0415

        return cls(frozenset((ENGLISH_STOP_WORDS | _WEAK) - _STRONG))

    def content(self, words: Iterable[str]) -> list[str]:
        """Return the stems of words that carry content: no stop words, no single letters or digits."""
        known = self._content
        return [stem for word in words if (stem := known[word])]

    def written(self, word: str, read: Callable[[str], Sequence[str]]) -> str:
        """Return the content stem of a word as a text spells it; empty unless `read` finds one word in it."""
        if (known := self._raw.get(word)) is not None:
            return known
        if len(self._raw) > _LIMIT:
            self._raw.clear()
        plain = read(word)
        return self._raw.setdefault(word, self._content[plain[0]] if len(plain) == 1 else "")

    def all(self, words: Iterable[str]) -> list[str]:
        """Return the stem of every word, for matching phrases."""
        known = self._all
        return [known[word] for word in words]


class _Memory(dict[str, str]):
    """Stem by word; stop words have an empty stem. Emptied when it grows past `_LIMIT`."""

    def __init__(self, stop: frozenset[str]) -> None:
        super().__init__()
        self._stop = stop

    def __missing__(self, word: str) -> str:
        if len(self) > _LIMIT:
            self.clear()
        skip = bool(self._stop) and (word in self._stop or len(word) < 2)
        value = self[word] = "" if skip else stem(word)
        return value


def singular(word: str) -> str:
    """Return the word without a plural ending; short words, -ss, -us, -is and -as stay."""
    if len(word) < 5 and word not in ("llms", "gans", "gnns", "cnns", "rnns", "vaes"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is", "as")):
        return word[:-1]
    return word


def stem(word: str) -> str:
    """Return the stem of one lower-case word; words with digits and short ones stay as they are."""
    if not word.isalpha() or len(word) < 4:
        return word
    word = singular(word)
    if len(word) < 5:
        return word
    for suffix in ("ing", "ed"):
        trunk = word.removesuffix(suffix)
        if trunk != word and not word.endswith("eed") and _has_vowel(trunk):
            word = _mend(trunk)
            break
    return _final_e(word)


def _has_vowel(trunk: str) -> bool:
    return any(c in _VOWELS for c in trunk) or "y" in trunk[1:]


def _mend(trunk: str) -> str:
    """Repair what cutting -ing or -ed leaves: `stopp` to `stop`, `stor` to `store`."""
    if trunk.endswith(("at", "bl", "iz")):
        return trunk + "e"
    if len(trunk) > 2 and trunk[-1] == trunk[-2] and trunk[-1] not in "lsz" + _VOWELS:
        return trunk[:-1]
    if _measure(trunk) == 1 and _short_end(trunk):
        return trunk + "e"
    return trunk


def _final_e(word: str) -> str:
    if not word.endswith("e"):
        return word
    trunk = word[:-1]
    measure = _measure(trunk)
    return trunk if measure > 1 or (measure == 1 and not _short_end(trunk)) else word


def _shape(word: str) -> str:
    shape = ""
    for place, char in enumerate(word):
        vowel = char in _VOWELS or (char == "y" and place > 0 and shape[-1] == "c")
        shape += "v" if vowel else "c"
    return shape


def _measure(word: str) -> int:
    return len(_RUNS.findall(_shape(word)))


def _short_end(word: str) -> bool:
    return _shape(word)[-3:] == "cvc" and word[-1] not in "wxy"
