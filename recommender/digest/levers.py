"""What a lever says on its link, its page and in an answer."""

from recommender.digest.plain import plain, shorten
from recommender.digest.tex import to_unicode
from recommender.digest.words import Words
from recommender.domain.editions import Lever

_TERM = 40
_NAME = 60


def lever_words(lever: Lever, words: Words) -> str:
    """Return what turning a lever does, `Mute “rank-one”`; empty for one without words of its own."""
    if lever.act == "mute" and (term := term_words(lever.value)):
        return words.say("lever.mute", term=term)
    if lever.act == "follow" and (name := author_words(lever.value)):
        return words.say("lever.follow", name=name)
    return ""


def term_words(term: str) -> str:
    """Return a term as a reader sees it."""
    return shorten(plain(to_unicode(term)), _TERM)


def author_words(name: str) -> str:
    """Return an author's name as a reader sees it."""
    return shorten(plain(to_unicode(name)), _NAME)
