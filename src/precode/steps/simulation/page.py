"""A replay's figures as a page, a chart and a table: what ``simulate`` leaves behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

import precode
from precode.files.atomic import write_text
from precode.files.tables import write_csv
from precode.report.charts.drawing import keep_fonts_in, render_svg
from precode.report.plots import Curves, Line
from precode.report.renderers.simulation_page import Page, render_page
from precode.report.writing import listed
from precode.settings import Settings
from precode.steps.simulation.result import AGAINST, Simulated
from precode.steps.simulation.runs import Replayed
from precode.steps.simulation.stops import RULES
from precode.steps.simulation.tables import (
    code_table,
    grid,
    missed_table,
    stop_table,
    strategy_table,
)

NAME = "simulation"
COLUMNS = ("strategy", "replay", "sentences_read", "code", "f1", "f1_all_read", "missed")
MACRO = "(all that count, macro-F1)"


def write_report(
    said: Simulated, done: Replayed, settings: Settings, *, folder: Path, cache: Path
) -> Simulated:
    """Write ``simulation.html``, ``.svg`` and ``.csv`` into ``folder``; ``said`` with their names."""
    files = tuple(folder / f"{NAME}{suffix}" for suffix in (".html", ".svg", ".csv"))
    drawn = _page(said, settings)
    keep_fonts_in(cache)
    svg = render_svg(drawn.chart)
    write_text(files[0], render_page(drawn, svg))
    write_text(files[1], svg)
    write_csv(files[2], COLUMNS, _rows(said, done))
    return replace(said, files=tuple(map(str, files)))


def _rows(said: Simulated, done: Replayed) -> Iterator[tuple[str | int | float | None, ...]]:
    """One for each strategy, replay, round and code, and one for them all."""
    codes = list(said.code_labels)
    for name, replays in done.replays.items():
        for number, (r, full) in enumerate(zip(replays, done.full, strict=True), start=1):
            for found, look in zip(r.curve.rounds, r.looks, strict=True):
                at = (name, number, found.labels)
                yield (*at, MACRO, found.macro_f1, float(np.nanmean(full)), sum(look.missed))
                for j, code in enumerate(codes):
                    yield (*at, code, found.by_code[j], float(full[j]), look.missed[j])


# -- the page --------------------------------------------------------------------------------------


def _page(said: Simulated, settings: Settings) -> Page:
    marks = _marks(said)
    return Page(
        settings.study.title,
        "What the review loop would have learned, and when, had it been used on what the team has "
        "coded already. In this replay; another study can differ.",
        (
            ("Replayed", f"{said.sentences:,} coded sentences of {said.transcripts} transcripts"),
            ("Held out each time", f"{said.held_out} transcripts, {said.replays} times"),
            ("Read", f"{said.start} sentences, then {said.batch} at a time, up to {said.labels}"),
            ("Seed", str(said.seed)),
        ),
        _chart(said, list(marks.values())),
        _caption(said, marks),
        (
            grid(
                "strategies", "Learning, by strategy", strategy_table(said),
                "F1 is macro-F1 over the codes with enough sentences in the transcripts held out, "
                f"mean of {said.replays} replays. ± is one standard error of the paired difference.",
            ),
            grid(
                "stops", "Where each stopping rule would have stopped", stop_table(said),
                "Passages missed: of those in the pool, the share that nobody had read by then and "
                "the machine did not give either. Figures are over the replays that stopped. "
                "Promise kept: the audit's rule promises a share of each code that it can judge.",
                text=2,
            ),
            grid(
                "codes", f"F1 by code, after {said.labels} sentences", code_table(said),
                "–: too few sentences with the code in the transcripts held out, in every replay.",
            ),
            grid(
                "missed", f"Passages missed by code when each rule stopped, by {_first(said)}",
                missed_table(said),
                "Passages of the pool that neither people nor the machine held then; mean over the "
                "replays that stopped.",
            ),
        ),
        tuple(note[:1].upper() + note[1:] + "." for note in said.notes),
        f"Made by precode {precode.__version__}. The same figures, by replay, round and code: "
        f"{NAME}.csv.",
    )  # fmt: skip


def _first(said: Simulated) -> str:
    return said.names[said.result.lines[0].strategy]


def _marks(said: Simulated) -> Mapping[str, tuple[str, float]]:
    """Rule → (letter, where): of the first strategy, rules that stopped in half of the replays."""
    first = said.result.lines[0].strategy
    often = [
        s
        for s in said.result.stops
        if s.strategy == first and s.stopped * 2 >= s.replays and s.asked
    ]
    return {s.rule: (letter, s.asked or 0.0) for letter, s in zip("abcdefgh", often, strict=False)}


def _chart(said: Simulated, marks: list[tuple[str, float]]) -> Curves:
    lines = said.result.lines
    banded = {lines[0].strategy, AGAINST}
    return Curves(
        "Learning curves of the replayed review",
        _description(said),
        "sentences read, as the strategy chose them",
        "macro-F1 on the transcripts held out",
        tuple(
            Line(
                said.names[x.strategy], x.labels, x.mean, x.low, x.high, banded=x.strategy in banded
            )
            for x in lines
        ),
        said.result.full,
        f"every sentence of the pool read: {said.result.full:.2f}",
        tuple(marks),
    )


def _description(said: Simulated) -> str:
    """The chart in words."""
    told = [
        f"{said.names[x.strategy]} rises from {x.mean[0]:.2f} after {x.labels[0]} sentences to "
        f"{x.mean[-1]:.2f} after {x.labels[-1]}"
        for x in said.result.lines
    ]
    return (
        f"Macro-F1 by number of sentences read. {'; '.join(told)}. With every sentence of the pool "
        f"read it is {said.result.full:.2f}."
    )


def _caption(said: Simulated, marks: Mapping[str, tuple[str, float]]) -> str:
    both = listed(list(dict.fromkeys([_first(said), said.names[AGAINST]])))
    out = f"Lines are means over {said.replays} replays; the bands of {both} hold the middle 80 % of them."
    if marks:
        each = [f"{letter}: {RULES[rule]}" for rule, (letter, _) in marks.items()]
        out += f" Letters at the foot: where {_first(said)} would have been stopped on average, {listed(each)}."
    return out
