"""The tables of a replay, for the terminal and the page: cells are words, as they are read."""

from __future__ import annotations

import numpy as np

from precode.report.grid import Column, Form, Grid, Row
from precode.steps.simulation.result import Gap, Simulated, Stopping
from precode.steps.simulation.stops import RULES

NARROW = "\u00a0"  # numbers stay on one line
Cells = tuple[str, ...]


def strategy_table(said: Simulated) -> tuple[Cells, list[Cells]]:
    """(Header, rows): each strategy, how good it was when, and against random."""
    lines = said.result.lines
    some = _checkpoints(lines[0].labels)
    header = (
        "strategy",
        *(f"F1 at {lines[0].labels[i]}" for i in some),
        "to 90 % of full",
        "to 95 % of full",
        "mean of the curve",
        "minus random's",
        "at the end, minus random's",
    )
    rows: list[Cells] = [
        (
            said.names[line.strategy],
            *(f"{line.mean[i]:.3f}" for i in some),
            _reached(line.to_90, said.labels),
            _reached(line.to_95, said.labels),
            f"{line.area:.3f}",
            _gap(line.area_gap),
            _gap(line.end_gap),
        )
        for line in lines
    ]
    return header, rows


def stop_table(said: Simulated) -> tuple[Cells, list[Cells]]:
    """(Header, rows): each rule with each strategy, where it stopped and what that cost."""
    header = (
        "stopping rule", "strategy", "stopped", "sentences read, audit included", "F1 minus full",
        "passages missed", "promise kept",
    )  # fmt: skip
    rows: list[Cells] = []
    for rule, name in RULES.items():
        mine = [s for s in said.result.stops if s.rule == rule]
        if not any(s.stopped for s in mine):
            rows.append((name, "every one", f"0 of {said.replays}", "–", "–", "–", "–"))
            continue
        rows += [(name, *_stopping(s, said.names[s.strategy])) for s in mine]
    return header, rows


def _stopping(s: Stopping, strategy: str) -> Cells:
    return (
        strategy,
        f"{s.stopped} of {s.replays}",
        "–" if s.read is None else f"{s.read:.0f} ({s.fewest} to {s.most})",
        _gap(s.lost),
        "–" if s.missed is None else f"{100 * s.missed:.0f} %",
        "–" if s.kept is None else f"{s.kept} of {s.stopped}",
    )


def code_table(said: Simulated) -> tuple[Cells, list[Cells]]:
    """(Header, rows): F1 of each code after the last round, by strategy."""
    result = said.result
    header = (
        "code",
        "scored in",
        *(said.names[line.strategy] for line in result.lines),
        "every sentence read",
    )
    rows: list[Cells] = [
        (
            label,
            f"{result.counted[code]} of {said.replays}",
            *(_score(line.by_code[code]) for line in result.lines),
            _score(result.full_by_code[code]),
        )
        for code, label in said.code_labels.items()
    ]
    return header, rows


def missed_table(said: Simulated) -> tuple[Cells, list[Cells]]:
    """(Header, rows): passages of each code that each rule would have missed, of the first strategy."""
    mine = [s for s in said.result.stops if s.strategy == said.result.lines[0].strategy]
    header = ("code", "passages in the pool", *(_short(s) for s in mine))
    rows: list[Cells] = [
        (
            label,
            f"{said.result.passages[code]:.0f}",
            *("–" if s.read is None else f"{s.missed_by_code[code]:.1f}" for s in mine),
        )
        for code, label in said.code_labels.items()
    ]
    return header, rows


def _short(s: Stopping) -> str:
    return f"{RULES[s.rule]}, {s.stopped} of {s.replays}"


def _checkpoints(labels: tuple[int, ...]) -> list[int]:
    """Positions about a quarter, half and all of the way."""
    last = len(labels) - 1
    near = [int(np.abs(np.array(labels) - labels[-1] * share).argmin()) for share in (0.25, 0.5)]
    return sorted({*near, last})


def _reached(labels: int | None, most: int) -> str:
    return f"not by {most}" if labels is None else str(labels)


def _gap(gap: Gap | None) -> str:
    return "–" if gap is None else str(gap)


def _score(f1: float | None) -> str:
    return "–" if f1 is None else f"{f1:.3f}"


def grid(
    name: str, caption: str, made: tuple[Cells, list[Cells]], *notes: str, text: int = 1
) -> Grid:
    """``made`` as a table of the page. ``text``: so many columns are of words, the others of numbers."""
    header, rows = made
    rows = [(*r[:text], *(cell.replace(" ", NARROW) for cell in r[text:])) for r in rows]
    columns = [
        Column(label[:1].upper() + label[1:], Form.TEXT if i < text else Form.COUNT)
        for i, label in enumerate(header)
    ]
    return Grid(name, caption, tuple(columns), tuple(Row(r) for r in rows), notes)
