"""``precode add``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from precode.cli.console import emit_json, json_option, say, study_option, table, then
from precode.errors import quoted

if TYPE_CHECKING:
    from precode.steps.add import Added
    from precode.steps.updating import Act

EXAMPLE = "Example: precode add interviews/ --attributes people.csv --dry-run"
SHOWN = 10
FEW = 3
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
@click.option(
    "--update",
    is_flag=True,
    help="A file of the same name with another text is a new version: its codings move along.",
)
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
    update: bool,
    dry_run: bool,
    study: Path,
    as_json: bool,
) -> None:
    """Read transcripts (.txt, .docx, .odt, .rtf, .pdf, .html, .vtt, .srt, .csv, .xlsx, .qdpx), files
    or whole folders.
    """
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
        update=update,
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
        for note in done.notes:
            say(note)
        if done.unchanged:
            say(f"In the study as they are, left alone: {', '.join(done.unchanged)}")
        _say_updated(done, dry_run=dry_run)
        if done.described:
            say(f"Attributes of {done.described} participants.")
    if done.problems:
        raise refused
    if not as_json:
        _say_end(done, files, update=update)


def _say_end(done: Added, files: tuple[Path, ...], *, update: bool) -> None:
    """What was stored, what of it can be coded, and what to do next."""
    from precode.steps.uncounted import as_words, every_turn, mending

    added = len(done.files) - len(done.reread)
    codable = sum(f.codable for f in done.files) - sum(r.codable for r in done.reread)
    count = f"{added} transcripts, {codable:,} sentences to code"
    if added or not done.reread:
        say(f"Would add {count}; nothing was stored." if done.dry_run else f"Added {count}.")
    for r in done.reread:
        say(
            f"{r.name}: {'would be' if done.dry_run else 'was'} read anew as {r.kind}: "
            f"{r.codable:,} sentences to code ({r.codable_before:,} before), on which "
            f"{r.counted:,} coded passages count ({r.counted_before:,} before)."
        )
        for farewell in r.notes:
            say(f"{r.name}: {farewell}")
    after = "precode predict" if done.updated else "precode codes CODINGS.csv"
    if any(r.counted for r in done.reread):
        after = "precode train"
    if barren := [f for f in done.files if not f.codable]:
        every = len(barren) == len(done.files)
        words = " ".join(map(quoted, files)) if every and len(files) <= FEW else ""
        command = mending(
            words or as_words([f.file for f in barren]), update=update or not done.dry_run
        )
        names = ", ".join(f.name for f in barren[:FEW])
        more = f" and {len(barren) - FEW} more" if len(barren) > FEW else ""
        say(
            f"{'NOTHING' if every else f'In {names}{more} nothing'} can be coded: "
            + every_turn((s.label, s.role) for f in barren for s in f.speakers)
            + f". If only the questions have a label: {command}. If a participant is taken for the "
            "interviewer: interviewers under [transcripts] in precode.toml, then the same with "
            "--kind interview."
        )
        if every:
            then(command)
            return
    then("precode add, without --dry-run" if done.dry_run else after)


def _say_updated(done: Added, *, dry_run: bool) -> None:
    """What became of the codings of transcripts that got a new version."""
    for u in done.updated:
        say(
            f"{u.name}: a new version; {u.kept:,} of {u.sentences:,} sentences to code are the same. "
            f"Acts of coders: {u.exact:,} {'would move' if dry_run else 'moved'} as they are, "
            f"{len(u.changed):,} with a note, {len(u.left):,} cannot be placed"
            + (f" (and {u.taken_back:,} that were taken back)." if u.taken_back else ".")
        )
        if u.frame:
            say(
                f"{u.name}: {u.frame:,} changed sentences leave the audit's frame, {u.sample:,} of "
                "them drawn; what the sample says does not speak for them."
            )
        for note in u.notes:
            say(f"{u.name}: {note}")
        for a in u.changed[:SHOWN]:
            say(f"changed, {_who(a)}: “{a.text}” is now “{a.now}” ({a.why})")
        _more(len(u.changed))
        for a in u.left[:SHOWN]:
            say(f"not carried, {_who(a)}: “{a.text}”: {a.why}")
        _more(len(u.left))
    if done.listed:
        say(f"What changed or was not carried: {done.listed}")


def _who(a: Act) -> str:
    return f"{a.coder} ({a.act}{f': {a.codes}' if a.codes else ''})"


def _more(count: int) -> None:
    if count > SHOWN:
        say(f"… and {count - SHOWN} more like this (--json lists all)")
