"""The inbox as a maildir."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from recommender.domain.errors import MailboxError
from recommender.mail.maildir import MaildirMailbox
from recommender.ports import Mailbox
from tests.conformance.mailbox import CLOCK, Box, MailboxConformance, a_mail, wanted


class MaildirBox(Box):
    """A maildir in a folder."""

    def __init__(self, folder: Path) -> None:
        """Make the folders."""
        self.folder = folder
        for name in ("new", "cur", "tmp"):
            (folder / name).mkdir(parents=True)
        self.mailbox: Mailbox = self.anew()
        self._count = 0

    def put(self, content: bytes) -> None:
        """Let a message arrive."""
        self._count += 1
        file = self.folder / "new" / f"176371{self._count:04d}.M{self._count}.host"
        file.write_bytes(content)
        instant = CLOCK.now().timestamp()
        os.utime(file, (instant, instant))

    def put_read(self, content: bytes, *, days_ago: int) -> None:
        """Let a message have arrived some days ago, and be read."""
        self._count += 1
        file = self.folder / "cur" / f"176371{self._count:04d}.M{self._count}.host:2,S"
        file.write_bytes(content)
        instant = (CLOCK.now() - timedelta(days=days_ago)).timestamp()
        os.utime(file, (instant, instant))

    def unread(self) -> int:
        """Return how many messages are unread."""
        return sum("S" not in file.name.partition(":2,")[2] for file in self.files())

    def contents(self) -> list[bytes]:
        """Return every message there is."""
        return [file.read_bytes() for file in self.files()]

    def files(self) -> list[Path]:
        """Return every file."""
        return [file for name in ("new", "cur") for file in (self.folder / name).iterdir()]

    def anew(self) -> Mailbox:
        """Return another object for the same maildir."""
        return MaildirMailbox(folder=self.folder, may_be_ours=wanted, clock=CLOCK, most=5)


class TestMaildirMailbox(MailboxConformance):
    """A maildir."""

    @pytest.fixture
    def box(self, tmp_path: Path) -> Box:
        """Give a maildir."""
        return MaildirBox(tmp_path / "Maildir")


def test_a_folder_that_is_no_maildir_is_told(tmp_path: Path) -> None:
    """With its place."""
    box = MaildirMailbox(folder=tmp_path, may_be_ours=wanted, clock=CLOCK)
    with pytest.raises(MailboxError, match="has no folder new"), box.open():
        pass


def test_a_maildir_is_looked_at_in_part(tmp_path: Path) -> None:
    """The beginnings of its newest messages."""
    box = MaildirBox(tmp_path / "Maildir")
    for number in range(12):
        box.put(a_mail(subject=f"Lunch {number}?", body="x" * 100_000))
    looked: list[bytes] = []

    def nobody_s(head: bytes) -> bool:
        looked.append(head)
        return False

    mailbox = MaildirMailbox(folder=box.folder, may_be_ours=nobody_s, clock=CLOCK, newest=10)
    with mailbox.open() as session:
        assert list(session.fetch()) == []
    assert [len(head) for head in looked] == [16 * 1024] * 10
    assert not any(b"Lunch 0?" in head or b"Lunch 1?" in head for head in looked)


def test_a_maildir_keeps_its_owner_s_flags(tmp_path: Path) -> None:
    """A message that was flagged stays so, and one that its owner moves meanwhile is left alone."""
    box = MaildirBox(tmp_path / "Maildir")
    (box.folder / "cur" / "1.host:2,F").write_bytes(a_mail())
    (box.folder / "cur" / "2.host:2,RS").write_bytes(a_mail(body="read"))
    (box.folder / "new" / "3.host").write_bytes(a_mail(body="moved"))
    with box.mailbox.open() as session:
        for fetched in session.fetch():
            if fetched.handle == "3.host":
                (box.folder / "new" / "3.host").unlink()
            session.done(fetched.handle)
    assert sorted(file.name for file in box.files()) == ["1.host:2,FS", "2.host:2,RS"]
