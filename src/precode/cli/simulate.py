"""``precode simulate``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import click

from precode.cli.console import emit_json, json_option, note, say, study_option, table, then

EXAMPLE = "Example: precode simulate --strategy default,random,margin --seeds 10"


@click.command(epilog=EXAMPLE)
@click.option(
    "--strategy",
    "strategies",
    multiple=True,
    default=("default", "random"),
    show_default=True,
    help="Who chooses what to read next; repeated or with commas. default: this study's queue. "
    "Random always comes with it.",
)
@click.option("--seeds", type=click.IntRange(1, 200), default=10, show_default=True,
              help="Replays, each with other transcripts held out.")  # fmt: skip
@click.option("--labels", type=click.IntRange(min=2), default=500, show_default=True,
              help="Sentences to read in each replay.")  # fmt: skip
@click.option("--batch", type=click.IntRange(min=1), default=20, show_default=True,
              help="Sentences between one learning and the next.")  # fmt: skip
@click.option("--start", type=click.IntRange(min=1), default=20, show_default=True,
              help="Sentences before the first learning.")  # fmt: skip
@click.option(
    "--coder", "coders", multiple=True, help="Replay this coder; may be repeated. Default: all."
)
@click.option("--seed", type=click.IntRange(min=0), show_default="that of [train]",
              help="The same seed gives the same figures.")  # fmt: skip
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder for simulation.html, .svg and .csv.  [default: reports/]",
)
@study_option
@json_option
def simulate(
    strategies: tuple[str, ...],
    seeds: int,
    labels: int,
    batch: int,
    start: int,
    coders: tuple[str, ...],
    seed: int | None,
    out: Path | None,
    study: Path,
    as_json: bool,
) -> None:
    """Replay the review loop on what the team has coded: how soon would it have been good enough?

    Whole transcripts are held out to score it. What is finished is kept: after Ctrl-C, the same
    command goes on.
    """
    from precode.steps.simulate import simulate as step
    from precode.steps.simulation.tables import stop_table, strategy_table

    asked = tuple(name.strip() for given in strategies for name in given.split(",") if name.strip())
    with Bars() as bars:
        done = step(
            study, strategies=asked, seeds=seeds, labels=labels, batch=batch, start=start,
            coders=coders, seed=seed, out=out, runs=bars.runs, rounds=bars.rounds,
        )  # fmt: skip
    if as_json:
        emit_json(done)
        return
    say(
        f"Replayed {done.replays} times on {done.sentences:,} coded sentences of {done.transcripts} "
        f"transcripts, {done.held_out} of them held out each time."
    )
    say(f"Macro-F1 with every sentence of the pool read: {done.result.full:.3f}")
    header, rows = strategy_table(done)
    table(header, rows, title=f"In this replay, up to {done.labels} sentences read")
    header, rows = stop_table(done)
    table(header, rows, title="Where each stopping rule would have stopped, and what it would have missed")  # fmt: skip
    for line in done.notes:
        note(f"note: {line}")
    for file in done.files:
        say(file)
    then("precode review --coder YOU")


class Bars:
    """Two bars on stderr, replays and the sentences within one; in a pipe, a line for each replay.

    The lines are drawn between entering and leaving, so that an error leaves the terminal whole.
    """

    def __init__(self) -> None:
        self._drawn: Any = None
        self._tasks: dict[str, Any] = {}
        self._said = ""

    def __enter__(self) -> Bars:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            self._drawn = Progress(
                TextColumn("{task.description:<32}"), BarColumn(24), MofNCompleteColumn(),
                console=Console(stderr=True),
            )  # fmt: skip
            self._drawn.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._drawn is not None:
            self._drawn.stop()

    def runs(self, what: str, done: int, total: int) -> None:
        """``done`` of ``total`` replays are finished; ``what`` comes next."""
        self._show("runs", what, done, total, lambda: f"{what} ({done + 1} of {total}) …")

    def rounds(self, what: str, done: int, total: int) -> None:
        """``done`` of ``total`` sentences of this replay are read."""
        self._show(
            "rounds", what, done, total, lambda: "" if what == "sentences read" else f"{what} …"
        )

    def _show(self, bar: str, what: str, done: int, total: int, line: Callable[[], str]) -> None:
        if self._drawn is None:
            if done < total and what != self._said and line():
                note(line())
                self._said = what
            return
        if bar not in self._tasks:
            self._tasks[bar] = self._drawn.add_task(what, total=total)
        self._drawn.update(self._tasks[bar], description=what, completed=done, total=total)
