"""A reader's own library through the command line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.project import Project
from tests.e2e.test_commands import CONFIG, MORNING, ready
from tests.sources.replay import Answer, replaying
from tests.sources.zotero_library import KEY, ZoteroReplay

ANA = "ana@example.org"
TOMATOES = "title:growingtomatoesbylamplight"
LIBRARY = """@misc{one, title = {Erasing what a model was taught}, eprint = {arXiv:2104.12345},
  abstract = {Machine unlearning and knowledge editing of a language model.}}
@misc{two, note = {nothing}}
@misc{three, title = {Lamps for tomatoes in a greenhouse}, doi = {10.1234/tomato}}
"""


def shelf(project: Project) -> Path:
    """Configure Ana and write her library; return its file."""
    ready(project)
    path = project.root / "own.bib"
    path.write_text(LIBRARY, encoding="utf-8")
    return path


def test_a_library_becomes_the_reading_list(project: Project) -> None:
    """The broken entry is named; the second time nothing is new; no paper of it is recommended."""
    shelf(project)
    arguments = (*MORNING, "import", "own.bib", "--for", ANA, "--as", "saved")
    first = project.run(*arguments, code=4).err
    assert "2 new" in first
    assert "own.bib:3" in first
    assert "0 new, 2 already known" in project.run(*arguments, code=4).err
    assert "doi:10.1234/tomato" in project.run("list", ANA, "--format", "json").out
    rows = project.run(*MORNING, "recommend", ANA, "--json").rows()
    assert not {"arxiv:2104.12345", "doi:10.1234/tomato"} & {row["paper"] for row in rows}


@pytest.mark.parametrize("use", ["seed", "up"])
def test_a_library_changes_the_ranking(project: Project, use: str) -> None:
    """Somebody whose interest was model editing and whose library is about tomatoes gets tomatoes."""
    shelf(project)
    before = project.run(*MORNING, "recommend", ANA, "--json").rows()
    project.run(*MORNING, "import", "own.bib", "--for", ANA, "--as", use, code=4)
    after = project.run(*MORNING, "recommend", ANA, "--json").rows()
    assert TOMATOES not in {row["paper"] for row in before}
    assert TOMATOES in {row["paper"] for row in after}


def test_ids_alone_are_enough(project: Project) -> None:
    """A list of ids becomes the reading list; a line that is none is named."""
    ready(project)
    text = "2202.05262\nhttps://doi.org/10.1234/abc\nwhat is this\n"
    (project.root / "ids.txt").write_text(text, encoding="utf-8")
    done = project.run("import", "ids.txt", "--for", ANA, "--as", "saved", code=4)
    assert "ids.txt:3" in done.err
    assert "arXiv:2202.05262" in project.run("list", ANA, "--format", "bibtex").out


@pytest.mark.parametrize(
    "arguments, code, said",
    [
        (("own.bib", "--for", ANA), 2, "belong together"),
        (("own.bib", "--as", "up"), 2, "belong together"),
        (("--feedback", "x.jsonl", "--for", ANA, "--as", "up"), 2, "--for needs"),
        (("own.bib", "--for", ANA, "--as", "liked"), 2, "liked"),
        (("own.bib", "--for", "bob@example.org", "--as", "up"), 1, "paperroute subscribers"),
        (("gone.bib", "--for", ANA, "--as", "up"), 1, "gone.bib"),
    ],
)
def test_wrong_calls_say_what_is_wrong(
    project: Project, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """Options alone, unknown values and readers, and files of which nothing could be used."""
    shelf(project)
    done = project.run("import", *arguments, code=code)
    assert said in done.err
    assert "Traceback" not in done.err


@pytest.fixture
def zotero() -> Iterator[ZoteroReplay]:
    """Run a library with nothing in it but a note."""
    library = ZoteroReplay()
    library.add("NNNNNNN1", itemType="note")
    with replaying(library):
        yield library


def connect(project: Project, zotero: ZoteroReplay) -> None:
    """Configure Ana with that library, her key in a file."""
    ready(project)
    (project.root / "key").write_text(KEY, encoding="utf-8")
    (project.root / "key").chmod(0o600)
    source = (
        f'[[source]]\ntype = "zotero"\nfor = "{ANA}"\nlibrary = "users/123"\napi_key_file = "key"\n'
        f'base_url = "{zotero.url("")}"\nallow_hosts = ["127.0.0.1"]\n'
    )
    project.configure(f"{CONFIG}\n{source}")


def test_a_paper_added_at_zotero_changes_the_next_edition(project: Project, zotero: ZoteroReplay) -> None:
    """No web server runs; only `ingest` and `publish`. Taken out again, it changes it back."""
    connect(project, zotero)
    project.run(*MORNING, "ingest")
    before = project.run(*MORNING, "preview", ANA, "--format", "text").out
    zotero.add("TTTTTTT1", title="Lamps for tomatoes in a greenhouse", DOI="10.1234/tomato")
    assert "1 vote" in project.run(*MORNING, "ingest").err
    after = project.run(*MORNING, "preview", ANA, "--format", "text").out
    assert before != after
    assert "Lamps for tomatoes" in after  # the reason names what the reader has
    assert "Lamps for tomatoes" not in before
    for command in ("publish", "deliver"):
        project.run(*MORNING, command)
    (sent,) = (project.root / "var" / "outbox").glob("*.txt")
    assert "Growing Tomatoes" in sent.read_text(encoding="utf-8")
    zotero.delete("TTTTTTT1")
    assert "1 taken back" in project.run(*MORNING, "ingest").err


def save_to(project: Project) -> None:
    """Let Ana's library take in what she saves."""
    config = project.root / "config" / "paperroute.toml"
    config.write_text(f"{config.read_text(encoding='utf-8')}save_to = true\n", encoding="utf-8")


