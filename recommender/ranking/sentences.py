"""Which sentence of an abstract tells a reader most: its own words, chosen by what each sentence does.

A linear score over what can be seen of a sentence: where it stands, what it does (`sentence_cues`), how much
it says that the title does not, how central it is. The idea of position, cue, title and key words is
H. P. Edmundson's ("New methods in automatic extracting", 1969). How good it is: docs/relevance.md.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt

import numpy as np
import numpy.typing as npt

from recommender.ranking.sentence_cues import CUES, Kind, cues, kind_of
from recommender.ranking.sentence_weights import WEIGHTS
from recommender.ranking.stems import Stems
from recommender.ranking.text import words

FEATURES = tuple(WEIGHTS)
NEARNESS = 0.6
"""What a sentence gains when it names every term that speaks for a paper: enough to choose among equals."""
_NAME = re.compile(r"\s*([\w-]+(?: [\w-]+)?)\s*:")
_COINED = re.compile(r"\b[A-Z][\w-]*[A-Z][\w-]*\b")
_START = 40
"""A name this near to a sentence's beginning is what the sentence is about."""
_RICH = 20
"""So many words that are not in the title count as many."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ReadAbstract:
    """An abstract's sentences and what each is worth, whoever reads it."""

    sentences: tuple[str, ...]
    worth: tuple[float, ...]
    plain: tuple[str, ...]
    """The sentences case-folded, to look for terms in."""

    def pick(self, terms: Sequence[str] = ()) -> int:
        """Return the place of the key sentence; `terms` are what speaks for the paper, in its spelling.

        Of sentences worth the same the first. Raises ValueError where there is no sentence.
        """
        near = [0.0] * len(self.worth)
        for term in {term.casefold() for term in terms if term}:
            share = NEARNESS / len(terms)
            near = [own + share * (term in text) for own, text in zip(near, self.plain, strict=True)]
        return max(range(len(self.worth)), key=lambda at: (self.worth[at] + near[at], -at))


def read(title: str, sentences: Sequence[str]) -> ReadAbstract:
    """Judge the sentences of one abstract, in plain Unicode and in their order."""
    weights = np.asarray(tuple(WEIGHTS.values()))
    worth = features(title, sentences) @ weights if sentences else np.zeros(0)
    return ReadAbstract(tuple(sentences), tuple(worth.tolist()), tuple(own.casefold() for own in sentences))


