"""Levers from the mail to the next edition: store, recommender and web pages as they ship."""

import json
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.e2e.project import Project, free_port
from tests.e2e.test_mail_and_thumbs import request, running, wait_for

TODAY = ("--now", "2026-01-29T08:00Z")
TOMORROW = ("--now", "2026-01-30T06:30Z")
_EDITING = "Facts in the weights of a language model are edited after training by"
LIKED = {
    "2601.00101": ("Hypernetworks that write facts", f"{_EDITING} a hypernetwork that predicts each update."),
    "2601.00102": ("Predicting edits of facts", f"{_EDITING} an optimiser with low-rank outputs."),
    "2601.00103": ("Facts by prediction", f"{_EDITING} a small network trained on rewritten sentences."),
}
NEW = {
    "2601.00201": ("Hypernetworks at scale", f"{_EDITING} a hypernetwork of ten billion parameters."),
    "2601.00202": ("Editing one fact at a time", f"{_EDITING} a closed form; no hypernetwork is needed."),
}
NEXT = {
    "2601.00301": (
        "A hypernetwork for many edits",
        f"{_EDITING} a hypernetwork that takes a batch of facts.",
    ),
    "2601.00302": ("Edits that stay", f"{_EDITING} a memory of past edits that is read at inference."),
    "2601.00303": ("Wheat yields above the tree line", "Alpine wheat is counted from the air every spring."),
}
ZORA = ("2601.00101", "2601.00102", "2601.00202", "2601.00303")
"""What Zora Quill wrote: two of the reader's picks, a paper of today, and one on something else."""


def a_row(paper: str, day: str, texts: tuple[str, str]) -> str:
    """Return a line of an import."""
    names = ["Zora Quill" if paper in ZORA else f"Abe Writer{paper[-3:]}"]
    field = ["q-bio.PE" if "wheat" in texts[1] else "cs.CL"]
    row = {"id": paper, "title": texts[0], "abstract": texts[1], "authors": names, "categories": field}
    return json.dumps(row | {"first_seen": f"{day}T06:00:00Z"}) + "\n"


def bring(project: Project, now: tuple[str, str], day: str, papers: dict[str, tuple[str, str]]) -> None:
    """Import papers of a day."""
    rows = "".join(a_row(paper, day, texts) for paper, texts in papers.items())
    (project.root / "papers.jsonl").write_text(rows, encoding="utf-8")
    project.run(*now, "import", "papers.jsonl")


@pytest.fixture
def mailed(project: Project) -> Project:
    """Return a project whose one reader has votes and was sent an edition with levers."""
    web = f'[web]\npublic_url = "http://127.0.0.1:{(port := free_port())}"\nbind = "127.0.0.1:{port}"\n'
    project.configure(f'[mail]\nbackend = "outbox"\n{web}[ranking]\ncandidates_days = 2\n')
    project.subscribe(("ana@example.org", "Ana", "07:00"))
    bring(project, TODAY, "2026-01-20", LIKED)
    bring(project, TODAY, "2026-01-29", NEW)
    votes = [
        json.dumps({"subscriber": "ana@example.org", "paper": own, "act": "up", "at": "2026-01-28T08:00Z"})
        for own in LIKED
    ]
    (project.root / "votes.jsonl").write_text("\n".join(votes), encoding="utf-8")
    project.run(*TODAY, "import", "--feedback", "votes.jsonl")
    project.run(*TODAY, "publish")
    project.run(*TODAY, "deliver")
    return project


def mail(project: Project) -> str:
    """Return the text of the mail that was sent."""
    (path,) = (project.root / "var" / "outbox").glob("2026-01-29-*.txt")
    return Path(path).read_text(encoding="utf-8")


def tomorrow(project: Project) -> str:
    """Return the text of the next edition, as it would be made now, with its lines joined."""
    return " ".join(project.run(*TOMORROW, "preview", "ana@example.org").out.split())


def press(project: Project, words: str) -> str:
    """Press the button of the page that the mail's link with these words leads to; return what it says."""
    found = re.search(rf"{re.escape(words)}\s+(http://\S+/m/\S+)", mail(project))
    assert found is not None
    assert wait_for(lambda: _serves(found[1]), seconds=30)
    inputs = re.findall(r"<input[^>]*>", request(found[1])[1])
    sent = [tag for tag in inputs if 'type="hidden"' in tag or " checked" in tag]
    fields = [re.findall(r'name="([^"]+)" value="([^"]*)"', tag)[0] for tag in sent]
    return request(found[1], "POST", urlencode(fields).encode())[1]


def _serves(url: str) -> bool:
    try:
        return request(url)[0] == 200
    except OSError:
        return False


def test_levers_of_the_mail_change_the_next_edition(mailed: Project) -> None:
    """A mute keeps a paper out, a follow brings one on something else, with who wrote it as its reason."""
    bring(mailed, TOMORROW, "2026-01-30", NEXT)
    before = tomorrow(mailed)
    assert "A hypernetwork for many edits" in before
    assert "Wheat yields" not in before
    with running(mailed, *TODAY, "serve"):
        assert "Muted:" in press(mailed, "Mute “hypernetwork”")
        muted = tomorrow(mailed)
        assert "You follow:" in press(mailed, "Follow Zora Quill")
    assert "A hypernetwork for many edits" not in muted
    assert "Edits that stay" in muted
    after = tomorrow(mailed)
    assert "Wheat yields above the tree line" in after
    assert "By Zora Quill, whom you follow." in after
    assert "Zora Quill (followed)" in after
