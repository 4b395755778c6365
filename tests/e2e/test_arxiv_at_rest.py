"""arXiv wants to be left alone: one command is told, and all of the machine's keep to it."""

import json
import re
from datetime import UTC, datetime, timedelta

from recommender.runtime import SystemClock
from tests.e2e.project import Project
from tests.sources.replay import Answer, replaying

CONFIG = """
[[source]]
type = "arxiv"
name = "{name}"
categories = ["cs.CL"]
base_url = "{at}"
api_url = "{at}/api"
oai_url = "{at}/oai"
allow_hosts = ["127.0.0.1"]
"""


def test_a_429_closes_arxiv_for_every_command(project: Project) -> None:
    """The report says until when; a second source, in another run and on another day played, does not ask."""
    with replaying() as replay:
        replay.says("/rss/cs.CL", Answer(status=429))
        at = replay.url("")
        project.configure(CONFIG.format(name="one", at=at) + CONFIG.format(name="other", at=at))
        project.subscribe(("ana@example.org", "Ana", "07:30"))
        first = project.run("ingest", "--source", "one", code=None)
        again = project.run("--now", "2026-04-27T12:00:00Z", "ingest", "--source", "other", code=None)
        assert len(replay.asked) == 1
    assert first.code == again.code == 1
    said = [
        re.search(r"arxiv.org[^\n]* left alone until ([\d-]+ [\d:]+) UTC", run.out + run.err)
        for run in (first, again)
    ]
    times = [datetime.strptime(found[1], "%Y-%m-%d %H:%M").replace(tzinfo=UTC) for found in said if found]
    soon = SystemClock().now() + timedelta(hours=1)
    assert [abs(time - soon) < timedelta(minutes=2) for time in times] == [True, True]
    note = json.loads((project.root / "var" / "arxiv.org.lane").read_text())
    assert note["strikes"] == 1
