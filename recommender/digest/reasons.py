"""Why a paper is here, in plain English, from the numbers that ranked it, and what would keep it away.

A sentence says only what its evidence holds. Other readers are spoken of only from five on. What
counts as evidence is ranking's business; here it is put into words.
"""

from collections.abc import Callable, Mapping, Sequence

from recommender.digest.plain import plain, shorten
from recommender.digest.tex import to_unicode
from recommender.domain.editions import Evidence, Lever, Recommendation, Section
from recommender.domain.papers import PaperId

READERS = 5
"""Fewer readers than this are never spoken of."""
_CLAUSES = 2
_LEAST_SHARE = 0.05
_TERMS = 3
_UPVOTES = 10
"""Outside of Trending, fewer upvotes than this are no reason to show anybody anything."""
_TEACHES = "Whether it suits you is unclear, so your vote on it would teach much."
_JOINED = frozenset({"keywords", "content"})
"""Scorers whose clauses are verb phrases about the paper and read well joined by "and"."""

Titles = Mapping[PaperId, str]


def reason(recommendation: Recommendation, titles: Titles, interest_name: str) -> tuple[str, Lever | None]:
    """Return one or two sentences and the lever that goes with them.

    `titles` holds the papers that evidence may name; one that is missing is not named.
    """
    spoken = _spoken(recommendation, titles, interest_name)
    # A known author comes on top of what the paper says, not in its place.
    by_author = bool(spoken) and spoken[0][0].scorer == "authors"
    chosen = spoken[: _CLAUSES + by_author]
    sentence = _sentences(chosen) or _fallback(recommendation.section, interest_name)
    if recommendation.section is Section.DIFFERENT:
        sentence = f"{_different(recommendation)} {sentence}" if chosen else _different(recommendation)
    return sentence, _lever(recommendation, [evidence for evidence, _ in chosen])


def _spoken(recommendation: Recommendation, titles: Titles, interest_name: str) -> list[tuple[Evidence, str]]:
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
    keywords = {
        term.casefold() for evidence in ordered if evidence.scorer == "keywords" for term in evidence.terms
    }
    context = _Context(_interest(recommendation.section, interest_name), frozenset(keywords))
    found = []
    for evidence in ordered:
        leads = trending_first and evidence.scorer == "trending"
        if evidence.share < _LEAST_SHARE and not leads:
            continue
        if evidence.scorer == "trending" and not leads and (evidence.count or 0) < _UPVOTES:
            continue
        speak = _WORDS.get(evidence.scorer)
        clause = speak(evidence, titles, context) if speak else ""
        if clause:
            found.append((evidence, clause))
    return found


class _Context:
    """What clauses need to know besides their evidence."""

    __slots__ = ("interest", "keywords")

    def __init__(self, interest: str, keywords: frozenset[str]) -> None:
        self.interest = interest
        self.keywords = keywords


def _interest(section: Section, name: str) -> str:
    """Name the interest, but not under its own heading."""
    name = shorten(plain(name), 60)
    if section is Section.INTEREST or not name:
        return "your interest" if name else "what you like"
    return f"your interest “{name}”"


def _keywords(evidence: Evidence, _titles: Titles, _context: _Context) -> str:
    terms = _quoted(evidence.terms)
    if not terms:
        return ""
    return f"matches your keyword{'s' if len(terms) > 1 else ''} {_and(terms)}"


def _content(evidence: Evidence, titles: Titles, context: _Context) -> str:
    parts = []
    if title := _title(evidence, titles):
        parts.append(f"is close to {title}, one of your picks")
    own = [term for term in evidence.terms if term.casefold() not in context.keywords]
    if terms := _quoted(own):
        parts.append(f"shares {_and(terms)} with {'it' if parts else context.interest}")
    return "; it ".join(parts)


def _authors(evidence: Evidence, titles: Titles, _context: _Context) -> str:
    if not evidence.author:
        return ""
    name = shorten(to_unicode(evidence.author), 60)
    if evidence.paper is None:
        return f"by {name}, whom you follow"
    title = _title(evidence, titles)
    return f"by {name}, who also wrote {title}, one of your picks" if title else f"by {name}"


def _categories(evidence: Evidence, _titles: Titles, _context: _Context) -> str:
    terms = [plain(term) for term in evidence.terms[:_TERMS]]
    return f"in {_and(terms)}, which you follow" if terms else ""


def _trending(evidence: Evidence, _titles: Titles, _context: _Context) -> str:
    if not evidence.count or evidence.count < 0:
        return ""
    return f"{evidence.count:,} upvote{'s' if evidence.count > 1 else ''} so far"


def _collaborative(evidence: Evidence, titles: Titles, _context: _Context) -> str:
    title = _title(evidence, titles)
    if evidence.count is not None and evidence.count >= READERS:
        link = f", and it goes with {title}" if title else ""
        return f"readers with votes like yours ({evidence.count:,} of them) lean towards it{link}"
    return f"your votes lead here: it goes with {title}" if title else ""


_WORDS: Mapping[str, Callable[[Evidence, Titles, _Context], str]] = {
    "keywords": _keywords,
    "content": _content,
    "authors": _authors,
    "categories": _categories,
    "trending": _trending,
    "collaborative": _collaborative,
}


def _sentences(spoken: Sequence[tuple[Evidence, str]]) -> str:
    """Join two verb phrases by "and"; give everything else a sentence of its own."""
    clauses = [clause for _, clause in spoken]
    about = [entry for entry in spoken if entry[0].scorer in _JOINED]
    if len(about) == _CLAUSES:
        about.sort(key=lambda entry: entry[0].scorer != "keywords")
        others = [clause for evidence, clause in spoken if evidence.scorer not in _JOINED]
        clauses = [*others, " and ".join(clause for _, clause in about)]
    return " ".join(f"{_capital(clause)}." for clause in clauses)


def _different(recommendation: Recommendation) -> str:
    """Open the reason of an exploration slot; chance is only spoken of where there was some."""
    drawn = recommendation.propensity is not None and recommendation.propensity < 1
    opening = "Something different, with some chance in the choice." if drawn else "Something different."
    asked = any(evidence.scorer == "exploration" for evidence in recommendation.evidence)
    return f"{opening} {_TEACHES}" if asked else opening


def _fallback(section: Section, interest_name: str) -> str:
    if section is Section.TRENDING:
        return "Among the papers that draw attention now."
    name = shorten(plain(interest_name), 60)
    return f"Ranked near your interest “{name}”." if name else "Ranked near what you like."


def _lever(recommendation: Recommendation, spoken: Sequence[Evidence]) -> Lever | None:
    """Return the knob for the weightiest thing said.

    A learned author can be followed; a shared term can be muted; a keyword the reader asked for, a
    followed author and attention leave "less like this".
    """
    for evidence in spoken:
        if evidence.scorer == "authors" and evidence.author and evidence.paper is not None:
            return Lever(act="follow", value=evidence.author)
        if evidence.scorer == "content" and evidence.terms:
            return Lever(act="mute", value=evidence.terms[0])
    return Lever(act="less", value=recommendation.paper) if spoken else None


def _title(evidence: Evidence, titles: Titles) -> str:
    title = titles.get(evidence.paper, "") if evidence.paper is not None else ""
    return f"“{shorten(to_unicode(title), 90)}”" if title else ""


def _quoted(terms: Sequence[str]) -> list[str]:
    return [f"“{shorten(to_unicode(term), 40)}”" for term in terms[:_TERMS] if plain(term)]


def _and(words: Sequence[str]) -> str:
    """Join as English lists are: `a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
