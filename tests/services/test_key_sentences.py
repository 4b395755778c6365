"""Each item of an edition gets its sentence when it is made."""

import shutil
from dataclasses import replace
from pathlib import Path

from recommender.domain.editions import DeliveryState, Edition, EditionItem, Evidence, Section
from recommender.domain.feedback import Act
from recommender.domain.papers import Paper, PaperId
from recommender.services.key_sentences import with_key_sentences
from recommender.store.sql_store import SqlStore
from tests.builders import NOON, a_paper
from tests.services.mailroom import Mailroom
from tests.services.newsroom import NewsRoom

TWO = (
    "We introduce a decoder, which reads the graph by message passing over its edges and nodes. "
    "We introduce an encoder, which reads the text by attention over its words and phrases."
)
PAPERS = (
    a_paper(1, title="Two Readers", abstract=TWO),
    a_paper(2, abstract="Only one, in $O(n \\log n)$"),
    a_paper(3, abstract=""),
)


def an_edition(subscriber: int, *items: EditionItem) -> Edition:
    """Build an edition of noon."""
    return Edition(subscriber=subscriber, key="k", created_at=NOON, due_at=NOON, considered=3, items=items)


def an_item(paper: Paper, section: Section = Section.INTEREST, *terms: str) -> EditionItem:
    """Build an item without a sentence."""
    return EditionItem(
        paper=paper.id,
        section=section,
        interest="",
        position=0,
        score=0.0,
        match=0.0,
        reason="",
        evidence=(Evidence(scorer="content", share=1.0, terms=terms),) if terms else (),
    )


def sentences_of(room: Mailroom, *editions: Edition) -> list[list[str]]:
    """Store the papers and return what each item of the editions got."""
    with room.store.write() as unit:
        unit.papers.fold(PAPERS, seen_at=NOON)
        told = with_key_sentences(unit, editions)
    assert [replace(item, sentence="") for own in told for item in own.items] == [
        item for own in editions for item in own.items
    ]
    return [[item.sentence for item in own.items] for own in told]


def test_every_section_has_sentences(room: Mailroom) -> None:
    """One sentence is the sentence, in plain Unicode; without an abstract there is none."""
    items = [an_item(paper, section) for paper in PAPERS for section in Section]
    (found,) = sentences_of(room, an_edition(1, *items))
    assert found[: len(Section)] == [found[0]] * len(Section)
    assert found[0] in TWO
    assert set(found[len(Section) : 2 * len(Section)]) == {"Only one, in O(n log n)"}
    assert set(found[2 * len(Section) :]) == {""}


def test_readers_get_the_sentence_with_their_terms(room: Mailroom) -> None:
    """Of two that tell as much; one paper in two editions."""
    graphs = an_item(PAPERS[0], Section.INTEREST, "graph", "message passing")
    words = an_item(PAPERS[0], Section.INTEREST, "attention", "phrases")
    (one,), (other,) = sentences_of(room, an_edition(1, graphs), an_edition(2, words))
    assert "decoder" in one
    assert "encoder" in other


def test_a_paper_that_left_the_store(room: Mailroom) -> None:
    """Has no sentence."""
    gone = replace(an_item(PAPERS[0]), paper=PaperId("arxiv:0000.00000"))
    assert sentences_of(room, an_edition(1, gone)) == [[""]]


def test_a_published_edition_keeps_its_sentences(tmp_path: Path, migrated: Path) -> None:
    """Those of what was recommended and of what has changed, also when the abstract is another one since."""
    shutil.copy(migrated, tmp_path / "store.db")
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}")
    room = NewsRoom(store, most=2)
    room.bring(1, 2, abstract=TWO)
    ana = room.join(send_empty=True)
    first = room.publish()
    room.settle(DeliveryState.SENT)
    room.act(ana, Act.SAVE, 1)
    room.clock.move(days=1)
    room.bring(1, abstract="It was rewritten. We find that nothing of it is left.", version=2)
    room.happen(1)
    second = room.publish()
    assert first
    assert second
    with store.read() as unit:
        kept = unit.outbox.edition(first.id)
    store.close()
    assert kept
    assert [item.sentence in TWO and len(item.sentence) > 1 for item in kept.items] == [True, True]
    changed = [item.sentence for item in second.items if item.section is Section.CHANGED]
    assert changed == ["We find that nothing of it is left."]
