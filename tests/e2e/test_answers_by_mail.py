"""An installation without a web server, through the command line: every link is mail to its own mailbox."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from recommender.digest.mail_links import token_in
from tests.e2e.project import Project
from tests.e2e.test_commands import LISTING, MORNING

MAILDIR = '\n[inbox]\nbackend = "maildir"\naddress = "papers@example.org"\nmaildir = "Maildir"\n'


def ready(project: Project, feedback: str) -> Project:
    """Configure one subscriber, an inbox that is read, and how answers come back."""
    for folder in ("new", "cur", "tmp"):
        (project.root / "Maildir" / folder).mkdir(parents=True)
    project.configure(f'[mail]\nbackend = "outbox"\nfeedback = "{feedback}"\n{MAILDIR}')
    project.subscribe(("ana@example.org", "Ana", "07:00"))
    (project.root / "page.txt").write_text(LISTING, encoding="utf-8")
    project.run(*MORNING, "import", "page.txt")
    return project


def sent(project: Project, pattern: str) -> bytes:
    """Return the one message of that name in the outbox folder."""
    (path,) = (project.root / "var" / "outbox").glob(pattern)
    return Path(path).read_bytes()


def links_of(message: bytes) -> tuple[set[str], set[str]]:
    """Return the links of the HTML part and those of the text part."""
    parsed = message_from_bytes(message, policy=SMTP)
    assert isinstance(parsed, EmailMessage)
    text, page = (str(part.get_content()) for part in parsed.iter_parts())
    hrefs = {unescape(link) for link in re.findall(r'href="([^"]+)"', page)}
    return hrefs, {*re.findall(r"(?:https?|mailto):\S+", text)}


def test_every_way_back_is_a_mail(project: Project) -> None:
    """Delivered past the wire guard; no link leads to a server of ours, every subject has its token."""
    ready(project, "mail")
    project.run(*MORNING, "publish")
    project.run(*MORNING, "deliver")
    message = sent(project, "2026-01-30-*.eml")
    assert [row["state"] for row in project.run("deliveries", "--json").rows()] == ["sent"]
    page, text = links_of(message)
    assert not [link for link in page | text if "127.0.0.1" in link]
    mails = [unquote(link) for link in page if link.startswith("mailto:papers@example.org?")]
    found = [token_in(link) for link in mails]
    assert len(mails) >= 5
    assert {purpose[0] for purpose in found if purpose} == {"vote", "save", "unsubscribe", "preferences"}
    assert {link.partition("&body=")[0] for link in page} >= {link for link in text if "mailto:" in link}
    parsed = message_from_bytes(message, policy=SMTP)
    assert token_in(unquote(str(parsed["List-Unsubscribe"]))) in found
    assert "List-Unsubscribe-Post" not in parsed


@pytest.mark.parametrize("command", ["preview", "test-mail"])
def test_a_look_ahead_is_by_mail_too(project: Project, command: str) -> None:
    """What is shown or sent outside the ledger has the same kind of links."""
    ready(project, "mail")
    if command == "preview":
        project.run(*MORNING, "preview", "ana@example.org", "--format", "eml", "--output", "look.eml")
        message = (project.root / "look.eml").read_bytes()
    else:
        project.run(*MORNING, "test-mail", "ana@example.org")
        message = sent(project, "preview-*.eml")
    page, text = links_of(message)
    assert [link for link in page if link.startswith("mailto:papers@example.org?")]
    assert not [link for link in page | text if "127.0.0.1" in link]


def test_a_way_out_by_mail_stands_beside_the_page(project: Project) -> None:
    """With web links and an inbox, the header offers both; the parts show the page."""
    ready(project, "web")
    project.run(*MORNING, "publish")
    project.run(*MORNING, "deliver")
    message = sent(project, "2026-01-30-*.eml")
    header = str(message_from_bytes(message, policy=SMTP)["List-Unsubscribe"])
    assert re.fullmatch(
        r"<http://127\.0\.0\.1:8321/u/\S+>, <mailto:papers@example\.org\?subject=\S+>", header
    )
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in message
    assert not [link for link in links_of(message)[0] if link.startswith("mailto:")]
