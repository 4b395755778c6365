"""The bundled sample with a German reader, and with texts of the operator's own, all in brackets."""

import re
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from recommender.digest.tex import to_unicode
from tests.digest.pseudo import bracketed, of_page, outside, pseudo_toml, shipped
from tests.digest.tour import strange, vocabulary_of
from tests.e2e.project import Project
from tests.paths import REPOSITORY

SAMPLE = REPOSITORY / "config" / "sample"
EVENING = ("--now", "2026-01-30T18:00Z")
READERS = ("ana", "ben", "chidi", "dora")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give a project whose sample editions are delivered: Ben reads German, the others bracketed English."""
    project = Project(root=tmp_path_factory.mktemp("languages"))
    project.configure('[mail]\nbackend = "outbox"\n[digest]\ntemplates = "mine"\nlogo = "Paper Route"\n')
    people = (SAMPLE / "subscribers.toml").read_text(encoding="utf-8")
    told = people.replace('id = "ben"', 'id = "ben"\nlocale = "de-DE"')
    project.subscribers.write_text(told, encoding="utf-8")
    words = project.root / "mine" / "words"
    words.mkdir(parents=True)
    (words / "en.toml").write_text(pseudo_toml(), encoding="utf-8")
    project.run(*EVENING, "import", str(SAMPLE / "papers.jsonl"))
    project.run(*EVENING, "import", "--feedback", str(SAMPLE / "feedback.jsonl"))
    project.run(*EVENING, "train")
    project.run(*EVENING, "publish", "--force")
    project.run(*EVENING, "deliver")
    return project


def mail_of(project: Project, reader: str) -> tuple[EmailMessage, str, str]:
    """Return a reader's message, its page and its text."""
    (path,) = (project.root / "var" / "outbox").glob(f"*-{reader}.eml")
    message = message_from_bytes(Path(path).read_bytes(), policy=SMTP)
    assert isinstance(message, EmailMessage)
    text, page = (str(part.get_content()) for part in message.iter_parts())
    return message, page, text


def data() -> set[str]:
    """Return the words of the sample's files, of days and of months."""
    files = [(SAMPLE / name).read_text(encoding="utf-8") for name in ("papers.jsonl", "subscribers.toml")]
    days = [f"{date(2026, 1, day):%A}" for day in range(1, 8)]
    months = [f"{datetime(2026, month, 1, tzinfo=UTC):%B %b}" for month in range(1, 13)]
    papers = [line.encode().decode("unicode_escape", "ignore") for line in files[0].splitlines()]
    return vocabulary_of([*files, *papers, *map(to_unicode, files[0].splitlines()), *days, *months, "and"])


@pytest.mark.parametrize("reader", ["ana", "chidi", "dora"])
def test_a_published_mail_holds_no_text_of_its_own(published: Project, reader: str) -> None:
    """From the ranking's evidence to the wire: outside of brackets there are data and nothing else."""
    message, page, text = mail_of(published, reader)
    known = data() | {"paper", "route", "digest", "example", "org"}
    for seen in (outside(str(message["Subject"])), of_page(page), outside(text)):
        assert strange(seen, known) == []
    assert bracketed(text) > 100


def test_a_german_reader_is_written_to_in_german(published: Project) -> None:
    """Subject, page, text and reasons; of the English texts there is no piece."""
    message, page, text = mail_of(published, "ben")
    assert re.search(r" · \d+ Paper$", str(message["Subject"]))
    assert '<html lang="de"' in page
    assert "Deine Paper für Freitag, 30. Januar =" in " ".join(text.split())
    assert "Warum: Enthält dein Stichwort „" in " ".join(text.split())
    whole = f"{page}\n{' '.join(text.split())}"
    assert "⟦" not in whole
    pieces = {
        piece.strip()
        for entry in shipped().entries.values()
        for said in ([entry] if isinstance(entry, str) else entry.values())
        for piece in re.split(r"\{[a-z_]+\}", said)
    }
    assert [piece for piece in pieces if len(piece) > 11 and piece in whole] == []
