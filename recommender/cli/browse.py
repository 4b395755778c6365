"""Commands that ask the ranking: recommend, explain, search, similar, trending, evaluate."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recommender.cli.context import application_of
from recommender.cli.output import Layout, Row, say, show
from recommender.domain.errors import InputError
from recommender.ranking.base import VOICES

if TYPE_CHECKING:
    from recommender.domain.editions import Evidence
    from recommender.domain.papers import Paper
    from recommender.ranking.base import InterestExplanation
    from recommender.services.recommending import RankedPaper

Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most this many rows.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON rows.")]

_PAPERS = Layout(beneath=("title", "reason", "url"))


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    for command in (recommend, explain, search, similar, trending, evaluate):
        app.command()(command)


def recommend(context: typer.Context, email: str, limit: Limit = 10, as_json: AsJson = False) -> None:
    """Rank fresh papers for a subscriber by interests and votes."""
    ranked = application_of(context).recommending().plain(email, limit=limit)
    rows = [{**_row(entry), "interest": entry.interest, "reason": entry.reason} for entry in ranked]
    empty = "no fresh paper fits; import or ingest some, or widen the interests"
    show(rows, as_json=as_json, empty=empty, layout=_PAPERS)


def explain(context: typer.Context, email: str, paper: str, as_json: AsJson = False) -> None:
    """Show what each scorer says of one paper for a subscriber; "-" means it abstains."""
    application = application_of(context)
    found, explanation = application.recommending().explain(email, paper)
    names = application.lookup().interest_names(email)
    rows: list[Row] = []
    for view in explanation.interests:
        name = names.get(view.interest, view.interest)
        if not as_json:
            say(_summary(name, view))
        # Scorers of one kind speak with one voice, which is written once.
        told = {part.scorer: evidence_words(part) for part in view.evidence}
        rows += [
            {
                "interest": name,
                "scorer": number.scorer,
                "value": None if number.value is None else round(number.value, 6),
                "weight": round(number.weight, 6),
                "contribution": round(number.contribution, 6),
                "evidence": told.pop(VOICES.get(number.scorer, ""), ""),
            }
            for number in view.numbers
        ]
    if not as_json:
        say(f"{found.title}  ({found.id}){'  already seen' if explanation.seen else ''}")
    show(rows, as_json=as_json, empty="no interest is active", layout=Layout(beneath=("evidence",)))


def _summary(name: str, view: "InterestExplanation") -> str:
    """Say in one line where an interest puts the paper."""
    if view.muted:
        return f"{name}: muted"
    if view.fused is None:
        return f"{name}: nothing speaks for it"
    return f"{name}: rank {view.rank}, score {view.fused:.4f}, match {view.match:.0%}"


def evidence_words(part: "Evidence") -> str:
    """Return what a scorer saw as a short phrase."""
    seen = [", ".join(part.terms), part.author or "", part.paper or ""]
    if part.count is not None:
        seen.append(str(part.count))
    return "; ".join(piece for piece in seen if piece)


def search(context: typer.Context, query: str, limit: Limit = 10, as_json: AsJson = False) -> None:
    """Find papers in the store by words."""
    ranked = application_of(context).recommending().search(query, limit=limit)
    show(_rows(ranked), as_json=as_json, empty="no paper has these words", layout=_PAPERS)


def similar(context: typer.Context, paper: str, limit: Limit = 10, as_json: AsJson = False) -> None:
    """Find the papers most like one, as the page /similar does; before the first `train` by words alone."""
    from recommender.app.pages import build_browsing  # noqa: PLC0415 for this command alone

    application = application_of(context)
    browsing = build_browsing(application)
    near = browsing.similar(browsing.paper(paper, hidden=True).paper, limit=limit)
    if near is None:
        rows = _rows(application.recommending().similar(paper, limit=limit))
    else:
        rows = [
            {**_named(place, own.paper), "score": round(own.nearness, 6)} for place, own in enumerate(near, 1)
        ]
    show(rows, as_json=as_json, empty="no paper is like it", layout=_PAPERS)


def trending(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", min=1, max=365, help="How far back.")] = 7,
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """List the papers that draw most attention."""
    ranked = application_of(context).recommending().trending(days=days, limit=limit)
    rows = [{**_row(entry), "upvotes": entry.count} for entry in ranked]
    empty = "no signals in this period; the huggingface source brings them"
    show(rows, as_json=as_json, empty=empty, layout=_PAPERS)


def evaluate(
    context: typer.Context,
    as_json: AsJson = False,
    picture: Annotated[
        Path | None, typer.Option("--picture", help="Also write a picture of all figures here, as SVG.")
    ] = None,
) -> None:
    """Measure the ranking on the store's own votes, each scorer alone and fused, against baselines."""
    from recommender.services.measured import keep, measured  # noqa: PLC0415 for this command alone

    application = application_of(context)
    evaluating = application.evaluating()
    evaluation = evaluating.run()
    try:
        keep(application.loaded.artifacts, measured(evaluation, application.clock.now()))
    except OSError as error:
        say(f"warning: the figures cannot be kept for the operator's page: {error.strerror}")
    if not as_json:
        for note in evaluation.notes:
            say(note)
    rows = [row.flat() if as_json else row.told() for row in evaluation.rows]
    show(rows, as_json=as_json, empty="nothing to show")
    if picture is not None:
        drawn = evaluating.picture(evaluation)
        try:
            picture.write_text(drawn, encoding="utf-8")
        except OSError as error:
            raise InputError(f"{picture}: cannot be written ({error.strerror})") from error
        say(f"wrote {picture}")


def _rows(ranked: "Sequence[RankedPaper]") -> list[Row]:
    return [_row(entry) for entry in ranked]


def _row(entry: "RankedPaper") -> dict[str, str | int | float | None]:
    return {**_named(entry.rank, entry.paper), "score": round(entry.score, 6)}


def _named(rank: int, paper: "Paper") -> dict[str, str | int | float | None]:
    return {"rank": rank, "paper": paper.id, "title": paper.title, "url": paper.url}
