"""Tests of the mailer that writes to a folder."""

from pathlib import Path

import pytest

from recommender.domain.errors import MailDeferred, MailRejected
from recommender.mail.outbox_dir import OutboxFolder
from tests.conformance.mailer import Inbox, MailerConformance
from tests.mail.messages import a_message, an_envelope


class FolderInbox:
    """The `.eml` files of a folder."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`."""
        self.folder = folder
        self.mailer = OutboxFolder(folder)

    def messages(self) -> list[bytes]:
        """Return the messages by file name."""
        return [path.read_bytes() for path in sorted(self.folder.glob("*.eml"))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder that does not exist yet."""
    return tmp_path / "var" / "outbox"


class TestOutboxFolder(MailerConformance):
    """A folder is a Mailer."""

    @pytest.fixture
    def inbox(self, folder: Path) -> Inbox:
        """Give the folder as an inbox."""
        return FolderInbox(folder)


def _send(folder: Path, message: bytes, stem: str = "2026-11-21-ana") -> str:
    return OutboxFolder(folder).open().send(an_envelope(stem=stem), message, lambda: True)


def test_the_parts_lie_beside_the_message(folder: Path) -> None:
    """Message, HTML and text share one stem; the parts are decoded UTF-8 with plain line ends."""
    reply = _send(folder, a_message())
    assert sorted(path.name for path in folder.iterdir()) == [
        "2026-11-21-ana.eml",
        "2026-11-21-ana.html",
        "2026-11-21-ana.txt",
    ]
    assert "Hello <b>Ana</b>, naïve</p>\n" in (folder / "2026-11-21-ana.html").read_text("utf-8")
    assert "\n.a line that starts with a dot\n" in (folder / "2026-11-21-ana.txt").read_text("utf-8")
    assert str(folder / "2026-11-21-ana.eml") in reply


def test_the_same_stem_replaces(folder: Path) -> None:
    """Sending an edition again leaves one set of files, the newer."""
    _send(folder, a_message(Subject="old"))
    _send(folder, a_message(Subject="new"))
    assert len(list(folder.iterdir())) == 3
    assert (folder / "2026-11-21-ana.eml").read_bytes() == a_message(Subject="new")


def test_a_message_called_off_leaves_no_trace(folder: Path) -> None:
    """Temporary files go, older files stay."""
    _send(folder, a_message(Subject="old"))
    with pytest.raises(MailDeferred):
        OutboxFolder(folder).open().send(an_envelope(), a_message(Subject="new"), lambda: False)
    assert len(list(folder.iterdir())) == 3
    assert (folder / "2026-11-21-ana.eml").read_bytes() == a_message(Subject="old")


def test_a_plain_message_has_no_html_file(folder: Path) -> None:
    """Only parts that exist are written."""
    _send(folder, a_message("Hello\r\n", Content_Type="text/plain; charset=us-ascii"))
    assert {path.suffix for path in folder.iterdir()} == {".eml", ".txt"}


@pytest.mark.parametrize("stem", ["", ".", "..", "a/b", "/etc/passwd", ".hidden", "x" * 201, "a\0b"])
def test_a_stem_cannot_leave_the_folder(folder: Path, stem: str) -> None:
    """A stem is one plain file name or the message is rejected."""
    with pytest.raises(MailRejected):
        _send(folder, a_message(), stem)
    assert list(folder.parent.rglob("*.eml")) == []


def test_an_unknown_charset_is_rejected(folder: Path) -> None:
    """A part that cannot be decoded concerns this message alone."""
    with pytest.raises(MailRejected, match="cannot be decoded"):
        _send(folder, a_message("Hello\r\n", Content_Type="text/plain; charset=martian"))


def test_a_folder_that_cannot_be_made_rests_the_whole_queue(tmp_path: Path) -> None:
    """A file in the way is nobody's digest's fault."""
    (tmp_path / "outbox").write_text("in the way")
    with pytest.raises(MailDeferred) as caught:
        OutboxFolder(tmp_path / "outbox").open()
    assert caught.value.relay


def test_a_folder_that_vanished_rests_the_whole_queue(folder: Path) -> None:
    """A folder removed between opening and writing defers, before any doubt."""
    session = OutboxFolder(folder).open()
    folder.rmdir()
    with pytest.raises(MailDeferred) as caught:
        session.send(an_envelope(), a_message(), lambda: True)
    assert caught.value.relay
