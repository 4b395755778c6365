"""Readers and editions at the edges: hard names of interests, no papers, no abstracts, other locales."""

from collections.abc import Sequence

import pytest

from recommender.domain.editions import Edition, EditionItem, InterestStanding, Section
from recommender.domain.papers import Paper, PaperId
from recommender.mail.guard import check_wire
from recommender.services.rendering import EditionRenderer, Identity
from tests.builders import an_interest
from tests.digest.samples import MAILBOX, links, look, material, reader, wording
from tests.nasty import laws
from tests.nasty.press import MADE
from tests.nasty.sheet import Sheet, read

NAMES = (
    '<b>Bold</b> & "quoted"',
    "מגדלור בים",
    "W" * 500,
    "word " * 100,
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "=?utf-8?q?evil=0ABcc=3A_x=40y?=",
    "\u202eesrever",
    "$x^{2}$-ray & \\textbf{TeX}",
    "日本語の題名" * 12,
    "🗼🔭" * 30,
    "Plain",
)
LONG = "On the patience of those who keep a lamp, " * 10
CHINESE = "我们研究灯塔守护者每晚点亮的灯。" * 20
FRENCH = "Nous étudions les phares de la côte. Nous montrons qu'une lampe suffit, même l'hiver. " * 12


def papers(number: int, **fields: str) -> tuple[Paper, ...]:
    """Return papers of one kind."""
    return tuple(
        Paper(
            id=PaperId(f"arxiv:2601.8{place:04d}"),
            title=f"{place} {fields.get('title', 'Lamp')}",
            abstract=fields.get("abstract", "A lamp is lit. We count the ships that pass."),
            authors=("Ana Keeper", "Bo Reef"),
            categories=("cs.CL",),
            url=f"https://arxiv.org/abs/2601.8{place:04d}",
        )
        for place in range(number)
    )


def sheet(shown: Sequence[Paper], names: Sequence[str] = NAMES[-1:], *, locale: str = "") -> Sheet:
    """Print an edition of `shown`, dealt to interests of these names, and check all that holds for any."""
    keys = [f"key{place}" for place in range(len(names))]
    interests = tuple(an_interest(name, key=key) for name, key in zip(names, keys, strict=True))
    items = tuple(
        EditionItem(
            id=101 + place,
            paper=paper.id,
            section=Section.INTEREST,
            interest=keys[place % len(keys)],
            position=place,
            score=1.0 - place / 100,
            match=0.99,
            reason="Shares “lamp” with your interest.",
            sentence=paper.abstract[:80],
        )
        for place, paper in enumerate(shown)
    )
    standings = tuple(
        InterestStanding(interest=own.key or "", name=own.name, fitting=9, days=(1, 0, 5))
        for own in interests
    )
    made = Edition(
        id=17,
        subscriber=1,
        key="2026-01-30",
        created_at=MADE,
        due_at=MADE,
        considered=1312,
        items=items,
        standings=standings,
    )
    own = material(
        tuple(shown),
        edition=made,
        signals=(),
        subscriber=reader(email="ana@example.org", interests=interests, locale=locale),
        words=wording().of(locale),
    )
    identity = Identity(sender=f"Paper Route <{MAILBOX}>", address=MAILBOX, domain="example.org")
    parts = EditionRenderer(look(), links(), identity).write(own, "<extreme@example.org>")
    check_wire(parts.message, parts.envelope, MAILBOX)
    found = read(parts.message)
    laws.check(found, shown)
    return found


@pytest.mark.parametrize("number", [12, 50])
def test_twelve_interests_with_hard_names(number: int) -> None:
    """Each has a heading and a line, as text, cut where it is too long for either."""
    found = sheet(papers(number), NAMES)
    assert "<script>alert(1)</script>" in found.prose
    assert "{{ 7 * 7 }}" in found.prose
    assert "49" not in found.prose.partition("Shares")[0]
    assert "W" * 81 not in found.prose


def test_nothing_at_all() -> None:
    """An edition that is sent empty says so, and has its ways out."""
    found = sheet(())
    assert "1,312" in found.prose
    assert "/u/" in found.text


def test_one_paper() -> None:
    """It is the whole mail."""
    assert len(sheet(papers(1)).blocks) == 1


@pytest.mark.parametrize("abstract", ["", CHINESE, FRENCH, "x" * 3000, "No end " * 900])
def test_abstracts(abstract: str) -> None:
    """None, without blanks, in another language, one long word, one endless sentence."""
    found = sheet(papers(6, abstract=abstract))
    assert len(found.blocks) == 6


@pytest.mark.parametrize("title", [LONG, "題" * 400, "W" * 400, "<i>" * 130])
def test_titles_of_four_hundred_characters(title: str) -> None:
    """They are cut, and nothing climbs out of the sheet."""
    found = sheet(papers(3, title=title))
    assert all(len(block.title) <= 300 for block in found.blocks)


@pytest.mark.parametrize("locale", ["ar", "ja", "de", "fr-CA", "hi", "zh-Hant-TW", "sw"])
def test_locales(locale: str) -> None:
    """Dates and numbers in the reader's way, texts in the language there is, no mark of direction."""
    found = sheet(papers(2), NAMES[:2], locale=locale)
    html = next(found.tree.iter("html"))
    assert html.get("lang") == wording().of(locale).language
    assert html.get("dir") == wording().of(locale).direction
