r"""Accents that sources leave as TeX in the names of people: `Sch\"afer`, `Nov\'{a}k`, `S{\o}ren`.

Names are decoded when they are read, titles only when they are shown: a name is what authors are
followed by, and what two records of one work are compared by.
"""

import re
import unicodedata

_MARKS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
}
_LETTERS = {
    "ss": "ß",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "aa": "å",
    "AA": "Å",
    "o": "ø",
    "O": "Ø",
    "l": "ł",
    "L": "Ł",
    "dh": "ð",
    "DH": "Ð",
    "th": "þ",
    "TH": "Þ",
    "dj": "đ",
    "DJ": "Đ",
    "i": "ı",
    "j": "ȷ",
}
_BASE = r"(\\[ij](?![A-Za-z])(?:\s(?=[a-z]))?|[^\W\d_])"
_BRACED = r"\{\s*" + _BASE + r"\s*\}"
_SIGNED = re.compile(r"\\([`'^~=.\"])\s*(?:" + _BRACED + "|" + _BASE + ")")
_NAMED = re.compile(r"\\([uvHcdbkr])(?:\s*" + _BRACED + r"|\s+" + _BASE + ")")
# TeX swallows the space after a command; before a capital it was meant as a space all the same.
_LETTER = re.compile(
    r"\\(" + "|".join(sorted(_LETTERS, key=len, reverse=True)) + r")(?![A-Za-z])(?:\s*\{\}|\s+(?=[a-z]))?"
)
_BREAK = re.compile(r"\\\\|\\(?=\s|$)|~")
_STRAY = re.compile(r"\\(?=[^\W\d_a-zA-Z])")
_GROUP = re.compile(r"\{([^{}\\$]*)\}")


def untangled(name: str) -> str:
    r"""Return a name with its TeX accents, letters, ties and groups as plain characters.

    Only what makes one known letter is changed; other commands stay as they are written.
    """
    if "\\" not in name and "{" not in name and "~" not in name:
        return name
    for pattern in (_SIGNED, _NAMED):
        name = pattern.sub(_accented, name)
    name = _LETTER.sub(lambda match: _LETTERS[match[1]], name)
    name = _STRAY.sub("", _BREAK.sub(" ", name))
    return name if "\\" in name or "$" in name else _GROUP.sub(r"\1", name)


def _accented(match: re.Match[str]) -> str:
    """Compose mark and letter; what Unicode has no letter for stays as written."""
    base = (match[2] or match[3]).strip("\\ ")
    letter = unicodedata.normalize("NFC", base + _MARKS[match[1]])
    return letter if len(letter) == 1 else match[0]
