"""``precode merge``."""

from __future__ import annotations

from pathlib import Path

import click

from precode.cli.console import emit_json, json_option, note, say, study_option, table, then
from precode.errors import quoted

EXAMPLE = """Examples:

\b
  precode merge ../copy-of-ben --dry-run
  precode merge ../copy-of-ben ../copy-of-anna"""
SHOWN = 20


@click.command(epilog=EXAMPLE)
@click.argument("others", nargs=-1, type=click.Path(path_type=Path), metavar="OTHER...")
@click.option(
    "--keep-both", is_flag=True,
    help="Take a transcript whose name is known here with another text, under a name of its own.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show what would come; store nothing.")
@study_option
@json_option
def merge(
    others: tuple[Path, ...], keep_both: bool, dry_run: bool, study: Path, as_json: bool
) -> None:
    """Bring in what was coded on OTHER copies of the study: folders that were once this one.

    Every act comes once, in the order of time; nothing is written in the copies. Where one coder has
    decided a sentence in both, the later decision stands and both are kept; that and all else that
    differs is listed. Merging again changes nothing.
    """
    from precode.steps.merge import merge as step

    done = step(study, others, keep_both=keep_both, dry_run=dry_run)
    if as_json:
        emit_json(done)
        return
    would = "would come" if dry_run else "came"
    for s in done.sources:
        if not s.new:
            say(f"{s.folder}: nothing that is not here already")
            continue
        acts = ", ".join(f"{who} {n:,}" for who, n in sorted(s.acts.items()))
        parts = [f"{sum(s.acts.values()):,} acts" + (f" ({acts})" if acts else "")]
        counts = (
            (len(s.transcripts), "transcripts"), (len(s.rounds), "rounds"),
            (s.packets, "spreadsheets sent"), (s.unplaced, "excerpts not placed"),
            (s.aside, "answers set aside"), (s.described, "people described"),
            (s.summaries, "summaries"),
        )  # fmt: skip
        parts += [f"{n:,} {what}" for n, what in counts if n]
        say(f"{s.folder}: {', '.join(parts)} {would}")
        if s.left_out:
            say(f"  {s.left_out:,} acts on transcripts that were not taken are left out")
    if done.conflicts:
        table(
            ("differs", "copy", "where", "here", "there", "so"),
            [(c.kind, c.other, c.where, c.here, c.there, c.done) for c in done.conflicts[:SHOWN]],
            title="What differs",
        )
        if len(done.conflicts) > SHOWN:
            say(f"… and {len(done.conflicts) - SHOWN} more (--json lists all)")
    if done.backup:
        note(f"the database as it was before: {done.backup}")
    again = "".join(f" {quoted(o)}" for o in others) + " --keep-both" * keep_both
    then(f"precode merge{again}" if dry_run else "precode agree")
