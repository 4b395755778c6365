"""A small hand-made store with one reader of three interests, and the edition of one morning in it.

Everything goes through the real services: intake of versions, voting, training, publishing, rendering.
One interest is starved, one is paused; a saved paper has a new version, another one waits unread.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from recommender.digest.message import message_id
from recommender.domain.editions import Delivery, DeliveryState, Edition, Settlement
from recommender.domain.feedback import Act
from recommender.domain.papers import Paper, PaperId, PaperStatus, Signal, SourceState
from recommender.domain.subscribers import Cadence, Every, Interest, Subscriber, SubscriberState
from recommender.ranking.base import RankingSettings
from recommender.services.publishing import Publishing
from recommender.services.rendering import EditionRenderer, Identity
from recommender.services.training import Shelf, Training
from recommender.services.voting import Mark, Voting
from recommender.store.sql_store import SqlStore
from tests.builders import a_declaration
from tests.digest.samples import KEY, links, look
from tests.services.mailroom import Hands

MORNING = datetime(2026, 1, 30, 6, 30, tzinfo=UTC)
DAY = timedelta(days=1)

EDITING = (
    ("Editing Facts in Language Models with One Rank-One Update", "Iris Moreau", "Jonas Weber"),
    ("Knowledge Editing at Scale: Ten Thousand Facts at Once", "Kai Lindgren", "Lena Okafor"),
    ("Where Facts Live: Causal Tracing Before Knowledge Editing", "Iris Moreau", "Jonas Weber"),
    ("Knowledge Editing Forgets: Measuring What an Update Breaks", "Mara Silva", "Nils Berg"),
    ("Multi-Hop Questions After Knowledge Editing", "Olga Petrova", "Pedro Alves"),
    ("Unlearning and Knowledge Editing Are Not the Same", "Quentin Roux", "Rosa Marino"),
    ("A Benchmark of Knowledge Editing in Twelve Languages", "Sven Olsen", "Tara Singh"),
    ("Localised Edits Without Retraining: A Hypernetwork View", "Uma Patel", "Viktor Hahn"),
    ("Editing Multimodal Models: Facts in Pictures", "Wanda Kowal", "Xavier Blanc"),
    ("Editing Code Models After an API Changed", "Yara Haddad", "Zoltan Nagy"),
)
WHALES = (
    ("The Song of Humpback Whales Changes with the Season", "Aino Laine", "Bruno Costa"),
    ("Counting Whales from Hydrophones", "Carla Rossi", "Dmitri Volkov"),
)
SUBJECTS = (
    ("robot grasping", "tactile grippers", "a dexterous hand", "soft actuators"),
    ("weather forecasting", "ensemble rainfall", "ocean heat", "drought indices"),
    ("protein folding", "ligand docking", "amino residues", "binding pockets"),
    ("galaxy surveys", "dark matter halos", "quasar redshifts", "weak lensing"),
    ("speech recognition", "speaker voices", "noisy audio", "phoneme errors"),
    ("graph networks", "message passing", "spectral filters", "node labels"),
    ("private learning", "gaussian noise", "membership leaks", "clipped gradients"),
)
ANA = Interest(
    name="Model editing",
    key="editing",
    about="editing facts stored in language models without retraining",
    keywords=("knowledge editing",),
    authors=("Iris Moreau",),
)
MAPS = Interest(name="Old maps", key="maps", about="cartography of seventeenth century copperplate atlases")
WHALE = Interest(
    name="Whale song", key="whales", about="songs of whales recorded by hydrophones", paused=True
)


def papers() -> list[Paper]:
    """Return 40 papers: ten on editing, two on whales, the rest on other things."""
    made = [_editing(place, *row) for place, row in enumerate(EDITING)]
    made += [
        _paper(20 + place, title, authors, f"{title}. Recordings of three winters are compared.")
        for place, (title, *authors) in enumerate(WHALES)
    ]
    number = 30
    for subject, *parts in SUBJECTS:
        for part in (*parts, "large data sets"):
            title = f"On {part.title()} in {subject.title()}"
            text = f"We study {subject} and {part}. Results on {part} improve by {number} per cent."
            made.append(
                _paper(number, title, [f"Ann {part.title().replace(' ', '')}", f"Bo Writer{number}"], text)
            )
            number += 1
    return made


def _editing(place: int, title: str, *authors: str) -> Paper:
    """Build a paper on editing; the later ones say less of it."""
    told = [
        "facts stored in language models",
        "without retraining",
        "knowledge editing",
        "weights of a layer",
    ]
    about = "; ".join(told[: max(1, 4 - place // 3)])
    text = (
        f"Language models keep what they were trained on, and some of that is wrong. We look at {about}. "
        f"Our method changes {3 + place} facts and leaves {97 - place}.{place} per cent of the others alone. "
        "Limits appear when many edits meet in one place."
    )
    return _paper(place, title, authors, text)


def _paper(number: int, title: str, authors: object, abstract: str) -> Paper:
    return Paper(
        id=PaperId(f"arxiv:2601.1{number:04d}"),
        title=title,
        abstract=abstract,
        authors=tuple(authors),  # type: ignore[arg-type]  # lists and tuples of names alike
        categories=("cs.CL", "cs.LG") if number < 20 else ("cs.SD",),
        url=f"https://arxiv.org/abs/2601.1{number:04d}",
        published=datetime(2026, 1, 28, tzinfo=UTC),
        version=1,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """One edition as it was stored, and as it leaves."""

    edition: Edition
    html: str
    text: str
    message: bytes


class Press:
    """The services on one store, with a clock moved by hand."""

    def __init__(self, store: SqlStore, folder: Path) -> None:
        """Artifacts go to `folder`."""
        self.store = store
        self.clock = Hands(MORNING - 6 * DAY)
        settings = RankingSettings(factors=8)
        self.training = Training(store, self.clock, folder, settings)
        self.publishing = Publishing(
            store=store,
            clock=self.clock,
            recommender=Shelf(store, folder, settings).recommender,
            settings=settings,
            message_id=lambda who, key: message_id(KEY, who.public_id, key, "example.org"),
            wording=look().wording,
            sources=("arxiv",),
        )
        identity = Identity(
            sender="Paper Route <digest@example.org>", address="digest@example.org", domain="example.org"
        )
        self.renderer = EditionRenderer(look(), links(), identity)

    def run(self) -> Pressed:
        """Let six days pass and return the edition of the last morning."""
        early, late = papers()[1::4], [paper for paper in papers() if paper not in papers()[1::4]]
        self.bring(early)
        ana = self.join()
        self.clock.move(days=2)
        self.act(ana, Act.SAVE, early[0].id)
        self.act(ana, Act.SAVE, early[1].id)
        self.act(ana, Act.UP, early[0].id)
        self.clock.instant = MORNING - DAY
        self.training.run()
        self.publish()
        self.clock.move(hours=20)
        self.bring(late)
        self.attention(late)
        self.bring([replace(early[0], version=3, updated=self.clock.now())])
        self.bring([replace(early[2], version=2, status=PaperStatus.WITHDRAWN)])
        self.clock.instant = MORNING
        self.training.run()
        return self.publish()

    def join(self) -> Subscriber:
        """Add the reader."""
        declared = a_declaration(
            cadence=Cadence(every=Every.DAY, at=time(7, 30), zone="Europe/Berlin"),
            interests=(ANA, MAPS, WHALE),
            papers=6,
        )
        with self.store.write() as unit:
            return unit.people.add(declared, state=SubscriberState.ACTIVE, at=self.clock.now())

    def bring(self, brought: list[Paper]) -> None:
        """Fold papers in, as a source that is healthy."""
        now = self.clock.now()
        with self.store.write() as unit:
            unit.papers.fold(brought, seen_at=now)
            unit.papers.save_source_state(SourceState(source="arxiv", last_ok=now, last_new=now))

    def attention(self, brought: list[Paper]) -> None:
        """Count upvotes of four days."""
        now = self.clock.now()
        with self.store.write() as unit:
            unit.papers.add_signals(
                [
                    Signal(
                        paper=paper.id,
                        source="huggingface",
                        taken_at=now - (3 - day) * DAY,
                        upvotes=(place + 1) * 7 * (day + 1) ** 2,
                    )
                    for place, paper in enumerate(brought[:6])
                    for day in range(4)
                ]
            )

    def act(self, reader: Subscriber, act: Act, paper: PaperId) -> None:
        """Let the reader act."""
        self.clock.move(minutes=1)
        Voting(self.store, self.clock).record(reader, [Mark(paper=paper, act=act)], via="cli")

    def publish(self) -> Pressed:
        """Make the edition that is due, send it, and return it as it left."""
        report = self.publishing.run()
        assert report.counts["editions"] == 1
        now = self.clock.now()
        with self.store.write() as unit:
            (row,) = unit.outbox.claim(worker="w", now=now, lease=timedelta(minutes=5), limit=9)
            pressed = self._pressed(row)
            assert unit.outbox.mark_in_doubt(row, now=now, body_sha256="0" * 64)
            assert unit.outbox.settle(row, Settlement(state=DeliveryState.SENT), now=now)
        return pressed

    def _pressed(self, row: Delivery) -> Pressed:
        with self.store.read() as unit:
            edition = unit.outbox.edition(row.edition)
            assert edition is not None
            parts = self.renderer.parts(unit, unit.people.find(row.email), edition)
            _, message = self.renderer.message(unit, row)
        return Pressed(edition=edition, html=parts.html, text=parts.text, message=message)
