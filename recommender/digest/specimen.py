"""A made-up edition with everything there is to show, to try templates, words and colours on.

Papers, readers and figures are invented; the titles are as difficult as those of real feeds.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from recommender.digest.compose import compose
from recommender.digest.links import DigestLinks, Links
from recommender.digest.mail_links import MailLinks
from recommender.digest.material import Material
from recommender.digest.words import Words
from recommender.domain.digests import Digest
from recommender.domain.editions import Edition, EditionItem, InterestStanding, Lever, Section, Slot
from recommender.domain.papers import Paper, PaperId, Signal
from recommender.domain.subscribers import Cadence, Interest, Subscriber, SubscriberState
from recommender.domain.theme import Theme

NOW = datetime(2026, 1, 30, 6, 30, tzinfo=UTC)
_URL = "https://papers.example.org"
_KEY = "signs the links of specimens and of nothing else"
_DAY = timedelta(days=1)
_TITLES = (
    "Rank-One Updates Write Facts into Mid-Layer Feed-Forward Weights",
    "X$^{2}$-Unlearn: Removing 50% of a Model's <think> Traces & Keeping the Rest",
    "X$^{2}$-Unlearn, Part II: {{ what }} Is %s Left “Behind”",
    "מודלים קטנים שקוראים לפני שהם עונים: a Study of Reading Order",
    "Pneumonoultramicroscopicsilicovolcanoconiosis_" * 3,
    '"Quoted" \'Twice\' </a><b onclick="x">',
    "大型语言模型的知识编辑",
    "A Fossil Record of Neural Scaling",
    "Yesterday's <Papers> & Who Read Them",
    "A Title of {gaps}",
)
_SECTIONS = (
    (Section.INTEREST, "editing"),
    (Section.INTEREST, "editing"),
    (Section.INTEREST, "editing"),
    (Section.INTEREST, "sources"),
    (Section.TRENDING, ""),
    (Section.DIFFERENT, ""),
    (Section.CHANGED, ""),
    (Section.READING_LIST, ""),
)
_ABSTRACT = (
    "Facts in a model are hard to change. We show that one rank-one update of a single middle layer is "
    "enough to edit a factual association, and that the edit holds under paraphrase. Of 2,000 prompts 96.4% "
    "are answered as before, at $O(n \\log n)$ cost. Where many edits meet in one layer they disturb each "
    "other."
)
_SENTENCE = (
    "We show that one rank-one update of a single middle layer is enough to edit a factual association, and "
    "that the edit holds under paraphrase."
)


def specimens(words: Words, theme: Theme, mailbox: str = "") -> Sequence[Digest]:
    """Return digests in `words`: one with all there is, one after a loss, an empty one, and one of a reader
    of whom nothing is known; with links to the web, and to `mailbox` if there is one.
    """
    web = Links([_KEY], _URL)
    full = [_material(words, theme), _material(words, theme, missed=True)]
    bare = [_material(words, theme, count=0), _material(words, theme, count=0, reader=_reader(name=""))]
    ways: tuple[DigestLinks, ...] = (web, MailLinks(web, mailbox)) if mailbox else (web,)
    return [compose(material, links) for material in (*full, *bare) for links in ways]


def _material(
    words: Words, theme: Theme, *, count: int = 8, missed: bool = False, reader: Subscriber | None = None
) -> Material:
    papers = [_paper(number) for number in range(len(_TITLES))]
    edition = _edition(papers[:count])
    return Material(
        edition=edition,
        subscriber=reader or _reader(name="Ana & <Bo>"),
        papers={paper.id: paper for paper in papers},
        sender="Paper Route <digest@example.org>",
        words=words,
        order=theme.sections,
        name=theme.logo,
        footer=theme.footer,
        signals=_attention(papers[4].id),
        next_slot=Slot(key="2026-01-31", due_at=NOW + _DAY) if count else None,
        missed=_edition(papers[8:], days=1) if missed else None,
        followed=frozenset({"Jonas Moreau"}),
    )


def _reader(*, name: str) -> Subscriber:
    interests = (
        Interest(name="Model editing", key="editing", about="editing facts stored in language models"),
        Interest(name="Retrieval & <sources>", key="sources"),
        Interest(name="Protein design", key="proteins"),
    )
    return Subscriber(
        id=1,
        public_id="0123456789abcdef",
        email="ana@example.org",
        name=name,
        cadence=Cadence(at=time(7, 30), zone="Europe/Berlin"),
        interests=interests if name else (),
        state=SubscriberState.ACTIVE,
        joined=NOW,
    )


def _paper(number: int) -> Paper:
    known = number % 4 != 3
    return Paper(
        id=PaperId(f"specimen:{number}"),
        title=_TITLES[number],
        abstract=_ABSTRACT if known else "",
        authors=("Iris Moreau", "Jonas Moreau", "Kai O'Neill & Sons") if known else (),
        author_count=None if known else 7,
        categories=("cs.CL", "cs.LG") if known else (),
        url=f"https://example.org/papers/{number}?a=1&b=2" if number != 7 else None,
        code_url="https://example.org/code" if number == 0 else None,
        venue="ECIR 2026" if number == 1 else "",
        published=NOW - 2 * _DAY if known else None,
    )


def _edition(papers: Sequence[Paper], *, days: int = 0) -> Edition:
    due = NOW - days * _DAY
    return Edition(
        id=17 - days,
        subscriber=1,
        key=f"{due:%Y-%m-%d}",
        created_at=due,
        due_at=due,
        considered=743,
        items=tuple(_item(place, paper) for place, paper in enumerate(papers)),
        sources="Sources: arXiv complete (743 of 743).",
        standings=(
            InterestStanding(
                interest="editing", name="Model editing", fitting=32, left=29, days=(9, 4, 0, 32)
            ),
            InterestStanding(interest="sources", name="Retrieval & <sources>", fitting=1),
            InterestStanding(interest="proteins", name="Protein design"),
            InterestStanding(interest="old", name="Robotics", paused=True),
        )
        if papers
        else (),
    )


def _item(place: int, paper: Paper) -> EditionItem:
    section, interest = _SECTIONS[place]
    return EditionItem(
        id=101 + place,
        paper=paper.id,
        section=section,
        interest=interest,
        position=place,
        score=1 - place / 10,
        match=0.995 - place / 40,
        reason=f"Matches your keyword “<edit> & {place}”.",
        lever=Lever(act="mute", value="edit") if place == 0 else None,
        sentence=_SENTENCE if paper.abstract else "",
    )


def _attention(paper: PaperId) -> Sequence[Signal]:
    """Return a week of rising upvotes."""
    return [
        Signal(
            paper=paper,
            source="huggingface",
            taken_at=NOW - (6 - day) * _DAY,
            upvotes=20 * day + 1,
            comments=day,
        )
        for day in range(7)
    ]
