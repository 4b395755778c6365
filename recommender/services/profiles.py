"""From a subscriber, votes, levers and seeds to what ranking is told; pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from recommender.domain.feedback import Act, Feedback, Vote, folded
from recommender.domain.papers import PaperId
from recommender.domain.profiles import InterestProfile, WeightedPaper
from recommender.domain.subscribers import Interest, Subscriber

IMPLICIT_NAME = "Your votes"
"""Heading for a reader who declared no interest and is known by votes alone."""


def build_profiles(
    subscriber: Subscriber,
    votes: Sequence[Vote],
    seeds: Mapping[str, PaperId],
    levers: Sequence[Feedback] = (),
) -> tuple[tuple[InterestProfile, ...], tuple[Vote, ...]]:
    """Return a profile for each interest that is not paused, and the votes that belong to none.

    `seeds` maps references as written to canonical ids; unresolved ones are left out until their
    paper arrives. A vote made in an interest's section belongs to it; a vote from elsewhere is
    loose and ranking gives it to the nearest interest. `levers` are the acts that stand.
    """
    interests = [interest for interest in subscriber.interests if not interest.paused]
    if not interests:
        interests = [] if subscriber.interests else [Interest(name=IMPLICIT_NAME, key="")]
    active = {interest.key for interest in interests}
    paused = {interest.key for interest in subscriber.interests} - active
    belonging: dict[str, list[Vote]] = defaultdict(list)
    loose: list[Vote] = []
    for vote in votes:
        if len(interests) == 1 and vote.interest not in paused:
            belonging[interests[0].key].append(vote)
        elif vote.interest in active:
            belonging[str(vote.interest)].append(vote)
        elif vote.interest not in paused:
            loose.append(vote)
    turned = [turn(interest, levers) for interest in interests]
    profiles = tuple(_profile(subscriber, interest, belonging[interest.key], seeds) for interest in turned)
    return profiles, tuple(loose)


def turn(interest: Interest, levers: Iterable[Feedback]) -> Interest:
    """Return an interest with what its levers add to the file: muted terms and followed authors.

    A lever that was turned where there was no interest holds for all of them. What the file says stays.
    """
    own = [entry for entry in levers if (entry.interest or interest.key) == interest.key]
    return replace(
        interest,
        mute=_with(interest.mute, (entry.value for entry in own if entry.act is Act.MUTE)),
        authors=_with(interest.authors, (entry.value for entry in own if entry.act is Act.FOLLOW)),
    )


def followed_by(subscriber: Subscriber, levers: Iterable[Feedback]) -> frozenset[str]:
    """Return everybody a subscriber follows, by the file or by a lever."""
    declared = (name for interest in subscriber.interests for name in interest.authors)
    return frozenset([*declared, *(entry.value for entry in levers if entry.act is Act.FOLLOW)])


def _with(declared: Sequence[str], turned: Iterable[str]) -> tuple[str, ...]:
    known = {folded(value) for value in declared}
    return (*declared, *(value for value in turned if folded(value) not in known))


def _profile(
    subscriber: Subscriber,
    interest: Interest,
    votes: Iterable[Vote],
    seeds: Mapping[str, PaperId],
) -> InterestProfile:
    votes = list(votes)
    return InterestProfile(
        subscriber=subscriber.id,
        interest=interest.key,
        name="" if interest.name == IMPLICIT_NAME and not interest.key else interest.name,
        about=interest.about,
        keywords=interest.keywords,
        mute=interest.mute,
        authors=interest.authors,
        categories=interest.categories,
        seeds=tuple(dict.fromkeys(seeds[seed] for seed in interest.seeds if seed in seeds)),
        up=tuple(WeightedPaper(paper=vote.paper, at=vote.at) for vote in votes if vote.up),
        down=tuple(WeightedPaper(paper=vote.paper, at=vote.at) for vote in votes if not vote.up),
        weight=interest.weight,
        share=subscriber.share,
    )


def interest_names(subscriber: Subscriber) -> dict[str, str]:
    """Return the heading of each interest by key, the implicit one included."""
    return {"": IMPLICIT_NAME} | {interest.key: interest.name for interest in subscriber.interests}
