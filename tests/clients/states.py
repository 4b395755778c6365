"""The digests that mail programs are tried with: the states a reader can meet, as pages and as messages."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from recommender.digest.compose import compose
from recommender.digest.links import DigestLinks, Links
from recommender.digest.mail_links import MailLinks, without_body
from recommender.digest.message import build
from recommender.digest.words import Words
from recommender.domain.digests import Digest
from recommender.domain.papers import Paper, PaperId
from recommender.services.importing import Importing
from recommender.sources.files import read_file
from tests.digest.rich import rich
from tests.digest.samples import (
    KEY,
    MAILBOX,
    NOW,
    PAPERS,
    PUBLIC_ID,
    digest,
    english,
    letter,
    material_after_loss,
    renderer,
)
from tests.nasty import own
from tests.nasty.press import printed
from tests.nasty.test_own_papers import CASES
from tests.sources.replay import FixedClock
from tests.stores import sqlite_store

BASE = "https://papers.example.org"
"""A public address as an installation has one; a number in its place would be a mark against the mail."""


def many(number: int = 25) -> tuple[Paper, ...]:
    """Build papers as large as real ones are: titles of eighty characters, seven authors, some with code."""
    return tuple(
        replace(
            PAPERS[0],
            id=PaperId(f"arxiv:2601.{place:05d}"),
            title=f"Paper {place} has a title of about eighty characters as titles of our day often do",
            url=f"https://arxiv.org/abs/2601.{place:05d}",
            code_url=PAPERS[0].code_url if place % 3 == 0 else None,
        )
        for place in range(number)
    )


def web() -> DigestLinks:
    """Return links to the pages of an installation."""
    return Links([KEY], BASE).in_words(english())


def by_mail() -> DigestLinks:
    """Return the same links as mail to ourselves."""
    return MailLinks(Links([KEY], BASE), MAILBOX).in_words(english())


STATES: dict[str, Callable[[], Digest]] = {
    "rich": lambda: rich(by=web()),
    "composed": lambda: digest(by=web()),
    "empty": lambda: digest((), by=web()),
    "missed": lambda: compose(material_after_loss(), web()),
    "by-mail": lambda: rich(by=by_mail()),
    "many": lambda: digest(many(), by=web()),
    "many-by-mail": lambda: digest(many(), by=by_mail()),
}


@dataclass(frozen=True, slots=True)
class Mail:
    """One state as it is sent."""

    digest: Digest
    html: str
    text: str
    message: bytes


NASTY = "nasty"
"""The state of papers that are hard to print: all in one mail, and few to a mail, where each is whole."""
SHOWN = (*STATES, NASTY)


@cache
def pages(state: str) -> tuple[str, ...]:
    """Return the HTML of a state of `SHOWN`, of several mails for `NASTY`."""
    if state != NASTY:
        return (mail(state).html,)
    with TemporaryDirectory() as folder:
        files = Path(folder, "files")
        files.mkdir()
        store = sqlite_store(Path(folder))
        Importing(store, FixedClock(NOW), read_file).run([*own.files(files)])
        prints = printed(store, CASES)
        store.close()
    return (prints.whole.page, *(sheet.page for sheet in prints.few))


@cache
def shapes(state: str) -> tuple[str, ...]:
    """Return the pages of a state, and the same as programs show them that drop styles in the head."""
    bare = (re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL) for page in pages(state))
    return (*pages(state), *bare)


@cache
def mail(name: str) -> Mail:
    """Return a state of `STATES`, rendered once."""
    return mail_of(STATES[name]())


def mail_of(made: Digest, words: Words | None = None) -> Mail:
    """Render a digest and put it into a message, with the headers it has where its links lead."""
    said = words or english()
    page, text = renderer().html(made, said), renderer().text(made, said)
    one_click = Links([KEY], BASE).unsubscribe(PUBLIC_ID, 0, NOW)
    post = without_body(MailLinks(Links([KEY], BASE), MAILBOX).unsubscribe(PUBLIC_ID, 0, NOW))
    ways = (post,) if made.footer.unsubscribe.startswith("mailto:") else (one_click, post)
    head = letter(made.subject, unsubscribe=ways, help_url=without_body(made.footer.help))
    return Mail(made, page, text, build(head, text, page))
