"""What all doors share: the options, progress on stderr, results on stdout, the last line."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from precode.errors import quoted

F = TypeVar("F", bound=Callable[..., Any])


class Number(click.FloatRange):
    """A number in a range; "nan" lies in none, whatever the comparison says."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a number", param, ctx)
        return number


def study_option(command: F) -> F:
    """``--study DIR``, by default the current folder (or PRECODE_STUDY)."""
    return click.option(
        "--study",
        type=click.Path(path_type=Path),
        default=Path(),
        envvar="PRECODE_STUDY",
        show_default="the current folder",
        help="The study's folder.",
    )(command)


def json_option(command: F) -> F:
    """``--json``: the result for machines."""
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(
        command
    )


def emit_json(value: object) -> None:
    """``value`` (dataclasses, tuples, mappings) as JSON on stdout."""
    click.echo(json.dumps(_plain(value), ensure_ascii=False, indent=1))


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict) or hasattr(value, "items"):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value if isinstance(value, (int, float, bool, str, type(None))) else str(value)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """A table on stdout: numbers to the right, as wide as the terminal or its words need."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    body = [[_cell(c) for c in row] for row in rows]
    made = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    for j, name in enumerate(columns):
        right = bool(body) and all(_numeric(row[j]) for row in body)
        made.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in body:
        made.add_row(*(Text(c) for c in row))  # Text: brackets in data are not markup
    console = Console(file=sys.stdout, highlight=False)
    if not console.is_terminal:
        console.width = 160
    console.print(made)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _numeric(cell: str) -> bool:
    return (
        cell == "" or cell.replace(",", "").replace(".", "").replace("-", "").strip(" %").isdigit()
    )


def say(text: str = "") -> None:
    """One line of the result, on stdout."""
    click.echo(text)


def note(text: str) -> None:
    """A remark beside the result, on stderr."""
    click.echo(text, err=True)


def then(command: str) -> None:
    """The last line: what to do next. On stderr, so that results can be piped."""
    ctx = click.get_current_context()
    named = ctx.get_parameter_source("study") is click.core.ParameterSource.COMMANDLINE
    click.echo(f"next: {in_study(command, str(ctx.params['study']) if named else '')}", err=True)


def in_study(text: str, study: str) -> str:
    """``text`` with the ``--study`` of this call in every command that needs it, ready to paste."""
    verbs = r"\bprecode (add|codes|train|predict|models|review|assign|merge|adjudicate|status|simulate|agree|report|export)\b(?! --study)"
    return re.sub(verbs, lambda m: f"{m[0]} --study {quoted(study)}", text) if study else text


class Progress:
    """Progress on stderr: a bar that rewrites its line in a terminal, a line now and then in a pipe."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._what = ""
        self._last = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        fresh, finished = what != self._what, total > 0 and done >= total
        if self._terminal:
            if fresh or finished or now - self._last > 0.1:
                share = done / total if total else 1.0
                filled = "█" * int(24 * share)
                line = f"\r{what} {filled:·<24} {done:,}/{total:,}"
                click.echo(f"{line:<70}" + ("\n" if finished else ""), err=True, nl=False)
                self._last = now
        elif fresh:
            click.echo(f"{what} …", err=True)
        self._what = "" if finished and self._terminal else what
