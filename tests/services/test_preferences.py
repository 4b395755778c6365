"""What readers change of their own digest: one transaction, wishes beside the file, and what comes of it."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from recommender.domain.editions import DeliveryState, Edition, Section
from recommender.domain.papers import Paper, PaperId
from recommender.domain.subscribers import DeclaredSubscriber, Origin, Subscriber, SubscriberState
from recommender.domain.wishes import Value, apply, interest_facts, interest_field, wishes_of
from recommender.ranking.base import Corpus, RankingSettings
from recommender.ranking.hybrid import HybridRecommender
from recommender.services.preferences import Edit, Outcome, Preferences, mark_of, next_edition, wished
from recommender.services.recommending import Recommending, Spoken
from recommender.services.subscriptions import Subscriptions
from recommender.services.unsubscribing import Unsubscribing
from recommender.store.sql_store import SqlStore
from tests.builders import a_declaration, an_interest
from tests.digest.samples import wording
from tests.paths import REPOSITORY
from tests.services.mailroom import Hands
from tests.services.newsroom import NewsRoom

EDITING = interest_field("Model editing")
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path, migrated: Path) -> Iterator[SqlStore]:
    """Give an empty store."""
    shutil.copy(migrated, tmp_path / "store.db")
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}")
    yield store
    store.close()


@pytest.fixture
def room(store: SqlStore) -> NewsRoom:
    """Give a room with one reader and four papers."""
    room = NewsRoom(store, most=2)
    room.bring(1, 2, 3, 4)
    room.join()
    return room


def ana(store: SqlStore, place: str = "") -> Subscriber:
    """Return the reader as stored."""
    with store.read() as unit:
        return unit.people.find(f"ana@{place}.example.org" if place else "ana@example.org")


def change(room: NewsRoom, **values: Value) -> Outcome:
    """Change fields whatever stands."""
    edits = [Edit(field=field, value=value) for field, value in values.items()]
    return Preferences(room.store, room.clock).change(ana(room.store), edits)


def test_a_change_is_stored_with_a_wish_and_undone_without_one(room: NewsRoom) -> None:
    """The file's word is kept beside the reader's."""
    outcome = change(room, papers=5, at="18:05")
    stored = ana(room.store)
    assert (stored.papers, stored.cadence.at) == (5, time(18, 5))
    assert outcome.changes == {"papers": (10, 5), "at": ("07:30", "18:05")}
    with room.store.read() as unit:
        wishes = wished(unit, stored)
    assert {(wish.field, wish.value, wish.declared) for wish in wishes} == {
        ("papers", 5, 10),
        ("at", "18:05", "07:30"),
    }
    assert apply(a_declaration(), wishes)[0] == a_declaration(
        papers=5, cadence=replace(a_declaration().cadence, at=time(18, 5))
    )
    back = Preferences(room.store, room.clock).change(stored, outcome.undo)
    assert not back.refused
    assert ana(room.store).papers == 10
    with room.store.read() as unit:
        assert wished(unit, stored) == ()


def test_somebody_whom_no_file_names_has_no_wishes(room: NewsRoom) -> None:
    """What stands is all there is; the undo has the values."""
    with room.store.write() as unit:
        unit.people.set_origin(ana(room.store).id, Origin.PAGE)
    outcome = change(room, papers=5)
    with room.store.read() as unit:
        assert wished(unit, ana(room.store)) == ()
    assert outcome.undo == (Edit(field="papers", value=10, shown=mark_of(5)),)
    assert change(room, **{EDITING: None}).undo[0].value == dict(interest_facts(an_interest()))


def test_all_edits_are_made_or_none(room: NewsRoom) -> None:
    """One that was changed meanwhile keeps the others back."""
    edits = [Edit(field="papers", value=5), Edit(field="floor", value=0.5, shown=mark_of(0.3))]
    outcome = Preferences(room.store, room.clock).change(ana(room.store), edits)
    assert outcome.stale == {"floor"}
    assert ana(room.store).papers == 10


def test_a_part_of_an_interest_that_is_gone_is_stale(room: NewsRoom) -> None:
    """It is not made anew out of one part."""
    change(room, **{EDITING: None})
    outcome = change(room, **{interest_field("Model editing", "mute"): ["survey"]})
    assert outcome.stale
    assert ana(room.store).interests == ()


def test_an_interest_that_was_removed_comes_back_in_its_place(room: NewsRoom) -> None:
    """Whether a file names it or not."""
    three = tuple(an_interest(name) for name in "ABC")
    for origin in Origin:
        with room.store.write() as unit:
            unit.people.change(ana(room.store).id, a_declaration(interests=three))
            unit.people.set_wishes(ana(room.store).id, ())
            unit.people.set_origin(ana(room.store).id, origin)
        undo = change(room, **{interest_field("A"): None, interest_field("B"): None}).undo
        assert ana(room.store).interests == three[2:]
        Preferences(room.store, room.clock).change(ana(room.store), undo)
        assert ana(room.store).interests == three


def test_an_undo_waits_for_no_file(room: NewsRoom) -> None:
    """Where the file dropped the interest meanwhile, taking its removal back changes nothing."""
    outcome = change(room, **{EDITING: None})
    with room.store.write() as unit:
        unit.people.change(ana(room.store).id, a_declaration(interests=()))
        unit.people.set_wishes(ana(room.store).id, ())
    Preferences(room.store, room.clock).change(ana(room.store), outcome.undo)
    assert ana(room.store).interests == ()


def test_the_file_is_read_again_and_what_the_page_changed_stays(room: NewsRoom) -> None:
    """Until the file says something else of that field; an address that moved is not moved back."""
    file = a_declaration()
    subscriptions = Subscriptions(room.store, room.clock)
    number, moved = ana(room.store).id, replace(file, email="ana@new.example.org")
    with room.store.write() as unit:
        unit.people.change(number, moved)
        unit.people.set_wishes(number, wishes_of(file, moved, at=room.clock.now()))
    reader = ana(room.store, "new")
    edits = [Edit(field="papers", value=5), Edit(field="at", value="18:05")]
    Preferences(room.store, room.clock).change(reader, edits)
    subscriptions.run([file])
    stored = ana(room.store, "new")
    assert (stored.papers, stored.cadence.at) == (5, time(18, 5))
    subscriptions.run([replace(file, papers=7)])
    stored = ana(room.store, "new")
    assert (stored.papers, stored.cadence.at) == (7, time(18, 5))


@pytest.mark.parametrize(
    "wanted, due",
    [
        ({"at": "18:00"}, datetime(2026, 11, 22, 17, 0, tzinfo=UTC)),
        ({"zone": "America/New_York", "at": "09:00"}, datetime(2026, 11, 22, 14, 0, tzinfo=UTC)),
        ({"every": "week", "on": 2}, datetime(2026, 11, 25, 6, 30, tzinfo=UTC)),
        ({"every": "weekday"}, datetime(2026, 11, 23, 6, 30, tzinfo=UTC)),
    ],
)
def test_the_next_edition_is_made_when_the_page_says(
    room: NewsRoom, wanted: Mapping[str, Value], due: datetime
) -> None:
    """It is Saturday and the day's edition is out: none is made a minute before, and then it is."""
    assert room.publishing.run().counts["editions"] == 1
    room.settle(DeliveryState.SENT)
    change(room, **wanted)
    with room.store.read() as unit:
        said = next_edition(unit, ana(room.store), room.clock.now())
    assert said.due_at == due
    room.bring(5, 6)
    room.clock.move(seconds=(due - room.clock.now()).total_seconds() - 60)
    assert room.publishing.run().counts["editions"] == 0
    room.clock.move(seconds=60)
    assert room.publishing.run().counts["editions"] == 1


