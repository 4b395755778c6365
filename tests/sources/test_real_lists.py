"""Twenty months of recorded daily papers, served by day, week and month: none is lost on any road."""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from recommender.domain.papers import Cursor
from recommender.sources.huggingface import HuggingFaceSource
from tests.paths import shared_data
from tests.sources.replay import Answer, FakeTime, FixedClock, Replay, client_for, replaying

LAST = date(2026, 1, 30)


@dataclass(slots=True)
class Recorded(Replay):
    """A server with the recorded lists in the shape of the API, a page at a time."""

    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    wide: bool = True

    def next_answer(self, target: str) -> Answer:
        """Answer the page that is asked for; a server without weeks says that it does not know them."""
        query = {key: values[0] for key, values in parse_qs(urlsplit(target).query).items()}
        if "date" not in query and not self.wide:
            return Answer(status=400)
        wanted = query.get("date") or query.get("week") or query["month"]
        size, page = int(query["limit"]), int(query.get("p", "0"))
        return Answer(body=json.dumps(self.lists.get(wanted, [])[page * size : (page + 1) * size]).encode())


def served(row: dict[str, Any]) -> dict[str, Any]:
    """Return a recorded row as the server writes it."""
    listed = row["submitted_on_daily_at"]
    paper = {
        "id": row["id"],
        "title": row["title"],
        "summary": row["abstract"],
        "authors": [{"name": name, "hidden": False} for name in row["authors"]],
        "publishedAt": row["published_at"],
        "upvotes": row["upvotes"],
        **({"submittedOnDailyAt": listed} if listed else {}),
    }
    outer = row["published_at"] if listed else f"{row['day']}T00:30:00.000Z"
    return {"paper": paper, "title": row["title"], "publishedAt": outer, "numComments": row["comments"]}


@pytest.fixture
def recorded() -> Iterator[Recorded]:
    """Run a server of the recorded lists."""
    lists: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path in sorted(shared_data("hf-daily").glob("papers-*.jsonl.gz")):
        with gzip.open(path) as lines:
            for row in map(json.loads, lines):
                day = date.fromisoformat(row["day"])
                for name in (row["day"], f"{day:%G-W%V}", row["day"][:7]):
                    lists[name].append(served(row))
    given = Recorded(lists=dict(lists))
    with replaying(given):
        yield given


@pytest.mark.parametrize("wide, most", [(True, 70), (False, 370)])
def test_a_year_is_read_whole(recorded: Recorded, *, wide: bool, most: int) -> None:
    """By week and month in a fifth of the requests that days take; every paper as old as its list."""
    recorded.wide = wide
    now = datetime.combine(LAST, time(12), tzinfo=UTC)
    client = client_for(recorded, FakeTime())
    source = HuggingFaceSource("hf", client, clock=FixedClock(now), base_url=recorded.url(""))
    first = LAST - timedelta(days=360)
    pages = list(source.fetch(Cursor(position=(first + timedelta(days=2)).isoformat())))
    expected: dict[str, set[str]] = defaultdict(set)
    for name, rows in recorded.lists.items():
        if len(name) == 10 and first <= date.fromisoformat(name) <= LAST:
            expected[name] = {f"arxiv:{row['paper']['id']}" for row in rows}
    seen: dict[str, set[str]] = defaultdict(set)
    for paper in (paper for page in pages for paper in page.papers):
        seen[str((paper.first_seen or now).date())].add(paper.id)
    assert {day: papers for day, papers in seen.items() if day >= first.isoformat()} == expected
    assert not any(page.refused for page in pages)
    assert len(recorded.asked) < most
