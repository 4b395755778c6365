"""Why a paper is here, in words, from the numbers that ranked it, and what would keep it away.

A sentence says only what its evidence holds. Other readers are spoken of only from five on. What
counts as evidence is ranking's business, how it is said is the catalogue's; here is chosen what is said.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from recommender.digest.plain import plain, shorten
from recommender.digest.tex import to_unicode
from recommender.digest.words import Words
from recommender.domain.editions import Evidence, Lever, Recommendation, Section
from recommender.domain.papers import PaperId

READERS = 5
"""Fewer readers than this are never spoken of."""
_CLAUSES = 2
_LEAST_SHARE = 0.05
_TERMS = 3
_MORE_TERMS = 2
"""Terms beside a keyword or a title, which has said most already."""
_ROOT = 7
"""Letters at the start of a word that tell it from others."""
_SOME = 3
"""Fewer upvotes are not spoken of: comments or stars brought the paper."""
_UPVOTES = 10
"""Outside of Trending, fewer upvotes than this are no reason to show anybody anything."""

Titles = Mapping[PaperId, str]


def reason(
    recommendation: Recommendation, titles: Titles, interest_name: str, words: Words
) -> tuple[str, Lever | None]:
    """Return one to three short sentences and the lever that goes with them.

    `titles` holds the papers that evidence may name; one that is missing is not named.
    """
    aside = recommendation.section is Section.DIFFERENT
    teller = _Teller(titles, _interest(recommendation.section, interest_name), words, aside=aside)
    said = _said(recommendation, teller)
    # A known author comes on top of what the paper says, not in its place.
    by_author = bool(said) and said[0].evidence.scorer == "authors"
    chosen = said[: _CLAUSES + by_author]
    sentences = _joined(chosen, teller) or [_fallback(recommendation.section, teller)]
    if aside:
        sentences += _chance(recommendation, words)
    return " ".join(sentences), _lever(recommendation, chosen, interest_name)


@dataclass(frozen=True, slots=True)
class _Interest:
    """The interest that a paper is for, as a sentence speaks of it: `here`, by its name, or not at all."""

    variant: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Said:
    """Evidence, the sentence made of it, and the shared terms that it names."""

    evidence: Evidence
    sentence: str
    terms: tuple[str, ...] = ()
    to_interest: bool = False
    """Whether the terms are shared with the interest, not with a paper."""


@dataclass(slots=True)
class _Teller:
    """Puts evidence into sentences, one after the other: none says what one before it has said."""

    titles: Titles
    interest: _Interest
    words: Words
    aside: bool = False
    """Whether the paper is a step aside, which one shared word is not the reason for."""
    keywords: set[str] = field(default_factory=set)
    """Roots of the keywords that match."""
    named: set[PaperId] = field(default_factory=set)

    def say(self, key: str, **values: str | int) -> str:
        """Return a sentence on evidence."""
        return self.words.say(f"reason.{key}", **values)

    def for_interest(self, key: str, **values: str | int) -> str:
        """Return a sentence that speaks of the interest, in the variant that fits."""
        own = {"interest": self.interest.name} if self.interest.name else {}
        return self.say(f"{key}.{self.interest.variant}", **values, **own)

    def quoted(self, terms: Sequence[str]) -> str:
        """Return a list of terms, each in quotation marks."""
        return self.words.listed([self.words.quoted(shorten(to_unicode(term), 40)) for term in terms])

    def title(self, evidence: Evidence) -> str:
        """Return the title of the paper that evidence names, in quotation marks; empty if it is unknown."""
        title = self.titles.get(evidence.paper, "") if evidence.paper is not None else ""
        return self.words.quoted(shorten(to_unicode(title), 90)) if title else ""

    def news(self, terms: Sequence[str], *, named: bool) -> list[str]:
        """Return the terms that say more than the keywords, and where it is `named`, than the interest."""
        found = _new(terms, self.keywords)
        return (_new(found, _roots(self.interest.name)) if named else []) or found

    def on_keywords(self, evidence: Evidence) -> _Said:
        terms = _readable(evidence.terms)[:_TERMS]
        sentence = self.say("keywords", number=len(terms), keywords=self.quoted(terms)) if terms else ""
        return _Said(evidence, sentence)

    def on_content(self, evidence: Evidence) -> _Said:
        title = self.title(evidence)
        terms = self.news(_readable(evidence.terms), named=not title)
        if (title or self.aside) and len(_roots(" ".join(terms))) == 1:
            terms = []  # one word makes no two papers alike
        terms = terms[: _MORE_TERMS if self.keywords or title else _TERMS]
        again = evidence.paper in self.named
        if title and evidence.paper:
            self.named.add(evidence.paper)
        sentence = ""
        if terms and title:
            key = "near.again" if again else "near.shared"
            sentence = self.say(key, terms=self.quoted(terms), **({} if again else {"title": title}))
        elif terms:
            sentence = self.for_interest("shared", terms=self.quoted(terms))
        elif title and not again:
            sentence = self.say("near.close", title=title)
        return _Said(evidence, sentence, terms=tuple(terms), to_interest=not title)

    def on_authors(self, evidence: Evidence) -> _Said:
        if not evidence.author:
            return _Said(evidence, "")
        author = shorten(to_unicode(evidence.author), 60)
        if evidence.paper is None:
            return _Said(evidence, self.say("author.followed", author=author))
        title = self.title(evidence)
        if not title:
            return _Said(evidence, self.say("author.picked", author=author))
        self.named.add(evidence.paper)
        return _Said(evidence, self.say("author.wrote", author=author, title=title))

    def on_categories(self, evidence: Evidence) -> _Said:
        terms = [plain(term) for term in evidence.terms[:_TERMS]]
        sentence = self.say("categories", categories=self.words.listed(terms)) if terms else ""
        return _Said(evidence, sentence)

    def on_trending(self, evidence: Evidence) -> _Said:
        count = evidence.count or 0
        return _Said(evidence, self.say("attention", number=count) if count >= _SOME else "")

    def on_collaborative(self, evidence: Evidence) -> _Said:
        if evidence.count is not None and evidence.count >= READERS:
            return _Said(evidence, self.say("readers", number=evidence.count))
        title = "" if evidence.paper in self.named else self.title(evidence)
        if title and evidence.paper:
            self.named.add(evidence.paper)
        return _Said(evidence, self.say("goes_with", title=title) if title else "")


_TELLERS: Mapping[str, Callable[[_Teller, Evidence], _Said]] = {
    "keywords": _Teller.on_keywords,
    "content": _Teller.on_content,
    "authors": _Teller.on_authors,
    "categories": _Teller.on_categories,
    "trending": _Teller.on_trending,
    "collaborative": _Teller.on_collaborative,
}


def _interest(section: Section, name: str) -> _Interest:
    """Name the interest, but not under its own heading."""
    name = shorten(plain(name), 60)
    if not name:
        return _Interest("likes")
    return _Interest("here") if section is Section.INTEREST else _Interest("named", name)


def _said(recommendation: Recommendation, teller: _Teller) -> list[_Said]:
    """Return the evidence that can be put into words, weightiest first.

    In Trending attention comes first; a known author comes before shared words, as a person would say it.
    """
    trending_first = recommendation.section is Section.TRENDING
    ordered = sorted(
        recommendation.evidence,
        key=lambda evidence: (
            not (trending_first and evidence.scorer == "trending"),
            evidence.scorer != "authors",
            -evidence.share,
        ),
    )
    heard = [evidence for evidence in ordered if _counts(evidence, leads=trending_first)]
    teller.keywords |= {
        root
        for evidence in heard
        if evidence.scorer == "keywords"
        for term in evidence.terms
        for root in _roots(term)
    }
    told = [_TELLERS[evidence.scorer](teller, evidence) for evidence in heard if evidence.scorer in _TELLERS]
    return [said for said in told if said.sentence]


def _counts(evidence: Evidence, *, leads: bool) -> bool:
    """Tell whether evidence weighs enough to be given as a reason."""
    if evidence.scorer == "trending":
        return leads or (evidence.share >= _LEAST_SHARE and (evidence.count or 0) >= _UPVOTES)
    return evidence.share >= _LEAST_SHARE


def _joined(chosen: Sequence[_Said], teller: _Teller) -> list[str]:
    """Return the sentences; a keyword and what the paper shares with the interest are one of them."""
    words = next((one for one in chosen if one.evidence.scorer == "keywords"), None)
    shares = next((one for one in chosen if one.to_interest and one.evidence.scorer == "content"), None)
    if words is None or shares is None:
        return [one.sentence for one in chosen]
    keywords = _readable(words.evidence.terms)[:_TERMS]
    both = teller.for_interest(
        "keywords_shared",
        number=len(keywords),
        keywords=teller.quoted(keywords),
        terms=teller.quoted(shares.terms),
    )
    return [*(one.sentence for one in chosen if one not in (words, shares)), both]


def _chance(recommendation: Recommendation, words: Words) -> list[str]:
    """Close the reason of an exploration slot; chance is only spoken of where there was some."""
    drawn = recommendation.propensity is not None and recommendation.propensity < 1
    asked = any(evidence.scorer == "exploration" for evidence in recommendation.evidence)
    if not drawn and not asked:
        return []
    key = ("both" if asked else "drawn") if drawn else "asked"
    return [words.say(f"reason.different.{key}")]


def _fallback(section: Section, teller: _Teller) -> str:
    """Say what is sure where no evidence can be put into words."""
    if section is Section.TRENDING:
        return teller.say("trending")
    return teller.for_interest("ranked") if section is Section.INTEREST else teller.say("different.aside")


def _lever(recommendation: Recommendation, chosen: Sequence[_Said], interest_name: str) -> Lever | None:
    """Return the knob for the weightiest thing said.

    A learned author can be followed; a term that votes brought can be muted; what the reader asked for in
    so many words, what the interest is about by its likes, a followed author and attention leave "less like
    this": to mute one's own words would leave nothing.
    """
    own = _roots(interest_name)
    for said in chosen:
        evidence = said.evidence
        if evidence.scorer == "authors" and evidence.author and evidence.paper is not None:
            return Lever(act="follow", value=evidence.author)
        asked_for = said.to_interest and interest_name
        open_ = [term for term in said.terms if term not in evidence.wanted and not _roots(term) <= own]
        term = "" if asked_for or not open_ else open_[0]
        if term:
            return Lever(act="mute", value=term)
    return Lever(act="less", value=recommendation.paper) if chosen else None


def _readable(terms: Sequence[str]) -> list[str]:
    return [term for term in terms if plain(term)]


def _new(terms: Sequence[str], known: Collection[str]) -> list[str]:
    """Return terms with at least one word that is neither among `known` roots nor in a term before it."""
    heard, found = set(known), []
    for term in terms:
        if not _roots(term) <= heard:
            found.append(term)
        heard |= _roots(term)
    return found


def _roots(term: str) -> set[str]:
    """Return how the words of a term begin, so that `statistics` is no news after `statistical`."""
    return {word.rstrip("s")[:_ROOT] for word in plain(term).casefold().replace("-", " ").split()}
