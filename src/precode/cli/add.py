"""``precode add``."""

from __future__ import annotations

from pathlib import Path

import click

from precode.cli.console import emit_json, json_option, say, study_option, table, then

EXAMPLE = "Example: precode add interviews/ --attributes people.csv --dry-run"
KINDS = ("interview", "focus group", "field notes")


@click.command(epilog=EXAMPLE)
@click.argument("files", nargs=-1, type=click.Path(readable=False, path_type=Path))
@click.option(
    "--attributes",
    type=click.Path(readable=False, path_type=Path),
    help="Table of participants: source, label, …",
)
@click.option("--kind", type=click.Choice(KINDS), help="What the files are; by default found out.")
@click.option(
    "--interviewer", "interviewers", multiple=True, help="A label of who asks; may be repeated."
)
@click.option("--speaker-column", help="In tables: the column of speakers.")
@click.option("--text-column", help="In tables: the column of what was said.")
@click.option("--dry-run", is_flag=True, help="Show how each file is understood; store nothing.")
@study_option
@json_option
def add(
    files: tuple[Path, ...],
    attributes: Path | None,
    kind: str | None,
    interviewers: tuple[str, ...],
    speaker_column: str | None,
    text_column: str | None,
    dry_run: bool,
    study: Path,
    as_json: bool,
) -> None:
    """Read transcripts (.txt, .docx, .vtt, .srt, .csv, .xlsx), files or whole folders."""
    from precode.domain import Kind
    from precode.errors import InputError
    from precode.steps.add import add as step

    done = step(
        study,
        files,
        attributes=attributes,
        kind=Kind(kind) if kind else None,
        interviewers=interviewers,
        speaker_column=speaker_column,
        text_column=text_column,
        dry_run=dry_run,
    )
    refused = InputError("these cannot be added as they are", problems=done.problems)
    if as_json:
        emit_json(done)  # with its problems: one document
        if done.problems:
            click.echo(f"precode: {refused}", err=True)
            raise click.exceptions.Exit(refused.exit_code)
    else:
        rows = [
            (f.name, f.kind, ", ".join(f"{s.label or '(none)'} {s.role} {s.turns}" for s in f.speakers),
             f.sentences, f.codable)
            for f in done.files
        ]  # fmt: skip
        if rows:
            table(("transcript", "kind", "speakers: role, turns", "sentences", "to code"), rows)
        for f in done.files:
            for note in f.notes:
                say(f"{f.name}: {note}")
        if done.described:
            say(f"Attributes of {done.described} participants.")
    if done.problems:
        raise refused
    if not as_json:
        count = f"{len(done.files)} transcripts, {sum(f.codable for f in done.files):,} sentences to code"
        say(f"Would add {count}; nothing was stored." if dry_run else f"Added {count}.")
        then("precode add, without --dry-run" if dry_run else "precode codes CODINGS.csv")