def test_an_edition_of_today_that_was_not_made_yet_is_due_now(room: NewsRoom) -> None:
    """The hour moved to before the present one: the page says now, and publishing agrees."""
    with room.store.read() as unit:
        said = next_edition(unit, ana(room.store), room.clock.now())
    assert said.due_at <= room.clock.now()
    assert room.publishing.run().counts["editions"] == 1


def test_a_pause_until_a_day_makes_nothing_before_it(room: NewsRoom) -> None:
    """And then it does, without anybody resuming."""
    until = room.clock.now() + 3 * DAY
    Unsubscribing(room.store, room.clock).pause(ana(room.store), until=until)
    with room.store.read() as unit:
        said = next_edition(unit, ana(room.store), room.clock.now())
    assert said.due_at == until
    room.clock.move(days=2, hours=23)
    assert room.publishing.run().counts["editions"] == 0
    room.clock.move(hours=1)
    assert room.publishing.run().counts["editions"] == 1


# What a change does to the edition itself is shown by the real ranking on the papers of the demo.


class Shop:
    """One reader with two interests, the papers of the demo, and the ranking that ships."""

    def __init__(self, store: SqlStore, recommender: HybridRecommender) -> None:
        """`recommender` is fitted on those papers."""
        self.store = store
        self.clock = Hands()
        self.recommending = Recommending(
            store,
            self.clock,
            lambda: recommender,
            Spoken(settings=RankingSettings(), wording=wording()),
        )
        with store.write() as unit:
            unit.papers.fold(_papers(), seen_at=self.clock.now())
            unit.people.add(_two_interests(), state=SubscriberState.ACTIVE, at=self.clock.now())

    def preview(self) -> Edition:
        """Return the next edition."""
        return self.recommending.preview("ana@example.org")[1]

    def change(self, values: Mapping[str, Value]) -> Outcome:
        """Change fields whatever stands."""
        edits = [Edit(field=field, value=value) for field, value in values.items()]
        return Preferences(self.store, self.clock).change(ana(self.store), edits)

    def take_back(self, undo: Sequence[Edit]) -> None:
        """Undo."""
        assert not Preferences(self.store, self.clock).change(ana(self.store), undo).refused


