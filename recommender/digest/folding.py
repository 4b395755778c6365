"""Subjects and names as header lines (RFC 5322 §2.2.3) with encoded words (RFC 2047) where not ASCII.

Python's own folding puts two encoded words side by side where a blank has to show between them, and the
blank is lost, or doubles one where it breaks a line; and it takes 40 ms for a name. Here one run of encoded
words, blanks inside them, reaches from the first word that needs one to the last.
"""

from collections.abc import Iterable

LINE = 78
"""Octets of a header line at most, its end left out."""
_WORD = 66
"""Octets of a word at most, so that it fits beside the name of the header; RFC 2047 allows 75."""
_START, _END = "=?utf-8?q?", "?="


def fold_subject(text: str) -> bytes:
    """Return the field of a single-spaced subject, CRLF at its end; lines have at most `LINE` octets."""
    return _field("Subject", subject_words(text, longest=_WORD))


def subject_words(text: str, longest: int | None = None) -> list[str]:
    """Return the words of a subject, encoded where they are not ASCII or longer than `longest` octets."""
    words = text.split()
    odd = [place for place, word in enumerate(words) if not _is_plain(word, longest)]
    if odd:
        first, last = odd[0], odd[-1] + 1
        words[first:last] = encoded_words(" ".join(words[first:last]))
    return words


def fold_mailbox(name: str, display: str, address: str) -> bytes:
    """Return the field `name` of one mailbox whose display name is not ASCII; `address` is."""
    return _field(name, [*encoded_words(display), f"<{address}>"])


def _field(name: str, words: Iterable[str]) -> bytes:
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) <= LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def encoded_words(text: str) -> list[str]:
    """Return `text` as encoded words, none of which ends within a character; blanks between them are none."""
    words = [""]
    for char in text:
        octets = _encoded(char)
        if len(_START) + len(words[-1]) + len(octets) + len(_END) > _WORD:
            words.append("")
        words[-1] += octets
    return [f"{_START}{word}{_END}" for word in words]


def _is_plain(word: str, longest: int | None) -> bool:
    short = longest is None or len(word) <= longest
    return word.isascii() and word.isprintable() and short and "=?" not in word


def _encoded(char: str) -> str:
    """Return a character in the encoding `q`; a lone surrogate becomes a question mark."""
    if char == " ":
        return "_"
    if char.isascii() and char.isalnum():
        return char
    return "".join(f"={octet:02X}" for octet in char.encode("utf-8", "replace"))
