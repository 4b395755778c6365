"""A reader who is forgotten while the daemon runs: nothing is left in the data folder or the logs."""

import base64
import io
import json
import quopri
import re
import sqlite3
import time
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from recommender.domain.feedback import Act, Feedback
from recommender.domain.papers import PaperId
from recommender.domain.requests import End, Request, RequestKind
from recommender.domain.wishes import Wish
from recommender.store.sql_store import SqlStore
from tests.e2e.project import Project, free_port
from tests.e2e.test_commands import LISTING
from tests.e2e.test_mail_and_thumbs import request, running, wait_for

EMAIL = "Annelie.Quast@house.example.org"
NAME = "Annéliese Quastenberg"
NOTE = "Zwiebelkuchen before the viva"
WORDS = (EMAIL, NAME, "Quastenberg", NOTE, "Zwiebelkuchen", "annelie-quast", "annelie.quast")
NOW = datetime(2026, 1, 30, 8, 0, tzinfo=UTC)
OTHERS = [f"other{number}@house.example.org" for number in range(8)]
CONFIG = """
[mail]
backend = "outbox"

[web]
public_url = "http://127.0.0.1:{port}"
bind = "127.0.0.1:{port}"

[schedule]
tick = 1
"""


def forms(word: str) -> Iterator[bytes]:
    """Yield what a word may look like in a file: as it is, quoted-printable, base64, in a URL, in JSON."""
    for written in {word, word.lower()}:
        plain = written.encode()
        yield plain.lower()
        yield quopri.encodestring(plain).lower()
        yield urllib.parse.quote(written).encode().lower()
        yield json.dumps(written).strip('"').encode().lower()
        yield written.encode("utf-16-le")
        for shift in range(3):
            # Base64 of three neighbours; the characters at both ends depend on what stands beside the word.
            code = base64.b64encode(b"\0" * shift + plain).rstrip(b"=")
            yield code[(0, 2, 3)[shift] : -1].lower()
            yield code[(0, 2, 3)[shift] : -1].translate(bytes.maketrans(b"+/", b"-_")).lower()


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file below a folder, and what is packed in it, folded and with its lines joined."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = file.read_bytes()
        yield str(file), content.lower()
        yield f"{file} (joined)", re.sub(rb"=?\r?\n[ \t]*", b"", content).lower()
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(file) as archive:
                yield from ((f"{file}!{name}", archive.read(name).lower()) for name in archive.namelist())
        if file.suffix == ".eml":
            message = message_from_bytes(content, policy=policy.default)
            parts = [part for part in message.walk() if not part.is_multipart()]
            yield f"{file} (read)", b"\n".join(part.get_payload(decode=True) or b"" for part in parts).lower()  # type: ignore[misc]


def traces(project: Project, words: tuple[str, ...]) -> list[str]:
    """Return where a word stands outside the configuration, and as what."""
    wanted = {form for word in words for form in forms(word) if len(form) > 5}
    folders = [entry for entry in project.root.iterdir() if entry.name != "config"]
    found = []
    for folder in folders:
        inside = contents(folder) if folder.is_dir() else [(str(folder), folder.read_bytes().lower())]
        found += [f"{name}: {form!r}" for name, content in inside for form in wanted if form in content]
    return found


def set_up(project: Project, others: Sequence[str] = OTHERS) -> int:
    """Configure a project whose readers have voted; return the port of its pages."""
    port = free_port()
    project.run("init", str(project.root))
    project.configure(CONFIG.format(port=port))
    project.subscribe((EMAIL, NAME, "07:00"), *((other, "Somebody Else", "07:00") for other in others))
    page = project.root / "page.txt"
    page.write_text(LISTING, encoding="utf-8")
    when = ("--now", NOW.isoformat())
    project.run(*when, "import", "page.txt")
    papers = stored(project)
    lines = [
        json.dumps({"subscriber": reader, "paper": paper, "act": "up", "at": NOW.isoformat()})
        for reader in (EMAIL, *others)
        for paper in papers
    ]
    feedback = project.root / "feedback.jsonl"
    feedback.write_text("\n".join(lines[:-1]), encoding="utf-8")
    project.run(*when, "import", "--feedback", "feedback.jsonl")
    feedback.unlink()
    project.run(*when, "save", EMAIL, papers[0])
    _write_on_the_page(project, papers[0])
    return port


def _write_on_the_page(project: Project, paper: str) -> None:
    """Write a note, a wish and a request, as the pages do."""
    store = SqlStore(f"sqlite:///{project.store}")
    with store.write() as unit:
        reader = unit.people.find(EMAIL)
        for act, value in ((Act.LABEL, "Quastenberg's own"), (Act.NOTE, NOTE)):
            unit.people.record(
                [Feedback(subscriber=reader.id, paper=PaperId(paper), act=act, at=NOW, value=value)]
            )
        unit.people.set_wishes(reader.id, [Wish(field="name", value=NAME, declared=NAME, at=NOW)])
        asked = Request(public_id="r-1", kind=RequestKind.LINKS, at=NOW, subscriber=reader.id)
        unit.requests.add(asked, [End.OWN])
    store.close()


