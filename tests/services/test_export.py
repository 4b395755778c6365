"""Everything that is held about a reader, handed out: whole, bounded, and of nobody else."""

import zipfile
from io import BytesIO

from tests.services.estate import Estate
from tests.store.household import ANA, BOB, NOTE


def test_an_export_holds_everything_of_one_reader(household: Estate) -> None:
    """Nested where rows belong to rows, with titles, and nothing of anybody else."""
    household.write_mail("2026-01-30-ana", ANA)
    held = household.privacy().held(ANA.upper())
    facts = held.facts
    assert facts["format"] == "paperroute-export/1"
    assert facts["subscriber"]["public_id"] == household.ana.public_id
    assert [act["act"] for act in facts["feedback"]] == ["up", "save", "label", "note"]
    assert facts["reading_list"][0]["note"] == f"Ana Ahrenholz: {NOTE}"
    (edition,) = facts["editions"]
    assert (len(edition["items"]), edition["deliveries"][0]["state"]) == (1, "ready")
    assert "worker" not in edition["deliveries"][0]
    (request,) = facts["requests"]
    assert [letter["to"] for letter in request["letters"]] == ["own", "new"]
    assert facts["suppressions"][0]["reason"] == "unsubscribed by the reader"
    assert facts["papers"]["arxiv:2601.00001"]["title"] == "Paper number 1 on subject 1"
    assert facts["outbox_files"] == ["2026-01-30-ana"]
    assert facts["made_at"] == "2026-01-30T12:00:00Z"
    assert "Brinkmann" not in held.json()
    assert BOB not in held.json()


def test_an_export_is_the_same_bytes_for_the_same_facts(household: Estate) -> None:
    """With a README that speaks of every file, and digests as they look."""
    privacy = household.privacy()
    first, second = privacy.export(household.ana), privacy.export(household.ana)
    assert first == second
    with zipfile.ZipFile(BytesIO(first)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == sorted(names)
        assert {"export.json", "README.txt", "digests/2026-01-30.html", "reading-list.bib"} <= set(names)
        assert archive.read("digests/2026-01-30.html") == b"<p>page Ana Ahrenholz"
        readme = archive.read("README.txt").decode()
    assert all(name.partition("/")[0] in readme for name in names if name != "README.txt")


def test_an_export_is_bounded(household: Estate) -> None:
    """Digests for which there is no room are left out, and the README says so."""
    household.rendered = "x" * 10_000
    household.most_bytes = 15_000
    held = household.privacy().held(ANA)
    assert not [name for name in held.files if name.startswith("digests")]
    assert "1 older" in held.files["README.txt"].decode()
    assert held.facts["editions"]
