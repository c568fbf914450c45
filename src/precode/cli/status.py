"""``precode status``."""

from __future__ import annotations

from pathlib import Path

import click

from precode.cli.console import emit_json, json_option, say, study_option, table, then

EXAMPLE = "Example: precode status --study my-study"


@click.command(epilog=EXAMPLE)
@study_option
@json_option
def status(study: Path, as_json: bool) -> None:
    """Show where the study stands and what to do next."""
    from precode.steps.status import status as step

    s = step(study)
    if as_json:
        emit_json(s)
        return
    say(f"{s.title}: {s.behaviour}")
    say(f"Codebook {s.codebook}")
    sources = ", ".join(f"{n} × {kind}" for kind, n in s.sources.items()) or "no transcripts yet"
    say(
        f"{sources}; {s.participants} participants; {s.codable:,} of {s.sentences:,} sentences are coded ones"
    )
    say(f"Read by people: {s.read:,} sentences, {s.double_read:,} by two or more")
    if s.coders:
        codes = list(s.labels)
        table(
            ("coder", "read", "with a code", "after a suggestion", *s.labels.values()),
            [
                (c.name, c.read, c.coded, c.assisted, *(c.codes.get(k, 0) for k in codes))
                for c in s.coders
            ],
            title="Human codes, in sentences",
        )
    if s.unplaced:
        say(f"{s.unplaced} excerpts were not placed: reports/unplaced.csv")
    if s.flagged:
        say(f"{s.flagged} sentences are flagged for discussion")
    if s.run:
        verdicts = ", ".join(f"{k} {n:,}" for k, n in sorted(s.verdicts.items()))
        say(
            f"Machine pre-codes (run {s.run}): {verdicts}"
            + ("; people have coded since" if s.stale else "")
        )
    then(s.next)
