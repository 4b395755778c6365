"""A digest in which everything there is to show is shown, written by hand: only how it looks matters."""

from dataclasses import dataclass, replace

from recommender.digest.links import LESS, LEVER, DigestLinks
from recommender.domain.digests import (
    Digest,
    DigestFooter,
    DigestInterest,
    DigestPaper,
    DigestSection,
    LeverLink,
    Span,
    Spark,
    Thumbs,
)
from recommender.domain.editions import Section
from tests.digest.samples import NOW, PUBLIC_ID, english, links


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What differs between papers; `*` stands around what is marked."""

    title: str
    by: str = "Ada Example, Bo Sample, Cleo Model and 4 more"
    facts: tuple[str, ...] = ("cs.CL", "29 Jan 2026")
    sentence: str = ""
    rest: str = ""
    reason: str = "Shares “rank-one” with your interest."
    match: str = "good match"
    signals: tuple[str, ...] = ()
    spark: tuple[str, str] = ("", "")
    summary: str = ""
    lever: str = ""
    group: str = ""
    code: bool = False


EDITING = (
    Draft(
        title="Rank-One Updates Write Facts into Mid-Layer Feed-Forward Weights",
        by="Iris Moreau, *Jonas Moreau (followed)*, Kai Moreau, Lena Moreau, Mara Moreau, Nils Moreau "
        "and 1 more",
        facts=("cs.CL", "28 Jan 2026"),
        match="strong match",
        signals=("120 upvotes", "14 comments"),
        spark=("▁▁▂▃▅▇█", "from 2 upvotes to 120 upvotes in 7 days"),
        sentence="We show that one *rank-one* update of a single middle layer is enough to change a "
        "factual association, and that the *edit* holds under paraphrase.",
        rest="Neighbouring facts stay as they were: of 2,000 counterfactual prompts 96.4% are answered as "
        "before, at O(n log n) cost. Where many edits meet in one layer they begin to disturb each other; we "
        "measure when, and give a rule for how many a layer bears.",
        summary="Finds where a model keeps a fact and changes it with a small update, without harm to "
        "other facts.",
        reason="Matches your keyword “knowledge editing” and shares “rank-one” with your interest.",
        lever="Mute “rank-one”",
        code=True,
    ),
    Draft(
        title="X²-Unlearn: Removing 50% of a Model's <think> Traces Without Retraining",
        by="7 authors · Example Institute",
        facts=("cs.LG", "ICLR 2026", "27 Jan 2026"),
        sentence="*Unlearning* a trace costs 0.3% accuracy when the loss is taken over ∇ₓ log p(x | θ) only.",
        rest="Earlier methods needed the data that is to be forgotten; ours needs its gradients.",
        reason="By Jonas Moreau, whom you follow.",
        lever="Follow Kai Moreau",
    ),
    Draft(
        title="X²-Unlearn, Part II: What Is Left Behind",
        by="7 authors · Example Institute",
        sentence="Half of what was *unlearned* can be had back with forty examples.",
        group="Same group as “X²-Unlearn: Removing 50% of a Model's <think> Traces”.",
        match="worth a look",
    ),
)
RETRIEVAL = (
    Draft(
        title="Small Models That Cite Their Sources",
        by="Ada Example, Bo Sample",
        facts=("cs.IR", "ECIR 2026", "29 Jan 2026"),
        sentence="A *model of 400 million* weights points at the sentence it read more often than one of "
        "seventy billion does.",
        rest="We train it on pairs of claims and sentences alone.",
        reason="Like “Reading Before Answering”, which you found useful.",
        lever="Less on “citation”",
        signals=("38 stars",),
        code=True,
    ),
)
TRENDING = (
    Draft(
        title="מודלים קטנים שקוראים לפני שהם עונים: a Study of Reading Order",
        by="נועה כהן, יעל לוי",
        sentence="קריאה מסודרת מועילה יותר ממודל גדול.",
        signals=("1,240 upvotes", "96 comments", "350 stars"),
        spark=("▁▂▂▃▃▆█", "from 10 upvotes to 1,240 upvotes in 7 days"),
        reason="1,240 upvotes so far. Close to your interest.",
        match="",
    ),
)
CHANGED = (
    Draft(
        title="Editing Facts in the Weights of a Language Model",
        facts=("cs.CL", "NeurIPS 2025"),
        reason="Published in NeurIPS 2025; version 3 of 28 January says “corrected Table 2”.",
        match="",
    ),
    Draft(title="A Model That Never Forgets", reason="Withdrawn by its authors on 27 January.", match=""),
)
WAITING = (
    Draft(
        title="A Fossil Record of Neural Scaling",
        by="",
        facts=(),
        reason="You saved this on 20 January and have not marked it read.",
        match="",
    ),
)
_SECTIONS = (
    (Section.INTEREST, "Model editing", "3 shown, 29 more fitted.", EDITING),
    (Section.INTEREST, "Retrieval with sources", "", RETRIEVAL),
    (Section.INTEREST, "Protein design", "Nothing fits well enough this time.", ()),
    (
        Section.TRENDING,
        "Trending near you",
        "Drawing attention now, with something in common with your interests.",
        TRENDING,
    ),
    (Section.CHANGED, "Changed", "News of papers that you saved, liked or were shown.", CHANGED),
    (Section.READING_LIST, "Still on your list", "Saved by you, not yet marked read.", WAITING),
)
OVERVIEW = (
    DigestInterest(
        name="Model editing",
        words="3 of 32 that fit",
        share=60,
        trend=Spark(glyphs="▂▄▃▁▅▆█", spoken="papers that fitted, day by day: 9, 18, 14, 4, 22, 27, 32."),
    ),
    DigestInterest(
        name="Retrieval with sources",
        words="1 of 4 that fit",
        share=20,
        trend=Spark(glyphs="▁▂▁▁▁▂█", spoken="papers that fitted, day by day: 0, 1, 0, 0, 0, 1, 4."),
    ),
    DigestInterest(name="Protein design", words="nothing fits well enough", share=0),
    DigestInterest(name="Robotics", words="paused", share=0),
)


_Shown = tuple[Section, str, str, tuple[Draft, ...]]


def crowd(number: int, by: DigestLinks | None = None, *, every: bool = False) -> Digest:
    """Build a digest of so many papers with long texts and levers; signals, code and a summary have some.

    Every third has code, every fourth signals and a trend, every fifth a summary; with `every`, all do.
    """
    drafts = [
        replace(
            EDITING[0],
            title=f"{place}: {EDITING[0].title}",
            code=every or place % 3 == 0,
            signals=EDITING[0].signals if every or place % 4 == 0 else (),
            spark=EDITING[0].spark if every or place % 4 == 0 else ("", ""),
            summary=EDITING[0].summary if every or place % 5 == 0 else "",
        )
        for place in range(number)
    ]
    return rich(by, ((Section.INTEREST, "Model editing", "", tuple(drafts)),))


def rich(by: DigestLinks | None = None, sections: tuple[_Shown, ...] = _SECTIONS) -> Digest:
    """Build the digest."""
    ways = (by or links()).in_words(english())
    made: list[DigestSection] = []
    number = 0
    for kind, heading, note, drafts in sections:
        papers = [_paper(draft, number + place + 1, ways) for place, draft in enumerate(drafts)]
        number += len(papers)
        made.append(DigestSection(kind=kind, heading=heading, note=note, papers=tuple(papers)))
    return Digest(
        subject="Rank-One Updates Write Facts into Mid-Layer Weights · 5 papers",
        preheader="Matches your keyword “knowledge editing”. Also: X²-Unlearn, Small Models That Cite",
        title="Your papers for Friday 30 January",
        reader="Ana",
        summary="5 of 312 new papers: 3 for Model editing, 1 for Retrieval with sources and 1 trending near "
        "you. 2 papers you know have changed.",
        sections=tuple(made),
        overview=OVERVIEW,
        footer=DigestFooter(
            why="You get this because you subscribed to Paper Route, every day at 07:30.",
            next_edition="Next edition: Saturday 31 January at 07:30 (Europe/Berlin time).",
            sender="Paper Route <digest@example.org>",
            note=ways.note,
            unsubscribe=ways.unsubscribe(PUBLIC_ID, 0, NOW),
            help=ways.help(PUBLIC_ID, 0, NOW),
            sources="Sources: arXiv complete (743 of 743, announced 30 January).",
            operator="Run by the library of Example Institute, room 12.",
            view=ways.view(PUBLIC_ID, 0, 17, NOW),
            reading=ways.reading(PUBLIC_ID, 0, NOW),
            preferences=ways.preferences(PUBLIC_ID, 0, NOW),
        ),
    )


def marked(text: str) -> tuple[Span, ...]:
    """Return text as spans; what stands between stars is marked."""
    return tuple(Span(piece, marked=place % 2 == 1) for place, piece in enumerate(text.split("*")) if piece)


def _paper(draft: Draft, number: int, ways: DigestLinks) -> DigestPaper:
    known = draft in (*CHANGED, *WAITING)
    who = (PUBLIC_ID, 0, 100 + number)
    return DigestPaper(
        number=number,
        title=draft.title,
        url=f"https://arxiv.org/abs/2601.{number:05d}" if draft.by else None,
        byline=marked(draft.by),
        facts=draft.facts,
        signals=draft.signals,
        sentence=marked(draft.sentence),
        excerpt=marked(draft.rest),
        reason=draft.reason,
        match=draft.match,
        code_url="https://github.com/example/rank-one" if draft.code else None,
        thumbs=Thumbs(
            up=ways.vote(*who, "up", NOW),
            down=ways.vote(*who, "down", NOW),
            save=ways.unsave(*who, NOW) if draft in WAITING else ways.save(*who, NOW),
            save_words=ways.unsave_words if draft in WAITING else "Save",
            less="" if known else ways.lever(who, LESS, "Less like this", NOW),
        ),
        trend=Spark(glyphs=draft.spark[0], spoken=draft.spark[1]) if draft.spark[0] else None,
        summary=draft.summary,
        summary_by="Summary by Hugging Face, made by a machine:" if draft.summary else "",
        lever=LeverLink(words=draft.lever, url=ways.lever(who, LEVER, draft.lever, NOW))
        if draft.lever
        else None,
        group=draft.group,
    )