def test_a_saved_paper_is_one_item_at_zotero(project: Project, zotero: ZoteroReplay) -> None:
    """Over an answer that was lost and two more readings of the whole library; it is no vote."""
    connect(project, zotero)
    save_to(project)
    project.run(*MORNING, "save", ANA, TOMATOES)
    zotero.torn = True
    assert "broke off" in project.run(*MORNING, "ingest", code=4).err
    zotero.torn, zotero.blind = False, True
    again = ("ingest", "--source", "zotero", "--since", "2026-01-01")
    for arguments, there in ((("ingest",), 1), (again, 0)):
        done = project.run(*MORNING, *arguments).err
        assert f"0 filed, {there} already there" in done
        assert "0 votes" in done
    (item,) = [entry["data"] for entry in zotero.items.values() if entry["data"]["itemType"] != "note"]
    assert (item["title"], item["itemType"]) == ("Growing Tomatoes by Lamp Light", "journalArticle")
    assert TOMATOES in project.run("list", ANA, "--format", "json").out


def test_a_key_that_may_not_write_is_named(project: Project, zotero: ZoteroReplay) -> None:
    """The library is read all the same: exit 4, with what to check."""
    connect(project, zotero)
    save_to(project)
    zotero.may_write = False
    project.run(*MORNING, "save", ANA, TOMATOES)
    done = project.run(*MORNING, "ingest", code=4)
    assert "save_to needs one that may write" in done.err
    assert KEY not in done.err


def test_an_enricher_fills_gaps_and_its_failure_is_a_warning(project: Project, zotero: ZoteroReplay) -> None:
    """Exit 0 either way; `doctor` has a line for it, and no address or key is shown."""
    connect(project, zotero)
    config = project.root / "config" / "paperroute.toml"
    enricher = (
        f'[[enricher]]\ntype = "crossref"\nbase_url = "{zotero.url("")}"\nallow_hosts = ["127.0.0.1"]\n'
    )
    config.write_text(f"{config.read_text(encoding='utf-8')}{enricher}", encoding="utf-8")
    paper = project.root / "one.jsonl"
    row = {"id": "10.1234/abc", "doi": "10.1234/abc", "title": "On lamps", "abstract": "Light."}
    paper.write_text(json.dumps(row), encoding="utf-8")
    project.run(*MORNING, "import", "one.jsonl")
    work = {
        "DOI": "10.1234/ABC",
        "title": ["On lamps"],
        "type": "journal-article",
        "is-referenced-by-count": 3,
    }
    body = {"message": {"items": [work | {"container-title": ["Lamps Today"]}]}}
    zotero.says("/works", Answer(body=json.dumps(body).encode()))
    assert "1 known, 1 changed, 1 citation" in project.run(*MORNING, "ingest").err
    paper.write_text(json.dumps(row | {"id": "10.1234/d", "doi": "10.1234/d", "title": "On wicks"}))
    project.run(*MORNING, "import", "one.jsonl")
    zotero.says("/works", Answer(status=403))
    done = project.run(*MORNING, "ingest")
    assert "warning: crossref" in done.err
    assert "check api_key" in done.err
    assert "example.org" not in done.err
    assert "enricher crossref" in project.run("doctor", code=None).out


def test_a_library_that_refuses_is_named_and_the_others_go_on(project: Project, zotero: ZoteroReplay) -> None:
    """A wrong key and a source that is well: exit 4; alone it is 1. The key is never shown."""
    connect(project, zotero)
    (project.root / "key").write_text("Wrongwrong", encoding="utf-8")
    done = project.run(*MORNING, "ingest", code=1)
    assert "403" in done.err
    assert "check api_key" in done.err
    assert "Wrongwrong" not in done.err
    zotero.says("/feed", Answer(body=b'<rss version="2.0"><channel><title>x</title></channel></rss>'))
    config = project.root / "config" / "paperroute.toml"
    feed = f'[[source]]\ntype = "feed"\nurl = "{zotero.url("/feed")}"\nallow_hosts = ["127.0.0.1"]\n'
    config.write_text(f"{config.read_text(encoding='utf-8')}\n{feed}", encoding="utf-8")
    assert "403" in project.run(*MORNING, "ingest", code=4).err