def _papers() -> list[Paper]:
    """Return the papers of the demo, all of them new today."""
    lines = (REPOSITORY / "config" / "sample" / "papers.jsonl").read_text("utf-8").splitlines()
    return [_paper(json.loads(line)) for line in lines]


def _paper(row: Mapping[str, object]) -> Paper:
    return Paper(
        id=PaperId(f"arxiv:{row['id']}"),
        title=str(row["title"]),
        abstract=str(row["abstract"]),
        authors=tuple(map(str, row["authors"])),  # type: ignore[call-overload]  # a list of names
        categories=tuple(map(str, row["categories"])),  # type: ignore[call-overload]  # a list of codes
    )


def _two_interests() -> DeclaredSubscriber:
    return a_declaration(
        papers=10,
        floor=0.0,
        interests=(
            an_interest("Agents", about="language model agents that search, use tools and remember"),
            an_interest("Video", about="video generation and world models"),
        ),
    )


@pytest.fixture(scope="module")
def recommender() -> HybridRecommender:
    """Return what ships, fitted on the papers of the demo."""
    return HybridRecommender.fit(Corpus(papers=_papers()), RankingSettings())


@pytest.fixture
def shop(store: SqlStore, recommender: HybridRecommender) -> Shop:
    """Return a reader of those papers."""
    return Shop(store, recommender)


def counted(edition: Edition, interest: str) -> int:
    """Return how many papers an interest has in its own section."""
    return sum(own.section is Section.INTEREST and own.interest == interest for own in edition.items)


def matches(edition: Edition) -> list[float]:
    """Return how well the papers fit that came for an interest."""
    return [own.match for own in edition.items if own.section is Section.INTEREST]


def shown(edition: Edition) -> list[PaperId]:
    """Return the papers of an edition."""
    return [own.paper for own in edition.items]


def test_size_floor_pause_and_weight_change_the_next_edition(shop: Shop) -> None:
    """As they say, and the undo brings the edition back as it was."""
    before = shop.preview()
    assert len(before.items) == 10
    back = shop.change({"papers": 5}).undo
    assert len(shop.preview().items) == 5
    shop.take_back(back)
    least = sorted(matches(before))[4]
    back = shop.change({"floor": least}).undo
    assert matches(shop.preview())
    assert min(matches(shop.preview())) >= least > min(matches(before))
    shop.take_back(back)
    back = shop.change({interest_field("Agents", "paused"): True}).undo
    assert not any(own.interest == "Agents" for own in shop.preview().items)
    shop.take_back(back)
    back = shop.change({interest_field("Agents", "weight"): 9.0}).undo
    assert counted(shop.preview(), "Agents") > counted(before, "Agents")
    shop.take_back(back)
    assert shown(shop.preview()) == shown(before)


def test_words_change_the_next_edition(shop: Shop) -> None:
    """Mutes keep papers out; words, a sentence and examples bring others; an author moves up."""
    before = shop.preview()
    papers = {paper.id: paper for paper in _papers()}
    back = shop.change({interest_field("Agents", "mute"): ["agent"]}).undo
    muted = [papers[own.paper] for own in shop.preview().items if own.interest == "Agents"]
    assert not any("agent" in f"{paper.title} {paper.abstract}".lower().split() for paper in muted)
    assert {paper.id for paper in muted} != {own.paper for own in before.items if own.interest == "Agents"}
    shop.take_back(back)
    scanner = PaperId("arxiv:2505.11518")
    assert scanner not in shown(before)
    seeds: Value = ["2505.11518", "arxiv:2505.04596"]
    words: Mapping[str, Value] = {"about": "MRI", "keywords": ["MRI"], "seeds": seeds}
    for part, value in words.items():
        back = shop.change({interest_field("Agents", part): value}).undo
        after = shop.preview()
        assert set(shown(after)) != set(shown(before)), part
        assert part == "seeds" or scanner in shown(after), part
        shop.take_back(back)
    last = [own for own in before.items if own.interest == "Agents" and own.section is Section.INTEREST][-1]
    author = papers[last.paper].authors[0]
    back = shop.change({interest_field("Agents", "authors"): [author]}).undo
    (now,) = [own for own in shop.preview().items if own.paper == last.paper]
    assert now.position < last.position
    assert author in now.reason
    shop.take_back(back)
    assert shown(shop.preview()) == shown(before)
