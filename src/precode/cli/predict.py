"""``precode predict``."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from precode.cli.console import (
    Progress,
    emit_json,
    json_option,
    note,
    say,
    study_option,
    table,
    then,
)

if TYPE_CHECKING:
    from precode.steps.learnt.promising import Asked, Promised
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
@click.option("--speaker-column", default="", help="Its column of who says each passage.")
@click.option("--behaviour-column", default="", help="Its column with the target behaviour.")
@click.option("--behaviour", default="", help="The target behaviour, if no column says it.")
@click.option(
    "--accept",
    type=click.FloatRange(0.5, 1, min_open=True, max_open=True),
    help="Confidence from which a code counts as sure.  [default: 0.8]",
)
@click.option(
    "--precision",
    type=click.FloatRange(0.5, 1, min_open=True, max_open=True),
    help="Accept codes unread only where at least this share of them is right, by code.",
)
@click.option(
    "--recall",
    type=click.FloatRange(0.5, 1, min_open=True, max_open=True),
    help="Mark what need not be read to see at least this share of each code's passages.",
)
@click.option(
    "--confidence",
    type=click.FloatRange(0.5, 1, min_open=True, max_open=True),
    help="How sure a promise of precision or recall must be.  [default: 0.95]",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write to this .csv, .xlsx or .jsonl.")
@study_option
@json_option
def predict(
    files: tuple[str, ...],
    model: str,
    text_column: str,
    context_column: str,
    speaker_column: str,
    behaviour_column: str,
    behaviour: str,
    accept: float | None,
    precision: float | None,
    recall: float | None,
    confidence: float | None,
    out: Path | None,
    study: Path,
    as_json: bool,
) -> None:
    """Pre-code the study, or FILES without any study; "-" reads lines from standard input.

    A table is pre-coded a passage a row with --text-column, else read as a transcript.
    """
    from precode.steps.learnt.promising import CONFIDENCE, Asked

    if confidence and not (precision or recall):
        raise click.UsageError("--confidence goes with --precision or --recall")
    asked = Asked(precision, recall, confidence or CONFIDENCE) if precision or recall else None
    if files:
        _files(
            files,
            model,
            text_column,
            context_column,
            speaker_column,
            behaviour_column,
            behaviour,
            accept,
            asked,
            out,
            study,
            as_json,
        )
        return
    given = [n for n, v in (("--text-column", text_column), ("--context-column", context_column),
                            ("--speaker-column", speaker_column),
                            ("--behaviour-column", behaviour_column), ("--out", out)) if v]  # fmt: skip
    if given:
        raise click.UsageError(f"{given[0]} needs FILES to pre-code")
    if behaviour or accept:
        raise click.UsageError("in a study, behaviour and accept are set in precode.toml")
    from precode.steps.predict import predict as step

    done = step(study, model=model, asked=asked, progress=Progress())
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
    if done.promised is not None:
        _promises(done.promised)
    say("Verdicts: " + ", ".join(f"{v} {n:,}" for v, n in sorted(done.verdicts.items())))
    if not done.calibrated:
        say("note: confidences only rank; nothing is accepted unread")
    for line in done.notes:
        say(f"note: {line}")
    say(f"Run file: {done.file}")
    then("precode review --coder YOU")


def _promises(made: Promised) -> None:
    """What is promised of each code, on what evidence, and what it comes to."""
    from precode.steps.learnt.promising import TERMS

    does = {"precision": "accepted now", "recall": "to be read for it"}
    for kind, target in (("precision", made.precision), ("recall", made.recall)):
        if target is None:
            continue
        means = "of the codes accepted are right" if kind == "precision" else "of each code is read"
        table(
            ("code", "from confidence", does[kind], "evidence"),
            [
                (
                    x.label,
                    "" if x.from_p is None else f"{x.from_p:.3f}",
                    x.now if x.promised else "",
                    x.words,
                )
                for x in made.lines
                if x.kind == kind
            ],
            title=f"{kind.title()} {target:g}: at least {target:.0%} {means}, {made.confidence:.0%} sure",
        )
    if made.precision is not None:
        say(f"Accepted as a whole: {made.accepted:,} of {made.unread:,} sentences nobody has coded")
    if made.recall is not None:
        say(f"Need not be read: {made.skipped:,} of {made.unread:,} sentences nobody has coded")
        if without := [x.label for x in made.lines if x.kind == "recall" and not x.promised]:
            say(f"note: no promise for {', '.join(without)}: what need not be read may hold them")
    say(f"note: {TERMS[0].lower()}{TERMS[1:]}")


def _files(
    files: tuple[str, ...],
    model: str,
    text_column: str,
    context_column: str,
    speaker_column: str,
    behaviour_column: str,
    behaviour: str,
    accept: float | None,
    asked: Asked | None,
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
            speaker_column=speaker_column, behaviour_column=behaviour_column, behaviour=behaviour,
            accept=accept, asked=asked, progress=Progress(),
        )  # fmt: skip
    elif context_column or speaker_column or behaviour_column:
        raise UsageError(
            "--context-column, --speaker-column and --behaviour-column go with --text-column",
            mend="name the text column",
        )
    elif files == ("-",):
        heard = decode(sys.stdin.buffer.read(), "standard input")
        for line in heard.notes:
            note(f"note: {line}")
        pre = step.predict_lines(
            model, heard.text.split("\n"), behaviour=behaviour, accept=accept, asked=asked,
            progress=Progress(),
        )  # fmt: skip
    else:
        pre = step.predict_transcripts(
            model, [Path(f) for f in files], behaviour=behaviour, accept=accept, asked=asked,
            progress=Progress(),
        )  # fmt: skip
    _write(pre, out, as_json)


def _write(pre: PreCoded, out: Path | None, as_json: bool) -> None:
    from precode.files.tables import escape_formula
    from precode.steps.predict_files import jsonl, write

    for line in pre.drift.notes if pre.drift else ():
        note(f"note: {line}")
    if out is not None:
        write(pre, out)
        if as_json:
            emit_json(
                {
                    "file": str(out),
                    "rows": len(pre.rows),
                    "bundle": pre.bundle_id,
                    "calibrated": pre.calibrated,
                    "drift": pre.drift,
                    "promised": pre.promised,
                }
            )
        else:
            if pre.promised is not None:
                _promises(pre.promised)
            say(
                f"Pre-coded {len(pre.rows):,} passages: {out}. Machine codes, not verified by people."
            )
        return
    for promise in pre.promised.lines if pre.promised else ():  # the table may be piped
        note(f"{promise.label}, {promise.kind}: {promise.words}")
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
