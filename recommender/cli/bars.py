"""What moves on a terminal while a command works; where stderr is no terminal, nothing does."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column
from rich.text import Text

from recommender.cli.output import counted
from recommender.services.progress import Progress as Reading
from recommender.services.progress import silent

_NAME = 20
_BAR = 16
_KEPT = 12
"""Finished rows that stay on the screen: sources are few, imported files may be many."""
_MEASURABLE = 0.2
"""Seconds before a rate says anything."""
_TELLING = 10
"""From this rate on, a second's fraction of a paper tells nothing."""


@contextmanager
def sending(total: Callable[[], int]) -> Iterator[Callable[[str, int], None]]:
    """Show a bar with count, rate and time left on a terminal, nothing elsewhere; `total` counts what is due.

    Yields what is told how each row ended and how many are done.
    """
    if not sys.stderr.isatty():
        yield lambda _how, _done: None
        return
    columns = (TextColumn("sending"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("sending", total=total())
        yield lambda _how, done: bar.update(task, completed=done)


@contextmanager
def reading() -> Iterator[Reading]:
    """Show a row for each thing read: how it goes, papers, rate, time. The rows stay when all is done."""
    if not sys.stderr.isatty():
        yield silent
        return
    columns = (
        _State(),
        TextColumn("{task.description}", markup=False, table_column=Column(width=_NAME, no_wrap=True)),
        BarColumn(bar_width=_BAR),
        _Papers(table_column=Column(min_width=13, justify="right")),
        _PaperRate(table_column=Column(min_width=8, justify="right")),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        yield _Rows(bar)


@dataclass(slots=True)
class _Rows:
    """One row for each thing that is read."""

    bar: Progress
    tasks: dict[str, TaskID] = field(default_factory=dict)
    ended: list[TaskID] = field(default_factory=list)

    def __call__(self, what: str, papers: int, *, of: int = 0, ended: bool | None = None) -> None:
        """Show how far `what` is; see `recommender.services.pages.Progress`."""
        if what not in self.tasks:
            self.tasks[what] = self.bar.add_task(what, total=None, papers=0, state=None)
        task = self.tasks[what]
        total = max(of, papers) if of else None
        self.bar.update(task, total=total, completed=papers, papers=papers, state=ended)
        if ended is not None:
            self._end(task, papers, well=ended)

    def _end(self, task: TaskID, papers: int, *, well: bool) -> None:
        """Stop a row's clock and fill its bar, or leave it where it broke off."""
        self.bar.update(task, total=max(papers, 1), completed=max(papers, 1) if well else 0)
        self.bar.stop_task(task)
        self.ended.append(task)
        if len(self.ended) > _KEPT:
            self.bar.remove_task(self.ended.pop(0))


class _State(ProgressColumn):
    """A wheel while it turns, then how it ended, in words."""

    def __init__(self) -> None:
        """Make the wheel."""
        super().__init__(table_column=Column(width=6))
        self._wheel = SpinnerColumn()

    def render(self, task: Task) -> Text:
        """Return the wheel, `ok` or `failed`."""
        ended = task.fields.get("state")
        if ended is None:
            turning = self._wheel.render(task)
            return turning if isinstance(turning, Text) else Text("")
        return Text("ok", style="green") if ended else Text("failed", style="bold red")


class _Papers(ProgressColumn):
    """How many papers it brought."""

    def render(self, task: Task) -> Text:
        """Return the number in words."""
        return Text(counted(int(task.fields.get("papers", 0)), "papers"))


class _PaperRate(ProgressColumn):
    """Papers a second since it began: pages come in jumps, so the moment says little."""

    def render(self, task: Task) -> Text:
        """Return the rate, or nothing before there is one."""
        papers, seconds = int(task.fields.get("papers", 0)), task.elapsed or 0.0
        if not papers or seconds < _MEASURABLE:
            return Text("")
        rate = papers / seconds
        return Text(f"{rate:,.0f}/s" if rate >= _TELLING else f"{rate:.1f}/s")


class _Rate(ProgressColumn):
    """Messages a second, or a minute where they are slow."""

    def render(self, task: Task) -> Text:
        """Return the rate of the last half minute or so."""
        speed = task.finished_speed or task.speed
        if not speed:
            return Text("")
        return Text(f"{speed:.1f}/s" if speed >= 1 else f"{speed * 60:.1f}/min")
