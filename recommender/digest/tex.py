r"""TeX to Unicode for titles and abstracts, as sources really write them.

Only formulas and single commands are handed to pylatexenc, never a whole text: it takes a bare
per cent sign for a comment and two prices for a formula. Where a conversion would lose a large part
of the letters, the original stays. No layout: a fraction is `a/b`, an unknown command keeps its words.
"""

import logging
import re
import unicodedata
from functools import cache
from typing import Any

from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexwalker import LatexWalker, LatexWalkerError, get_default_latex_context_db

from recommender.digest.plain import plain

_LONGEST = 20_000
_KEPT = 0.6
_SIGNS = re.compile(r"[\\${}^~]|--|``|''")
_STYLES = (
    "textit|textbf|texttt|textsc|textrm|textsf|textup|textsl|textnormal|text|emph|underline|uline|mbox|"
    "mathbf|mathrm|mathit|mathsf|mathtt|mathcal|mathbb|mathfrak|mathscr|boldsymbol|bm|operatorname"
)
_LOST_BACKSLASH = re.compile(rf"(?<![\\A-Za-z])((?:{_STYLES}|frac|sqrt|textsuperscript)\{{)")
_STYLED = re.compile(rf"\\(?:{_STYLES})\*?\s*\{{([^{{}}]*)\}}")
_STYLED_FORMULA = re.compile(rf"\\(?:{_STYLES})\*?\s*\{{((?:[^{{}}$]*\$[^$]{{1,300}}\$)+[^{{}}$]*)\}}")
_SWITCH = re.compile(r"\{?\\(?:bf|it|em|rm|sc|tt|sf|large|small)\b\s*([^{}]*)\}?")
_COLOUR = re.compile(r"\\(?:text)?color\s*\{[^{}]*\}\s*")
_FOOTNOTE = re.compile(r"\s*\\(?:footnote|thanks|footnotemark|label|vspace|hspace)\*?\s*\{[^{}]*\}")
_MATH = re.compile(
    r"(?<!\\)\$\$? ?(?=[^\s$])([^$]{0,300}?(?<=[^\s\\]))\$\$?|\\\((.{1,300}?)\\\)|\\\[(.{1,300}?)\\\]"
)
_PROSE = re.compile(r"(?:\b[a-z]{2,} ){2}")
_SCRIPT = re.compile(r"(\\[A-Za-z]+)?\s*([\^_])\s*(?:\{([^{}]*)\}|(\\[A-Za-z]+|[^\s{}\\^_]))")
_GROUPED_SCRIPT = re.compile(rf"([\^_])\s*\{{\s*(?:\\(?:{_STYLES}))?\s*\{{([^{{}}]*)\}}\s*\}}")
_HAT, _LOW = "\ue000", "\ue001"
"""Stand for `^` and `_` that stay, so that no pattern meets them twice (private-use characters)."""
_LINK = re.compile(r"\\(?:href|url)\s*\{([^{}]*)\}(?:\s*\{([^{}]*)\})?")
_UPRIGHT = re.compile(
    r"\\(?:text|textit|textbf|textrm|texttt|textsc|mathrm|mathit|mathsf|mathtt|mbox|operatorname)\*?\{([^{}]*)\}"
)
_BARE_POWER = re.compile(
    r"\^(?:\{([^{}]*)\}|\\?textsuperscript\{([^{}]*)\}|([0-9A-Za-z*+]))|\\textsuperscript\{([^{}]*)\}"
)
_COMMAND = re.compile(
    r"\\(?:[`'\"^~=.]\s*(?:\{\\?[A-Za-z]\}|\\?[A-Za-z])|[cvuHkrbdt](?:\s*\{\\?[A-Za-z]\}|\s+[A-Za-z])"
    r"|[A-Za-z]+\*?(?:\s*\{[^{}]*\})*|.)"
)
_ARGUMENT = re.compile(r"\{([^{}]*)\}")
_PROTECTED = re.compile(r"\{([\w+.&:' -]*)\}")
_SPECIALS = dict(zip(("\\%", "\\$", "\\&", "\\#", "\\_", "\\{", "\\}"), "%$&#_{}", strict=True))
_THIN = frozenset({"\\,", "\\;", "\\:", "\\!", "\\ ", "\\/", "\\-", "\\\\"})
_UP = dict(
    zip(
        "0123456789+-−=()nabcdefghijklmoprstuvwxyzABDEGHIJKLMNOPRTUVW*∘′†⋆∗αβγδθ",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ*°′†⋆*ᵅᵝᵞᵟᶿ",
        strict=True,
    )
)
_DOWN = dict(zip("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_COMMAND_BEFORE = re.compile(r"\\[A-Za-z]+$")
_OPERATOR = re.compile(r"(?<=[A-Za-z0-9)}])(?=\\(?:log|ln|exp|max|min|sup|inf|arg|sin|cos|tan|det|dim)\b)")
_LOPSIDED = re.compile(r"(?<=\S)([→←↔⇒≤≥≪≫≠≈∼≃≡∈∉⊂⊆×±⋅·]) (?=\S)")
"""A sign that follows at once but has a space behind: that one only ended its command."""
_ALPHABETS = re.compile("[\U0001d400-\U0001d7ff]")


def to_unicode(text: str, *, joiner: str = " ") -> str:
    """Return `text` on one line with TeX turned into the characters it stands for.

    `joiner` is what spaces inside a formula become, so that a caller who cuts at spaces can keep
    formulas whole.
    """
    original = plain(text[:_LONGEST])
    if not _SIGNS.search(original):
        return original
    source = _LOST_BACKSLASH.sub(r"\\\1", original)
    source = _LINK.sub(lambda match: match[2] or match[1], _COLOUR.sub("", _FOOTNOTE.sub("", source)))
    parts = _convert(source, joiner).split(joiner) if joiner != " " else [_convert(source, joiner)]
    converted = joiner.join(plain(part) for part in parts)
    return converted if _letters(converted) >= _KEPT * _letters(_COMMAND_NAMES.sub("", source)) else original


_COMMAND_NAMES = re.compile(r"\\[A-Za-z]+")


def _letters(text: str) -> int:
    return sum(char.isalnum() for char in text)


def _convert(source: str, joiner: str) -> str:
    if "$" in source:
        source = _STYLED_FORMULA.sub(r"\1", source)
    parts = []
    end = 0
    for match in _MATH.finditer(source):
        inner = match[1] or match[2] or match[3]
        if match[1] and "\\" not in inner and _is_money(inner, source[match.end() : match.end() + 1]):
            continue
        parts += [_text(source[end : match.start()]), _math(inner).replace(" ", joiner)]
        end = match.end()
    return "".join([*parts, _text(source[end:])])


def _is_money(inner: str, following: str) -> bool:
    """Tell two prices from a formula: numbers after both dollars (as pandoc does), or prose between."""
    return (following.isdigit() and inner[0].isdigit()) or bool(_PROSE.search(inner))


def _math(source: str) -> str:
    """Convert the inside of a formula."""
    source = re.sub(r"(?<!\\)%", r"\\%", _UPRIGHT.sub(r"{\1}", _OPERATOR.sub(r"\\ ", source)))
    for _ in range(4):
        source = _GROUPED_SCRIPT.sub(r"\1{\2}", source)
        source, changes = _SCRIPT.subn(_script, source)
        if not changes:
            break
    return _math_text(source).replace(_HAT, "^").replace(_LOW, "_")


def _math_text(source: str) -> str:
    return _LOPSIDED.sub(r"\1", _plain_alphabets(_latex(f"${source}$")).strip())


def _script(match: re.Match[str]) -> str:
    base = _math_text(match[1]) if match[1] else ""
    if base and _COMMAND_BEFORE.search(match.string, max(match.start() - 30, 0), match.start()):
        base = f" {base}"  # else its letter would lengthen that command's name
    sign, inner = match[2], _math_text(match[3] if match[3] is not None else match[4])
    table = _UP if sign == "^" else _DOWN
    if inner and all(char in table for char in inner):
        return base + "".join(table[char] for char in inner)
    mark = _HAT if sign == "^" else _LOW
    return f"{base}{mark}({inner})" if len(inner) > 1 and sign == "^" else f"{base}{mark}{inner}"


def _text(source: str) -> str:
    """Convert what stands outside formulas, command by command."""
    for _ in range(3):
        source = _STYLED.sub(r"\1", source)
    if "\\" in source:
        source = _SWITCH.sub(r"\1", source)
    source = _BARE_POWER.sub(_power, source)
    if "\\" in source:
        source = _COMMAND.sub(_command, source)
    source = _PROTECTED.sub(r"\1", source)
    source = re.sub(r"(?<=[\w.,])~(?=[\w(\\])", " ", source)
    # A quotation that opens with a plain mark is closed with one, however its end is typed.
    closing = '"' if source.count('"') % 2 and "``" not in source else "”"
    source = source.replace("``", "“").replace("''", closing).replace("---", "—")
    return re.sub(r"(?<!\s)--|--(?=\s)", "–", source)


def _power(match: re.Match[str]) -> str:
    inner = next(group for group in match.groups() if group is not None)
    if inner and all(char in _UP for char in inner):
        return "".join(_UP[char] for char in inner)
    return match[0] if match[0].startswith("^") and not match[2] else inner


def _command(match: re.Match[str]) -> str:
    command = match[0]
    if command in _SPECIALS:
        return _SPECIALS[command]
    if command in _THIN:
        return " " if command in {"\\ ", "\\\\", "\\,", "\\;", "\\:"} else ""
    if command == "\\footnote":
        return command
    converted = _latex(command)
    if converted and "<" not in converted:
        return converted
    arguments = _ARGUMENT.findall(command)
    return arguments[-1] if arguments else command.lstrip("\\")


def _latex(source: str) -> str:
    """Run pylatexenc over one formula or command; text it cannot read stays as it is."""
    converter, macros = _converter()
    try:
        nodes, _, _ = LatexWalker(source, latex_context=macros, tolerant_parsing=True).get_latex_nodes()
        return str(converter.nodelist_to_text(nodes))
    except (LatexWalkerError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return source


@cache
def _converter() -> tuple[LatexNodes2Text, Any]:
    """Return the converter and its macro table, built once: building costs more than converting."""
    # Of half a command in a stranger's title it would speak of an error in the configuration.
    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    converter = LatexNodes2Text(math_mode="text", strict_latex_spaces=False)
    return converter, get_default_latex_context_db()


def _plain_alphabets(text: str) -> str:
    """Write mathematical alphabets as plain letters: search and screen readers know no others."""
    return _ALPHABETS.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
