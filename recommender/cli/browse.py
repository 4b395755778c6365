"""Commands that ask the ranking: recommend, explain, search, similar, trending, evaluate."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from recommender.cli.context import application_of
from recommender.cli.output import Row, say, show

if TYPE_CHECKING:
    from recommender.services.recommending import RankedPaper

Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most this many rows.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON rows.")]


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    for command in (recommend, explain, search, similar, trending, evaluate):
        app.command()(command)


def recommend(context: typer.Context, email: str, limit: Limit = 10, as_json: AsJson = False) -> None:
    """Rank fresh papers for a subscriber by interests and votes."""
    ranked = application_of(context).recommending().plain(email, limit=limit)
    rows = [{**_row(entry), "interest": entry.interest, "reason": entry.reason} for entry in ranked]
    show(rows, as_json=as_json, empty="no fresh paper fits; import or ingest some, or widen the interests")


def explain(context: typer.Context, email: str, paper: str, as_json: AsJson = False) -> None:
    """Show what each scorer says of one paper for a subscriber; "-" means it abstains."""
    found, explanation = application_of(context).recommending().explain(email, paper)
    if not as_json:
        say(f"{found.title}  ({found.id})")
        for line in explanation.notes:
            say(f"  {line}")
    rows: list[Row] = [
        {
            "interest": line.interest,
            "scorer": line.scorer,
            "value": line.value,
            "weight": line.weight,
            "contribution": line.contribution,
            "evidence": line.evidence,
        }
        for line in explanation.lines
    ]
    show(rows, as_json=as_json, empty="no interest is active")


def search(context: typer.Context, query: str, limit: Limit = 10, as_json: AsJson = False) -> None:
    """Find papers in the store by words."""
    ranked = application_of(context).recommending().search(query, limit=limit)
    show(_rows(ranked), as_json=as_json, empty="no paper has these words")


def similar(context: typer.Context, paper: str, limit: Limit = 10, as_json: AsJson = False) -> None:
    """Find the papers most like one."""
    ranked = application_of(context).recommending().similar(paper, limit=limit)
    show(_rows(ranked), as_json=as_json, empty="no paper is like it")


def trending(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", min=1, max=365, help="How far back.")] = 7,
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """List the papers that draw most attention."""
    ranked = application_of(context).recommending().trending(days=days, limit=limit)
    rows = [{**_row(entry), "upvotes": entry.count} for entry in ranked]
    show(rows, as_json=as_json, empty="no signals in this period; the huggingface source brings them")


def evaluate(context: typer.Context, as_json: AsJson = False) -> None:
    """Measure the ranking on the store's own votes, each scorer alone and fused, against baselines."""
    rows, note = application_of(context).evaluate()
    if note and not as_json:
        say(note)
    show(rows, as_json=as_json, empty="too few votes to measure anything")


def _rows(ranked: "Sequence[RankedPaper]") -> list[Row]:
    return [_row(entry) for entry in ranked]


def _row(entry: "RankedPaper") -> dict[str, str | int | float | None]:
    return {
        "rank": entry.rank,
        "paper": entry.paper.id,
        "title": entry.paper.title,
        "url": entry.paper.url,
        "score": round(entry.score, 6),
    }