def features(title: str, sentences: Sequence[str]) -> Numbers:
    """Return (n_sentences, len(FEATURES)) numbers, most of them 0 or 1."""
    abstract = _Abstract.of(title, sentences)
    rows = [_seen(abstract, place) for place in range(len(sentences))]
    return np.array([[row[name] for name in FEATURES] for row in rows], dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Abstract:
    """What is read once for all sentences of an abstract."""

    sentences: Sequence[str]
    cues: list[dict[str, bool]]
    bags: list[Counter[str]]
    """Content stems of each sentence."""
    whole: Counter[str]
    square: int
    """Squared length of `whole`."""
    title: frozenset[str]
    kind: Kind
    first: int | None
    """Place of the first proposal."""
    name: str
    """What the authors call their own, case-folded; empty where they coin no name."""

    @classmethod
    def of(cls, title: str, sentences: Sequence[str]) -> "_Abstract":
        found = [cues(sentence) for sentence in sentences]
        bags = [Counter(_stems().content(words(sentence))) for sentence in sentences]
        whole: Counter[str] = Counter()
        for bag in bags:
            whole.update(bag)
        first = next((place for place, own in enumerate(found) if own["proposal"]), None)
        return cls(
            sentences=sentences,
            cues=found,
            bags=bags,
            whole=whole,
            square=sum(count * count for count in whole.values()),
            title=frozenset(_stems().content(words(title))),
            kind=kind_of(title),
            first=first,
            name=_name(title, sentences[first] if first is not None else ""),
        )


def _name(title: str, proposal: str) -> str:
    """Return the name before the title's colon, else one in mixed capitals in the proposal."""
    match = _NAME.match(title)
    if match:
        return match[1].casefold()
    coined = _COINED.search(proposal)
    return coined[0].casefold() if coined else ""


def _seen(abstract: _Abstract, place: int) -> dict[str, float]:
    """Return every feature of one sentence by name."""
    own = abstract.cues[place]
    told = _content(abstract, place)
    return {
        **{name: float(own[name]) for name in CUES},
        **told,
        **_standing(len(abstract.sentences), place),
        **_size(abstract.sentences[place]),
        **_beside_proposal(abstract, place, told),
        **_of_kind(abstract, place),
    }


def _standing(count: int, place: int) -> dict[str, float]:
    part = place / max(1, count - 1)
    return {
        "opening": float(place == 0),
        "closing": float(place == count - 1),
        "early": max(0.0, 0.3 - part) / 0.3,
        "middle": 1 - 2 * abs(part - 0.45),
    }


def _size(sentence: str) -> dict[str, float]:
    length = len(sentence.split())
    return {
        "short": max(0, 18 - length) / 18,
        "fragment": float(length < 9),
        "unfinished": float(sentence.endswith(("…", "..."))),
        "long": min(2.0, max(0, length - 40) / 20),
    }


def _content(abstract: _Abstract, place: int) -> dict[str, float]:
    """Return how much of the title a sentence repeats, how much else it says, and how central that is."""
    bag, proposal = abstract.bags[place], abstract.cues[place]["proposal"]
    overlap = len(abstract.title & bag.keys()) / max(1, len(abstract.title))
    # Cosine of the sentence and all others together, which are the whole less the sentence.
    own = sum(count * count for count in bag.values())
    shared = sum(count * abstract.whole[stem] for stem, count in bag.items()) - own
    lengths = sqrt(own * (abstract.square - 2 * shared - own))
    central = shared / lengths if lengths else 0.0
    return {
        "title": 0.0 if proposal else overlap,
        "title_proposal": overlap if proposal else 0.0,
        "news": min(1.0, len(bag.keys() - abstract.title) / _RICH),
        "central": central,
    }


def _beside_proposal(abstract: _Abstract, place: int, told: dict[str, float]) -> dict[str, float]:
    """Return where a sentence stands from the first proposal, and whether it says more than that one."""
    own, first = abstract.cues[place], abstract.first
    gap = place - first if first is not None else None
    offer, after = float(gap == 0), float(gap == 1)
    repeats = len(abstract.title & abstract.bags[first].keys()) if first is not None else 0
    repeated = repeats / max(1, len(abstract.title))
    named = bool(abstract.name) and abstract.name in abstract.sentences[place][:_START].casefold()
    return {
        "before": float(gap is not None and gap < 0),
        "after": after,
        "after_two": float(gap == 2),
        "later": float(gap is not None and gap > 2),
        "offer_how": offer * own["how"],
        "offer_repeats": offer * repeated,
        "offer_news": offer * told["news"],
        "after_how": after * own["how"],
        "after_repeats": after * repeated,
        "after_news": after * told["news"],
        "named": float(named),
    }


def _of_kind(abstract: _Abstract, place: int) -> dict[str, float]:
    """Return what counts in one kind of paper: findings in studies, kinds in surveys."""
    own, kind = abstract.cues[place], abstract.kind
    study = kind.study or abstract.first is None
    return {
        "study_finding": float(study and own["finding"]),
        "study_figures": float(study and own["figures"]),
        "finding_contrast": float(own["finding"] and own["contrast"]),
        "survey_scope": float(kind.survey and (own["survey"] or own["proposal"])),
        "last_result": float(own["result"] and place >= len(abstract.sentences) - 2),
    }


@cache
def _stems() -> Stems:
    return Stems.english()
