"""What a sentence of an abstract does, read off its words: proposes, explains, finds, complains, points away.

Patterns are matched against lower-case text. They know English only; in other languages position and
centrality are left.
"""

import re
from dataclasses import dataclass

_AUTHORS = r"\b(?:we|this (?:paper|work|study|article|report|research|thesis)|the (?:paper|proposed \w+))\b"
_OFFER = (
    r"(?:propos|introduc|present|develop|design|describ|devis|establish|construct|formulat|build|built|creat"
    r"|creates|releas|offer|extend|contribut)(?:e|es|ed|ing|s)?\b"
)
_PROPOSAL = re.compile(
    rf"{_AUTHORS}[^.;]{{0,60}}?\b{_OFFER}"
    r"|\b(?:is|are) (?:proposed|introduced|presented|developed)\b|\bmotivates us to\b"
)
_START = {
    "detail": r"(?:specifically|concretely|in particular|in detail|technically|at its core|to (?:do"
    r"|achieve) (?:so|this)"
    r"|by \w+ing|given|building (?:up)?on|based on|inspired by|motivated by|leveraging|using)\b",
    "key": r"(?:(?:the|our|a|its) (?:key|core|main|central)|crucially|the (?:idea|insight)|\w+'s key)\b",
    "step": r"(?:first|firstly|second|secondly|third|thirdly|finally|then|next|lastly|moreover|furthermore"
    r"|additionally|also|in addition|\(?(?:i+|[0-9])\))",
    "purpose": r"to (?!(?:our|the best|date\b))\w+",
    "gap": r"(?:however|yet|but|despite|unfortunately|although|nevertheless|existing|current|traditional"
    r"|previous"
    r"|prior|most|many|while|conventional|recent|recently|nonetheless|still)\b",
    "dangling": r"(?:these|it|they|such|both|this (?!(?:paper|work|study|article|survey|report|research)\b)"
    r"|the former|the latter|here,? it|as a result|thus|therefore|hence|consequently)\b",
    "own": r"(?:our|the proposed|the (?:method|model|framework|approach|system))\b",
    "result": r"(?:(?:extensive|comprehensive|experiment|experimental|empirical|numerical|our|the|preliminary"
    r"|simulation) )*(?:experiment|experiments|evaluation|evaluations|results|validation)\b",
}
_ANYWHERE = {
    "proposal": _PROPOSAL.pattern,
    "how": r"\b(?:which|that|by \w+ing|through|via|leverag\w+|using|with|combin\w+|integrat\w+|employ\w+"
    r"|consist\w+|compris\w+|where|based on|utiliz\w+)\b",
    "acts": r"\b(?:uses|employs|leverages|combines|integrates|learns|adopts|incorporates|utilizes"
    r"|constructs|encodes"
    r"|decouples|treats|applies|generates|exploits|models|decomposes|consists of|comprises|converts|aligns"
    r"|estimates|maps|operates|replaces|introduces|treating|identifies|adapts|trains|unifies|selects)\b",
    "finding": r"\b(?:we (?:also )?(?:find|found|observe|discover|reveal|show|demonstrate|prove|identify"
    r"|uncover)"
    r"|(?:results?|findings|analysis|analyses|experiments|evaluations?|study|work|evidence)\b[^.;]{0,50}?"
    r"\b(?:show|shows|showed|reveal|reveals|suggest|suggests|indicate|indicates|demonstrate|demonstrates"
    r"|find|finds)|interestingly|surprisingly|notably|contrary to|remain)\b",
    "contrast": r"\b(?:unlike|instead of|rather than|in contrast|contrary|without (?:requiring|any|the)"
    r"|while|whereas"
    r"|not only|no longer|yet|only)\b",
    "vague": r"\b(?:extensive experiments|state-of-the-art|sota|outperform\w*|superior\w*|effectiveness"
    r"|competitive"
    r"|significant(?:ly)? (?:improve\w*|outperform\w*)|surpass\w*)\b",
    "worth": r"\b(?:pave\w*|potential|future|promising|insights?|underscore\w*|highlight\w*"
    r"|foundation for|implications"
    r"|contributes? to|valuable|opens?|towards?)\b",
    "link": r"https?:|github|\bcode\b|\b(?:publicly|are|is|be|made|been) (?:available|released)\b"
    r"|project page|website",
    "survey": r"\b(?:survey|review|taxonomy|categoriz\w+|categoris\w+|overview|classif(?:y"
    r"|ies) .{0,20}(?:into|by))\b",
    "data": r"\b(?:dataset|benchmark|corpus|collection|testbed)\b.{0,120}\b(?:\d[\d,.]*k?m?|consist\w*"
    r"|contain\w*"
    r"|compris\w*|cover\w*|spanning|across)\b|\d[\d,.]*[km]?\+? (?:\w+[ -]){0,3}(?:samples|images|videos"
    r"|tasks"
    r"|questions|problems|pairs|hours|languages|domains|models|examples|annotations|scenarios)",
    "figures": r"\d+(?:\.\d+)?\s?(?:%|x\b|×|percent|points|times\b|-fold)|\b0\.\d+|\d\.\d",
    "trouble": r"\b(?:challeng\w+|limit\w+|struggl\w+|suffer\w*|fail|fails|lack|lacks|hinder\w*"
    r"|difficult\w*|problem"
    r"|costly|underexplored|bottleneck|remains?)\b",
    "here": r"^(?:here\b|in this (?:paper|work|study|article)\b|this (?:paper|work|study|survey"
    r"|article)\b|we\b)",
    "first": r"\b(?:the first|for the first time|to (?:our|the best of our) knowledge)\b",
    "parts": r"\((?:i|1|a)\)|(?:^|\W)(?:two|three|four|five|several) (?:key |main |core |\w+ )?"
    r"(?:components|modules|stages|steps|modes|parts|contributions|innovations)|;",
}
_STARTS = {name: re.compile(pattern) for name, pattern in _START.items()}
_PLACES = {name: re.compile(pattern) for name, pattern in _ANYWHERE.items()}
CUES = (*_START, *_ANYWHERE)
"""Names of what is looked for."""
_STUDY = re.compile(
    r"evaluat|analy[sz]|stud(?:y|ies)|\?|understanding|measur|investigat|assess|benchmark|compar"
    r"|exploring|impact"
    r"|effect of|limits|reveal|\b(?:how|do|can|case) "
)
_SURVEY = re.compile(r"survey|review|overview|taxonomy|roadmap")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a paper's title says it is."""

    study: bool
    """It asks or measures: what was found counts more than what was made."""
    survey: bool


def kind_of(title: str) -> Kind:
    """Read the kind of paper off its title."""
    text = title.casefold()
    return Kind(study=_STUDY.search(text) is not None, survey=_SURVEY.search(text) is not None)


def cues(sentence: str) -> dict[str, bool]:
    """Return for each of `CUES` whether a sentence shows it."""
    text = sentence.casefold()
    found = {name: pattern.match(text) is not None for name, pattern in _STARTS.items()}
    found.update((name, pattern.search(text) is not None) for name, pattern in _PLACES.items())
    return found
