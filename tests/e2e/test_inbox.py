"""Mail that comes back, through the command line: votes, a bounce, and the way back."""

import re
from email import message_from_bytes
from email.policy import SMTP, default
from html import unescape
from urllib.parse import unquote

from recommender.app import compose
from tests.e2e.project import Project
from tests.e2e.test_answers_by_mail import ready, sent
from tests.e2e.test_commands import CONFIG, MORNING
from tests.mail.bounces.sample import original
from tests.mail.bounces.status import block, dsn

NOON = ("--now", "2026-01-30T12:00Z")
ANA = "ana@example.org"


def arrive(project: Project, name: str, content: bytes) -> None:
    """Let a message arrive in the maildir."""
    (project.root / "Maildir" / "new" / name).write_bytes(content)


def answer(project: Project, name: str, subject: str) -> None:
    """Let a reader's mail arrive."""
    head = (
        f"From: {ANA}\r\nTo: papers@example.org\r\nMessage-ID: <{name}@example.org>\r\nSubject: {subject}\r\n"
    )
    arrive(project, name, f"{head}\r\nSend this mail as it is.\r\n".encode())


def button(message: bytes, words: str) -> str:
    """Return the subject that a button of a digest writes."""
    page = message_from_bytes(message, policy=default).get_body(preferencelist=("html",))
    assert page is not None
    links = [unescape(link) for link in re.findall(r'href="(mailto:[^"]+)"', str(page.get_content()))]
    subjects = [unquote(link.partition("?subject=")[2].partition("&body=")[0]) for link in links]
    return next(subject for subject in subjects if subject.startswith(words))


def delivered(project: Project) -> bytes:
    """Deliver an edition whose links are mail, and return its message."""
    ready(project, "mail")
    project.run(*MORNING, "publish")
    project.run(*MORNING, "deliver")
    return sent(project, "2026-01-30-*.eml")


def votes(project: Project) -> int:
    """Return how many votes stand."""
    (row,) = project.run("subscribers", "--json").rows()
    return int(row["votes"])


def test_a_digest_without_a_server_has_living_thumbs(project: Project) -> None:
    """The button's mail is read, counted and answered; a reply to the answer takes it back."""
    message = delivered(project)
    answer(project, "one", button(message, "Useful"))
    assert "1 vote," in project.run(*NOON, "inbox").err
    assert votes(project) == 1
    told = message_from_bytes(sent(project, "answer-*.eml"), policy=SMTP)
    assert "Recorded: Useful" in str(told["Subject"])
    answer(project, "two", f"Re: {told['Subject']}")
    assert "1 undone" in project.run(*NOON, "inbox").err
    assert votes(project) == 0
    assert not list((project.root / "Maildir" / "new").iterdir())


def test_deliver_reads_the_inbox_first(project: Project) -> None:
    """Who unsubscribes by mail gets nothing that was still waiting."""
    message = delivered(project)
    project.run("--now", "2026-01-31T08:00Z", "publish")
    answer(project, "one", button(message, "Unsubscribe"))
    done = project.run("--now", "2026-01-31T08:05Z", "deliver")
    assert "1 unsubscribe," in done.err
    assert {row["state"] for row in project.run("deliveries", "--json").rows()} <= {"sent", "suppressed"}
    assert len(list((project.root / "var" / "outbox").glob("2026-01-31-*.eml"))) == 0


def test_a_bounce_stops_the_mail_and_lift_lets_it_go_again(project: Project) -> None:
    """With the reason in `subscribers` and `doctor`."""
    delivered(project)
    (row,) = project.run("deliveries", "--json").rows()
    report = dsn(
        block("failed", "5.1.10", "smtp; 556 5.1.10 null MX", ANA), returned=original(row["message_id"])
    )
    arrive(project, "bounce", report)
    assert "1 hard bounce," in project.run(*NOON, "inbox").err
    (reader,) = project.run(*NOON, "subscribers", "--json").rows()
    assert (reader["state"], reader["suppressed"]) == (
        "active",
        "bounced: the domain takes no mail (5.1.10)",
    )
    checks = {check["check"]: check for check in project.run(*NOON, "doctor", "--json", code=None).rows()}
    assert checks["inbox"]["status"] == "ok"
    assert checks["bounced"]["fix"].endswith(f"paperroute subscribers lift {ANA}")
    project.run(*NOON, "subscribers", "lift", ANA)
    (reader,) = project.run(*NOON, "subscribers", "--json").rows()
    assert (reader["state"], reader["suppressed"]) == ("active", None)
    assert "is not suppressed" in project.run("subscribers", "lift", ANA, code=1).err


def test_an_inbox_that_is_not_there(project: Project) -> None:
    """Not configured is a failure with its fix; not readable is partial, and stops nothing else."""
    project.configure(CONFIG)
    project.subscribe((ANA, "Ana", "07:00"))
    assert "set [inbox] backend" in project.run("inbox", code=1).err
    project.configure(f'{CONFIG}\n[inbox]\nbackend = "maildir"\nmaildir = "Nowhere"\n')
    assert "is no maildir" in project.run("inbox", code=4).err
    assert "is no maildir" in project.run("deliver", code=4).err
    checks = {check["check"]: check for check in project.run("doctor", "--json", code=None).rows()}
    assert checks["inbox"]["status"] == "failed"


def test_a_return_address_of_its_own(project: Project) -> None:
    """Each delivery's envelope carries its tag; a bounce to it needs nothing else."""
    ready(project, "mail")
    config = project.root / "config" / "paperroute.toml"
    config.write_text(config.read_text(encoding="utf-8") + 'return_path = "plus"\n', encoding="utf-8")
    project.run(*MORNING, "publish")
    project.run(*MORNING, "deliver")
    application = compose(config=config, now=None)
    with application.store.read() as unit:
        (row,) = unit.outbox.deliveries()
        address = application.editions.message(unit, row)[0].mail_from
    application.store.close()
    assert re.fullmatch(r"papers\+b-1-[a-z2-7]{16}@example\.org", address)
    arrive(project, "bounce", dsn(block("failed", "5.1.10", "", ANA), returned="", To=address))
    assert "1 hard bounce," in project.run(*NOON, "inbox").err
