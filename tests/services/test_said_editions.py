"""What an edition says in words of its own is said to each reader in their language and zone, and kept."""

from datetime import time
from pathlib import Path

from recommender.domain.feedback import Act
from recommender.domain.papers import SourceState
from recommender.domain.subscribers import Cadence
from tests.services.newsroom import NewsRoom
from tests.stores import sqlite_store


def test_each_reader_in_their_language_and_zone(tmp_path: Path) -> None:
    """Line of the sources, subject, reason and reminder: three readers of one block, one in German."""
    room = NewsRoom(sqlite_store(tmp_path), most=1)
    room.publishing.sources = ("arxiv", "huggingface")
    readers = [("ben", "de-DE", "Europe/Berlin"), ("yui", "ja", "Asia/Tokyo"), ("ana", "", "Europe/London")]
    late = room.clock.now().replace(hour=23)
    with room.store.write() as unit:
        unit.papers.save_source_state(
            SourceState(source="arxiv", last_ok=late, last_new=late, announced_on=late.date(), announced=1743)
        )
        unit.papers.save_source_state(SourceState(source="huggingface", last_ok=late, failures=1))
    room.bring(1, 2)
    for name, locale, zone in readers:
        cadence = Cadence(at=time(7, 30), zone=zone)
        who = room.join(f"{name}@example.org", name=name, locale=locale, cadence=cadence)
        room.act(who, Act.SAVE, 2)
    room.clock.move(days=3)
    room.publishing.run(force=True)
    with room.store.read() as unit:
        made = [unit.outbox.edition(row.edition) for row in unit.outbox.deliveries()]
        names = {person.id: person.name for person in unit.people.all()}
    said = {names[edition.subscriber]: edition for edition in made if edition}
    assert said["ben"].sources == (
        "Quellen: arXiv vollständig (1.743 von 1.743, angekündigt am 21. November); "
        "Hugging Face seit dem 22. November nicht erreicht."
    )
    assert said["yui"].sources.endswith("Hugging Face not reached since 11月22日.")
    assert said["ana"].sources == (
        "Sources: arXiv complete (1,743 of 1,743, announced 21 November); "
        "Hugging Face not reached since 21 November."
    )
    assert [said[name].subject.rpartition(" · ")[2] for name in ("ben", "ana")] == ["1 Paper", "1 paper"]
    assert [own.reason for own in said["ben"].items] == [
        "Im Ganzen weit vorn für das, was dir gefällt; kein einzelnes Wort sticht heraus.",
        "Am 21. November von dir gespeichert und noch nicht als gelesen markiert.",
    ]
    assert said["ana"].items[1].reason == "You saved this on 21 November and have not marked it read."
