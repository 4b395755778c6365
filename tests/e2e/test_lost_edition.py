"""A mail whose answer is lost, through the command line: held, listed, told in the next edition, replayed."""

import json
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from tests.e2e.project import Project, free_port, smtp_config
from tests.e2e.test_commands import ENTRIES, LISTING, MORNING
from tests.mail.relays import CLOSE, ScriptedRelay

ANA = "ana@example.org"
NEXT = ("--now", "2026-01-31T08:00Z")
ABSTRACT = "We edit one fact stored in a language model without retraining and leave the others alone."


def morning(project: Project, relay: ScriptedRelay) -> None:
    """Configure one subscriber, make her edition and hand it to a relay that hangs up after the dot."""
    project.configure(smtp_config(smtp_port=relay.port, web_port=free_port()))
    project.subscribe((ANA, "Ana", "07:00"))
    (project.root / "page.txt").write_text(LISTING, encoding="utf-8")
    project.run(*MORNING, "import", "page.txt")
    project.run(*MORNING, "publish")
    project.run(*MORNING, "deliver", code=4)


def test_a_lost_answer_is_held_and_told_in_the_next_edition(project: Project) -> None:
    """The titles that may not have arrived stand in the note, and not among the papers again."""
    with ScriptedRelay(dot=[CLOSE, "250 ok"]) as relay:
        morning(project, relay)
        (row,) = project.run("deliveries", "--state", "held", "--json").rows()
        assert row["reply"].startswith("in doubt: no answer after the message")
        fresh = {"id": "2601.12345", "title": "Knowledge editing, one fact at a time", "abstract": ABSTRACT}
        (project.root / "more.jsonl").write_text(json.dumps(fresh) + "\n", encoding="utf-8")
        project.run(*NEXT, "import", "more.jsonl")
        project.run(*NEXT, "publish")
        project.run(*NEXT, "deliver")
        (accepted,) = relay.accepted
    message = message_from_bytes(accepted, policy=default)
    assert isinstance(message, EmailMessage)
    text = str(message.get_body(("plain",)).get_content())  # type: ignore[union-attr]  # it has one
    note, _, papers = text.partition("MODEL EDITING")
    titles = [title for title, _, _ in ENTRIES if title in note]
    assert "may not have reached you" in note.lower()
    assert titles
    assert not [title for title in titles if title in papers]
    assert fresh["title"] in papers


def test_a_held_mail_goes_once_more_because_a_person_says_so(project: Project) -> None:
    """With the same Message-ID and the same bytes."""
    with ScriptedRelay(dot=[CLOSE, "250 ok"]) as relay:
        morning(project, relay)
        (row,) = project.run("deliveries", "--json").rows()
        project.run(*MORNING, "retry", row["id"], "--yes")
        project.run(*MORNING, "deliver")
        assert len(relay.accepted) == 1
    (again,) = project.run("deliveries", "--json").rows()
    assert (again["state"], again["message_id"]) == ("sent", row["message_id"])
