"""The same links as mail that is already written, for readers whose digest has no web server behind it.

The subject carries the token of the web link: `Useful [pr:v:TOKEN]`, where `v` is the letter of the
purpose in `links.CODES`. Whoever sends such a mail has the token, so the sender's address proves
nothing and is not asked for. Reading the mail is not done here, only finding the token in a subject.
"""

import re
from datetime import datetime
from urllib.parse import quote

from recommender.digest.links import CODES, LESS, LEVER, TOKEN, UNDO, LinkClaim, Links, claim_of
from recommender.digest.plain import header_text
from recommender.digest.words import Words

LONGEST = 400
"""Characters of a link at most: longer ones are cut by mail programs."""
_SUBJECTS = {
    ("vote", "up"): "up",
    ("vote", "down"): "down",
    ("vote", UNDO): "undo",
    ("save", ""): "save",
    ("save", UNDO): "unsave",
    ("lever", LEVER): "lever",
    ("lever", UNDO): "unlever",
    ("unsubscribe", ""): "unsubscribe",
    ("unsubscribe", UNDO): "resubscribe",
    ("preferences", ""): "help",
}
"""Purpose and value to the text before the token; a help mail shows the token of the preferences."""
_NO_BRACKETS = str.maketrans("[]", "()")
_BRACKETS = re.compile(r"\[\s*pr\s*:([^\[\]]{1,800})\]")
_PURPOSES = {code: purpose for purpose, code in CODES.items()}


class MailLinks:
    """Makes `mailto:` links (RFC 6068) to one address, with tokens that `Links.read` reads."""

    def __init__(self, links: Links, address: str, words: Words | None = None) -> None:
        """`links` signs; somebody reads the answers at `address`; without `words` a subject has none."""
        self._links = links
        self._address = address
        self._words = words
        self._to = mailto(address)

    @property
    def note(self) -> str:
        """What the buttons do: they are unusual."""
        return self._said("note")

    @property
    def unsave_words(self) -> str:
        """What the mail does."""
        return self._said("unsave")

    def in_words(self, words: Words) -> "MailLinks":
        """Return the same mails in the words of their reader."""
        return MailLinks(self._links, self._address, words)

    def vote(self, public_id: str, epoch: int, item: int, value: str, now: datetime) -> str:
        """Return the mail that says `up`, `down` or `undo` of an edition item."""
        return self.link(claim_of("vote", (public_id, epoch, item), now, value))

    def save(self, public_id: str, epoch: int, item: int, now: datetime, *, undo: bool = False) -> str:
        """Return the mail that saves an edition item's paper, or takes it off the reading list."""
        return self.link(claim_of("save", (public_id, epoch, item), now, UNDO if undo else ""))

    def unsave(self, public_id: str, epoch: int, item: int, now: datetime) -> str:
        """Return the mail that takes an edition item's paper off the reading list."""
        return self.save(public_id, epoch, item, now, undo=True)

    def lever(self, what: tuple[str, int, int], value: str, words: str, now: datetime) -> str:
        """Return the mail that turns an edition item's lever; none for `less`: the thumb down says that."""
        if value == LESS:
            return ""
        claim = claim_of("lever", what, now, value)
        # A long name must not make the link one that is cut.
        link = self.link(claim, words)
        return link if len(link) <= LONGEST else self.link(claim)

    def unsubscribe(self, public_id: str, epoch: int, now: datetime, *, undo: bool = False) -> str:
        """Return the mail that ends all mail, or begins it again."""
        return self.link(claim_of("unsubscribe", (public_id, epoch, 0), now, UNDO if undo else ""))

    def help(self, public_id: str, epoch: int, now: datetime) -> str:
        """Return the mail that asks what can be done; its token has the purpose `preferences`."""
        return self.link(claim_of("preferences", (public_id, epoch, 0), now))

    def view(self, public_id: str, epoch: int, edition: int, now: datetime) -> str:  # noqa: ARG002 the protocol's
        """Return nothing: there is no server to show an edition."""
        return ""

    def preferences(self, public_id: str, epoch: int, now: datetime) -> str:  # noqa: ARG002 the protocol's
        """Return nothing: there is no server to show preferences."""
        return ""

    def reading(self, public_id: str, epoch: int, now: datetime) -> str:  # noqa: ARG002 the protocol's
        """Return nothing: there is no server to show a list."""
        return ""

    def subject(self, claim: LinkClaim, words: str = "") -> str:
        """Return the subject that says `claim`, as a reader sees it: words, then the token in brackets."""
        words = words or self._said(f"subject.{_SUBJECTS[claim.purpose, claim.value]}")
        # Brackets are for the token alone.
        said = header_text(words.translate(_NO_BRACKETS))
        return f"{said} [pr:{CODES[claim.purpose]}:{self._links.token(claim)}]".lstrip()

    def link(self, claim: LinkClaim, words: str = "") -> str:
        """Return the mail that says `claim`, in words of its own unless others are given."""
        # `+` would stay a plus and a bare bracket end the link in running text, so all but `:` is encoded.
        link = f"{self._to}?subject={quote(self.subject(claim, words), safe=':')}"
        body = self._said("body")
        whole = f"{link}&body={quote(body)}" if body else link
        return whole if len(whole) <= LONGEST else link

    def _said(self, key: str) -> str:
        return self._words.say(f"by_mail.{key}") if self._words else ""


def mailto(address: str) -> str:
    """Return the start of every link to an address; empty for none."""
    return f"mailto:{quote(address, safe='@+')}" if address else ""


def without_body(link: str) -> str:
    """Return a `mailto:` link without the body it proposes: for headers and text, where it must be short."""
    return link.partition("&body=")[0] if link.startswith("mailto:") else link


def token_in(subject: str) -> tuple[str, str] | None:
    """Return (purpose, token) where a decoded subject holds exactly one token, else None.

    Prefixes of replies, words around it, the same token again, and blanks that folding left inside the
    brackets do no harm. Whether the token is good is for `Links.read` to say.
    """
    found: set[tuple[str, str]] = set()
    for match in _BRACKETS.finditer(subject):
        code, _, token = "".join(match[1].split()).partition(":")
        if code in _PURPOSES and TOKEN.fullmatch(token):
            found.add((_PURPOSES[code], token))
    return found.pop() if len(found) == 1 else None