def stored(project: Project) -> list[str]:
    """Return the ids of the papers on models; the others are left for editions."""
    with sqlite3.connect(project.store) as connection:
        found = connection.execute("SELECT id FROM paper WHERE title LIKE '%models%' ORDER BY id")
        return [row[0] for row in found]


def public_id(project: Project) -> str:
    """Return what stands for the reader in links."""
    with sqlite3.connect(project.store) as connection:
        (found,) = connection.execute("SELECT public_id FROM subscriber WHERE name = ?", (NAME,)).fetchone()
    assert isinstance(found, str)
    return found


def test_forgotten_while_the_daemon_runs(project: Project) -> None:
    """Nothing of the reader is left, nothing comes back though the file names them, and it says where."""
    port = set_up(project)
    project.run("--now", NOW.isoformat(), "train")
    known = public_id(project)
    moment = (NOW + timedelta(minutes=5)).isoformat()
    outbox = project.root / "var" / "outbox"
    with running(project, "--now", moment, "run"):
        assert wait_for(lambda: len(list(outbox.glob("*.eml"))) >= 1 + len(OTHERS), seconds=30)
        (mine,) = [file for file in outbox.glob("*.html") if "quast" in file.name]
        link = re.findall(rf"http://127\.0\.0\.1:{port}/v/[\w.-]+", mine.read_text(encoding="utf-8"))[0]
        assert request(link)[0] == 200
        held = json.loads(project.run("export", EMAIL).out)
        assert (held["subscriber"]["public_id"], held["recommender"][0]["holds_your_likes"]) == (known, True)
        assert traces(project, (*WORDS, known)) != []

        done = project.run("forget", EMAIL.lower(), "--yes")

        stamp = time.monotonic()
        assert wait_for(lambda: time.monotonic() > stamp + 2.5, seconds=4)  # two more ticks of the daemon
        assert request(link)[0] in (400, 410)
    assert traces(project, (*WORDS, known)) == []
    line = [*project.subscribers.read_text(encoding="utf-8").splitlines()].index(f'email = "{EMAIL}"') + 1
    assert f"subscribers.toml:{line} still names them" in done.err
    assert EMAIL.lower() not in done.err.lower()
    people = project.run("subscribers", "--json").rows()
    assert sorted(row["email"] for row in people) == OTHERS
    assert len(list(outbox.glob("*.eml"))) == len(OTHERS)
    project.run("--now", moment, "train")
    assert traces(project, (*WORDS, known)) == []


def test_taken_and_forgotten_from_letters(project: Project) -> None:
    """A reader's own way: two links that were mailed, each with a box to tick; nothing is left after them."""
    others = OTHERS[:1]
    port = set_up(project, others)
    known = public_id(project)
    store = SqlStore(f"sqlite:///{project.store}")
    moment = NOW + timedelta(minutes=5)
    with store.write() as unit:
        reader = unit.people.find(EMAIL)
        for kind in (RequestKind.EXPORT, RequestKind.ERASE):
            asked = Request(public_id=f"r-{kind}", kind=kind, at=moment, subscriber=reader.id)
            unit.requests.add(asked, [End.OWN])
    store.close()
    outbox = project.root / "var" / "outbox"
    with running(project, "--now", moment.isoformat(), "run"):
        assert wait_for(lambda: len(list(outbox.glob("*.eml"))) >= 4 + len(others), seconds=40)
        links = {
            kind: re.findall(rf"http://127\.0\.0\.1:{port}/c/[\w.-]+", file.read_text(encoding="utf-8"))[0]
            for kind in ("export", "erase")
            for file in outbox.glob(f"letter-*-{kind}-*.txt")
        }
        assert request(links["erase"])[0] == 200
        assert request(links["erase"], "POST", b"")[0] == 422
        with urllib.request.urlopen(links["export"], data=b"sure=yes", timeout=20) as answer:
            held = zipfile.ZipFile(io.BytesIO(answer.read()))
        assert json.loads(held.read("export.json"))["subscriber"]["name"] == NAME
        assert request(links["erase"], "POST", b"sure=yes")[0] == 200
        assert request(links["erase"], "POST", b"sure=yes")[0] in (400, 410)
    assert traces(project, (*WORDS, known)) == []
    assert len(list(outbox.glob("*.eml"))) == len(others)


@pytest.mark.parametrize("word", [EMAIL, NAME])
def test_the_search_finds_what_is_there(tmp_path: Path, word: str) -> None:
    """In each of the forms, wherever a line breaks; or the test above would prove nothing."""
    for number, form in enumerate(
        (
            word.encode(),
            b"x" + base64.b64encode(b"To: " + word.encode() + b" and more"),
            base64.b64encode(b"ab" + word.encode() + b"c"),
            quopri.encodestring(word.encode())[:6] + b"=\r\n" + quopri.encodestring(word.encode())[6:],
            urllib.parse.quote(word).encode(),
        )
    ):
        folder = tmp_path / str(number) / "var"
        folder.mkdir(parents=True)
        (folder / "file").write_bytes(b"before " + form + b" after")
        assert traces(Project(root=tmp_path / str(number)), (word,)), form
