"""A fixed edition of four papers, with the difficult titles of real feeds, and what is made of it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from recommender.app.looks import read_catalogues
from recommender.digest.compose import Material, compose
from recommender.digest.links import DigestLinks, Links
from recommender.digest.mail_links import MailLinks, without_body
from recommender.digest.message import Letter, build, message_id
from recommender.digest.render import Renderer
from recommender.digest.words import Wording, Words
from recommender.domain.digests import Digest
from recommender.domain.editions import Edition, EditionItem, Section, Slot
from recommender.domain.papers import Paper, PaperId, Signal
from recommender.domain.subscribers import Cadence, Subscriber
from recommender.services.rendering import Look
from tests.builders import a_subscriber, an_interest
from tests.paths import REPOSITORY

NOW = datetime(2026, 1, 30, 6, 30, tzinfo=UTC)
URL = "http://127.0.0.1:8321"
KEY = "a-key-for-tests-that-is-long-enough"
PUBLIC_ID = "0123456789abcdef"
MAILBOX = "digest@example.org"

PAPERS = (
    Paper(
        id=PaperId("arxiv:2601.00001"),
        title="Rank-One Updates Write Facts into Mid-Layer Feed-Forward Weights",
        abstract=(
            "We locate where a language model keeps a factual association and change it with one rank-one "
            "update. The edit holds under paraphrase and leaves neighbouring facts alone. On 2,000 "
            "counterfactual prompts the method keeps 96.4% of unrelated answers, e.g. dates and places, "
            "at $O(n \\log n)$ cost. Limits appear when many edits meet in one layer."
        ),
        authors=tuple(f"{name} Moreau" for name in ("Iris", "Jonas", "Kai", "Lena", "Mara", "Nils", "Olga")),
        categories=("cs.CL", "cs.LG"),
        url="https://arxiv.org/abs/2601.00001",
        code_url="https://github.com/example/rank-one",
        published=datetime(2026, 1, 28, tzinfo=UTC),
    ),
    Paper(
        id=PaperId("arxiv:2601.00002"),
        title="X$^{2}$-Unlearn: Removing 50% of a Model's <think> Traces",
        abstract="Unlearning removes what a model should not say. " * 9,
        author_count=7,
        organisation="Example Institute",
        url="https://arxiv.org/abs/2601.00002",
    ),
    Paper(
        id=PaperId("arxiv:2601.00003"),
        title="Small Models That Cite Their Sources",
        abstract="We train a small model to point at the sentence it read.",
        authors=("Ada Example", "Bo Sample"),
        categories=("cs.IR",),
        url="https://arxiv.org/abs/2601.00003",
        venue="ECIR 2026",
        published=datetime(2026, 1, 29, tzinfo=UTC),
    ),
    Paper(id=PaperId("title:afossil"), title="A Fossil Record of Neural Scaling", url=None),
)
_REASONS = (
    (
        Section.INTEREST,
        "Matches your keyword “knowledge editing” and shares “rank-one” with your interest.",
    ),
    (Section.INTEREST, "By Jonas Moreau, whom you follow. Shares “unlearning” with your interest."),
    (Section.TRENDING, "120 upvotes so far. Close to your interest."),
    (Section.READING_LIST, "You saved this on 20 January and have not marked it read."),
)


def reader(**fields: object) -> Subscriber:
    """Build Ana, who reads every day at half past seven in Berlin."""
    values: dict[str, object] = {
        "name": "Ana",
        "public_id": PUBLIC_ID,
        "cadence": Cadence(at=time(7, 30), zone="Europe/Berlin"),
        "interests": (an_interest(name="Model editing", key="editing"),),
    }
    return a_subscriber(**(values | fields))  # type: ignore[arg-type]  # a builder takes any field by name


def edition(papers: tuple[Paper, ...] = PAPERS) -> Edition:
    """Build the edition of 30 January with one item a paper; sections repeat in the order of `_REASONS`."""
    items = tuple(
        EditionItem(
            id=101 + place,
            paper=paper.id,
            section=_REASONS[place % 4][0],
            interest="editing" if _REASONS[place % 4][0] is Section.INTEREST else "",
            position=place,
            score=1 - place / 100,
            match=0.995 - place / 40,
            reason=_REASONS[place % 4][1],
        )
        for place, paper in enumerate(papers)
    )
    return Edition(
        id=17,
        subscriber=1,
        key="2026-01-30",
        created_at=NOW,
        due_at=NOW,
        considered=312,
        items=items,
        sources="Sources: arXiv complete (743 of 743, announced 30 January); "
        "Hugging Face not reached since 28 January.",
    )


def material(shown: tuple[Paper, ...] = PAPERS, /, **fields: object) -> Material:
    """Build what the digest of these papers is composed of."""
    values: dict[str, object] = {
        "edition": edition(shown),
        "subscriber": reader(),
        "papers": {paper.id: paper for paper in shown},
        "sender": "Paper Route <digest@example.org>",
        "words": english(),
        "signals": (Signal(paper=PAPERS[2].id, source="huggingface", taken_at=NOW, upvotes=120, comments=1),),
        "next_slot": Slot(key="2026-01-31", due_at=NOW + timedelta(days=1)),
    }
    return Material(**(values | fields))  # type: ignore[arg-type]  # a builder takes any field by name


def links() -> Links:
    """Return links signed by the one test key."""
    return Links([KEY], URL)


def mail_links() -> MailLinks:
    """Return the same links as mail to ourselves."""
    return MailLinks(links(), MAILBOX)


def wording() -> Wording:
    """Return the words that ship."""
    return Wording(read_catalogues(REPOSITORY / "templates" / "words"))


def english() -> Words:
    """Return the words of the default locale."""
    return wording().of("")


def look() -> Look:
    """Return the looks that ship."""
    return Look(renderer=renderer(), wording=wording())


def renderer() -> Renderer:
    """Return a renderer over the templates of the repository."""
    return Renderer([REPOSITORY / "templates"], MAILBOX)


def missed(number: int = 12) -> Edition:
    """Build the edition of the day before, with that many papers."""
    yesterday = NOW - timedelta(days=1)
    shown = [replace(edition().items[0], paper=PaperId(f"old:{place}")) for place in range(number)]
    items = tuple(replace(item, position=place) for place, item in enumerate(shown))
    return replace(edition(), id=16, key="2026-01-29", created_at=yesterday, due_at=yesterday, items=items)


def material_after_loss(number: int = 12, **fields: object) -> Material:
    """Build what a digest is composed of after an edition of `number` papers was held."""
    old = {
        item.paper: Paper(
            id=item.paper,
            title=f"{PAPERS[place % 4].title}, Part {place + 1}",
            url=f"https://arxiv.org/abs/2601.1{place:04d}" if place % 4 != 3 else None,
        )
        for place, item in enumerate(missed(number).items)
    }
    papers = old | {paper.id: paper for paper in PAPERS}
    values: dict[str, object] = {"missed": missed(number), "papers": papers}
    return material(**(values | fields))


def digest(shown: tuple[Paper, ...] = PAPERS, /, by: DigestLinks | None = None, **fields: object) -> Digest:
    """Compose the digest of these papers, with links to the web unless others are given."""
    return compose(material(shown, **fields), by or links())


def letter(subject: str = "Rank-One Updates · 4 papers", **fields: object) -> Letter:
    """Build the envelope side of the mail."""
    made = Letter(
        sender="Paper Route <digest@example.org>",
        recipient="ana@example.org",
        recipient_name="Ana",
        subject=subject,
        message_id=message_id(KEY, PUBLIC_ID, "2026-01-30", "example.org"),
        date=NOW,
        list_id="paperroute.example.org",
        edition_key="2026-01-30",
        unsubscribe=(links().unsubscribe(PUBLIC_ID, 0, NOW),),
        help_url=links().preferences(PUBLIC_ID, 0, NOW),
    )
    return replace(made, **fields)  # type: ignore[arg-type]  # a builder takes any field by name


def mail(made: Digest) -> bytes:
    """Return the whole message of a digest."""
    ways = (without_body(made.footer.unsubscribe),)
    head = letter(made.subject, unsubscribe=ways, help_url=without_body(made.footer.help))
    return build(head, renderer().text(made, english()), renderer().html(made, english()))
