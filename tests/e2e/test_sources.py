"""A feed on loopback, from ingest to the foot of a digest: what a person sees of how the sources are."""

from collections.abc import Iterator

import pytest

from tests.e2e.project import Project
from tests.e2e.test_outbox_commands import on_terminal
from tests.sources.replay import Answer, Replay, replaying

_NIGHT = ("--now", "2026-01-30T06:00Z")
_MORNING = ("--now", "2026-01-30T08:00Z")
_ENTRY = """<entry><id>tag:{name}</id><title>{title}</title><link href="https://blog.example.org/{name}"/>
<summary>Knowledge editing changes facts in language models without retraining; unlearning removes them.
</summary><author><name>Ada Example</name></author><updated>2026-01-29T00:00:00Z</updated></entry>"""
_BAD = "<entry><id>tag:no</id><summary>no title</summary></entry>"


def feed(*titles: str, more: str = "") -> Answer:
    """Return a feed with an entry for each title."""
    entries = "".join(_ENTRY.format(name=place, title=title) for place, title in enumerate(titles))
    body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>A blog</title>{entries}{more}</feed>'
    return Answer(body=body.encode(), headers={"Content-Type": "application/atom+xml"})


@pytest.fixture
def blog(project: Project) -> Iterator[Replay]:
    """Configure one feed, one reader, and give the server of the feed."""
    with replaying() as replay:
        url = replay.says("/feed", feed("Knowledge Editing at Scale", "Unlearning Facts"))
        project.configure(
            f'[mail]\nbackend = "outbox"\n\n[[source]]\ntype = "feed"\nname = "a blog"\nurl = "{url}"\n'
            'allow_hosts = ["127.0.0.1"]\n'
        )
        project.subscribe(("ana@example.org", "Ana", "07:00"))
        yield replay


def test_the_foot_of_a_digest_says_how_the_sources_were_when_it_was_made(
    project: Project, blog: Replay
) -> None:
    """Not how they are when it is sent, so that a mail that goes again is the same."""
    done = project.run(*_NIGHT, "ingest")
    assert "a blog: 2 read, 2 new" in done.err
    said = "Sources: a blog read on 30 January."
    assert said in project.run(*_MORNING, "preview", "ana@example.org").out
    project.run(*_MORNING, "publish")
    blog.says("/feed", Answer(status=410))
    assert "a blog: failed, left alone until" in project.run(*_MORNING, "ingest", code=1).err
    project.run(*_MORNING, "deliver")
    (text,) = (project.root / "var" / "outbox").glob("*.txt")
    assert said in text.read_text(encoding="utf-8")
    later = project.run(*_MORNING, "preview", "ana@example.org").out
    assert "Sources: a blog not reached since 30 January." in later


def test_doctor_has_a_line_for_each_source(project: Project, blog: Replay) -> None:
    """Never read, read, failing; programs find the same keys on every check."""
    rows = {row["check"]: row for row in project.run(*_NIGHT, "doctor", "--json", code=None).rows()}
    assert (rows["source a blog"]["status"], rows["source a blog"]["detail"]) == ("warning", "never read")
    project.run(*_NIGHT, "ingest")
    rows = {row["check"]: row for row in project.run(*_NIGHT, "doctor", "--json", code=None).rows()}
    row = rows["source a blog"]
    assert (row["status"], row["last_ok"], row["failures"]) == ("ok", "2026-01-30T06:00:00Z", 0)
    assert {frozenset(each) for each in rows.values()} == {frozenset(row)}
    blog.says("/feed", Answer(status=410))
    project.run(*_NIGHT, "ingest", code=1)
    found = project.run(*_NIGHT, "doctor", code=1).out
    assert "the last run failed, left alone until 2026-01-30 06:10 UTC: http://127.0.0.1" in found
    assert "paperroute ingest --source 'a blog'" in found


def test_an_empty_edition_says_whether_papers_are_lacking(project: Project, blog: Replay) -> None:
    """A source that failed is named in the report of publish; where all is well nothing is said."""
    blog.says("/feed", Answer(status=410))
    project.run(*_MORNING, "ingest", code=1)
    told = project.run(*_MORNING, "publish").err
    assert "1 edition is empty, and not all papers may be there: a blog failing" in told
    blog.says("/feed", feed())
    project.run(*_MORNING, "ingest", "--source", "a blog")
    assert "not all papers" not in project.run(*_MORNING, "publish").err


def test_what_was_set_aside_can_be_looked_at(project: Project, blog: Replay) -> None:
    """Listed with its reason; its bytes by the beginning of its key, to a file or to stdout."""
    assert "nothing is set aside" in project.run(*_NIGHT, "quarantine").err
    blog.says("/feed", feed("Knowledge Editing", more=_BAD))
    project.run(*_NIGHT, "ingest", code=4)
    (row,) = project.run(*_NIGHT, "quarantine", "--json").rows()
    assert (row["source"], row["times"], row["at"]) == ("a blog", 1, "2026-01-30T06:00:00Z")
    assert "title" in row["reason"]
    assert project.run(*_NIGHT, "quarantine", "--source", "another", "--json").rows() == []
    assert "of a source called 'another'" in project.run(*_NIGHT, "quarantine", "--source", "another").err
    shown = project.run(*_NIGHT, "quarantine", "show", row["key"][:6]).out
    assert len(shown.encode()) == row["bytes"]
    assert "tag:no" in shown
    project.run(*_NIGHT, "quarantine", "show", row["key"], "--output", "entry.xml")
    assert (project.root / "entry.xml").read_text(encoding="utf-8") == shown
    for wrong in ("zz", ""):
        assert "no entry has a key" in project.run(*_NIGHT, "quarantine", "show", wrong, code=1).err


def test_a_terminal_shows_a_row_for_each_source(project: Project, blog: Replay) -> None:
    """Papers and how it ended; then the report. Nothing is wider than the terminal."""
    blog.says("/feed", feed("Knowledge Editing", "Unlearning"))
    code, seen = on_terminal(project, "ingest")
    assert code == 0
    rows = [line.rstrip() for line in seen.replace("\r", "\n").splitlines()]
    assert any(line.startswith("ok     a blog") and "2 papers" in line for line in rows)
    assert max(map(len, rows)) <= 80
    blog.says("/feed", feed("Machine Unlearning"))
    assert "1 paper " in on_terminal(project, "ingest")[1]
    blog.says("/feed", Answer(status=410))
    code, seen = on_terminal(project, "ingest")
    assert (code, "failed a blog" in seen) == (1, True)


def test_no_reading_starts_in_the_future(project: Project, blog: Replay) -> None:
    """A slip in the year would pass over what comes until then; nothing is asked and nothing moves."""
    told = project.run(*_NIGHT, "ingest", "--since", "2027-01-30", code=2).err
    assert "2027-01-30 is in the future; today is 2026-01-30" in told
    assert not blog.asked
    blog.says("/feed", feed("Knowledge Editing"))
    project.run(*_NIGHT, "ingest", "--since", "2026-01-30")
