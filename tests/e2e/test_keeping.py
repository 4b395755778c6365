"""export, forget, db and keys as an operator types them."""

import io
import json
import os
import re
import shutil
import stat
import sys
import zipfile
from pathlib import Path

import pytest

from tests.e2e.project import Project
from tests.e2e.test_commands import MORNING, ready

ANA = "ana@example.org"


class Terminal(io.StringIO):
    """A person who types."""

    def isatty(self) -> bool:
        """Say that somebody is there."""
        return True


def mailed(project: Project) -> Project:
    """Give a project whose reader has got an edition."""
    ready(project)
    for command in ("train", "publish", "deliver"):
        project.run(*MORNING, command)
    return project


def test_an_export_is_json_or_a_zip(project: Project, tmp_path: Path) -> None:
    """The zip is its owner's alone; who is unknown is exit 1."""
    mailed(project)
    facts = json.loads(project.run(*MORNING, "export", ANA).out)
    assert facts["editions"][0]["deliveries"][0]["state"] == "sent"
    assert facts["declared_in"] == [f"config{os.sep}subscribers.toml:3"]
    target = tmp_path / "ana.zip"
    done = project.run(*MORNING, "export", ANA, "--output", str(target))
    assert (done.out, stat.S_IMODE(target.stat().st_mode)) == ("", 0o600)
    with zipfile.ZipFile(target) as archive:
        assert json.loads(archive.read("export.json")) == facts
        assert "knowledge editing" in archive.read("digests/2026-01-30.html").decode().lower()
    assert project.run("export", "nobody@example.org", code=1).out == ""
    assert "cannot be written" in project.run("export", ANA, "--output", "no/such/file", code=1).err


def test_forget_asks(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody there to be asked is a wrong call; a no changes nothing."""
    ready(project)
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert "--yes" in project.run("forget", ANA, code=2).err
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    project.run("forget", ANA, code=1)
    assert len(project.run("subscribers", "--json").rows()) == 1
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    assert "still names them" in project.run("forget", ANA).err
    assert project.run("subscribers", "--json").rows() == []
    assert project.run("forget", "nobody@example.org", "--yes", code=1).out == ""


def test_a_store_put_back_sends_nothing_twice(project: Project, tmp_path: Path) -> None:
    """The copy was made before the mail went; afterwards the same command finds nothing to send."""
    ready(project)
    project.run(*MORNING, "publish")
    copy = tmp_path / "copy.db"
    assert "1 delivery held in it" in project.run(*MORNING, "db", "backup", str(copy)).err
    project.run(*MORNING, "deliver")
    for file in project.store.parent.glob("paperroute.db*"):
        file.unlink()
    for file in (project.root / "var" / "outbox").iterdir():
        file.unlink()
    shutil.copy(copy, project.store)
    project.run(*MORNING, "publish")
    project.run(*MORNING, "deliver")
    assert list((project.root / "var" / "outbox").iterdir()) == []
    (row,) = project.run("deliveries", "--json").rows()
    assert row["state"] == "held"
    project.run(*MORNING, "retry", row["id"])
    project.run(*MORNING, "deliver")
    assert len(list((project.root / "var" / "outbox").iterdir())) == 3


def test_db_upgrade_makes_and_migrates(project: Project) -> None:
    """Without readers or papers; twice is once."""
    project.configure("")
    project.subscribe()
    for _ in range(2):
        project.run("db", "upgrade")
    assert project.store.exists()
    assert project.run("check").code == 0


def test_keys_rotate_prints_no_key_but_where_somebody_must_write_it(project: Project) -> None:
    """In a file of ours it is replaced; one that stands in the configuration is said how."""
    ready(project)
    before = (project.root / "var" / "keys").read_text(encoding="utf-8").split()
    done = project.run("keys", "rotate")
    after = (project.root / "var" / "keys").read_text(encoding="utf-8").split()
    assert (after[1:], done.out) == (before, "")
    assert not any(key in done.err for key in after)
    assert "2 keys" in done.err
    project.run("keys", "rotate", "--keep", "1")
    assert len((project.root / "var" / "keys").read_text(encoding="utf-8").split()) == 1
    project.run("keys", "rotate", "--keep", "0", code=2)
    project.configure(f'[secrets]\nkeys = ["{"k" * 40}"]\n')
    told = project.run("keys", "rotate", code=3)
    assert re.fullmatch(r"[\w-]{40,}\n", told.out)


def test_who_was_forgotten_stays_so_when_the_key_goes(project: Project) -> None:
    """The trace is kept under the new key before the old one is let go."""
    ready(project)
    project.run("forget", ANA, "--yes")
    for _ in range(2):
        project.run("keys", "rotate", "--keep", "1")
        assert project.run("subscribers", "--json").rows() == []


def test_what_is_old_goes_with_a_digest(project: Project) -> None:
    """By the clock of the command; what is not old stays, and nothing is said of it."""
    ready(project)
    project.configure('[mail]\nbackend = "outbox"\n[retention]\noutbox_days = 14\n')
    project.run(*MORNING, "publish")
    project.run(*MORNING, "deliver")
    mails = project.root / "var" / "outbox"
    os.utime(next(mails.glob("*.eml")), times=(1_769_760_000, 1_769_760_000))  # 2026-01-30 08:00 UTC
    assert "retention" not in project.run("--now", "2026-02-12T08:00Z", "digest", code=None).err
    assert len(list(mails.glob("2026-01-30*"))) == 3
    assert "3 files" in project.run("--now", "2026-02-14T08:00Z", "digest", code=None).err
    assert list(mails.glob("2026-01-30*")) == []


def test_what_readers_did_is_in_folders_of_the_owner(project: Project) -> None:
    """The data folder and all that is made in it."""
    mailed(project)
    var = project.root / "var"
    made = {path: stat.S_IMODE(path.stat().st_mode) for path in (var, *var.iterdir())}
    assert {path.name: oct(bits) for path, bits in made.items() if path.is_dir() and bits != 0o700} == {}
    secret = [
        path
        for path in var.rglob("*")
        if path.suffix in (".eml", ".html", ".txt", ".db") or path.name == "keys"
    ]
    assert len(secret) == 5
    assert {path.name for path in secret if stat.S_IMODE(path.stat().st_mode) != 0o600} == set()


def test_a_readers_own_library_is_named_and_forgotten(project: Project) -> None:
    """Its table names the reader by id: that line is told of like those of the subscribers file."""
    ready(project)
    text = project.subscribers.read_text(encoding="utf-8").replace(
        "[[subscriber]]", '[[subscriber]]\nid = "ana"'
    )
    project.subscribers.write_text(text, encoding="utf-8")
    source = '[[source]]\ntype = "zotero"\nname = "hers"\nfor = "ana"\nlibrary = "users/1"\n'
    project.configure(f'[mail]\nbackend = "outbox"\n{source}')
    facts = json.loads(project.run("export", "ana").out)
    assert facts["own_sources"] == ["hers"]
    places = [
        f"config{os.sep}{place}"
        for place in ("paperroute.toml:6", "subscribers.toml:3", "subscribers.toml:4")
    ]
    assert facts["declared_in"] == places
    told = project.run("forget", "ana", "--yes").err
    assert all(f"{place} still names them" in told for place in places)
    assert project.run("subscribers", "--json").rows() == []
