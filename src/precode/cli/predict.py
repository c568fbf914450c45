"""``precode predict``."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from precode.cli.console import Progress, emit_json, json_option, say, study_option, table, then

if TYPE_CHECKING:
    from precode.steps.predict_files import PreCoded

EXAMPLE = (
    "Examples: precode predict    (the study in this folder);    "
    "precode predict --model my-study/models/main interview.docx --out codes.csv"
)


@click.command(epilog=EXAMPLE)
@click.argument("files", nargs=-1)
@click.option("--model", default="", help="A model of the study, a shipped one, or a folder.")
@click.option("--text-column", default="", help="A table's column to pre-code, a passage a row.")
@click.option("--context-column", default="", help="Its column with the talk before each passage.")
@click.option("--behaviour-column", default="", help="Its column with the target behaviour.")
@click.option("--behaviour", default="", help="The target behaviour, if no column says it.")
@click.option(
    "--accept",
    type=click.FloatRange(0.5, 1, min_open=True, max_open=True),
    help="Confidence from which a code counts as sure.  [default: 0.8]",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write to this .csv, .xlsx or .jsonl.")
@study_option
@json_option
def predict(
    files: tuple[str, ...],
    model: str,
    text_column: str,
    context_column: str,
    behaviour_column: str,
    behaviour: str,
    accept: float | None,
    out: Path | None,
    study: Path,
    as_json: bool,
) -> None:
    """Pre-code the study, or FILES without any study; "-" reads lines from standard input.

    A table is pre-coded a passage a row with --text-column, else read as a transcript.
    """
    if files:
        _files(
            files,
            model,
            text_column,
            context_column,
            behaviour_column,
            behaviour,
            accept,
            out,
            study,
            as_json,
        )
        return
    given = [n for n, v in (("--text-column", text_column), ("--context-column", context_column),
                            ("--behaviour-column", behaviour_column), ("--out", out)) if v]  # fmt: skip
    if given:
        raise click.UsageError(f"{given[0]} needs FILES to pre-code")
    if behaviour or accept:
        raise click.UsageError("in a study, behaviour and accept are set in precode.toml")
    from precode.steps.predict import predict as step

    done = step(study, model=model, progress=Progress())
    if as_json:
        emit_json(done)
        return
    polarities = [
        p
        for p in ("barrier", "facilitator", "both", "unclear")
        if any(p in c.polarity for c in done.codes)
    ]
    table(
        ("code", "sentences", *polarities, "sure"),
        [
            (c.label, c.given, *(c.polarity.get(p, 0) for p in polarities), c.accept)
            for c in done.codes
        ],
        title=f"Machine pre-codes of {done.sentences:,} sentences by {done.model!r}, not verified by people",
    )
    say("Verdicts: " + ", ".join(f"{v} {n:,}" for v, n in sorted(done.verdicts.items())))
    if not done.calibrated:
        say("note: confidences only rank; nothing is accepted unread")
    say(f"Run file: {done.file}")
    then("precode review --coder YOU")


def _files(
    files: tuple[str, ...],
    model: str,
    text_column: str,
    context_column: str,
    behaviour_column: str,
    behaviour: str,
    accept: float | None,
    out: Path | None,
    study: Path,
    as_json: bool,
) -> None:
    from precode.errors import UsageError, quoted
    from precode.files.text import decode
    from precode.steps import predict_files as step
    from precode.steps.target import file_target

    if not model:
        raise UsageError(
            "FILES need a model", mend=f"--model {quoted(str(study / 'models' / 'main'))}"
        )
    if not Path(model).is_dir() and (study / "models" / model).is_dir():
        model = str(study / "models" / model)
    if out is not None:
        out = file_target(out, Path("pre-codes.csv"), suffixes=(".csv", ".xlsx", ".jsonl"))
    if out is not None and any(Path(f).resolve() == out.resolve() for f in files):
        raise UsageError(f"--out {out} is the input itself", mend="name another file")
    if text_column:
        if len(files) != 1:
            raise UsageError("--text-column takes one table", mend="pre-code tables one by one")
        pre = step.predict_table(
            model, Path(files[0]), text_column=text_column, context_column=context_column,
            behaviour_column=behaviour_column, behaviour=behaviour, accept=accept, progress=Progress(),
        )  # fmt: skip
    elif context_column or behaviour_column:
        raise UsageError(
            "--context-column and --behaviour-column go with --text-column",
            mend="name the text column",
        )
    elif files == ("-",):
        heard = decode(sys.stdin.buffer.read(), "standard input")
        for note in heard.notes:
            click.echo(f"note: {note}", err=True)
        pre = step.predict_lines(
            model, heard.text.split("\n"), behaviour=behaviour, accept=accept, progress=Progress()
        )
    else:
        pre = step.predict_transcripts(
            model, [Path(f) for f in files], behaviour=behaviour, accept=accept, progress=Progress()
        )
    _write(pre, out, as_json)


def _write(pre: PreCoded, out: Path | None, as_json: bool) -> None:
    from precode.files.tables import escape_formula
    from precode.steps.predict_files import jsonl, write

    if out is not None:
        write(pre, out)
        if as_json:
            emit_json(
                {
                    "file": str(out),
                    "rows": len(pre.rows),
                    "bundle": pre.bundle_id,
                    "calibrated": pre.calibrated,
                }
            )
        else:
            say(
                f"Pre-coded {len(pre.rows):,} passages: {out}. Machine codes, not verified by people."
            )
        return
    if as_json:
        click.echo(jsonl(pre), nl=False)
        return
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(pre.columns)
    writer.writerows(
        [escape_formula(c) if isinstance(c, str) else c for c in row] for row in pre.rows
    )
    click.echo(buffer.getvalue(), nl=False)
