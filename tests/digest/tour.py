"""Every kind of text that a reader can meet, said by given words: editions of every sort."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

from recommender.digest.compose import Material, compose
from recommender.digest.links import LEVER, UNDO, DigestLinks, claim_of
from recommender.digest.mail_links import MailLinks
from recommender.digest.news import news_of
from recommender.digest.reasons import reason
from recommender.digest.words import Words
from recommender.domain.digests import Digest
from recommender.domain.editions import (
    Edition,
    EditionItem,
    Evidence,
    InterestStanding,
    Lever,
    Recommendation,
    Section,
)
from recommender.domain.events import EventKind, PaperEvent
from recommender.domain.papers import Outlook, Paper, PaperId, Signal, SourceState
from recommender.domain.subscribers import After, Cadence, Every
from recommender.services.reminders import reminders
from recommender.services.source_health import sources_sentence
from tests.builders import an_interest
from tests.digest.samples import MAILBOX, NOW, PAPERS, PUBLIC_ID, links, material_after_loss, missed, reader

DAY = timedelta(days=1)
_WORD = re.compile(r"[^\W\d_]+")
KEYS = ("editing", "retrieval", "proteins", "robots")
NAMES = ("Model editing", "Retrieval", "Protein design", "Robotics")
MANY = tuple(
    replace(
        PAPERS[place % 4],
        id=PaperId(f"arxiv:2601.1{place:04d}"),
        title=f"{PAPERS[place % 4].title}, Part {place}",
        summary="It keeps what it knew." if place % 5 == 0 else None,
        summary_by="Hugging Face" if place % 10 == 0 else None,
        first_seen=NOW,
    )
    for place in range(24)
)
LIKED = MANY[0]
TITLES = {paper.id: paper.title for paper in MANY}
GONE = PaperId("arxiv:0000.00000")
EVIDENCE = (
    (),
    (Evidence(scorer="keywords", share=0.6, terms=("unlearning",)),),
    (
        Evidence(scorer="keywords", share=0.6, terms=("unlearning", "editing")),
        Evidence(scorer="content", share=0.4, terms=("rank-one", "facts")),
    ),
    (Evidence(scorer="content", share=0.5, terms=("rank-one", "facts")),),
    (Evidence(scorer="content", share=0.5, terms=("rank-one", "facts"), paper=LIKED.id),),
    (Evidence(scorer="content", share=0.5, paper=LIKED.id),),
    (
        Evidence(scorer="authors", share=0.5, author="Jonas Moreau", paper=LIKED.id),
        Evidence(scorer="content", share=0.4, terms=("rank-one", "facts"), paper=LIKED.id),
    ),
    (Evidence(scorer="authors", share=0.5, author="Jonas Moreau"),),
    (Evidence(scorer="authors", share=0.5, author="Jonas Moreau", paper=GONE),),
    (Evidence(scorer="categories", share=0.5, terms=("cs.CL", "cs.LG")),),
    (Evidence(scorer="trending", share=0.5, count=120),),
    (Evidence(scorer="collaborative", share=0.5, count=7),),
    (Evidence(scorer="collaborative", share=0.5, paper=LIKED.id),),
    (Evidence(scorer="exploration", share=0.0),),
)


def reasons(words: Words) -> list[tuple[Section, str, Lever | None, tuple[Evidence, ...]]]:
    """Return a reason of every kind, in every section that recommends, with and without an interest."""
    sections = (Section.INTEREST, Section.TRENDING, Section.DIFFERENT)
    found = []
    for section, evidence, name, chance in product(sections, EVIDENCE, (NAMES[0], ""), (None, 0.5)):
        if chance and section is not Section.DIFFERENT:
            continue
        recommendation = Recommendation(
            paper=MANY[1].id,
            section=section,
            interest=KEYS[0],
            score=1.0,
            match=0.99,
            evidence=evidence,
            propensity=chance,
        )
        said, lever = reason(recommendation, TITLES, name, words)
        found.append((section, said, lever, evidence))
    return found


def sources(words: Words) -> list[str]:
    """Return the line of the sources in every state that they can be in."""
    good = SourceState(source="arxiv", last_ok=NOW, last_new=NOW, announced_on=NOW.date(), announced=743)
    late = replace(good, last_new=NOW - 2 * DAY, outlook=Outlook(expected_next=NOW))
    states = (
        good,
        replace(good, missing=3),
        replace(good, announced_on=None),
        replace(good, failures=1),
        replace(good, failures=1, last_ok=None),
        replace(good, last_ok=NOW - 9 * DAY),
        late,
        replace(late, outlook=Outlook(expected_next=NOW + DAY, quiet="an answer from elsewhere")),
        replace(late, outlook=Outlook(quiet="an answer from elsewhere")),
        *(replace(good, source=f"blog {number}") for number in range(6)),
    )
    many = {f"blog {number}": good for number in range(6)}
    bad = {name: replace(good, failures=1) for name in many}
    held = [{state.source: state} for state in states] + [many, bad]
    return [
        sources_sentence((*known, "biorxiv"), known, now=NOW, zone="Europe/Berlin", words=words)
        for known in held
    ] + [sources_sentence(tuple(many), many, now=NOW, zone="Europe/Berlin", words=words)]


def news(words: Words) -> list[tuple[EventKind, str]]:
    """Return what is said of everything that can happen to a paper, by whom it is known."""
    details = {EventKind.VERSION: ("v3",), EventKind.PUBLISHED: ("ECIR 2026", "10.1000/182")}
    found = []
    for kind, role in product(EventKind, ("saved", "liked", "shown")):
        for detail in details.get(kind, ("",)):
            event = PaperEvent(paper=MANY[0].id, kind=kind, at=NOW, detail=detail)
            also = PaperEvent(paper=MANY[0].id, kind=EventKind.WITHDRAWN, at=NOW)
            found.append((kind, news_of([event], role, words, UTC)))
            found.append((kind, news_of([event, also], role, words, UTC)))
    return found


def standings(*, capped: bool) -> tuple[InterestStanding, ...]:
    """Return one interest that has all, one that nothing fits, one that had no room, one paused."""
    return (
        InterestStanding(
            interest=KEYS[0],
            name=NAMES[0],
            fitting=30,
            left=9,
            capped=capped,
            days=() if capped else (1, 4, 25),
        ),
        InterestStanding(interest=KEYS[1], name=NAMES[1]),
        InterestStanding(interest=KEYS[2], name=NAMES[2], fitting=2, left=2, days=(0, 2)),
        InterestStanding(interest=KEYS[3], name=NAMES[3], paused=True),
    )


def editions(words: Words) -> Iterator[Edition]:
    """Yield editions in which every text stands: full ones, and those where news is all, or nothing."""
    blank = Edition(subscriber=1, key="2026-01-30", created_at=NOW, due_at=NOW, considered=743, id=17)
    said, lines = reasons(words), sources(words)
    for start in range(0, len(said), 20):
        items = [
            _item(place, section, text, lever=lever, evidence=evidence)
            for place, (section, text, lever, evidence) in enumerate(said[start : start + 20])
        ]
        made = replace(blank, items=tuple(items), standings=standings(capped=start > 0))
        yield replace(made, sources=lines.pop())
    told = news(words)
    for kind in EventKind:
        mark = Evidence(scorer="changed", share=0.0, terms=(f"{kind.value}@2026",), count=3)
        texts = [text for own, text in told if own is kind]
        items = [_item(place, Section.CHANGED, text, evidence=(mark,)) for place, text in enumerate(texts)]
        yield replace(blank, items=tuple(items), sources=lines.pop())
    for line in lines:
        yield replace(blank, sources=line)
    saved = reminders([(MANY[5].id, NOW - 9 * DAY)], reader(), words)
    alike = [_item(place, Section.INTEREST, said[0][1]) for place in (0, 4, 8)]
    yield replace(blank, items=tuple(replace(item, interest="") for item in alike))
    yield replace(blank, considered=0)
    for _ in ("by web", "by mail"):
        yield replace(blank, key="2026-W05", items=tuple(replace(item, id=105) for item in saved))


def digests(words: Words) -> Iterator[Digest]:
    """Yield the digests of all of them, by web and by mail, with every cadence, after a loss too."""
    cadences = (
        Cadence(at=time(7, 30), zone="Europe/Berlin", after=After.ARXIV),
        Cadence(every=Every.WEEKDAY, at=time(7, 30), zone="Europe/Berlin"),
        Cadence(every=Every.WEEK, on=4, at=time(7, 30), zone="Europe/Berlin"),
    )
    ways: tuple[DigestLinks, ...] = (links(), MailLinks(links(), MAILBOX))
    interests = tuple(an_interest(name, key=key) for name, key in zip(NAMES, KEYS, strict=True))
    for place, edition in enumerate(editions(words)):
        ana = reader(cadence=cadences[place % 3], interests=interests if place % 4 else ())
        by = ways[place % 2]
        yield compose(_material(words, edition, subscriber=ana), by)
        if place < 2:
            lost = replace(_material(words, edition, subscriber=ana), missed=missed(12))
            old = material_after_loss(12).papers
            yield compose(replace(lost, papers={**old, **lost.papers}), ways[place])


_SENDER = "Paper Route <digest@example.org>"


def _material(words: Words, edition: Edition, **fields: object) -> Material:
    papers = {paper.id: paper for paper in MANY}
    signals: Sequence[Signal] = [
        Signal(
            paper=paper.id,
            source="huggingface",
            taken_at=NOW - back * DAY,
            upvotes=[None, 40 - back, None][place % 3],
            comments=[None, None, 9 - back][place % 3],
            stars=[8 - back, None, None][place % 3],
        )
        for place, paper in enumerate(MANY)
        for back in (3, 2, 1, 0)
    ]
    made = material_after_loss(1, words=words, edition=edition, papers=papers, signals=signals)
    return replace(
        made,
        missed=None,
        followed=frozenset({"Jonas Moreau"}),
        footer="Example Institute",
        sender=_SENDER,
        **fields,  # type: ignore[arg-type]  # a builder takes any field by name
    )


def _item(
    place: int,
    section: Section,
    text: str,
    *,
    lever: Lever | None = None,
    evidence: tuple[Evidence, ...] = (),
) -> EditionItem:
    return EditionItem(
        id=101 + place,
        paper=MANY[place].id,
        section=section,
        interest=KEYS[0] if section is Section.INTEREST else "",
        position=place,
        score=1 - place / 100,
        match=(0.99, 0.95, 0.5)[place % 3],
        reason=text,
        lever=lever,
        evidence=evidence,
    )


def mail_subjects(words: Words) -> list[str]:
    """Return the subject of every mail that a link can open."""
    made = MailLinks(links(), MAILBOX, words)
    values = (
        *(("vote", value) for value in ("up", "down", UNDO)),
        *product(("save", "unsubscribe"), ("", UNDO)),
        *(("lever", value) for value in (LEVER, UNDO)),
        ("preferences", ""),
    )
    return [made.link(claim_of(purpose, (PUBLIC_ID, 3, 7), NOW, value)) for purpose, value in values]


def vocabulary() -> set[str]:
    """Return the words that are data here: of papers, names, days, months, zones and sources."""
    days = [f"{date(2026, 1, day):%A}" for day in range(1, 8)]
    months = [f"{datetime(2026, month, 1, tzinfo=UTC):%B %b}" for month in range(1, 13)]
    texts = [
        *days,
        *months,
        *NAMES,
        "Ana Europe Berlin Example Institute Paper Route digest@example.org",
        "arXiv Hugging Face bioRxiv blog v3 cs.CL cs.LG cs.IR ECIR 2026 10.1000/182 Jonas Moreau",
        "unlearning editing rank-one facts and",
        *(_text_of(paper) for paper in (*MANY, *PAPERS)),
    ]
    return vocabulary_of(texts)


def vocabulary_of(texts: Iterable[str]) -> set[str]:
    """Return the words of texts."""
    return set(_words(" ".join(texts)))


def _text_of(paper: Paper) -> str:
    from recommender.digest.tex import to_unicode  # noqa: PLC0415

    parts = (paper.title, paper.abstract, *paper.authors, paper.organisation or "", paper.summary or "")
    return " ".join((*parts, *(to_unicode(part) for part in parts)))


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def strange(text: str, known: set[str]) -> list[str]:
    """Return the words of a text that are no data; cut ones are known by their beginning."""
    found = []
    for match in _WORD.finditer(text):
        word = match[0].casefold()
        cut = text[match.end() :].startswith("…") and any(one.startswith(word) for one in known)
        if word not in known and not cut:
            found.append(match[0])
    return found
