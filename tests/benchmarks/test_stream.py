"""The daily stream on a hand-made fortnight: who is ranked for, what is read, what the figures are."""

import argparse
import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks import stream
from benchmarks.stream_data import read_accounts, read_authors, read_listings, visits, votes_before

TOPICS = {
    "bird": "Migration of storks and warblers over wetlands, counted by radar and ringing stations",
    "steel": "Fatigue cracks in welded bridge girders under cyclic load, measured with strain gauges",
    "cheese": "Lactic fermentation of raw milk cheese and the flora of its washed rind while ripening",
    "comet": "Dust tails of periodic comets near perihelion, photographed in narrow band filters",
}
CUT = date(2025, 9, 5)


def row(day: int, topic: str, number: int) -> dict[str, object]:
    """Return a row of the data, the answer and the counts included."""
    return {
        "day": f"2025-09-{day:02}",
        "id": f"2509.{day:02}{number:03}",
        "title": f"{topic} study {day} {number}",
        "abstract": TOPICS[topic],
        "authors": [f"Ann {topic.title()}", f"Only Once{day}{number}"],
        "published_at": "2025-09-01T00:00:00.000Z",
        "upvotes": number,
        "comments": 0,
        "ai_keywords": [topic],
        "organization": None,
        "submitter": "u-answer",
        "submitter_is_author": True,
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Six days of eight papers, two of each topic; one bird lover, one of steel, three curators."""
    rows = [
        row(day, topic, 2 * n + k) for day in range(1, 7) for n, topic in enumerate(TOPICS) for k in (0, 1)
    ]
    rows += [row(7, "bird", 0)]
    with gzip.open(tmp_path / "papers-2025-09.jsonl.gz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(own) + "\n" for own in rows)
    brought: dict[str, list[tuple[int, int]]] = {
        "bird": [(day, 0) for day in range(1, 8)],
        "steel": [(1, 2), (2, 2), (5, 2)],
        "late": [(1, 5), (2, 5), (3, 5), (6, 4), (6, 5)],
    }
    brought |= {f"curator{n}": [(day, k) for day in range(1, 7) for k in (6, 7)] for n in range(3)}
    with (tmp_path / "accounts.jsonl").open("w", encoding="utf-8") as out:
        for user, own in brought.items():
            papers = [
                {"id": f"2509.{day:02}{k:03}", "day": f"2025-09-{day:02}", "own": None} for day, k in own
            ]
            out.write(json.dumps({"user": user, "n": len(own), "papers": papers}) + "\n")
    return tmp_path


def run(data: Path, *, text_only: bool) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the lines and the figures that the command wrote."""
    args = argparse.Namespace(
        stream=data,
        submitters=data / "accounts.jsonl",
        cut=CUT.isoformat(),
        text_only=text_only,
        no_peers=None,
        out=data / "out.jsonl",
        json=data / "figures.json",
    )
    assert stream.main(args) == 0
    lines = [json.loads(line) for line in args.out.read_text().splitlines()]
    return lines, json.loads(args.json.read_text())


def test_visits_need_a_past_a_listing_and_no_curator(data: Path) -> None:
    """Three earlier papers and eight listed ones make a case; the three largest accounts never do."""
    listings = read_listings(data, text_only=True)
    accounts = read_accounts(data / "accounts.jsonl")
    found = visits(listings, accounts, CUT)
    assert set(accounts) == {"bird", "steel", "late"}
    who = {
        day.day: [(own.user, len(own.targets), len(own.past)) for own in mine] for day, mine in found.items()
    }
    assert who == {5: [("bird", 1, 4)], 6: [("bird", 1, 5), ("late", 2, 3)]}
    assert {vote.paper for vote in votes_before(accounts, date(2025, 9, 2))} == {
        "arxiv:2509.01000",
        "arxiv:2509.01002",
        "arxiv:2509.01005",
    }


def test_text_only_keeps_nothing_but_text(data: Path) -> None:
    """Authors, keywords, dates and counts are gone before anything ranks."""
    text, full = (read_listings(data, text_only=only) for only in (True, False))
    assert full[0].papers[0].authors == ("Ann Bird", "Only Once10")
    for listing in text:
        assert listing.signals == ()
        for paper in listing.papers:
            assert (paper.authors, paper.keywords, paper.published) == ((), (), None)


def test_the_answer_is_never_read(data: Path) -> None:
    """Other submitters in the rows change no ranking."""
    assert "u-answer" not in repr(read_listings(data, text_only=False))
    before = run(data, text_only=False)[0]
    path = data / "papers-2025-09.jsonl.gz"
    rows = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    for own in rows:
        own["submitter"], own["submitter_is_author"] = own["id"], False
    path.write_bytes(gzip.compress("".join(json.dumps(own) + "\n" for own in rows).encode()))
    assert run(data, text_only=False)[0] == before


@pytest.mark.parametrize("text_only", [True, False])
def test_a_line_for_each_paper_brought(data: Path, text_only: bool) -> None:  # noqa: FBT001 - a case
    """Every line ranks the whole listing of its day, and text finds the next paper on birds."""
    lines, rows = run(data, text_only=text_only)
    keys = [(own["user"], own["day"], own["target"]) for own in lines]
    assert keys == [
        ("bird", "2025-09-05", "2509.05000"),
        ("bird", "2025-09-06", "2509.06000"),
        ("late", "2025-09-06", "2509.06004"),
        ("late", "2025-09-06", "2509.06005"),
    ]
    for own in lines:
        ranking, day = own["ranking"], str(own["day"])[-2:]
        assert sorted(ranking) == [f"2509.{day}{n:03}" for n in range(8)]
    assert lines[0]["target"] in lines[0]["ranking"][:2]
    profile = next(own for own in rows if own["method"] == "tf-idf profile")
    assert (profile["cases"], profile["accounts"]) == (4, 2)
    assert profile["hit@3"] == {"n": 2, "mean": 1.0, "low": 1.0, "high": 1.0}
    methods = {own["method"] for own in rows}
    assert ("shared authors" in methods) is not text_only
    assert {"tf-idf profile", "centred tf-idf profile", "mean of likes", "per-reader SVM"} < methods


def test_later_days_change_no_earlier_ranking(data: Path) -> None:
    """A day is ranked the same whether or not the data goes on."""
    listings = read_listings(data, text_only=False)
    accounts = read_accounts(data / "accounts.jsonl")
    day = date(2025, 9, 5)
    whole = stream.replay(listings, accounts, CUT, (stream.TEXTS, stream.PLAIN))
    short = stream.replay(
        [own for own in listings if own.day <= day],
        {user: [pair for pair in own if pair[0] <= day] for user, own in accounts.items()},
        CUT,
        (stream.TEXTS, stream.PLAIN),
    )
    assert short.visits == whole.visits[:1]
    assert {name: own[0] for name, own in short.orders.items()} == {
        name: own[0] for name, own in whole.orders.items()
    }


def test_each_account_counts_once_and_strangers_apart(data: Path) -> None:
    """An account's cases are averaged first; targets by strangers count apart too."""
    listings = read_listings(data, text_only=True)
    made = stream.replay(listings, read_accounts(data / "accounts.jsonl"), CUT)
    ids = [sorted(paper.id for paper in listing.papers) for listing in listings]
    made.orders[stream.PRODUCT] = [tuple(ids[4]), tuple(ids[5]), tuple(ids[5])]
    authors = read_authors(data) | {made.visits[2].targets[0]: frozenset({"a stranger"})}
    rows = stream.figures(made, authors)
    # bird's papers stand first; late's two stand fifth and sixth
    assert rows[0]["reciprocal rank"]["mean"] == pytest.approx((1 + (1 / 5 + 1 / 6) / 2) / 2)
    assert rows[0]["cases without a shared author"] == 1
    assert rows[0]["reciprocal rank without a shared author"]["mean"] == pytest.approx(1 / 5)
